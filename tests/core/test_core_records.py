"""The record is what the journal says, whoever builds it and whenever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.core.records import RecordBuilder, interrupted, rebuild
from tests.core.office import Office

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALL = CallId("c")


def entry(kind: EntryKind, seconds: float, /, **data: JsonValue) -> Entry:
    return Entry(kind, START + timedelta(seconds=seconds), CALL, data)


VALUES: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)
)
KEYS = st.sampled_from(
    ("direction", "trunk", "number", "leg", "kind", "held", "cause", "by", "queue", "waited", "agent")
)
ENTRIES = st.lists(
    st.builds(
        lambda kind, call, gap, data: (kind, CallId(call), gap, data),
        st.sampled_from(EntryKind),
        st.sampled_from(["a", "b", "c"]),
        st.floats(0, 1000),
        st.dictionaries(KEYS, VALUES, max_size=6),
    ),
    max_size=40,
)


def _timed(rows: list[tuple[EntryKind, CallId, float, dict[str, JsonValue]]]) -> list[Entry]:
    at, entries = START, []
    for kind, call, gap, data in rows:
        at += timedelta(seconds=gap)
        entries.append(Entry(kind, at, call, data))
    return entries


@given(ENTRIES)
def test_any_entries_give_a_record_and_incremental_equals_rebuilt(
    rows: list[tuple[EntryKind, CallId, float, dict[str, JsonValue]]],
) -> None:
    entries = _timed(rows)
    builders: dict[CallId, RecordBuilder] = {}
    for each in entries:
        assert each.call is not None
        builder = builders.setdefault(each.call, RecordBuilder(each.call))
        builder.add(each)
        record = builder.record()  # looking at it on the way changes nothing
        if record is not None:
            assert record.talk_seconds >= 0 and record.held_seconds >= 0
    rebuilt = rebuild(entries)
    assert rebuilt == {call: b.record() for call, b in builders.items() if b.record() is not None}


@given(ENTRIES)
def test_after_closing_the_interrupted_calls_none_is_open(
    rows: list[tuple[EntryKind, CallId, float, dict[str, JsonValue]]],
) -> None:
    entries = _timed(rows)
    at = START + timedelta(days=9)
    closing = interrupted(entries, at)
    records = rebuild([*entries, *closing])
    assert all(record.ended is not None for record in records.values())
    assert not interrupted([*entries, *closing], at)
    assert len({each.call for each in closing}) == len(closing)


def test_times_of_talk_and_hold_with_a_transfer() -> None:
    entries = [
        entry(EntryKind.CALL_STARTED, 0, direction="inbound", trunk="t"),
        entry(EntryKind.LEG_ADDED, 0, leg="x", line="t", kind="trunk"),
        entry(EntryKind.QUEUE_ENTERED, 5, queue="sales", position=1),
        entry(EntryKind.CONNECTED, 20, agent="11", handset="201", waited=15.0),
        entry(EntryKind.HELD, 30, leg="a", held=True),
        entry(EntryKind.HELD, 40, leg="a", held=False),
        entry(EntryKind.HELD, 50, leg="a", held=True),
        entry(EntryKind.TRANSFERRED, 60, by="201", target="202", kind="blind"),
        entry(EntryKind.LEG_RELEASED, 61, leg="a", line="201", cause=16, reason=""),
        entry(EntryKind.CONNECTED, 70, agent="12", handset="202"),
        entry(EntryKind.CALL_ENDED, 100, cause=16, reason="", by="caller"),
        entry(EntryKind.RECORDING_ENDED, 101, recording="r", seconds=1.0),
    ]
    record = rebuild(entries)[CALL]
    assert record.talk_seconds == 40 + 30 and record.held_seconds == 10 + 11
    assert (record.agent, record.handset, record.transferred_to) == ("11", "201", "202")
    assert record.waited_seconds == 15.0 and record.outcome == "answered"


def test_hold_lasts_until_the_last_party_takes_it_back() -> None:
    builder = RecordBuilder(CALL)
    for each in [
        entry(EntryKind.CALL_STARTED, 0, direction="inbound"),
        entry(EntryKind.HELD, 10, leg="a", held=True),
        entry(EntryKind.HELD, 20, leg="b", held=True),
        entry(EntryKind.HELD, 30, leg="a", held=False),
        entry(EntryKind.HELD, 50, leg="b", held=False),
        entry(EntryKind.CALL_ENDED, 60, cause=16, reason="", by="caller"),
    ]:
        builder.add(each)
    record = builder.record()
    assert record is not None and record.held_seconds == 40.0


def test_nothing_changes_a_record_after_its_end() -> None:
    entries = [
        entry(EntryKind.CALL_STARTED, 0, direction="inbound"),
        entry(EntryKind.CALL_ENDED, 60, cause=16, reason="", by="caller"),
    ]
    late = [
        entry(EntryKind.CONNECTED, 61, agent="11"),
        entry(EntryKind.CALL_ENDED, 62, cause=17, reason="again", by="box"),
    ]
    assert rebuild([*entries, *late]) == rebuild(entries)


def test_open_call_has_an_open_record() -> None:
    builder = RecordBuilder(CALL)
    assert builder.record() is None
    builder.add(entry(EntryKind.CALL_STARTED, 0, direction="inbound"))
    builder.add(entry(EntryKind.QUEUE_ENTERED, 5, queue="sales", position=1))
    builder.add(entry(EntryKind.OFFERED, 25, queue="sales", agent="11", handset="201"))
    record = builder.record()
    assert record is not None and record.outcome == "open" and record.ended is None
    assert record.waited_seconds == 20.0


def test_box_that_died_closes_its_calls_as_interrupted() -> None:
    office = Office()
    office.log_in("11")
    office.talk("gsm1")
    office.caller_in_queue("gsm2")
    office.caller_in_menu("fxo1").hang_up()
    office.pump()
    survived = list(office.journal.entries)  # the process is gone here
    at = office.clock.wall() + timedelta(seconds=3)
    closing = interrupted(survived, at)
    assert len(closing) == 2
    records = rebuild([*survived, *closing])
    outcomes = sorted(record.outcome for record in records.values())
    assert outcomes == ["interrupted", "interrupted", "menu"]
    talked = next(record for record in records.values() if record.trunk == "gsm1")
    assert talked.answered and talked.cause == HangupCause.INTERRUPTED and talked.recordings
    assert talked.ended == at and talked.ended_by == "box"
