"""Wrap-up, breaks the box gives, pauses after a missed offer, and limits."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.contract.talk import TalkPlan
from tests.core.acd_hall import Hall, agent, queue


def test_wrap_up_of_the_queue_or_the_agents_own() -> None:
    people = [agent("11"), agent("12", wrap_up_seconds=4.0), agent("13", wrap_up_seconds=0.0)]
    hall = Hall([queue(wrap_up_seconds=20.0)], people)
    for one in ("11", "12", "13"):
        hall.call()
        hall.serve(one)
    assert [hall.state(one)[1] for one in ("11", "12", "13")] == ["wrap_up", "waiting", "waiting"]
    hall.wait(20)
    assert hall.state("11")[1] == "waiting"


def test_wrap_up_can_be_extended_and_ended_early() -> None:
    hall = Hall([queue(wrap_up_seconds=10.0)], [agent("11")])
    hall.call()
    hall.serve("11")
    hall.wait(8)
    hall.system.extend_wrap_up("11", 30.0)
    hall.call()
    hall.wait(31.5)
    assert hall.state("11")[1] == "wrap_up" and hall.ringing() == []
    hall.wait(1)
    assert hall.ringing() == ["11"], "what was left, and 30 s"
    with pytest.raises(CallboxError):
        hall.system.extend_wrap_up("11", 30.0)
    hall.serve("11")
    hall.call()
    hall.status("11", "available")
    assert hall.ringing() == ["11"], "the early end"


@pytest.mark.parametrize(
    ("cause", "seconds"),
    [(HangupCause.CALL_REJECTED, 40), (HangupCause.USER_BUSY, 10), (HangupCause.LINE_FAULT, 5)],
)
def test_own_pauses_after_decline_and_busy(cause: HangupCause, seconds: int) -> None:
    hall = Hall([queue(reject_seconds=40.0, busy_seconds=10.0, no_answer_seconds=90.0)], [agent("11")])
    hall.call()
    hall.decline("11", cause)
    hall.wait(seconds - 1)
    assert hall.ringing() == []
    hall.wait(1.5)
    assert hall.ringing() == ["11"]


def test_own_pause_after_no_answer() -> None:
    hall = Hall([queue(no_answer_seconds=90.0, ring_seconds=10.0)], [agent("11")])
    hall.call()
    hall.wait(10 + 89)
    assert hall.ringing() == []
    hall.wait(2)
    assert hall.ringing() == ["11"]


def test_break_after_offers_missed_in_a_row() -> None:
    hall = Hall([queue(pause_after_misses=2, retry_seconds=1.0)], [agent("11")])
    hall.call()
    hall.decline("11")
    hall.wait(2)
    hall.serve("11")
    hall.call()
    hall.decline("11")
    assert hall.state("11")[0] == "available", "an answered call in between forgives"
    hall.wait(2)
    hall.decline("11")
    assert hall.state("11") == ("on_break", "waiting")
    entry = hall.entries(EntryKind.AGENT_STATUS)[-1]
    assert entry.data["pause_code"] == "missed_calls" and entry.data["by"] == "box"
    hall.status("11", "available")
    hall.wait(2)
    assert hall.ringing() == ["11"]


def test_no_more_calls_an_hour_than_the_agent_may_have() -> None:
    hall = Hall(agents=[agent("11", maximum_calls_an_hour=2), agent("12")])
    hall.status("12", "on_break")
    for _ in range(2):
        hall.call()
        hall.serve("11", 60)
    hall.change_queue(maximum_wait_seconds=7200.0)
    hall.call()
    assert hall.ringing() == [] and hall.left()["11"].code == "load"
    hall.wait(3600 - 121)
    assert hall.ringing() == []
    hall.wait(2)
    assert hall.ringing() == ["11"], "as soon as the first is an hour old"
    hall.system.stop()
    hall.pump()


def test_timers_of_an_agent_go_with_the_agent() -> None:
    hall = Hall(agents=[agent("11", maximum_calls_an_hour=1), agent("12")])
    hall.call()
    hall.serve("11")
    hall.change(agents={"12": hall.plan.agents["12"]})
    hall.check_quiet()


def test_what_rings_already_when_the_talk_ends_rings_on_and_wrap_up_comes_after_it() -> None:
    """A held caller's reminder rings while the agent hangs the held leg up: in_call -> ringing -> wrap_up."""
    hall = Hall([queue(wrap_up_seconds=20.0)], [agent("11"), agent("12")])
    hall.change(talk=TalkPlan(hold_reminder_seconds=30.0))
    hall.call()
    hall.answer("11")
    phone = hall.phone("11")
    talk = phone.talking[0]
    phone.hold(True)
    hall.wait(31)
    assert phone.ringing and hall.state("11")[1] == "in_call"
    phone.hang_up(talk)
    hall.pump()
    told = [str(entry.data["state"]) for entry in hall.entries(EntryKind.AGENT_STATE)]
    assert told == ["reserved", "ringing", "in_call", "ringing", "wrap_up"]
    hall.call()
    assert hall.ringing() == ["12"], "who finishes up is not asked"
    hall.serve("12")
    hall.wait(20)
    assert hall.state("11") == ("available", "waiting")
    hall.call()
    assert hall.ringing() == ["11"], "who was done first"
    hall.serve("11")
    hall.wait(30)
    hall.check_quiet()
