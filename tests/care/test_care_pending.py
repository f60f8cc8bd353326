"""A restore is all or nothing: killed at any of its writes, the next start finds the old state or the new."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from appliance.contract.errors import StoreError
from appliance.store import reset
from appliance.store.pending import Staged, pending_work
from tests.care import pending_child
from tests.care.pending_child import NEW, OLD, before, stage, state
from tests.store.killpoints import KILLED, all_points, kill_at, spread, wanted_points

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def _command(what: str, data: Path) -> list[str]:
    return [sys.executable, "-m", pending_child.__name__, what, str(data)]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    before(folder)
    return folder


def test_what_was_decided_happens_once(tmp_path: Path) -> None:
    data = _fresh(tmp_path / "data")
    stage(data)
    assert state(data) == "old"
    pending_work(data)
    assert state(data) == "new" and not (data / "restore").exists()
    assert (data / "recordings" / "mine").read_bytes() == OLD, "recordings of now stay"
    assert (data / "replaced" / "records.sqlite").read_bytes() == OLD, "what was replaced is kept aside"
    assert Staged(data).restored["backup"] == "yesterday's"
    (data / "settings.json").write_bytes(OLD)
    pending_work(data)
    assert (data / "settings.json").read_bytes() == OLD, "and not a second time"


def test_what_was_only_staged_does_not_happen(tmp_path: Path) -> None:
    data = _fresh(tmp_path / "data")
    new = Staged(data).begin()
    (new / "settings.json").write_bytes(NEW)
    pending_work(data)
    assert state(data) == "old"
    Staged(data).drop()
    assert not (data / "restore").exists()


def test_parts_that_are_not_staged_stay(tmp_path: Path) -> None:
    data = _fresh(tmp_path / "data")
    new = Staged(data).begin()
    (new / "settings.json").write_bytes(NEW)
    Staged(data).decide({})
    pending_work(data)
    assert (data / "settings.json").read_bytes() == NEW
    assert (data / "records.sqlite").read_bytes() == (data / "records.tail").read_bytes() == OLD


@pytest.mark.parametrize("what", list(reset.Reset))
def test_a_reset_comes_first_and_ends_the_restore(tmp_path: Path, what: reset.Reset) -> None:
    data = _fresh(tmp_path / "data")
    stage(data)
    reset.request(data, what)
    pending_work(data)
    assert not (data / "settings.json").exists() and not (data / "restore").exists()


def test_a_disk_that_refuses_leaves_it_to_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = _fresh(tmp_path / "data")
    stage(data)
    real = os.replace
    count = 0

    def refuses(source: str, target: str) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr(os, "replace", refuses)
    with pytest.raises(StoreError, match="The next start tries again"):
        pending_work(data)
    monkeypatch.undo()
    pending_work(data)
    assert state(data) == "new"


@needs_strace
@pytest.mark.timeout(300)
def test_killed_while_it_is_done_the_next_start_finishes_it(tmp_path: Path) -> None:
    data = _fresh(tmp_path / "data")
    stage(data)
    points = all_points(_command("apply", data), tmp_path / "trace")
    assert len(points) > 20
    killed = 0
    for point in spread(points, wanted_points()):
        data = _fresh(tmp_path / "data")
        stage(data)
        killed += kill_at(_command("apply", data), point) == KILLED
        pending_work(data)
        assert state(data) == "new", point
    assert killed > wanted_points() / 2


@needs_strace
@pytest.mark.timeout(300)
def test_killed_while_it_is_decided_it_is_decided_or_not(tmp_path: Path) -> None:
    points = all_points(_command("stage", _fresh(tmp_path / "data")), tmp_path / "trace")
    found = set()
    for point in spread(points, wanted_points()):
        data = _fresh(tmp_path / "data")
        kill_at(_command("stage", data), point)
        pending_work(data)
        found.add(state(data))
    assert found == {"old", "new"}
