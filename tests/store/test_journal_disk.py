"""The journal on sick disks: what hangs, is full or refuses holds no call up and is said."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from appliance.contract.journal import EntryKind
from appliance.store import journal as journal_module
from appliance.store import ledger
from appliance.store.journal import SqliteJournal
from appliance.store.notes import Notes
from appliance.store.reader import RecordReader
from appliance.store.records import verify
from appliance.store.tail import Tail
from bench.store.workload import Calls, record_of
from tests.store.journal_files import copied


def test_append_never_blocks_while_the_disk_hangs(
    opened: SqliteJournal, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = threading.Event()
    real = os.fdatasync

    def hangs(descriptor: int) -> None:
        hang.wait(20)
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", hangs)
    opened.append(calls.answered()[0])
    slowest = 0.0
    entries = [entry for _ in range(50) for entry in calls.answered()]
    for entry in entries:
        before = time.monotonic()
        opened.append(entry)
        slowest = max(slowest, time.monotonic() - before)
    hang.set()
    assert slowest < 0.1
    assert opened.flush()
    assert verify(opened.path) is None


class _Disk:
    """A switch that makes every commit and every write of the tail fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        real_commit, real_append = ledger.Ledger._write_blocks, Tail.append
        disk = self

        def commit(self: ledger.Ledger) -> None:
            if disk.full:
                raise sqlite3.OperationalError("database or disk is full")
            real_commit(self)

        def append(self: Tail, lines: list[bytes]) -> None:
            if disk.full:
                raise OSError(28, "No space left on device")
            real_append(self, lines)

        monkeypatch.setattr(ledger.Ledger, "_write_blocks", commit)
        monkeypatch.setattr(Tail, "append", append)


def test_what_a_full_disk_refuses_waits_and_is_said(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_RETRY_SECONDS", 0.02)
    notes, disk = Notes(), _Disk(monkeypatch)
    journal = SqliteJournal(path, notes)
    told: list[int] = []
    disk.full = True
    entries = calls.answered()
    for number, entry in enumerate(entries):
        journal.append(entry, lambda number=number: told.append(number))  # type: ignore[misc]
    journal.put(record_of(entries))
    journal.settle()
    assert told == []
    assert "disk is full" in notes.sentences()[0]
    assert "wait in memory" in notes.sentences()[0]
    disk.full = False
    assert journal.flush()
    assert told == list(range(len(entries)))
    assert notes.sentences() == []
    journal.close()
    reader = RecordReader(path)
    assert [row.record for row in reader.calls()] == [record_of(entries)]
    reader.close()
    assert verify(path) is None


def test_memory_is_bounded_and_the_loss_is_said(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(journal_module, "_MOST_WAITING", 100)
    notes, disk = Notes(), _Disk(monkeypatch)
    journal = SqliteJournal(path, notes)
    disk.full = True
    for _ in range(500):
        for entry in calls.answered():
            journal.append(entry)
    journal.settle()
    assert len(journal._ledger.pending) <= 2 * 100 + 1000  # one batch is in no list while it is taken over
    disk.full = False
    assert journal.flush()
    assert any("lost" in sentence for sentence in notes.sentences())
    journal.close()
    assert verify(path) is None


def test_the_database_may_fail_while_the_tail_holds(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tail has its size from the start: with a full disk an acknowledgement is still honest."""
    monkeypatch.setattr(journal_module, "_RETRY_SECONDS", 30.0)
    disk = _Disk(monkeypatch)
    real = Tail.append
    journal = SqliteJournal(path)

    def commit(self: ledger.Ledger) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(ledger.Ledger, "_write_blocks", commit)
        assert real is Tail.append
        entries = calls.answered()
        told = threading.Event()
        for entry in entries:
            journal.append(entry, told.set if entry.kind == EntryKind.CALL_ENDED else None)
        assert told.wait(5)
        after = copied(path, tmp_path / "after")
    assert not disk.full
    other = SqliteJournal(after)
    assert list(other.unrecorded_calls()) == [entries[0].call]
    other.close()
    journal.close()
