"""Records as the page reads them: filters, paging, sums, metrics, export, and that it cannot write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord
from appliance.reports.calls import CallFilter, CallList, filter_of
from appliance.reports.export import COLUMNS, export, safe_cell
from appliance.reports.metrics import METRICS, data, figures, today
from appliance.store.journal import SqliteJournal
from appliance.store.reader import RecordReader
from appliance.store.tables import facts
from bench.store.workload import START, Calls, record_of

DAY = timedelta(days=1)


def _record(place: int, **changed: object) -> CallRecord:
    record = CallRecord(
        call=CallId(f"{place:032x}"),
        direction="inbound",
        started=START + timedelta(minutes=place),
        ended=START + timedelta(minutes=place + 1),
        trunk="gsm1",
        number=f"+15551230{place:03d}",
        queue="sales",
        outcome="abandoned",
        waited_seconds=float(place),
    )
    for name, value in changed.items():
        object.__setattr__(record, name, value)
    return record


RECORDS = [
    _record(1, name="Grace Hopper"),
    _record(2, outcome="answered", answered=True, agent="11", talk_seconds=60.0, handset="201"),
    _record(3, direction="outbound", outcome="busy", queue=None, trunk="fxo1", waited_seconds=0.0),
    _record(4, outcome="answered", answered=True, agent="12", talk_seconds=30.0, name="100% =SUM(A1)"),
    _record(5, number=None, queue="help"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.sqlite"
    journal = SqliteJournal(path)
    for record in RECORDS:
        journal.put(record)
    journal.close()
    return path


@pytest.fixture
def reader(path: Path) -> Iterator[RecordReader]:
    reader = RecordReader(path)
    yield reader
    reader.close()


def _numbers(reader: RecordReader, which: CallFilter) -> list[int]:
    return [int(row.record.call, 16) for row in reader.calls(which)]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (CallFilter(), [5, 4, 3, 2, 1]),
        (CallFilter(direction="outbound"), [3]),
        (CallFilter(outcome="answered"), [4, 2]),
        (CallFilter(queue="help"), [5]),
        (CallFilter(agent="12"), [4]),
        (CallFilter(trunk="fxo1"), [3]),
        (CallFilter(text="hopper"), [1]),
        (CallFilter(text="+1 (555) 123-0002"), [2]),
        (CallFilter(text="1230004"), [4]),
        (CallFilter(text="100%"), [4]),
        (CallFilter(text="%"), [4]),
        (CallFilter(text="201"), [2]),
        (CallFilter(text="' OR 1=1 --"), []),
        (CallFilter(since=START + timedelta(minutes=2), until=START + timedelta(minutes=4)), [3, 2]),
        (CallFilter(outcome="answered", agent="11", text="555"), [2]),
    ],
)
def test_filters(reader: RecordReader, which: CallFilter, expected: list[int]) -> None:
    assert _numbers(reader, which) == expected


def test_records_come_back_as_they_were(reader: RecordReader) -> None:
    assert [row.record for row in reader.calls()] == list(reversed(RECORDS))


def test_paging_shows_every_call_once_while_new_ones_come(path: Path) -> None:
    calls = CallList(path)
    first = calls.page(limit=2)
    journal = SqliteJournal(path)
    journal.put(_record(6))
    journal.close()
    second = calls.page(before=first.next, limit=2)
    third = calls.page(before=second.next, limit=2)
    shown = [int(row.record.call, 16) for page in (first, second, third) for row in page.calls]
    assert shown == [5, 4, 3, 2, 1]
    assert third.next is None
    calls.close()


def test_a_page_that_is_just_full_has_no_next(path: Path) -> None:
    calls = CallList(path)
    assert calls.page(limit=5).next is None
    assert calls.page(limit=4).next is not None
    calls.close()


def test_sums(reader: RecordReader) -> None:
    sums = reader.sums(CallFilter(direction="inbound"))
    assert (sums.calls, sums.answered, sums.abandoned) == (4, 2, 2)
    assert (sums.talk_seconds, sums.waited_seconds, sums.longest_wait_seconds) == (90.0, 12.0, 5.0)
    nothing = reader.sums(CallFilter(queue="none"))
    assert (nothing.calls, nothing.answered, nothing.longest_wait_seconds) == (0, 0, 0.0)


def test_metrics_agree_with_the_calls_behind_them(reader: RecordReader) -> None:
    day = today(START, "UTC")
    found = figures(reader, day)
    assert found == {"calls": 5, "answered": 2, "abandoned": 2, "longest_wait": 5.0}
    for metric in METRICS:
        behind = reader.calls(metric.narrow(day))
        if metric.unit == "calls":
            assert len(behind) == found[metric.name]
        assert metric.formula


def test_what_only_carries_an_agents_audio_is_no_call_of_the_figures(path: Path) -> None:
    journal = SqliteJournal(path)
    carrier = {"direction": "internal", "queue": None, "outcome": "answered", "answered": True}
    journal.put(_record(6, handset="outside-13", agent="13", **carrier))
    journal.put(_record(7, handset="201", **carrier))  # two handsets of the office
    journal.put(_record(8, handset=None, **carrier))
    journal.put(_record(9, handset="outside-13", outcome="answered", answered=True))  # a caller's, with them
    journal.close()
    reader = RecordReader(path)
    assert _numbers(reader, CallFilter()) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert _numbers(reader, today(START, "UTC")) == [9, 8, 7, 5, 4, 3, 2, 1]
    assert figures(reader, today(START, "UTC"))["calls"] == 8
    behind = data(reader, START, START + DAY).calls
    assert [int(call.call, 16) for call in behind] == [1, 2, 3, 4, 5, 7, 8, 9]
    reader.close()


def test_today_is_the_local_day() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    day = today(late, "Europe/Berlin")
    assert day.since == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert day.until == datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    spring = today(datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "Europe/Berlin")  # 23 hours long
    assert spring.since is not None
    assert spring.until is not None
    assert spring.until - spring.since == timedelta(hours=23)


def test_an_unknown_call_is_none(reader: RecordReader) -> None:
    assert reader.call("f" * 32) is None


def test_the_reader_cannot_write(reader: RecordReader) -> None:
    with pytest.raises(OperationalError, match="readonly|read-only"), reader._engine.begin() as connection:
        connection.execute(insert(facts).values(name="x", value=1))


def test_no_records_yet_is_a_sentence(tmp_path: Path) -> None:
    reader = RecordReader(tmp_path / "records.sqlite")
    with pytest.raises(StoreError, match="cannot be read now"):
        reader.calls()
    reader.close()
    assert not (tmp_path / "records.sqlite").exists()


def test_reading_goes_on_while_the_journal_writes(tmp_path: Path) -> None:
    path, calls = tmp_path / "records.sqlite", Calls()
    journal = SqliteJournal(path)
    reader = RecordReader(path)
    seen = 0
    for number in range(1, 30):
        entries = calls.answered()
        for entry in entries:
            journal.append(entry)
        journal.put(record_of(entries))
        journal.flush()
        seen = reader.sums().calls
        assert seen == number
    reader.close()
    journal.close()


def test_the_form_of_empty_fields_means_any() -> None:
    assert filter_of(text="  ") == CallFilter()
    assert filter_of(text=" x ", queue="sales") == CallFilter(text="x", queue="sales")


def test_export_is_csv_of_every_call(path: Path) -> None:
    calls = CallList(path)
    rows = list(csv.DictReader(io.StringIO("".join(export(calls, CallFilter(direction="inbound"))))))
    calls.close()
    assert list(rows[0]) == list(COLUMNS)
    assert [row["call"] for row in rows] == [RECORDS[place].call for place in (4, 3, 1, 0)]
    assert rows[0]["number"] == ""
    assert rows[3]["number"] == "'+15551230001"
    assert rows[3]["started"] == "2026-03-02T09:01:00+00:00"
    assert rows[2]["answered"] == "yes"


@given(st.text(max_size=40))
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell.strip(" \u00a0\u200b\ufeff")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "|", "%"} - {
        ""
    }
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


@given(st.dictionaries(st.sampled_from(["name", "reason", "transferred_to"]), st.text(max_size=20)))
def test_any_text_of_a_record_gives_one_row(changed: dict[str, str]) -> None:
    class _One(CallList):
        def __init__(self) -> None:
            pass

        def page(self, which: object = None, before: object = None, limit: int = 0) -> object:  # type: ignore[override]
            from appliance.reports.calls import CallPage, CallRow

            return CallPage([CallRow(1, _record(1, **changed))], None)

    rows = list(csv.reader(io.StringIO("".join(export(_One())))))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 2
