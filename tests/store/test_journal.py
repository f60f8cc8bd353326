"""The journal: order, chain, durability, recovery, sick disks, records beside their entries."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind
from appliance.core.records import interrupted, rebuild
from appliance.store import codec, database, ledger, records, recovery
from appliance.store import journal as journal_module
from appliance.store.journal import SqliteJournal
from appliance.store.notes import Notes
from appliance.store.reader import RecordReader
from appliance.store.records import RecordStore, verify
from appliance.store.tables import metadata
from appliance.store.tail import Tail
from bench.store.workload import START, Calls, record_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(path)
    yield journal
    journal.close()


def _feed(journal: SqliteJournal, entries: list[Entry]) -> None:
    for entry in entries:
        journal.append(entry)
        if entry.kind == EntryKind.CALL_ENDED:
            journal.put(record_of(entries))


def _copy(path: Path, folder: Path) -> Path:
    """The files as a killed process would leave them: no clean end, taken while the journal still runs."""
    folder.mkdir()
    for name in os.listdir(path.parent):
        if (path.parent / name).is_file():
            shutil.copy(path.parent / name, folder / name)
    return folder / path.name


def test_a_call_is_read_back_with_its_record_and_entries(opened: SqliteJournal, calls: Calls) -> None:
    entries = calls.answered()
    _feed(opened, entries)
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
    other = SqliteJournal(_copy(opened.path, tmp_path / "after"))
    call = entries[0].call
    assert call is not None
    assert other.open_calls() == {call: [entry for entry in entries if entry.call == call]}
    other.close()
    assert verify(other.path) is None


def test_the_tail_is_not_taken_twice(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    _feed(opened, calls.answered())  # the tail still holds these when they are in the database
    opened.flush()
    other = SqliteJournal(_copy(opened.path, tmp_path / "after"))
    assert other._ledger.next == opened._ledger.next
    assert other.open_calls() == {}
    other.close()


def test_open_calls_are_closed_as_interrupted(opened: SqliteJournal, calls: Calls, tmp_path: Path) -> None:
    done, going, other_going = calls.answered(), calls.answered()[:12], calls.answered()[:3]
    _feed(opened, done)
    for entry in [*going, *other_going]:
        opened.append(entry)
    opened.settle()
    second = SqliteJournal(_copy(opened.path, tmp_path / "after"))
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
    other = SqliteJournal(_copy(opened.path, tmp_path / "after"))
    assert other.open_calls() == {}
    assert list(other.unrecorded_calls()) == [entries[0].call]
    other.close()


def test_a_start_reads_back_only_to_the_oldest_open_call(
    opened: SqliteJournal, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        _feed(opened, calls.answered())
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
    _feed(opened, entries)
    _feed(opened, calls.answered())
    opened.append(late)
    _feed(opened, calls.answered())
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
    _feed(journal, entries)
    for _ in range(3):
        journal.flush()
        _feed(journal, calls.answered())
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

    def slow(descriptor: int) -> None:
        time.sleep(0.02)
        real(descriptor)
        order.append("disk")

    monkeypatch.setattr(os, "fdatasync", slow)
    done = threading.Event()
    started = time.monotonic()

    def told() -> None:
        order.append("told")
        done.set()

    opened.append(calls.answered()[0], told)
    assert time.monotonic() - started < 0.01
    assert done.wait(5)
    assert order == ["disk", "told"]


def test_a_callback_that_fails_harms_nobody(opened: SqliteJournal, calls: Calls) -> None:
    def fails() -> None:
        raise RuntimeError("not your thread")

    opened.append(calls.answered()[0], fails)
    done = threading.Event()
    opened.append(calls.answered()[0], done.set)
    assert done.wait(5)


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

        def commit(self: ledger.Ledger, connection: object) -> None:
            if disk.full:
                raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
            real_commit(self, connection)  # type: ignore[arg-type]

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

    def commit(self: ledger.Ledger, connection: object) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(ledger.Ledger, "_write_blocks", commit)
        assert real is Tail.append
        entries = calls.answered()
        told = threading.Event()
        for entry in entries:
            journal.append(entry, told.set if entry.kind == EntryKind.CALL_ENDED else None)
        assert told.wait(5)
        after = _copy(path, tmp_path / "after")
    assert not disk.full
    other = SqliteJournal(after)
    assert list(other.unrecorded_calls()) == [entries[0].call]
    other.close()
    journal.close()


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
    _feed(opened, calls.answered())
    assert opened.flush()
    reader = RecordReader(opened.path)
    assert len(reader.calls()) == 1
    reader.close()


def test_records_are_rebuilt_from_the_journal(opened: SqliteJournal, calls: Calls) -> None:
    many = [calls.answered() for _ in range(60)]
    for entries in many:
        _feed(opened, entries)
    opened.flush()
    with sqlite3.connect(opened.path) as connection:
        connection.execute("DELETE FROM calls WHERE id % 2")
        connection.execute("UPDATE calls SET outcome = 'forged'")
    connection.close()
    store = RecordStore(opened)

    def derive(entries: object) -> object:
        return next(iter(rebuild(entries).values()), None)  # type: ignore[arg-type]

    opened._ledger._recent.clear()
    assert store.rebuild(derive) == 60  # type: ignore[arg-type]
    opened.flush()
    reader = RecordReader(opened.path)
    found = [row.record for row in reader.calls(limit=100)]
    assert found == [record_of(entries) for entries in reversed(many)]
    assert reader.call(found[0].call) is not None
    reader.close()
    assert store.verify() is None


def test_agent_time_follows_status_and_restart(opened: SqliteJournal) -> None:
    from datetime import timedelta

    def status(minute: int, agent: str, what: str, pause: str | None = None) -> None:
        data = {"agent": agent, "status": what, "by": "page", "pause_code": pause}
        at = START + timedelta(minutes=minute)
        opened.append(Entry(EntryKind.AGENT_STATUS, at, None, data))

    status(0, "11", "available")
    status(5, "12", "available")
    status(10, "11", "on_break", "lunch")
    status(20, "12", "logged_out")
    opened.append(Entry(EntryKind.TRUNK_STATUS, START + timedelta(minutes=25), None, {"trunk": "gsm1"}))
    opened.append(Entry(EntryKind.BOX_STARTED, START + timedelta(minutes=90), None, {"interrupted": 0}))
    query = "SELECT agent, status, pause_code, (ended - started) / 60000000 FROM agent_time ORDER BY id"
    expected = [("11", "available", None, 10), ("12", "available", None, 15), ("11", "on_break", "lunch", 15)]

    def rows() -> list[tuple[object, ...]]:
        opened.flush()
        connection = sqlite3.connect(opened.path)
        found = connection.execute(query).fetchall()
        connection.close()
        return found

    assert rows() == expected
    RecordStore(opened).rebuild(lambda entries: None)
    assert rows() == expected


@pytest.mark.parametrize("column", ["body", "hash", "entries", "gone"])
def test_the_chain_shows_what_was_changed(opened: SqliteJournal, calls: Calls, column: str) -> None:
    for _ in range(10):
        _feed(opened, calls.answered())
        opened.flush()
    opened.close()
    assert verify(opened.path) is None
    connection = sqlite3.connect(opened.path)
    (row,) = connection.execute("SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET 8").fetchone()
    (other,) = connection.execute("SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET 4").fetchone()
    (after,) = connection.execute("SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET 9").fetchone()
    if column == "gone":
        connection.execute("DELETE FROM journal WHERE id = ?", (row,))
    elif column == "entries":
        connection.execute("UPDATE journal SET entries = entries + 1 WHERE id = ?", (row,))
    else:
        connection.execute(
            f"UPDATE journal SET {column} = (SELECT {column} FROM journal WHERE id = ?) WHERE id = ?",  # noqa: S608
            (other, row),
        )
    connection.commit()
    connection.close()
    assert verify(opened.path) == (after if column == "gone" else row)


def test_a_forged_row_with_a_hash_of_its_own_is_found_by_the_next(
    opened: SqliteJournal, calls: Calls
) -> None:
    for _ in range(3):
        _feed(opened, calls.answered())
        opened.flush()
    opened.close()
    connection = sqlite3.connect(opened.path)
    rows = connection.execute("SELECT id, body, hash FROM journal ORDER BY id").fetchall()
    lines = [line.replace(b"gsm1", b"gsm2") for line in codec.unpack(rows[1][1])]
    forged = rows[0][2]
    for line in lines:
        forged = codec.chain(forged, line)
    change = "UPDATE journal SET body = ?, hash = ? WHERE id = ?"
    connection.execute(change, (codec.pack(lines), forged, rows[1][0]))
    connection.commit()
    connection.close()
    assert verify(opened.path) == rows[2][0]


def test_records_of_a_newer_callbox_are_refused_and_left_whole(path: Path, calls: Calls) -> None:
    journal = SqliteJournal(path)
    _feed(journal, calls.answered())
    journal.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    size = path.stat().st_size
    with pytest.raises(StoreError, match="newer Callbox") as refused:
        SqliteJournal(path)
    assert "9999" in str(refused.value)
    assert path.stat().st_size == size


def test_damaged_records_are_set_aside_and_calls_go_on(path: Path, calls: Calls) -> None:
    path.write_bytes(b"this is no database, but it is long enough to look at" * 100)
    notes = Notes()
    journal = SqliteJournal(path, notes)
    _feed(journal, calls.answered())
    assert journal.flush()
    journal.close()
    assert "set aside as records.sqlite.damaged-" in notes.sentences()[0]
    assert len(list(path.parent.glob("records.sqlite.damaged-*"))) == 1


def test_an_unusable_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        SqliteJournal(tmp_path / "nowhere" / "records.sqlite")


def test_the_migrations_make_the_tables(path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    SqliteJournal(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == database.HEAD
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [database.HEAD]
    assert {revision.revision for revision in script.walk_revisions()} == database._KNOWN


def test_an_idle_moment_empties_the_write_ahead_log(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_CHECKPOINT_COMMITS", 5)
    monkeypatch.setattr(journal_module, "_IDLE_SECONDS", 0.02)
    journal = SqliteJournal(path)
    for _ in range(6):
        _feed(journal, calls.answered())
        journal.settle()
    deadline = time.monotonic() + 5
    while journal._ledger.commits and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert journal._ledger.commits == 0
    assert path.stat().st_size > 6 * 500
    journal.close()


def test_closing_twice_and_appending_afterwards_is_harmless(opened: SqliteJournal, calls: Calls) -> None:
    opened.close()
    opened.append(calls.answered()[0])
    opened.put(record_of(calls.answered()))
    opened.close()
    assert records.verify(opened.path) is None
