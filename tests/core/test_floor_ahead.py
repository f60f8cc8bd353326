"""Campaigns that dial ahead of agents, and those without: drops, what is said then, the day's budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.campaigns import DialMethod, WorkPlan
from appliance.contract.dialling import History
from appliance.contract.flow import FlowPlan, HangupNode, PromptNode
from appliance.contract.journal import EntryKind
from appliance.contract.leads import Dial, Outcome
from appliance.contract.media import Speech
from appliance.contract.outreach import OutreachPlan
from appliance.core.dialer.inbound import Arrivals, fewest
from appliance.core.dialer.learning_gain import held_out
from tests.core.floor_hall import FloorHall


def rich(hall: FloorHall) -> None:
    """The day has earned many drops."""
    at = hall.clock.wall() - timedelta(seconds=1)
    hall.shelf.past = [Dial(at, Outcome.PERSON, 10.0)] * 400


def power(**more: Any) -> FloorHall:
    hall = FloorHall(method=DialMethod.POWER, ratio=2.0, drop_limit=0.03, **more)
    rich(hall)
    return hall


def said(hall: FloorHall) -> str:
    words = [
        part.text
        for _, what in hall.media.said
        if isinstance(what, tuple)
        for part in what
        if isinstance(part, Speech)
    ]
    return " ".join(words)


def test_with_nothing_earned_yet_power_holds_an_agent_for_each_call() -> None:
    hall = FloorHall(method=DialMethod.POWER, ratio=3.0, drop_limit=0.03)
    hall.start("11")
    assert len(hall.out()) == 1 and hall.look().pace == "budget"


def test_more_calls_than_agents_once_the_day_has_earned_them() -> None:
    hall = power()
    hall.start("11")
    assert len(hall.out()) == 2
    assert hall.look().persons == 400


def test_who_finds_no_agent_hears_who_called_within_two_seconds_and_is_a_drop() -> None:
    hall = power()
    hall.start("11")
    first, second = hall.out()
    hall.answers(first)
    hall.answers(second)
    assert hall.together("11", first) and hall.look().waiting == 1
    hall.wait(1.5)
    assert "Acme" not in said(hall)
    hall.wait(0.75)
    assert "Acme" in said(hall)
    assert hall.look().dropped == 1
    hall.wait(60)
    assert ("dropped", "") in hall.ended()
    hall.check()


def test_who_waits_is_joined_when_an_agent_comes_free_in_time() -> None:
    hall = power()
    hall.change_queue(wrap_up_seconds=0.0)
    hall.start("11")
    first, second = hall.out()
    hall.answers(first)
    hall.answers(second)
    hall.wait(1)
    hall.gone(first)
    assert hall.together("11", second)
    assert hall.look().dropped == 0
    hall.wait(10)
    assert hall.together("11", second)
    hall.check()


def test_who_hangs_up_before_an_agent_comes_is_no_lead_that_is_done() -> None:
    hall = power()
    hall.start("11")
    first, second = hall.out()
    hall.answers(first)
    hall.answers(second)
    hall.gone(second)
    assert hall.ended()[0][0] in ("rejected", "silent")
    hall.check()


def test_a_drop_counts_for_the_day_also_after_a_restart() -> None:
    hall = power()
    at = hall.clock.wall() - timedelta(seconds=1)
    hall.shelf.past += [Dial(at, Outcome.DROPPED, 10.0)] * 12
    hall.start("11")
    assert hall.look().dropped == 12 and hall.look().drop_percent > 2.9
    assert len(hall.out()) == 1, "the budget is spent: an agent is held for each call"


def test_predictive_dials_ahead_and_stays_within_the_lines() -> None:
    hall = FloorHall(method=DialMethod.PREDICTIVE, drop_limit=0.03)
    rich(hall)
    hall.start("11", "12")
    assert 2 <= len(hall.out()) <= 5
    assert hall.look().pace in ("risk", "day_at_stake", "no_line", "enough")
    hall.check()


def test_a_broadcast_needs_no_agent_and_speaks_to_whom_it_may() -> None:
    says = OutreachPlan(company="Acme", flow="told")
    hall = FloorHall(method=DialMethod.BROADCAST, recorded=True, outreach=says)
    hello = PromptNode(said={"": (Speech("Spring is here."),)}, exits={"next": "bye"})
    told = FlowPlan("told", "hello", {"hello": hello, "bye": HangupNode()})
    hall.change(flows={**hall.plan.flows, "told": told})
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    assert len(hall.out()) == 5, "all lines but the last free one"
    hall.answers(hall.out()[0])
    hall.wait(3)
    assert hall.look().persons == 1
    hall.check()


def test_a_machine_is_left_alone_where_nothing_is_to_be_said_to_it() -> None:
    hall = power(machines=AnswerWish.FEW_MACHINES)
    hall.start("11")
    first = hall.out()[0]
    hall.answers(first)
    hall.told(first, AnsweredBy.FAX)
    assert hall.ended()[0] == ("fax", "")
    ended = hall.entries(EntryKind.ATTEMPT_ENDED)[0].data
    assert {"answered", "told", "line"} <= ended.keys() and "joined" not in ended


def test_detection_that_says_nothing_takes_it_for_a_person() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    hall.start("11")
    (line,) = hall.out()
    hall.answers(line)
    hall.wait(10.5)
    assert hall.together("11", line)


def test_the_reserve_grows_with_the_callers_who_come() -> None:
    arrivals = Arrivals(0.0)
    assert arrivals.reserve(1800.0, 5, 120.0, 0) == 0
    kept = []
    for minute in range(60):
        for _ in range(minute // 10):
            arrivals.came(1800.0 + 60.0 * minute)
        kept.append(arrivals.reserve(1800.0 + 60.0 * minute, 5, 120.0, 0))
    assert kept == sorted(kept) and kept[-1] >= 2
    assert arrivals.reserve(5400.0, 1, 120.0, 3) == 1, "never more than there are"
    assert fewest(0.0) == 0


def test_agents_are_kept_for_callers_who_are_to_be_expected() -> None:
    hall = FloorHall()
    hall.log_in("11", "12")
    for _ in range(60):
        hall.floor._came("sales")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    hall.take_lines()
    assert not hall.out() and hall.look().pace == "reserved"


def test_a_number_that_goes_on_the_list_is_forgotten_by_the_hopper() -> None:
    hall = FloorHall(leads=3)
    hall.start("11")
    hall.system._kernel.note(EntryKind.DNC_ADDED, entry="+12125550002", kind="own", why="by hand")
    del hall.shelf.leads[2]
    hall.gone(hall.out()[0])
    assert hall.out()[0].dialled[-1] == "+12125550003"


def test_new_settings_hold_at_once() -> None:
    hall = FloorHall()
    hall.start("11")
    hall.change(campaigns={"spring": replace(hall.campaign, caller_id=None)})
    hall.gone(hall.out()[0])
    assert not hall.out() and ("caller_id",) in hall.look().why
    hall.change(campaigns={})
    assert hall.system.live().campaigns == []
    hall.check()


def test_the_look_before_the_start_counts_every_lead() -> None:
    hall = FloorHall(leads=7)
    hall.log_in("11")
    hall.floor.read_law()
    look = hall.floor.checking("spring")()
    assert (look.starts, look.leads, look.allowed, look.agents) == (True, 7, 7, ("11",))
    hall.trusted = False
    look = hall.floor.checking("spring")()
    assert not look.starts and ("clock",) in look.missing and look.skipped == {"clock": 7}


def test_who_answers_at_this_hour_is_dialled_before_who_does_not() -> None:
    hall = FloorHall(leads=12)
    now = hall.clock.wall()
    before = tuple(now - timedelta(days=day) for day in range(1, 8))
    first, likely = [number for number in range(1, 13) if not held_out(str(number), "spring")][:2]
    for number in range(1, first):
        del hall.shelf.leads[number]
    for number, one in hall.shelf.leads.items():
        answered = before if number == likely else ()
        hall.shelf.history[one.phone.number] = History(number=before, persons=answered)
    hall.start("11")
    assert hall.out()[0].dialled == [hall.shelf.leads[likely].phone.number]


def test_without_learning_leads_come_as_they_were_imported() -> None:
    hall = FloorHall(leads=5, work=WorkPlan(learning=False))
    now = hall.clock.wall()
    hall.shelf.history["+12125550003"] = History(
        number=(now - timedelta(days=1),), persons=(now - timedelta(days=1),)
    )
    hall.start("11")
    assert hall.out()[0].dialled == ["+12125550001"]


def test_what_was_dialled_before_the_start_is_learnt_from() -> None:
    hall = FloorHall()
    at = hall.clock.wall() - timedelta(days=2)
    hall.shelf.past = [Dial(at, Outcome.PERSON, 9.0, "a", 1, datetime.fromisoformat("2026-02-27T18:30"))] * 30
    hall.start("11")
    assert hall.floor.tutor.learning.model.dials == 30
