"""Killed at any of its writes, the store loses nothing that it called safe. The controls must lose."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from appliance.contract.journal import Entry, EntryKind
from appliance.store.codec import decode, unpack
from appliance.store.journal import SqliteJournal
from appliance.store.records import verify
from appliance.store.settings import SettingsStore
from tests.store.kill_child import SAVES, settings_of, story
from tests.store.killpoints import KILLED, Point, all_points, kill_at, spread, wanted_points

POINTS = wanted_points()
JOURNAL_POINTS = max(1, POINTS * 6 // 10)
FIRST_START_POINTS = max(1, POINTS * 2 // 10)
SETTINGS_POINTS = max(1, POINTS - JOURNAL_POINTS - FIRST_START_POINTS)


def _command(mode: str, folder: Path, descriptor: int) -> list[str]:
    return [sys.executable, "-m", "tests.store.kill_child", mode, str(folder), str(descriptor)]


def _run(mode: str, folder: Path, point: Point | None) -> tuple[int, int]:
    """Exit code of the child, and the last number it called safe."""
    here, there = socket.socketpair()
    with here:
        with there:
            code = kill_at(_command(mode, folder, there.fileno()), point, pass_fds=[there.fileno()])
        said = b"".join(iter(lambda: here.recv(65536), b""))
    return code, int(said.split()[-1]) if said.split() else 0


def _points(mode: str, folder: Path) -> list[Point]:
    here, there = socket.socketpair()
    with here, there:
        command = _command(mode, folder, there.fileno())
        return all_points(command, folder.with_suffix(".trace"), pass_fds=[there.fileno()])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records of a box that has run before."""
    folder = tmp_path_factory.mktemp("prepared")
    SqliteJournal(folder / "records.sqlite").close()
    return folder


@pytest.fixture(scope="module")
def points(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Point]]:
    """The points of each mode."""
    served = tmp_path_factory.mktemp("served")
    shutil.copytree(prepared, served, dirs_exist_ok=True)
    return {
        "journal": _points("journal", served),
        "first start": _points("journal", tmp_path_factory.mktemp("first")),
        "settings": _points("settings", tmp_path_factory.mktemp("settings")),
    }


def _entries(path: Path) -> list[Entry]:
    connection = sqlite3.connect(path)
    bodies = [body for (body,) in connection.execute("SELECT body FROM journal ORDER BY id")]
    connection.close()
    return [decode(line) for body in bodies for line in unpack(body)]


def _check_journal(folder: Path, safe: int) -> None:
    path = folder / "records.sqlite"
    journal = SqliteJournal(path)
    unfinished = {**journal.open_calls(), **journal.unrecorded_calls()}
    journal.close()
    assert verify(path) is None
    found, expected = _entries(path), story()
    assert found == expected[: len(found)]
    assert len(found) >= safe
    connection = sqlite3.connect(path)
    recorded = {call for (call,) in connection.execute("SELECT call FROM calls")}
    connection.close()
    started = {entry.call for entry in found if entry.kind == EntryKind.CALL_STARTED}
    assert started == recorded | set(unfinished)


@pytest.mark.parametrize("number", range(JOURNAL_POINTS))
def test_the_journal_loses_nothing(
    number: int, prepared: Path, points: dict[str, list[Point]], tmp_path: Path
) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    point = spread(points["journal"], JOURNAL_POINTS)[number]
    code, safe = _run("journal", tmp_path, point)
    assert code == KILLED or point in points["journal"][-100:]  # it may come with fewer, larger commits
    _check_journal(tmp_path, safe)


@pytest.mark.parametrize("number", range(FIRST_START_POINTS))
def test_a_killed_first_start_is_begun_again(
    number: int, points: dict[str, list[Point]], tmp_path: Path
) -> None:
    point = spread(points["first start"], FIRST_START_POINTS)[number]
    _, safe = _run("journal", tmp_path, point)
    _check_journal(tmp_path, safe)


@pytest.mark.parametrize("number", range(SETTINGS_POINTS))
def test_settings_are_the_last_saved_or_the_next(
    number: int, points: dict[str, list[Point]], tmp_path: Path
) -> None:
    point = spread(points["settings"], SETTINGS_POINTS)[number]
    code, safe = _run("settings", tmp_path, point)
    assert code == KILLED
    store = SettingsStore(tmp_path / "settings.json")
    found = store.current()
    version = found[0] if found else 0
    assert version in (safe, safe + 1)
    if found is not None:
        assert found[1].queues[0].ring_seconds == settings_of(version).queues[0].ring_seconds
        assert found[1].flows == settings_of(version).flows
    assert _run("settings", tmp_path, None) == (0, version + SAVES)  # and saving goes on


def test_the_control_tinydb_alone_loses_its_file(tmp_path: Path) -> None:
    """The rig can see a loss: the same saves on TinyDB's own storage, killed before it cuts off the rest."""
    lost = 0
    for number in range(3, 7):  # a short version follows a long one, and the other way round
        folder = tmp_path / str(number)
        folder.mkdir()
        code, _ = _run("naive", folder, ("ftruncate", number))
        assert code == KILLED
        try:
            json.loads((folder / "settings.json").read_text())
        except ValueError:
            lost += 1
    assert lost


def test_the_control_a_hasty_acknowledgement_is_found_out(prepared: Path, tmp_path: Path) -> None:
    """The rig can see a lost entry: a child that calls entries safe before they are written."""
    for number in (30, 60):
        folder = tmp_path / str(number)
        shutil.copytree(prepared, folder)
        code, safe = _run("hasty", folder, ("pwrite64", number))
        assert code == KILLED
        with pytest.raises(AssertionError):
            _check_journal(folder, safe)
