"""Before a campaign starts: who may be called now, who is skipped and why, how long it takes, what is
missing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import Blocked, Consent, Law, Limits, Why
from appliance.contract.outreach import OutreachPlan
from appliance.core.dialer.launch import Around, Missing, Pace, Tally, check, hours, tally
from tests.core.dialer.leads_rig import AT, LAW, candidate, lead, plan, question, rules

READY = Around(("11", "12"), ("gsm1", "gsm2", "gsm3"), caller_id_answered=True, clock_trusted=True)
PLAN = replace(plan(queue="sales", trunk_group="outside"), caller_id="+12125559999")


def count(*leads: object, law: Law = LAW) -> Tally:
    asked = question(SteppedClock(AT))
    return tally(leads, lambda one: asked(one, False), law)  # type: ignore[arg-type]


def test_leads_are_counted_once_by_their_first_reason() -> None:
    blocked = replace(candidate(lead(3)), blocked=(Blocked("own", "", "+12125550003", AT),))
    found = count(candidate(lead(1)), candidate(lead(2, "+1310555")), blocked, candidate(lead(4, "+4930123")))
    assert (found.allowed, found.all) == (1, 4)
    assert found.skipped == {Why.HOURS: 1, Why.BLOCKED: 1, Why.NO_RULES: 1}


def test_a_campaign_that_has_all_it_needs_starts() -> None:
    found = check(PLAN, LAW, count(candidate(lead(1))), READY, Pace())
    assert found.starts and found.missing == () and found.lines == READY.lines


def test_everything_that_is_missing_is_said_at_once() -> None:
    bare = replace(plan(lists={}, limits=Limits(frozenset({"US", "BR"}))), queue="sales")
    found = check(bare, LAW, Tally(), Around((), (), False, False), Pace())
    assert not found.starts and found.hours == 0.0
    assert [what for what, _ in found.missing] == [
        Missing.LISTS, Missing.AGENTS, Missing.LINES, Missing.CALLER_ID, Missing.CLOCK, Missing.RULES,
    ]  # fmt: skip
    assert found.missing[-1] == (Missing.RULES, ("BR",))


@pytest.mark.parametrize("method", [DialMethod.BROADCAST, DialMethod.SURVEY, DialMethod.REMINDER])
def test_who_speaks_without_agents_needs_something_to_say(method: DialMethod) -> None:
    alone = replace(PLAN, method=method, queue=None)
    around = replace(READY, agents=())
    assert check(alone, LAW, count(candidate(lead(1))), around, Pace()).missing == ((Missing.FLOW, ()),)
    told = replace(alone, outreach=OutreachPlan(flow="spring"))
    assert check(told, LAW, count(candidate(lead(1))), around, Pace()).starts


def test_a_do_not_call_list_that_lacks_is_named() -> None:
    strict = replace(rules("US"), lists=("Registry",), list_waiver=Consent.WRITTEN)
    counted = count(candidate(lead(1)), law=replace(LAW, countries={"US": strict}))
    found = check(PLAN, LAW, counted, READY, Pace())
    assert (Missing.DNC, ("Registry", "US")) in found.missing and not found.starts


def test_a_campaign_that_has_nobody_to_call_now_may_start_and_wait() -> None:
    found = check(PLAN, LAW, count(candidate(lead(2, "+1310555"))), READY, Pace())
    assert found.starts and found.missing == ((Missing.NOBODY, ()),)


@pytest.mark.parametrize(
    ("method", "agents", "lines", "expected"),
    [
        (DialMethod.PROGRESSIVE, 2, 9, 1000 * (0.25 * 140 + 20) / 3600 / 2),  # agents are the narrow place
        (DialMethod.PROGRESSIVE, 9, 2, 1000 * (0.25 * 120 + 20) / 3600 / 2),  # lines are
        (DialMethod.PREDICTIVE, 2, 9, 1000 * (0.25 * 140) / 3600 / 2),
        (DialMethod.BROADCAST, 0, 2, 1000 * (0.25 * 120 + 20) / 3600 / 2),
        (DialMethod.PROGRESSIVE, 0, 2, None),
        (DialMethod.SURVEY, 0, 2, 1000 * (0.25 * 120 + 20) / 3600 / 2),
        (DialMethod.BROADCAST, 0, 0, None),
    ],
)
def test_how_long_it_takes(method: DialMethod, agents: int, lines: int, expected: float | None) -> None:
    found = hours(1000, method, agents, lines, Pace())
    assert found == (None if expected is None else pytest.approx(expected))
