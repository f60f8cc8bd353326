# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""What waiting callers hear, may do, and where they go when it takes too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.flow import FlowPlan, HangupNode
from appliance.contract.journal import EntryKind
from appliance.contract.media import Sound, Speech
from appliance.contract.plan import Choice, OpeningHours, QueuePlan, TrunkPlan
from appliance.core.call.wants import Wants
from appliance.core.phrases import Phrase, say
from tests.core.acd_hall import Hall, agent, queue
from tests.core.office import Office, make_plan

SORRY = (Speech("All are busy."),)
MUSIC = (Sound("music/default"),)


def left(hall: Hall) -> list[object]:
    return [entry.data["why"] for entry in hall.entries(EntryKind.QUEUE_LEFT)]


# ------------------------------------------------------------------------- said


def test_place_comfort_and_music() -> None:
    settings: dict[str, Any] = {
        "say_position": True,
        "say_seconds": 30.0,
        "comfort": SORRY,
        "comfort_seconds": 45.0,
    }
    hall = Hall([queue(**settings)], available=False)
    hall.call()
    second = hall.call()
    assert hall.hears(second) == MUSIC
    hall.wait(30.25)
    assert hall.said(second) == ["You are number 2 in the queue."]
    hall.wait(1.5)
    assert hall.hears(second) == MUSIC, "music again after it"
    hall.wait(14)
    assert hall.said(second)[-1] == "All are busy."
    hall.wait(120)
    assert hall.said(second).count("All are busy.") == 3


def test_place_is_said_in_the_callers_language() -> None:
    hall = Hall([queue(say_position=True, say_seconds=20.0)], available=False)
    line = hall.call(language="de-AT")
    hall.wait(21)
    assert hall.said(line) == ["Sie sind als Nächstes an der Reihe."]


def test_wait_is_said_in_ranges_and_only_when_the_queue_knows_it() -> None:
    hall = Hall([queue(say_wait=True, say_seconds=15.0)], [agent("11")], lines=16)
    first = [hall.call() for _ in range(3)]
    hall.wait(16)
    assert not any(hall.said(line) for line in first), "nothing is known yet"
    lines = [hall.call() for _ in range(12)]
    for _ in range(8):
        hall.answer("11")
        hall.wait(59.5)
        hall.hang_up("11")
    hall.wait(15)
    assert hall.said(lines[-1])[-1] == "The wait is expected to be between 5 and 10 minutes."
    hall.decline("11")
    hall.status("11", "on_break")
    before = len(hall.said(lines[-1]))
    hall.wait(40)
    assert len(hall.said(lines[-1])) == before, "nobody is there: nobody knows"


# ------------------------------------------------------------------------- exits


def test_exit_by_key() -> None:
    hall = Hall([queue(exits={"1": Choice("queue", "help")}), queue("help")], [agent("11", "help")])
    line = hall.call()
    line.key("2")
    hall.pump()
    assert hall.ringing() == []
    line.key("1")
    hall.pump()
    assert hall.ringing() == ["11"] and left(hall) == ["key"]


def test_longest_wait_leads_to_a_flow_after_a_message() -> None:
    bye = (Speech("Goodbye."),)
    hall = Hall([queue(maximum_wait_seconds=30.0, overflow_message=SORRY)])
    hall.change(flows={**hall.plan.flows, "bye": FlowPlan("bye", "end", {"end": HangupNode(said={"": bye})})})
    hall.change_queue(overflow=Choice("flow", "bye"))
    for one in hall.plan.agents:
        hall.status(one, "on_break")
    line = hall.call()
    hall.wait(30.25)
    assert hall.hears(line) == SORRY and not hall.waiting()
    hall.wait(1)
    assert hall.hears(line) == bye
    hall.wait(2)
    assert not line.off_hook and left(hall) == ["timeout"]
    hall.check_quiet()


def test_overflow_to_an_agent() -> None:
    hall = Hall(
        [queue(maximum_wait_seconds=20.0, overflow=Choice("agent", "12")), queue("help")],
        [agent("11"), agent("12", "help")],
    )
    hall.status("11", "on_break")
    hall.call()
    hall.wait(21)
    assert hall.ringing() == ["12"]


def test_full_queue_takes_nobody_more() -> None:
    hall = Hall([queue(maximum_waiting=1)], available=False)
    hall.call()
    second = hall.call()
    assert not second.off_hook and left(hall) == ["full"]
    assert hall.records[0].queue == "sales" and hall.records[0].outcome == "no_answer"


def test_nobody_comes_in_when_no_agent_is_there() -> None:
    hall = Hall(
        [queue(join="logged_in", unstaffed=Choice("queue", "help")), queue("help")],
        [agent("11"), agent("12", "help")],
        available=False,
    )
    hall.log_in("12")
    hall.call()
    assert hall.ringing() == ["12"] and left(hall) == ["unstaffed"]
    hall.log_in("11")
    hall.status("11", "on_break")
    hall.call()
    assert len(hall.waiting()) == 2, "who is on a break is logged in"
    hall.change_queue(join="available")
    hall.call()
    assert left(hall) == ["unstaffed"] * 2


def test_callers_leave_when_the_last_agent_goes() -> None:
    hall = Hall([queue(leave="logged_in", unstaffed=Choice("hangup"))], [agent("11")])
    hall.status("11", "on_break")
    line = hall.call()
    hall.wait(5)
    assert line.off_hook
    hall.status("11", "logged_out")
    hall.wait(1)
    assert not line.off_hook and left(hall) == ["unstaffed"]
    hall.check_quiet()


def test_queues_that_overflow_in_a_ring_end_the_call() -> None:
    queues = [
        queue("sales", join="available", unstaffed=Choice("queue", "help")),
        queue("help", join="available", unstaffed=Choice("queue", "sales")),
    ]
    hall = Hall(queues, [agent("11", "sales", "help")], available=False)
    line = hall.call()
    assert not line.off_hook and left(hall)[-1] == "ring"
    hall.check_quiet()


def test_who_still_waits_at_closing_time() -> None:
    hall = Hall([queue(closing=Choice("hangup"))], available=False)
    hours = OpeningHours("UTC", tuple((day, time(8), time(9, 1)) for day in range(7)))
    trunks = {name: TrunkPlan(name, name, plan.flow, hours) for name, plan in hall.plan.trunks.items()}
    hall.change(trunks=trunks)
    line = hall.call()
    hall.wait(59)
    assert line.off_hook
    hall.wait(16)
    assert not line.off_hook and left(hall) == ["closing"]
    hall.check_quiet()


# ------------------------------------------------------------------------- places


def test_dropped_caller_has_the_old_place_back() -> None:
    hall = Hall([queue(return_minutes=5.0)], [agent("11")], available=False)
    first = hall.call(number="+14155550001")
    hall.wait(10)
    hall.call(number="+14155550002")
    hall.wait(10)
    hall.leave(first)
    hall.wait(60)
    hall.call(number="+14155550001")
    assert hall.entries(EntryKind.QUEUE_ENTERED)[-1].data["position"] == 1
    hall.log_in("11")
    assert hall.rung_for("11") == "+14155550001"


def test_old_place_is_kept_for_its_time_only_and_once() -> None:
    hall = Hall([queue(return_minutes=1.0)], [agent("11")], available=False)
    hall.leave(hall.call(number="+14155550001"))
    hall.wait(10)
    hall.call(number="+14155550002")
    hall.wait(51)
    hall.call(number="+14155550001")
    assert hall.entries(EntryKind.QUEUE_ENTERED)[-1].data["position"] == 2


def test_own_and_last_agent_are_waited_for_a_while() -> None:
    hall = Hall([queue(sticky_seconds=30.0)])
    hall.call(number="+14155550001")
    hall.answer("11")
    hall.wait(5)
    hall.hang_up("11")
    other = hall.call(number="+14155550002", wants=Wants(own_agent="11"))
    hall.answer("11")
    hall.call(number="+14155550001")
    assert hall.ringing() == [] and hall.left()["12"].code == "sticky"
    assert hall.routed().data["rule"] == "last_agent"
    hall.wait(29)
    assert hall.ringing() == []
    hall.wait(1.5)
    assert len(hall.ringing()) == 1, "any other after that"
    hall.leave(other)


def test_agent_who_is_not_there_is_not_waited_for() -> None:
    hall = Hall([queue(sticky_seconds=30.0)])
    hall.status("11", "on_break")
    hall.call(wants=Wants(own_agent="11"))
    assert hall.ringing() == ["12"]
    hall.status("13", "on_break")
    hall.decline("12")
    hall.log_in("11")
    assert hall.ringing() == ["11"]
    hall.decline("11")
    hall.log_in("13")
    assert hall.ringing() == ["13"], "who declined is not waited for"


def test_next_tier_of_support_has_the_history() -> None:
    people = [agent("11", "sales", "second"), agent("12", "second")]
    hall = Hall([queue(escalate_to="second"), queue("second")], people)
    hall.status("12", "on_break")
    line = hall.call(number="+14155550001")
    hall.wait(10)
    hall.answer("11")
    hall.wait(30)
    (call,) = hall.system.live().calls
    hall.system.escalate_call(call.id)
    hall.pump()
    assert line.off_hook and hall.ringing() == []
    assert hall.state("11")[1] == "waiting", "free again, but had it before"
    hall.call("second", "+14155550009")
    hall.status("11", "on_break")
    hall.log_in("12")
    assert hall.rung_for("12") == "+14155550001", "the whole wait counts"
    hall.serve("12")
    record = next(one for one in hall.records if one.number == "+14155550001")
    assert record.transferred_to == "second" and record.queue == "second"


def test_next_tier_by_star_code_on_the_handset() -> None:
    plan = make_plan()
    first = replace(plan.queues["sales"], escalate_to="second")
    queues = {"sales": first, "second": QueuePlan("second", "Second")}
    office = Office(replace(plan, queues=queues))
    office.log_in("11")
    line, phone = office.talk()
    (live,) = office.system.live().calls
    assert live.next_tier == "Second"
    phone.hold(True)
    office.pump()
    leg = phone.dial("*64")
    office.pump()
    assert office.entries(EntryKind.QUEUE_ENTERED)[-1].data["queue"] == "second" and line.off_hook
    assert list(phone.legs) == [leg], "the customer's leg is gone, the box still speaks"
    assert office.hears(phone.legs[leg].port) == say("en", Phrase.ESCALATED)
    office.wait(5.0)
    assert not phone.legs
    again = phone.dial("*64")
    office.pump()
    assert office.hears(phone.legs[again].port) == say("en", Phrase.NO_TIER)
    (waits,) = [call for call in office.system.live().calls if call.queue == "second"]
    assert waits.next_tier is None


def test_only_a_talk_can_be_escalated() -> None:
    hall = Hall([queue(escalate_to="")])
    hall.call()
    (call,) = hall.system.live().calls
    with pytest.raises(CallboxError):
        hall.system.escalate_call(call.id)
    hall.answer("11")
    with pytest.raises(CallboxError):
        hall.system.escalate_call(call.id)
    with pytest.raises(CallboxError):
        hall.system.escalate_call("nothing")
