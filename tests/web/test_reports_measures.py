"""Figures of the queues: of made-up calls by hand, and of a day of the real core, out of its records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.reports.measures import BY_NAME, Data, Span, grouped, measured, spans
from appliance.reports.metrics import data
from appliance.store.journal import SqliteJournal
from appliance.store.reader import RecordReader
from tests.core.acd_hall import Hall, queue

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def call(number: int, outcome: str = "answered", waited: float = 5.0, **more: Any) -> CallRecord:
    answered = outcome == "answered"
    given: dict[str, Any] = {
        "trunk": "gsm1",
        "queue": "sales",
        "agent": "11" if answered else None,
        "talk_seconds": 60.0 if answered else 0.0,
        **more,
    }
    at = START + timedelta(minutes=10 * number)
    return CallRecord(
        CallId(str(number)),
        "inbound",
        at,
        at,
        waited_seconds=waited,
        answered=answered,
        outcome=outcome,
        **given,
    )


CALLS = [
    call(0),
    call(1, waited=25.0, transferred_to="12"),
    call(2, waited=20.0, agent="12", queue="help", trunk="voip/2"),
    call(3, "abandoned", 8.0),
    call(4, "abandoned", 40.0),
    call(5, "no_answer", 60.0),
    call(6, "menu", 0.0, queue=None),
]


def span(state: str, minutes: float, status: str = "available", queue: str | None = None) -> Span:
    return Span("11", status, state, START, START + timedelta(minutes=minutes), queue)


def test_every_figure_by_hand() -> None:
    did = [
        span("in_call", 2),
        span("wrap_up", 1, queue="sales"),
        span("waiting", 5),
        span("waiting", 9, "on_break"),
    ]
    assert measured(Data(CALLS, did)) == {
        "offered": 6,
        "answered": 3,
        "abandoned": 2,
        "abandonment": pytest.approx(100 / 3),
        "asa": pytest.approx(50 / 3),
        "longest_wait": 60.0,
        "service_level": pytest.approx(100 * 2 / 6),
        "service_level_without_short": pytest.approx(100 * 2 / 5),
        "aht": pytest.approx((180 + 60) / 3),
        "occupancy": pytest.approx(100 * 3 / 8),
        "transfer_rate": pytest.approx(100 / 3),
        "csat": None,
        "fcr": None,
    }


@dataclass
class Answered:
    """An answer of the survey."""

    call: str
    kind: str
    answer: int | None


ANSWERS = [
    Answered("0", "csat", 5),
    Answered("1", "csat", 4),
    Answered("2", "csat", 2),
    Answered("3", "csat", None),
    Answered("0", "free", 9),
    Answered("0", "solved", 1),
    Answered("6", "solved", 2),
    Answered("99", "csat", 1),  # of a call of another day
    Answered("99", "solved", 1),
]


def test_satisfaction_and_first_contact_of_the_survey() -> None:
    data = Data(CALLS, answers=ANSWERS)
    found = measured(data)
    assert found["csat"] == pytest.approx(100 * 2 / 3) and found["fcr"] == 50
    assert [call.call for call in BY_NAME["csat"].behind(data)] == ["0", "1", "2"]
    assert [call.call for call in BY_NAME["fcr"].behind(data)] == ["0", "6"]
    by_queue = {name: measured(part) for name, part in grouped(data, "queue").items()}
    assert by_queue["sales"]["csat"] == 100 and by_queue["help"]["csat"] == 0
    assert by_queue["sales"]["fcr"] == 100
    assert measured(Data([], answers=ANSWERS))["csat"] is None


def test_by_marketing_campaign() -> None:
    calls = [call(0, marketing="radio"), call(1, marketing="leaflet"), call(2), call(3, marketing="radio")]
    parts = grouped(Data(calls, answers=[Answered("0", "csat", 3)]), "marketing")
    assert {name: len(part.calls) for name, part in parts.items()} == {"leaflet": 1, "radio": 2}
    assert measured(parts["radio"])["csat"] == 0 and measured(parts["leaflet"])["csat"] is None


def test_each_figure_has_its_formula_and_the_calls_behind_it() -> None:
    assert all(one.formula and one.unit and one.label for one in BY_NAME.values())
    behind = {name: [record.call for record in one.behind(Data(CALLS))] for name, one in BY_NAME.items()}
    assert behind["service_level"] == ["0", "2"] and behind["abandoned"] == ["3", "4"]
    assert behind["transfer_rate"] == ["1"] and len(behind["offered"]) == 6


def test_nothing_is_no_figure() -> None:
    found = measured(Data([]))
    assert (found["offered"], found["asa"], found["service_level"], found["occupancy"]) == (
        0,
        None,
        None,
        None,
    )


def test_groups() -> None:
    whole = Data(CALLS, [span("in_call", 40, queue="sales")])
    assert {name: len(part.calls) for name, part in grouped(whole, "queue").items()} == {
        "help": 1,
        "sales": 5,
    }
    assert {name: len(part.calls) for name, part in grouped(whole, "agent").items()} == {"11": 2, "12": 1}
    assert {name: len(part.calls) for name, part in grouped(whole, "trunk").items()} == {"gsm1": 6, "voip": 1}
    halves = grouped(whole, "interval", 30, "America/New_York")
    assert [(name[11:16], len(part.calls)) for name, part in halves.items()] == [
        ("04:00", 3),
        ("04:30", 3),
        ("05:00", 1),
    ]
    assert [sum(one.seconds for one in part.spans) for part in halves.values()] == [1800, 600, 0]


def test_an_interval_over_the_change_of_clocks_ends() -> None:
    night = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    whole = Data([], [Span("11", "available", "waiting", night, night + timedelta(hours=3))])
    halves = grouped(whole, "interval", 30, "Europe/Berlin")
    assert sum(one.seconds for part in halves.values() for one in part.spans) == 3 * 3600


def test_agents_time_of_the_journal() -> None:
    def entry(kind: EntryKind, minutes: float, **told: str) -> Entry:
        return Entry(kind, START + timedelta(minutes=minutes), None, {"agent": "11", **told})

    found = spans(
        [
            entry(EntryKind.AGENT_STATUS, 0, status="available"),
            entry(EntryKind.AGENT_STATE, 5, state="in_call", queue="sales"),
            entry(EntryKind.AGENT_STATE, 8, state="wrap_up", queue="sales"),
            entry(EntryKind.AGENT_STATE, 9, state="waiting"),
            entry(EntryKind.AGENT_STATUS, 10, status="on_break"),
            entry(EntryKind.AGENT_STATUS, 20, status="logged_out"),
        ],
        START + timedelta(hours=1),
    )
    told = [(one.status, one.state, one.seconds / 60) for one in found]
    assert told == [
        ("available", "waiting", 5),
        ("available", "in_call", 3),
        ("available", "wrap_up", 1),
        ("available", "waiting", 1),
        ("on_break", "waiting", 10),
    ]


def test_figures_of_a_day_out_of_the_records(tmp_path: Path) -> None:
    """The core works, the store keeps, the reader reads, the figures are those of what happened."""
    hall = Hall([queue(wrap_up_seconds=15.0)])
    for seconds in (30, 60, 90):
        hall.call()
        hall.wait(5)
        hall.serve(hall.ringing()[0], seconds)
        hall.wait(15)
    hall.leave(hall.call())
    hall.wait(1)
    journal = SqliteJournal(tmp_path / "records.sqlite")
    for entry in hall.journal.entries:
        journal.append(entry)
    for record in hall.records:
        journal.put(record)
    journal.close()
    reader = RecordReader(tmp_path / "records.sqlite")
    found = data(reader, START, START + timedelta(days=1), within=10.0)
    figures = measured(found)
    assert (figures["offered"], figures["answered"], figures["abandoned"]) == (4, 3, 1)
    assert figures["asa"] == pytest.approx(5, abs=0.01) and figures["service_level"] == 75
    assert figures["aht"] == pytest.approx(60 + 15, abs=0.1)
    # The agents were there for the whole of it, and after it until now: only its own day counts.
    assert all(one.until <= START + timedelta(days=1) for one in found.spans)
    none = data(reader, START + timedelta(days=1), START + timedelta(days=2))
    assert not none.calls and {one.state for one in none.spans} <= {"waiting"}
    reader.close()


def test_entries_between_two_moments(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "records.sqlite")
    for minute in range(200):
        at = START + timedelta(minutes=minute)
        journal.append(Entry(EntryKind.TRUNK_STATUS, at, None, {"trunk": "gsm1", "state": str(minute)}))
        if minute % 7 == 0:
            journal.flush()
    journal.close()
    reader = RecordReader(tmp_path / "records.sqlite")
    for first, last in ((0, 1), (0, 200), (50, 53), (77, 140), (199, 300), (300, 400)):
        found = reader.entries(START + timedelta(minutes=first), START + timedelta(minutes=last))
        assert [int(str(one.data["state"])) for one in found] == list(range(first, min(last, 200)))
    assert list(reader.entries(START - timedelta(days=2), START)) == []
    reader.close()
