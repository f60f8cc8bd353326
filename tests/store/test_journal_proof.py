"""What the records prove and survive: rebuilding, the chain, newer, damaged and unusable files."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from appliance.contract.errors import StoreError
from appliance.contract.journal import Entry, EntryKind
from appliance.core.records import rebuild
from appliance.store import codec, database, records, schema
from appliance.store import journal as journal_module
from appliance.store.journal import SqliteJournal
from appliance.store.lead_tables import metadata
from appliance.store.notes import Notes
from appliance.store.reader import RecordReader
from appliance.store.records import RecordStore, verify
from bench.store.workload import START, Calls, record_of
from tests.store.journal_files import feed


def test_records_are_rebuilt_from_the_journal(opened: SqliteJournal, calls: Calls) -> None:
    many = [calls.answered() for _ in range(60)]
    for entries in many:
        feed(opened, entries)
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
        feed(opened, calls.answered())
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
        feed(opened, calls.answered())
        opened.flush()
    opened.close()
    connection = sqlite3.connect(opened.path)
    rows = connection.execute("SELECT id, body, hash FROM journal ORDER BY id").fetchall()
    # How many entries a row holds depends on the disk's pace: forge one that says something of gsm1.
    at = next(n for n in range(1, len(rows) - 1) if b"gsm1" in b"".join(codec.unpack(rows[n][1])))
    lines = [line.replace(b"gsm1", b"gsm2") for line in codec.unpack(rows[at][1])]
    forged = rows[at - 1][2]
    for line in lines:
        forged = codec.chain(forged, line)
    change = "UPDATE journal SET body = ?, hash = ? WHERE id = ?"
    connection.execute(change, (codec.pack(lines), forged, rows[at][0]))
    connection.commit()
    connection.close()
    assert verify(opened.path) == rows[at + 1][0]


def test_records_of_a_newer_callbox_are_refused_and_left_whole(path: Path, calls: Calls) -> None:
    journal = SqliteJournal(path)
    feed(journal, calls.answered())
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
    feed(journal, calls.answered())
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
        assert context.get_current_revision() == schema.HEAD
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.HEAD]
    assert {revision.revision for revision in script.walk_revisions()} == schema.KNOWN


def test_a_new_file_is_made_as_the_migrations_make_it(tmp_path: Path) -> None:
    new, migrated = (create_engine(f"sqlite:///{tmp_path}/{name}") for name in ("new", "migrated"))
    with new.begin() as one, migrated.begin() as other:
        database._create(one)
        database._migrate(other)
        assert _definitions(one) == _definitions(other)
    new.dispose()
    migrated.dispose()


def _definitions(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    found = {name: "".join(definition.split()) for name, definition in rows}
    del found["alembic_version"]  # Alembic names its key
    return found


def test_an_idle_moment_empties_the_write_ahead_log(
    path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_CHECKPOINT_COMMITS", 5)
    monkeypatch.setattr(journal_module, "_IDLE_SECONDS", 0.02)
    journal = SqliteJournal(path)
    for _ in range(6):
        feed(journal, calls.answered())
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
