"""Killed at any of its writes, the desk loses nothing it called safe."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.store.journal import SqliteJournal
from tests.store.desk_child import ROUNDS
from tests.store.killpoints import KILLED, Point, all_points, kill_at, spread, wanted_points

POINTS = max(3, wanted_points() * 3 // 10)


def _run(folder: Path, mode: str, point: Point | None) -> tuple[int, int]:
    here, there = socket.socketpair()
    with here:
        with there:
            command = [sys.executable, "-m", "tests.store.desk_child", mode, str(folder), str(there.fileno())]
            code = kill_at(command, point, pass_fds=[there.fileno()])
        said = b"".join(iter(lambda: here.recv(65536), b""))
    return code, int(said.split()[-1]) if said.split() else 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    SqliteJournal(folder / "records.sqlite").close()
    return folder


@pytest.fixture(scope="module")
def points(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Point]:
    served = tmp_path_factory.mktemp("served")
    shutil.copytree(prepared, served, dirs_exist_ok=True)
    here, there = socket.socketpair()
    with here, there:
        command = [sys.executable, "-m", "tests.store.desk_child", "true", str(served), str(there.fileno())]
        return all_points(command, served.with_suffix(".trace"), pass_fds=[there.fileno()])


def _check(folder: Path, safe: int) -> None:
    """Round n leaves contact n, message n with its mail, and caller n on the list, in this order."""
    path = folder / "records.sqlite"
    SqliteJournal(path).close()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        contacts = {name for (name,) in file.execute("SELECT name FROM contacts")}
        numbers = file.execute("SELECT count(*) FROM contact_numbers").fetchone()[0]
        messages = dict(file.execute("SELECT recording, mailed FROM voicemail WHERE state = 'new'"))
        mails = {one for (one,) in file.execute("SELECT attachment FROM mail")}
        lost = {number for (number,) in file.execute("SELECT number FROM lost_callers")}
    assert numbers == len(contacts)
    assert {recording for recording, mailed in messages.items() if mailed} == mails
    rounds, part = divmod(safe, 4)
    assert {f"C{n}" for n in range(rounds + (part > 0))} <= contacts
    assert {f"r{n}" for n in range(rounds + (part > 1))} <= set(messages)
    assert {f"r{n}" for n in range(rounds + (part > 2))} <= mails
    assert {f"+1415555{n:04d}" for n in range(rounds)} <= lost


@pytest.mark.parametrize("number", range(POINTS))
def test_nothing_that_was_called_safe_is_lost(
    number: int, prepared: Path, points: list[Point], tmp_path: Path
) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    code, safe = _run(tmp_path, "true", spread(points, POINTS)[number])
    assert code in (KILLED, 0)
    _check(tmp_path, safe)


def test_unharmed_it_does_all(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    assert _run(tmp_path, "true", None) == (0, 4 * ROUNDS)
    _check(tmp_path, 4 * ROUNDS)


def test_the_control_a_hasty_acknowledgement_is_found_out(
    prepared: Path, points: list[Point], tmp_path: Path
) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    code, safe = _run(tmp_path, "hasty", points[len(points) // 2])
    assert code == KILLED
    with pytest.raises(AssertionError):
        _check(tmp_path, safe)
