"""Records of the first schema are brought up to date: nothing is lost, and they take what is new."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from appliance.contract.contacts import Contact
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord
from appliance.store import database
from appliance.store.contacts import Change, ContactStore
from appliance.store.journal import SqliteJournal
from appliance.store.reader import RecordReader
from appliance.store.schema import HEAD

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_CALL = (
    "INSERT INTO calls (id, last, call, direction, started, digits, waited_seconds, talk_seconds,"
    " held_seconds, answered, answer_inferred, outcome, reason, recordings)"
    " VALUES (50, 60, 'old', 'inbound', 1, '', 0, 0, 0, 1, 0, 'answered', '', '')"
)


def test_an_old_file_takes_new_calls_and_contacts(path: Path) -> None:
    database.make(path, "0001").dispose()
    with closing(sqlite3.connect(path)) as file:
        file.execute(_CALL)
        file.commit()
    journal = SqliteJournal(path)
    record = CallRecord(CallId("new"), "inbound", AT, AT, number="+14155550100", outcome="abandoned",
                        marketing="spring", contact="c1")  # fmt: skip
    journal.put(record)
    ContactStore(journal, lambda: AT, 10).save(Change(Contact("", "ACME", ("+14155550100",))))
    journal.close()
    with closing(RecordReader(path)) as reader:
        found = {str(row.record.call): row.record for row in reader.calls()}
    assert found["old"].outcome == "answered" and found["old"].marketing is None
    assert (found["new"].marketing, found["new"].contact) == ("spring", "c1")
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT number, marketing FROM lost_callers").fetchall() == [
            ("+14155550100", "spring")
        ]


def test_the_second_schema_gets_a_table_of_callbacks(path: Path) -> None:
    database.make(path, "0002").dispose()
    SqliteJournal(path).close()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM callbacks").fetchall() == [(0,)]
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
