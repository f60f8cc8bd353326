"""Lost callers: who stands on the list, and what takes them off it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.ids import CallId, new_id
from appliance.contract.journal import CallRecord
from appliance.store import lost
from appliance.store.writer import Writer, open_writer

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+14155550100"


class List:
    """The table, and calls that end one after the other, a minute apart."""

    def __init__(self, writer: Writer, path: Path) -> None:
        self.writer = writer
        self.path = path
        self.records: list[CallRecord] = []

    def call(self, outcome: str, direction: str = "inbound", **more: Any) -> CallRecord:
        at = START + timedelta(minutes=len(self.records))
        record = CallRecord(
            CallId(new_id()),
            direction,
            at,
            at + timedelta(seconds=30),
            number=NUMBER,
            outcome=outcome,
            answered=outcome == "answered",
        )
        record = replace(record, **more)
        self.records.append(record)
        self.keep(record)
        return record

    def keep(self, record: CallRecord) -> None:
        with self.writer.begin():
            lost.keep(self.writer, record, self.records.index(record) + 1)

    def rows(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.path)) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute("SELECT * FROM lost_callers ORDER BY id")]

    def row(self) -> dict[str, Any]:
        (row,) = self.rows()
        return row


@pytest.fixture
def callers(tmp_path: Path) -> Iterator[List]:
    path = tmp_path / "records.sqlite"
    with closing(open_writer(path)) as writer:
        yield List(writer, path)


@pytest.mark.parametrize("outcome", ["abandoned", "no_answer", "closed", "interrupted", "failed"])
def test_who_was_not_served_is_on_the_list(callers: List, outcome: str) -> None:
    call = callers.call(outcome, queue="sales", name="ACME", marketing="spring")
    row = callers.row()
    assert (row["number"], row["name"], row["reason"], row["call"]) == (NUMBER, "ACME", outcome, call.call)
    assert (row["queue"], row["marketing"], row["calls"], row["closed_at"]) == ("sales", "spring", 1, None)


@pytest.mark.parametrize("outcome", ["answered", "menu", "voicemail"])
def test_who_was_served_is_not(callers: List, outcome: str) -> None:
    callers.call(outcome)
    assert callers.rows() == []


def test_nobody_rings_back_without_a_number_or_a_colleague(callers: List) -> None:
    callers.call("abandoned", number=None)
    callers.call("abandoned", direction="internal", number="202")
    callers.call("busy", direction="outbound")
    assert callers.rows() == []


def test_one_row_a_caller_however_often_they_rang(callers: List) -> None:
    callers.call("abandoned")
    last = callers.call("closed")
    row = callers.row()
    assert (row["calls"], row["reason"], row["call"]) == (2, "closed", last.call)


def test_reached_closes_and_says_who_had_tried(callers: List) -> None:
    callers.call("abandoned")
    callers.call("busy", direction="outbound", trunk="gsm1", agent="11")
    callers.call("no_answer", direction="outbound", trunk="gsm1", agent="12")
    row = callers.row()
    assert (row["tries"], row["tried_by"], row["closed_at"]) == (2, "12", None)
    reached = callers.call("answered", direction="outbound")
    row = callers.row()
    assert (row["closed_why"], row["closed_call"], row["tries"]) == ("reached", reached.call, 2)


def test_a_call_that_was_never_dialled_is_no_try(callers: List) -> None:
    callers.call("abandoned")
    callers.call("abandoned", direction="outbound", agent="11")  # the agent did not pick up
    row = callers.row()
    assert (row["tries"], row["tried_by"]) == (0, None)


def test_rang_again_and_served_closes(callers: List) -> None:
    callers.call("abandoned")
    callers.call("answered")
    assert callers.row()["closed_why"] == "rang_again"


def test_lost_again_after_that_is_a_new_row(callers: List) -> None:
    callers.call("abandoned")
    callers.call("answered")
    callers.call("closed")
    assert [row["closed_why"] for row in callers.rows()] == ["rang_again", None]


def test_others_are_not_touched(callers: List) -> None:
    callers.call("abandoned")
    callers.call("answered", number="+14155550199")
    assert callers.row()["closed_at"] is None


def test_records_made_again_change_nothing(callers: List) -> None:
    outcomes = ("abandoned", "answered", "abandoned", "closed", "abandoned", "answered", "abandoned")
    for outcome in outcomes:
        callers.call(outcome)
        callers.call("busy", direction="outbound", trunk="gsm1", agent="11")
    before = callers.rows()
    assert len(before) == 3
    for record in callers.records:
        callers.keep(record)
    after = callers.rows()
    assert [{**row, "tries": 0} for row in after] == [{**row, "tries": 0} for row in before]
