"""Promises to call somebody in the records: what stands after each entry, and after a killed process."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.contract.callbacks import CallbackKind
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.store.journal import SqliteJournal
from tests.store.journal_files import copied

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def entry(kind: EntryKind, which: str, minute: int = 0, /, **data: JsonValue) -> Entry:
    return Entry(kind, AT + timedelta(minutes=minute), CallId("call"), {"callback": which, **data})


def promised(which: str, minute: int = 0, /, **data: JsonValue) -> Entry:
    at = (AT + timedelta(minutes=minute)).isoformat()
    given: dict[str, JsonValue] = {"kind": "callback", "number": "+14155550100", "since": at, "due": at}
    given |= {"waited": 12.5, "reason": "key", "queue": "sales", "wants": '{"vip":true}', **data}
    return entry(EntryKind.CALLBACK_PROMISED, which, minute, **given)


def rows(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute("SELECT * FROM callbacks ORDER BY promised, id")]


def test_what_was_promised_stands_until_it_is_closed(path: Path) -> None:
    journal = SqliteJournal(path)
    later = (AT + timedelta(hours=1)).isoformat()
    for one in (
        promised("a"),
        promised("b", 1, kind="scheduled", agent="11", queue=None, name="ACME", language="de"),
        entry(EntryKind.CALLBACK_TRIED, "a", 2, why="busy", tries=1, due=later, agent="12"),
        entry(EntryKind.CALLBACK_MOVED, "b", 3, due=later, why="hours"),
        promised("c", 4),
        entry(EntryKind.CALLBACK_CLOSED, "c", 5, why="served", agent="12"),
    ):
        journal.append(one)
    first, second = journal.callbacks()
    assert (first.id, first.kind, first.tries, first.wants) == ("a", CallbackKind.CALLBACK, 1, '{"vip":true}')
    assert (first.due, first.since, first.waited) == (AT + timedelta(hours=1), AT, 12.5)
    assert (second.kind, second.agent, second.queue, second.language, second.name) == (
        CallbackKind.SCHEDULED, "11", "", "de", "ACME"
    )  # fmt: skip
    assert second.due == AT + timedelta(hours=1)
    journal.close()
    kept = {row["id"]: row for row in rows(path)}
    assert (kept["a"]["tried_why"], kept["a"]["tried_by"], kept["a"]["closed_at"]) == ("busy", "12", None)
    assert (kept["c"]["closed_why"], kept["c"]["closed_call"]) == ("served", "call")


def test_only_the_first_end_counts_and_nothing_after_it(path: Path) -> None:
    journal = SqliteJournal(path)
    for one in (
        promised("a"),
        entry(EntryKind.CALLBACK_CLOSED, "a", 1, why="cancelled"),
        entry(EntryKind.CALLBACK_CLOSED, "a", 2, why="served"),
        entry(EntryKind.CALLBACK_TRIED, "a", 3, why="busy", tries=1, due=AT.isoformat()),
    ):
        journal.append(one)
    assert journal.callbacks() == []
    journal.close()
    (row,) = rows(path)
    assert (row["closed_why"], row["tries"]) == ("cancelled", 0)


def test_who_is_not_reached_is_a_lost_caller(path: Path) -> None:
    journal = SqliteJournal(path)
    for one in (
        promised("a"),
        entry(EntryKind.CALLBACK_TRIED, "a", 1, why="busy", tries=2, due=AT.isoformat(), agent="11"),
        entry(EntryKind.CALLBACK_CLOSED, "a", 1, why="not_reached", agent="11"),
        promised("b", 2, number="+14155550101"),
        entry(EntryKind.CALLBACK_CLOSED, "b", 3, why="cancelled"),
    ):
        journal.append(one)
    journal.close()
    with closing(sqlite3.connect(path)) as file:
        found = file.execute("SELECT number, reason, tries, tried_by, closed_at FROM lost_callers").fetchall()
    assert found == [("+14155550100", "callback", 2, "11", None)]


def test_a_time_that_is_none_spoils_only_its_own_row(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.append(promised("bad", due="soon"))
    journal.append(promised("good"))
    assert [one.id for one in journal.callbacks()] == ["good"]
    journal.close()


def test_a_promise_that_was_acknowledged_outlives_a_killed_process(path: Path, tmp_path: Path) -> None:
    journal, synced = SqliteJournal(path), threading.Event()
    journal.append(promised("a"), synced.set)
    assert synced.wait(20)
    found = SqliteJournal(copied(path, tmp_path / "killed"))
    assert [one.id for one in found.callbacks()] == ["a"]
    found.close()
    journal.close()
