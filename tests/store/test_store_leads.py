"""Lists on the disk: twins are found, the next ones come in order, a killed core gives no lead out twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import DialKind, Limits, Matter, Verdict
from appliance.contract.errors import CallboxError
from appliance.contract.journal import Entry, EntryKind
from appliance.contract.leads import Lead, LeadState, Outcome, Phone, Wanted
from appliance.core.dialer.attempts import Attempts
from appliance.core.dialer.place import place_of
from appliance.core.dialer.recycle import after
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore, NewLead

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANYWHERE = "US||America/New_York"
PLAN = CampaignPlan(
    "spring", "Spring", Matter.SALES, DialMethod.PROGRESSIVE, {"a": 1}, Limits(frozenset({"US"}))
)


@pytest.fixture
def store(opened: SqliteJournal) -> LeadStore:
    return LeadStore(opened, lambda: AT)


@pytest.fixture
def rows(opened: SqliteJournal, path: Path) -> Iterator[LeadRows]:
    with closing(LeadRows(path)) as found:
        yield found


def lead(number: str, row: int = 2, **more: Any) -> NewLead:
    return NewLead(row, (Phone(number, "mobile"),), more.pop("place", ANYWHERE), **more)


def wanted(*lists: str, most: int = 10, order: str = "imported", at: datetime = AT, **more: Any) -> Wanted:
    return Wanted(lists, most, order, at, more.pop("open", lambda place: True), **more)


def names(rows: LeadRows, asked: Wanted) -> list[str]:
    return [one.lead.name for one in rows.ready(asked)]


def test_twins_are_left_out_within_a_list_and_across_lists_where_wished(store: LeadStore) -> None:
    first, second = store.new_list("A", "fair"), store.new_list("B", "web")
    assert store.add(first, [lead("+12125550001", 2), lead("+12125550002", 3)], across=False) == []
    twins = store.add(first, [lead("+12125550002", 7), lead("+12125550003", 8)], across=False)
    assert [(twin.number, twin.row) for twin in twins] == [("+12125550002", 3)]
    assert store.add(second, [lead("+12125550003", 2)], across=False, apply=False) == []
    (twin,) = store.add(second, [lead("+12125550003", 2)], across=True)
    assert (twin.list, twin.row) == (first, 8)
    store.drop_list(first)
    assert store.add(second, [lead("+12125550003", 2)], across=True) == []


def test_priority_goes_first_and_places_that_are_closed_not_at_all(store: LeadStore, rows: LeadRows) -> None:
    which = store.new_list("A", "")
    store.add(
        which,
        [
            lead("+12125550001", name="plain"),
            lead("+12125550002", name="urgent", priority=5),
            lead("+442079460123", name="asleep", place="GB||Europe/London"),
            lead("+12125550003", name="plain too"),
        ],
        across=False,
    )
    assert names(rows, wanted(which, open=lambda place: place.startswith("US"))) == [
        "urgent",
        "plain",
        "plain too",
    ]
    assert names(rows, wanted(which, most=2)) == ["urgent", "plain"]
    assert set(names(rows, wanted(which, order="random"))) == {"urgent", "plain", "plain too", "asleep"}
    kept = {one.lead.id for one in rows.ready(wanted(which)) if one.lead.name.startswith("plain")}
    assert names(rows, wanted(which, but=frozenset(kept))) == ["urgent", "asleep"]
    store.drop_list(which)
    assert names(rows, wanted(which)) == []


def set_lead(journal: SqliteJournal, number: int, **data: Any) -> None:
    journal.append(Entry(EntryKind.LEAD_SET, AT, None, {"lead": number, "why": "agent", **data}))
    assert journal.flush()


def test_callbacks_come_first_then_retries_that_are_due(
    store: LeadStore, rows: LeadRows, opened: SqliteJournal
) -> None:
    which = store.new_list("A", "")
    store.add(which, [lead(f"+1212555000{n}", name=str(n)) for n in range(4)], across=False)
    hour = timedelta(hours=1)
    set_lead(opened, 2, state="retry", due=(AT - hour).isoformat())
    set_lead(opened, 3, state="callback", due=AT.isoformat(), agent="11", own=True, asked_at=AT.isoformat())
    set_lead(opened, 4, state="retry", due=(AT + hour).isoformat())
    found = [one.lead for one in rows.ready(wanted(which))]
    assert [one.name for one in found] == ["2", "1", "0"]
    assert (found[0].agent, found[0].own, found[0].callee.asked_at) == ("11", True, AT)
    assert names(rows, wanted(which, at=AT + hour)) == ["2", "1", "3", "0"]


def passed(number: str) -> Verdict:
    return Verdict((), AT, number, "US")


def begun(journal: SqliteJournal, clock: SteppedClock, one: Lead) -> str:
    """Begin an attempt and wait until it may be dialled."""
    went: list[str] = []
    attempts = Attempts(clock, journal, lambda call: call())
    attempt = attempts.begin("spring", passed(one.phone.number), one, DialKind.CAMPAIGN, went.append)
    assert journal.flush()
    assert went == [attempt]
    return attempt


def test_an_attempt_is_known_before_the_dial_and_ends_with_what_follows(
    store: LeadStore, rows: LeadRows, opened: SqliteJournal
) -> None:
    which = store.new_list("A", "")
    two = (Phone("+12125550001", "mobile"), Phone("+13125550002", "home"))
    store.add(which, [NewLead(2, two, ANYWHERE)], across=False)
    clock = SteppedClock(AT)
    (candidate,) = rows.ready(wanted(which))
    attempt = begun(opened, clock, candidate.lead)
    assert rows.ready(wanted(which)) == []
    follows = after(candidate.lead, Outcome.INVALID, AT, PLAN, 1)
    Attempts(clock, opened, lambda call: call()).end(
        attempt, Outcome.INVALID, "SIT 404", None, candidate.lead, follows
    )
    assert opened.flush()
    (again,) = rows.ready(wanted(which, at=AT + timedelta(minutes=2)))
    assert (again.lead.next, again.lead.tries, again.lead.phones[0].bad) == (1, 1, "invalid")
    assert again.lead.place == place_of("+13125550002")
    assert again.history.lead == (AT,) and again.history.number == ()
    history, _ = rows.of_number("+12125550001", None, AT)
    assert history.number == (AT,)


def test_who_was_not_dialled_after_all_stands_as_before(
    store: LeadStore, rows: LeadRows, opened: SqliteJournal
) -> None:
    which, clock = store.new_list("A", ""), SteppedClock(AT)
    store.add(which, [lead("+12125550001")], across=False)
    (candidate,) = rows.ready(wanted(which))
    pen = Attempts(clock, opened, lambda call: call())
    attempt = begun(opened, clock, candidate.lead)
    follows = after(candidate.lead, Outcome.NOT_DIALLED, AT, PLAN, 1)
    pen.end(attempt, Outcome.NOT_DIALLED, "box: somebody rang", None, candidate.lead, follows)
    assert opened.flush()
    (again,) = rows.ready(wanted(which))
    assert (again.lead, again.history) == (candidate.lead, candidate.history)
    busy = begun(opened, clock, again.lead)
    pen.end(busy, Outcome.BUSY, "cause 17", None, again.lead, after(again.lead, Outcome.BUSY, AT, PLAN, 1))
    assert opened.flush()
    (again,) = rows.ready(wanted(which, at=AT + timedelta(hours=1)))
    assert (again.lead.tries, again.history.number, again.history.lead) == (1, (AT,), (AT,))


def test_a_core_killed_in_the_dial_gives_no_lead_out_twice_and_loses_none(path: Path) -> None:
    journal = SqliteJournal(path)
    store, clock = LeadStore(journal, lambda: AT), SteppedClock(AT)
    which = store.new_list("A", "")
    store.add(which, [lead("+12125550001")], across=False)
    with closing(LeadRows(path)) as rows:
        (candidate,) = rows.ready(wanted(which))
        attempt = begun(journal, clock, candidate.lead)
    journal.close()
    journal = SqliteJournal(path)  # the next core
    with closing(LeadRows(path)) as rows:
        assert rows.ready(wanted(which, at=AT + timedelta(days=9))) == [], "it is still being dialled"
        assert rows.open_attempts() == [(attempt, "spring", 1)]
        Attempts(clock, journal, lambda call: call()).interrupted(attempt, rows.lead(1), PLAN)
        assert journal.flush()
        assert rows.open_attempts() == []
        assert rows.ready(wanted(which, at=AT + timedelta(minutes=59))) == []
        (back,) = rows.ready(wanted(which, at=AT + timedelta(minutes=61)))
        assert back.lead.state is LeadState.RETRY and back.history.number == (AT,) and back.lead.tries == 1
    journal.close()


def test_a_refused_number_is_never_begun(opened: SqliteJournal) -> None:
    from appliance.contract.dialling import Refusal, Why

    attempts = Attempts(SteppedClock(AT), opened, lambda call: call())
    refused = Verdict((Refusal(Why.DROPS),), AT, "+12125550001")
    with pytest.raises(ValueError, match="gate"):
        attempts.begin("spring", refused, None, DialKind.CALLBACK, lambda attempt: None)


def test_do_not_call_lists(store: LeadStore, rows: LeadRows, opened: SqliteJournal) -> None:
    store.block(["+12125550001", "+4930*"], "own", "", "sms")
    assert store.load_official("TPS", AT, ["+12125550001", "+12125550002"]) == 2
    assert store.load_official("TPS", AT - timedelta(days=1), ["+12125550001"]) == 1
    entry = {"entry": "+12125550001", "kind": "campaign", "list": "spring", "why": "key"}
    opened.append(Entry(EntryKind.DNC_ADDED, AT, None, entry))
    assert opened.flush()
    _, blocked = rows.of_number("+12125550001", None, AT)
    assert sorted((one.kind, one.list) for one in blocked) == [
        ("campaign", "spring"),
        ("official", "TPS"),
        ("own", ""),
    ]
    assert rows.of_number("+12125550002", None, AT)[1] == ()
    assert [one.entry for one in rows.patterns()] == ["+4930*"]
    assert rows.official_lists() == {"TPS": AT - timedelta(days=1)}
    store.unblock("+12125550001", "own", "")
    assert len(rows.of_number("+12125550001", None, AT)[1]) == 2
    with pytest.raises(CallboxError, match="future"):
        store.load_official("TPS", AT + timedelta(days=1), [])
