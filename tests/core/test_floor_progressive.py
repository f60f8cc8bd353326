"""Campaigns that hold an agent for each call: nobody is dropped, callers come first, all is written down."""

from __future__ import annotations

import pytest

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError, ControlError
from appliance.contract.events import TrunkState
from appliance.contract.journal import EntryKind
from appliance.contract.leads import LeadState
from tests.core.floor_hall import FloorHall


def test_an_agent_is_held_and_joined_when_a_person_answers() -> None:
    hall = FloorHall()
    hall.start("11")
    (line,) = hall.out()
    assert line.dialled == ["+12125550001"]
    hall.rings(line)
    assert (hall.look().ringing, hall.look().agents_waiting) == (1, 1)
    hall.answers(line)
    assert hall.together("11", line) and hall.state("11") == "in_call"
    assert hall.look().talking == 1
    assert hall.before("11").name == "Lead 1" and hall.before("11").stage == "talking"
    hall.gone(line)
    assert hall.ended() == [("person", "11")]
    assert hall.shelf.leads[1].state is LeadState.DONE
    assert hall.phone("11").talking, "the agent's line stands between the calls"
    hall.wait(15)  # wrap-up
    assert hall.out() and hall.out()[0].dialled[-1] == "+12125550002"
    hall.check()


def test_the_verdict_is_on_the_disk_before_the_line_is_dialled() -> None:
    hall = FloorHall()
    hall.log_in("11")
    kept = hall.shelf.keep
    dialled: list[int] = []

    def keep(entry: object) -> None:
        kept(entry)  # type: ignore[arg-type]
        if getattr(entry, "kind", None) is EntryKind.ATTEMPT_BEGUN:
            dialled.append(len(hall.out()))

    hall.journal.kept = keep
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    hall.take_lines()
    assert dialled == [0] and len(hall.out()) == 1
    begun = hall.entries(EntryKind.ATTEMPT_BEGUN)[0].data
    assert '"allowed": true' in str(begun["verdict"])


def test_as_many_calls_as_agents_wait() -> None:
    hall = FloorHall()
    hall.start("11", "12", "13")
    assert len(hall.out()) == 3
    hall.check()


def test_the_last_free_line_is_never_taken() -> None:
    hall = FloorHall()
    for name in ("gsm1", "gsm2", "gsm3", "gsm4"):
        hall.trunks[name].status(TrunkState.UNPLUGGED)
    hall.start("11", "12", "13")
    assert len(hall.out()) == 1
    hall.check()


def test_busy_gives_the_next_and_the_lead_its_rule() -> None:
    hall = FloorHall()
    hall.start("11")
    (line,) = hall.out()
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    assert hall.ended() == [("busy", "")]
    assert hall.shelf.leads[1].state is LeadState.RETRY
    assert hall.out()[0].dialled[-1] == "+12125550002"


def test_no_answer_ends_after_the_campaigns_ringing_time() -> None:
    hall = FloorHall()
    hall.start("11")
    hall.rings(hall.out()[0])
    hall.wait(25)
    assert hall.ended()[0] == ("no_answer", "")
    hall.check()


def test_no_agents_left_stops_dialling_at_once_and_says_why() -> None:
    hall = FloorHall()
    hall.start("11")
    hall.rings(hall.out()[0])
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    hall.pump()
    assert not hall.out()
    assert ("no_agents", "sales") in hall.look().why and hall.look().state == "halted"
    assert hall.shelf.leads[1].state is LeadState.RETRY
    hall.check()


def test_an_agent_who_hangs_up_while_it_rings_takes_the_call_along() -> None:
    hall = FloorHall()
    hall.start("11")
    (line,) = hall.out()
    hall.rings(line)
    phone = hall.phone("11")
    (leg,) = phone.talking
    phone._end(leg, HangupCause.NORMAL_CLEARING)
    hall.pump()
    assert not hall.out(), "nobody would be there for whoever answers"
    hall.check()


def test_a_caller_comes_first() -> None:
    hall = FloorHall(leads=1)
    hall.start("11", "12")
    assert len(hall.out()) == 1
    hall.caller_in_queue("gsm6")
    hall.wait(1)
    ringing = [phone for phone in hall.handsets.values() if phone.ringing is not None]
    assert len(ringing) == 1, "one agent was let go for the caller, the other is held"
    hall.check()


def test_pause_dials_nobody_and_stop_hangs_up_what_rings() -> None:
    hall = FloorHall()
    hall.start("11", "12")
    first, second = hall.out()
    hall.answers(first)
    hall.floor.tell("spring", "pause", "admin")
    hall.gone(second)
    assert hall.look().state == "paused" and len(hall.out()) == 1
    hall.floor.tell("spring", "resume", "admin")
    hall.pump()
    hall.take_lines()
    assert len(hall.out()) == 2
    hall.floor.tell("spring", "stop", "admin")
    hall.pump()
    assert hall.out() == [first], "the talk goes on"
    hall.check()


def test_a_campaign_goes_on_after_a_restart() -> None:
    hall = FloorHall()
    hall.start("11")
    again = FloorHall()
    again.shelf.states = dict(hall.shelf.states)
    again.floor.restore()
    again.log_in("11")
    again.take_lines()
    assert len(again.out()) == 1


def test_a_machine_reaches_no_agent() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    hall.start("11")
    (line,) = hall.out()
    hall.answers(line)
    assert hall.look().listening == 1 and not hall.together("11", line)
    hall.told(line, AnsweredBy.MACHINE)
    assert hall.ended()[0] == ("machine", "")
    assert hall.state("11") == "waiting"
    line = hall.out()[0]
    hall.answers(line)
    hall.told(line, AnsweredBy.PERSON)
    assert hall.together("11", line)
    hall.check()


def test_a_clock_that_is_not_trusted_dials_nobody() -> None:
    hall = FloorHall()
    hall.start("11")
    hall.trusted = False
    hall.gone(hall.out()[0])
    assert not hall.out() and ("clock",) in hall.look().why
    assert hall.entries(EntryKind.DIAL_REFUSED)


def test_a_campaign_that_lacks_something_does_not_start_and_says_what() -> None:
    hall = FloorHall(caller_id=None)
    hall.trusted = False
    for name in hall.trunks:
        hall.trunks[name].status(TrunkState.UNPLUGGED)
    hall.pump()
    with pytest.raises(ControlError, match="lacks") as refused:
        hall.floor.tell("spring", "start", "admin")
    assert set(refused.value.problems) == {"agents", "lines", "caller_id", "clock"}
    assert refused.value.problems["lines"] == "outside"
    assert hall.look().state == "stopped" and not hall.entries(EntryKind.CAMPAIGN_SET)


def test_an_emergency_call_takes_the_line_of_a_campaign() -> None:
    hall = FloorHall()
    for name in ("gsm1", "gsm2", "gsm3", "gsm4"):
        hall.trunks[name].status(TrunkState.UNPLUGGED)
    hall.start("11")
    (line,) = hall.out()
    other = next(one for one in hall.trunks.values() if one.name in ("gsm5", "gsm6") and one is not line)
    other.status(TrunkState.UNPLUGGED)
    hall.handsets["204"].dial("911")
    hall.wait(1)
    assert line.dialled[-1] == "911"
    assert hall.ended()[0][0] == "interrupted"


def test_an_unknown_campaign_is_refused_with_a_sentence() -> None:
    hall = FloorHall()
    with pytest.raises(CallboxError, match="no campaign winter"):
        hall.floor.tell("winter", "start", "admin")
    with pytest.raises(CallboxError, match="does not run"):
        hall.floor.tell("spring", "pause", "admin")


def test_who_was_busy_is_dialled_again_after_ten_minutes_and_not_before() -> None:
    hall = FloorHall(leads=1)
    hall.start("11")
    (line,) = hall.out()
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    assert not hall.out() and ("nobody_now",) in hall.look().why
    hall.wait(9 * 60)
    assert not hall.out()
    for _ in range(9):
        hall.wait(10)
        hall.take_lines()
    assert len(hall.entries(EntryKind.ATTEMPT_BEGUN)) == 2
    hall.check()
