"""What queues remember, read of the records at a start: a day, a month, in order; quick with any number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.ids import CallId, new_id
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.contract.memory import Memory, StatusThen
from appliance.store import _sqlite, memory
from appliance.store.journal import SqliteJournal
from appliance.store.writer import open_writer

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    made = SqliteJournal(tmp_path / "records.sqlite")
    yield made
    made.close()


def put(journal: SqliteJournal, ago: timedelta, **more: Any) -> str:
    """A call of two minutes that began so long ago; its number is the only thing the tests know it by."""
    call = CallId(new_id())
    started = NOW - ago
    plain: dict[str, Any] = {
        "number": f"+1415555{int(ago.total_seconds()) % 10_000:04}",
        "trunk": "gsm1",
        "queue": "sales",
        "agent": "11",
        "answered": True,
        "outcome": "answered",
        "waited_seconds": 20.0,
        "talk_seconds": 100.0,
    }
    record = CallRecord(call, "inbound", started, started + timedelta(minutes=2), **(plain | more))
    journal.append(Entry(EntryKind.CALL_STARTED, started, call, {"direction": "inbound"}))
    journal.append(Entry(EntryKind.CALL_ENDED, started + timedelta(minutes=2), call, {"by": "caller"}))
    journal.put(record)
    return str(record.number)


def status(journal: SqliteJournal, ago: timedelta, agent: str, what: str) -> None:
    data = {"agent": agent, "status": what, "handset": "201", "by": "page"}
    journal.append(Entry(EntryKind.AGENT_STATUS, NOW - ago, data=data))


def test_a_day_of_calls_and_a_month_of_meetings(journal: SqliteJournal) -> None:
    old, month = put(journal, 31 * 24 * HOUR), put(journal, 20 * 24 * HOUR)
    lost = put(journal, 5 * HOUR, answered=False, agent=None, outcome="abandoned")
    tried = put(journal, 3 * HOUR, answered=False, outcome="no_answer", queue=None)
    inside = put(journal, 2 * HOUR, trunk=None)
    found = journal.memory(NOW)
    assert [call.number for call in found.calls] == [lost, tried, inside]
    assert [call.number for call in found.met] == [month, tried], "by a line, with an agent"
    assert old not in [call.number for call in found.met]
    first = found.calls[0]
    assert (first.queue, first.outcome, first.answered, first.waited) == ("sales", "abandoned", False, 20.0)
    assert first.ended == NOW - 5 * HOUR + timedelta(minutes=2) and not found.calls[2].outside


def test_shifts(journal: SqliteJournal) -> None:
    status(journal, 3 * HOUR, "11", "available")
    status(journal, 2 * HOUR, "12", "available")
    status(journal, 1 * HOUR, "11", "on_break")
    status(journal, timedelta(0), "12", "logged_out")
    assert journal.memory(NOW).statuses == (
        StatusThen("11", "available", NOW - 3 * HOUR, NOW - HOUR),
        StatusThen("12", "available", NOW - 2 * HOUR, NOW),
        StatusThen("11", "on_break", NOW - HOUR),
    )


def test_calls_that_the_start_itself_closed_are_there(journal: SqliteJournal, tmp_path: Path) -> None:
    """A core that was killed: whoever waited is closed as interrupted, and has the old place back."""
    number = put(journal, HOUR, answered=False, agent=None, outcome="interrupted")
    assert [call.number for call in journal.memory(NOW).calls] == [number], "queued, not yet on the disk"


def test_records_that_cannot_be_read_are_no_memory(journal: SqliteJournal) -> None:
    put(journal, HOUR)
    journal.close()
    assert journal.memory(NOW) == Memory()


def test_no_start_reads_all_calls(tmp_path: Path) -> None:
    """By the index of times; what is read is bounded besides."""
    writer = open_writer(tmp_path / "records.sqlite")
    try:
        for statement in (_sqlite.CALLS_SINCE, _sqlite.CALLS_WITH_AGENT):
            (how,) = writer.run(f"EXPLAIN QUERY PLAN {statement}", since=0).fetchall()
            assert "calls_started" in how[3] and "SCAN" not in how[3]
    finally:
        writer.close()
    assert memory.MOST_MET <= 4000
