"""The journal: order, durability, recovery, records beside their entries."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind
from appliance.core.records import interrupted
from appliance.store import journal as journal_module
from appliance.store import ledger, recovery
from appliance.store.journal import SqliteJournal
from appliance.store.reader import RecordReader
from appliance.store.records import verify
from bench.store.workload import START, Calls, record_of
from tests.store.journal_files import copied, feed


def test_a_call_is_read_back_with_its_record_and_entries(opened: SqliteJournal, calls: Calls) -> None:
    entries = calls.answered()
    feed(opened, entries)
    assert opened.flush()
    reader = RecordReader(opened.path)
    record = record_of(entries)
    found = reader.call(record.call)
    reader.close()
    assert found == (record, [entry for entry in entries if entry.call == record.call])


def test_interleaved_calls_keep_their_own_entries(opened: SqliteJournal, calls: Calls) -> None:
    many = [calls.answered() for _ in range(5)]
    for row in zip(*many, strict=True):
        for entry in row:
            opened.append(entry)
    for entries in many:
        opened.put(record_of(entries))
    opened.flush()
    reader = RecordReader(opened.path)
    for entries in many:
        record = record_of(entries)
        assert reader.call(record.call) == (record, [one for one in entries if one.call == record.call])
    reader.close()


def test_the_record_goes_into_the_commit_of_its_calls_end(
    opened: SqliteJournal, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_RECORD_SECONDS", 5.0)
    entries = calls.answered()[:20]
    assert entries[-1].kind == EntryKind.CALL_ENDED
    opened.flush()
    opened._ledger.commits = 0
    for entry in entries:
        opened.append(entry)
    deadline = time.monotonic() + 5
    while not opened._queue.empty() and time.monotonic() < deadline:
        threading.Event().wait(0.001)
    assert opened._ledger.commits == 0  # the end was taken, and waits for its record
    opened.put(record_of(entries))
    opened.settle()
    assert opened._ledger.commits == 1


def test_entries_survive_without_any_commit(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    entries = calls.answered()[:15]
    for entry in entries:
        opened.append(entry)
    opened.settle()
    other = SqliteJournal(copied(opened.path, tmp_path / "after"))
    call = entries[0].call
    assert call is not None
    assert other.open_calls() == {call: [entry for entry in entries if entry.call == call]}
    other.close()
    assert verify(other.path) is None


def test_the_tail_is_not_taken_twice(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    feed(opened, calls.answered())  # the tail still holds these when they are in the database
    opened.flush()
    other = SqliteJournal(copied(opened.path, tmp_path / "after"))
    assert other._ledger.next == opened._ledger.next
    assert other.open_calls() == {}
    other.close()


def test_open_calls_are_closed_as_interrupted(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    done, going, other_going = calls.answered(), calls.answered()[:12], calls.answered()[:3]
    feed(opened, done)
    for entry in [*going, *other_going]:
        opened.append(entry)
    opened.settle()
    second = SqliteJournal(copied(opened.path, tmp_path / "after"))
    found = second.open_calls()
    assert list(found) == [going[0].call, other_going[0].call]
    for entries in found.values():
        ending = interrupted(entries, START)
        for entry in ending:
            second.append(entry)
        second.put(record_of([*entries, *ending]))
    second.close()
    third = SqliteJournal(second.path)
    assert third.open_calls() == {}
    assert third.unrecorded_calls() == {}
    third.close()
    reader = RecordReader(second.path)
    outcomes = [row.record.outcome for row in reader.calls()]
    reader.close()
    assert outcomes == ["interrupted", "interrupted", "answered"]


def test_an_ended_call_without_a_record_is_named(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    entries = calls.answered()
    for entry in entries:
        opened.append(entry)
    opened.flush()
    other = SqliteJournal(copied(opened.path, tmp_path / "after"))
    assert other.open_calls() == {}
    assert list(other.unrecorded_calls()) == [entries[0].call]
    other.close()


def test_a_start_reads_back_only_to_the_oldest_open_call(
    opened: SqliteJournal, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        feed(opened, calls.answered())
        if number % 5 == 0:
            opened.flush()
    opened.append(calls.answered()[0])
    opened.close()
    read: list[int] = []
    real = recovery.recover

    def counted(connection: object) -> object:
        found = real(connection)  # type: ignore[arg-type]
        read.append(found.next - found.mark)
        return found

    monkeypatch.setattr(ledger, "recover", counted)
    again = SqliteJournal(opened.path)
    again.close()
    assert 0 < read[0] <= 700 < 2000 < again._ledger.next
    assert len(again.open_calls()) == 1


def test_a_late_entry_belongs_to_its_call(opened: SqliteJournal, calls: Calls) -> None:
    entries = calls.answered()
    late = entries.pop(18)
    assert late.kind == EntryKind.RECORDING_ENDED
    feed(opened, entries)
    feed(opened, calls.answered())
    opened.append(late)
    feed(opened, calls.answered())
    opened.close()
    reader = RecordReader(opened.path)
    found = reader.call(str(late.call))
    reader.close()
    assert found is not None
    assert found[1][-1] == late
    again = SqliteJournal(opened.path)
    assert again.open_calls() == {}
    again.close()


def test_a_late_entry_alone_is_no_open_call(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its call lies before the mark, so a start reads the late entry without the call's beginning."""
    monkeypatch.setattr(ledger, "_MARK_EVERY", 1)
    journal = SqliteJournal(path)
    entries = calls.answered()
    late = entries.pop(18)
    feed(journal, entries)
    for _ in range(3):
        journal.flush()
        feed(journal, calls.answered())
    journal.flush()
    journal.append(late)
    journal.close()
    again = SqliteJournal(path)
    assert again._recovered.mark > 22
    assert again.open_calls() == {}
    assert again.unrecorded_calls() == {}
    again.close()


def test_synced_is_called_for_every_kind_and_after_the_disk(
    opened: SqliteJournal, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = os.fdatasync

    let = threading.Event()

    def slow(descriptor: int) -> None:
        assert let.wait(10)
        real(descriptor)
        order.append("disk")

    monkeypatch.setattr(os, "fdatasync", slow)
    done = threading.Event()

    def told() -> None:
        order.append("told")
        done.set()

    opened.append(calls.answered()[0], told)  # returns, although the disk does not go on
    assert order == []
    let.set()
    assert done.wait(10)
    assert order == ["disk", "told"]


def test_a_callback_that_fails_harms_nobody(opened: SqliteJournal, calls: Calls) -> None:
    def fails() -> None:
        raise RuntimeError("not your thread")

    opened.append(calls.answered()[0], fails)
    done = threading.Event()
    opened.append(calls.answered()[0], done.set)
    assert done.wait(5)


def test_an_entry_no_json_can_hold_is_kept_as_text(opened: SqliteJournal) -> None:
    call = CallId("c" * 32)
    odd = {"direction": "inbound", "name": "\ud800", "what": object(), "far": float("nan")}
    opened.append(Entry(EntryKind.CALL_STARTED, START, call, odd))  # type: ignore[arg-type]
    opened.append(Entry(EntryKind.CALL_ENDED, START.replace(tzinfo=None), call, {"cause": 16}))
    assert opened.flush()
    assert verify(opened.path) is None


def test_a_record_no_table_takes_does_not_stop_the_journal(opened: SqliteJournal, calls: Calls) -> None:
    entries = calls.answered()
    broken = record_of(entries)
    object.__setattr__(broken, "cause", 2**70)
    for entry in entries:
        opened.append(entry)
    opened.put(broken)
    feed(opened, calls.answered())
    assert opened.flush()
    reader = RecordReader(opened.path)
    assert len(reader.calls()) == 1
    reader.close()
