"""Factory reset: what goes and what stays; killed at any point, the next start completes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from appliance.contract.errors import StoreError
from appliance.store import reset
from appliance.store.reset import Reset, complete, request, wanted
from tests.store.killpoints import KILLED, Point, all_points, kill_at, spread, wanted_points

SETTINGS = {
    "settings.json",
    "settings.json.good",
    "settings.json.damaged-17",
    "uploads/ab.wav",
    "sounds/a/b.wav",
    "spool/x.upload",
    "web-session.key",
}
RECORDS = {
    "records.sqlite",
    "records.sqlite-wal",
    "records.tail",
    "recordings/2026/r1.opus",
    "state/gsm1.pin",
    "tls/server.key",
    "version.json",
}
STAYS = {"lock", "run/control.sock"}
POINTS = max(4, wanted_points() * 2 // 5)


def _fill(folder: Path) -> None:
    for name in SETTINGS | RECORDS | STAYS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def _left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize(
    ("what", "left"),
    [(Reset.SETTINGS, RECORDS | STAYS), (Reset.EVERYTHING, STAYS)],
    ids=["settings", "everything"],
)
def test_what_goes_and_what_stays(tmp_path: Path, what: Reset, left: set[str]) -> None:
    _fill(tmp_path)
    (tmp_path / "tls").chmod(0o2750)
    assert complete(tmp_path) is None  # nothing was promised
    request(tmp_path, what)
    assert wanted(tmp_path) is what
    assert complete(tmp_path) is what
    assert _left(tmp_path) == left
    assert wanted(tmp_path) is None and complete(tmp_path) is None
    assert (tmp_path / "tls").stat().st_mode & 0o7777 == 0o2750  # a folder stays as it was made


def test_a_link_goes_and_not_what_it_leads_to(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    data.mkdir()
    (data / "link").symlink_to(outside)
    (data / "recordings").mkdir()
    (data / "recordings" / "more").symlink_to(outside)
    request(data, Reset.EVERYTHING)
    complete(data)
    assert _left(data) == set() and _left(outside) == {"kept"}


def test_a_folder_of_another_user_is_left_to_him(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(tmp_path)
    closed = tmp_path / "tls"
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and may(path, mode))
    request(tmp_path, Reset.EVERYTHING)
    monkeypatch.setattr(os, "geteuid", lambda: closed.stat().st_uid + 1)
    assert complete(tmp_path) is Reset.EVERYTHING
    assert _left(tmp_path) == STAYS | {"tls/server.key"}


def test_an_unreadable_promise_is_the_smaller_one(tmp_path: Path) -> None:
    (tmp_path / reset.MARKER).write_bytes(b"\xff\x00every")
    assert wanted(tmp_path) is Reset.SETTINGS


def test_a_promise_that_cannot_be_kept_on_the_disk_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be noted"):
        request(tmp_path / "missing", Reset.SETTINGS)


def _command(folder: Path, what: str) -> list[str]:
    return [sys.executable, "-m", "tests.store.reset_child", str(folder), what]


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    """Every point of a whole reset."""
    folder: Path = tmp_path_factory.mktemp("reset")
    _fill(folder)
    return all_points(_command(folder, "everything"), folder.with_suffix(".trace"))


@pytest.mark.parametrize("number", range(POINTS))
def test_killed_anywhere_it_is_not_begun_or_completed(
    number: int, points: list[Point], tmp_path: Path
) -> None:
    _fill(tmp_path)
    assert kill_at(_command(tmp_path, "everything"), spread(points, POINTS)[number]) == KILLED
    promised = wanted(tmp_path)
    whole = SETTINGS | RECORDS | STAYS | {f"{reset.MARKER}.new"}
    if promised is None:  # killed before the promise was on the disk, or after it was kept
        assert _left(tmp_path) <= whole
        left = _left(tmp_path) - {f"{reset.MARKER}.new"}
        assert left in (SETTINGS | RECORDS | STAYS, STAYS)
    else:
        assert kill_at(_command(tmp_path, "go on"), None) == 0
        assert _left(tmp_path) == STAYS


def test_killed_twice_it_is_completed_by_the_third(tmp_path: Path) -> None:
    _fill(tmp_path)
    assert kill_at(_command(tmp_path, "everything"), ("unlink", 3)) == KILLED
    assert kill_at(_command(tmp_path, "go on"), ("unlink", 4)) == KILLED
    assert wanted(tmp_path) is Reset.EVERYTHING and len(_left(tmp_path)) > len(STAYS) + 1
    assert kill_at(_command(tmp_path, "go on"), None) == 0
    assert _left(tmp_path) == STAYS
