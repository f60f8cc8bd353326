"""When a lead is dialled again: by outcome, at another part of the day, at its next number, or never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.campaigns import USUAL, Again
from appliance.contract.dialling import Refusal, Verdict, Why
from appliance.contract.leads import LeadState, Outcome, Phone
from appliance.core.dialer.recycle import after, again_at, part_of, put_off
from tests.core.dialer.leads_rig import lead, plan

NEW_YORK = ZoneInfo("America/New_York")
TWO = (Phone("+12125550001", "mobile"), Phone("+13125550002", "home"))


def local(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("outcome", "at", "due"),
    [
        (Outcome.BUSY, local(10), local(10, 10)),
        (Outcome.NO_ANSWER, local(9), local(13)),
        (Outcome.NO_ANSWER, local(12, 30), local(17)),
        (Outcome.NO_ANSWER, local(18), local(6, day=3)),
        (Outcome.MACHINE, local(10), local(12, day=3)),
        (Outcome.REJECTED, local(10), local(10, day=4)),
        (Outcome.DROPPED, local(10), local(10, day=5)),
        (Outcome.CONGESTION, local(10), local(10, 5)),
    ],
)
def test_each_outcome_has_its_time(outcome: Outcome, at: datetime, due: datetime) -> None:
    found = after(lead(1), outcome, at.astimezone(UTC), plan(), 1)
    if USUAL[outcome].days and not USUAL[outcome].other_part:
        due = max(local(6, day=at.day + USUAL[outcome].days), at)
    assert (found.state, found.due) == (LeadState.RETRY, due.astimezone(UTC))


@pytest.mark.parametrize("state", [LeadState.FRESH, LeadState.RETRY, LeadState.CALLBACK])
def test_who_was_not_dialled_after_all_stands_as_before(state: LeadState) -> None:
    one = lead(1, phones=TWO, next=1, state=state, due=local(9).astimezone(UTC), parts=(1, 0, 0))
    found = after(one, Outcome.NOT_DIALLED, local(10).astimezone(UTC), plan(), 99)
    assert (found.state, found.due, found.phone, found.parts) == (state, one.due, 1, (1, 0, 0))
    assert found.bad is None


def test_parts_of_the_day_that_were_tried_least_come_first() -> None:
    found = after(lead(1, parts=(0, 2, 1)), Outcome.NO_ANSWER, local(9).astimezone(UTC), plan(), 3)
    assert found.due == local(17).astimezone(UTC) and found.parts == (1, 2, 1)


def test_an_invalid_number_is_never_dialled_again_but_the_next_one_is() -> None:
    first = after(lead(1, phones=TWO), Outcome.INVALID, local(10).astimezone(UTC), plan(), 1)
    assert (first.state, first.phone, first.bad) == (LeadState.RETRY, 1, "+12125550001")
    assert first.place == "US||America/Chicago"
    only = after(lead(1), Outcome.INVALID, local(10).astimezone(UTC), plan(), 1)
    assert (only.state, only.why) == (LeadState.DONE, "no_numbers")


def test_no_answer_goes_on_to_the_next_number_and_round_again() -> None:
    found = after(lead(1, phones=TWO), Outcome.NO_ANSWER, local(10).astimezone(UTC), plan(), 1)
    assert found.phone == 1
    found = after(lead(1, phones=TWO, next=1), Outcome.NO_ANSWER, local(10).astimezone(UTC), plan(), 2)
    assert found.phone == 0
    bad = (TWO[0], Phone("+13125550002", "home", "invalid"))
    assert after(lead(1, phones=bad), Outcome.NO_ANSWER, local(10).astimezone(UTC), plan(), 1).phone == 0


def test_a_lead_is_done_after_so_many_tries_or_a_person() -> None:
    assert after(lead(1), Outcome.BUSY, local(10).astimezone(UTC), plan(), 5).state is LeadState.RETRY
    last = after(lead(1), Outcome.BUSY, local(10).astimezone(UTC), plan(), 6)
    assert (last.state, last.why) == (LeadState.DONE, "tries")
    assert after(lead(1), Outcome.PERSON, local(10).astimezone(UTC), plan(), 1).state is LeadState.DONE


def test_what_the_gate_refuses_for_good_is_done_and_the_rest_waits_as_long_as_it_says() -> None:
    at = local(10).astimezone(UTC)
    until = at + timedelta(hours=20)

    def of(*refusals: Refusal) -> object:
        found = put_off(lead(1), Verdict(refusals, at, "+12125550001"))
        return None if found is None else (found.state, found.due)

    assert of(Refusal(Why.HOURS, ("x", "y", "law"))) is None
    assert of(Refusal(Why.LOCKED, (until.isoformat(),))) == (LeadState.RETRY, until)
    assert of(Refusal(Why.BLOCKED, ()), Refusal(Why.LOCKED, (until.isoformat(),))) == (LeadState.DONE, None)
    assert of(Refusal(Why.CAP, ("number", "life", "5", "5"))) == (LeadState.DONE, None)
    assert of(Refusal(Why.CAP, ("number", "day", "3", "3"))) == (LeadState.RETRY, at + timedelta(hours=12))


@given(
    st.floats(0, 365 * 86400).map(
        lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    st.builds(
        Again,
        minutes=st.floats(0, 3000),
        days=st.integers(0, 5),
        other_part=st.booleans(),
    ),
    st.tuples(*[st.integers(0, 5)] * 3),
    st.sampled_from(["America/New_York", "Asia/Katmandu", "Australia/Lord_Howe", "Europe/London"]),
)
def test_it_is_never_too_early_and_at_another_part_where_that_is_asked(
    at: datetime, rule: Again, parts: tuple[int, int, int], name: str
) -> None:
    zone = ZoneInfo(name)
    due = again_at(at, rule, zone, parts)
    assert due.tzinfo is UTC
    assert due >= at + timedelta(minutes=rule.minutes) - timedelta(
        hours=1
    )  # a local hour that a DST day skips
    assert (due.astimezone(zone).date() - at.astimezone(zone).date()).days >= rule.days - 0
    if rule.other_part:
        assert part_of(due.astimezone(zone)) != part_of(at.astimezone(zone))
        assert due < at + timedelta(minutes=rule.minutes, days=rule.days + 4)
