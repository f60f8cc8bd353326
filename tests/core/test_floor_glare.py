"""Somebody rings on the very line a campaign begins to dial on: the caller has it, the lead loses nothing."""

from __future__ import annotations

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.cause import HangupCause
from appliance.contract.dialling import History
from appliance.contract.events import Stage, TrunkState
from appliance.contract.journal import EntryKind
from appliance.contract.leads import LeadState
from appliance.core.line import MOST_REST_SECONDS, REST_SECONDS
from tests.core.fakes import FakeTrunk
from tests.core.floor_hall import FloorHall

CALLER = "+12025550171"


def _only(hall: FloorHall, *names: str) -> list[FakeTrunk]:
    """The other lines are out of service."""
    for name, line in hall.trunks.items():
        if name not in names:
            line.status(TrunkState.UNPLUGGED)
    hall.pump()
    return [hall.trunks[name] for name in names]


def _just_before_the_dial(hall: FloorHall, line: FakeTrunk, number: str = CALLER) -> None:
    """The agent takes the campaign's line; before the core knows, `line` rings."""
    hall.log_in("11")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    hall.phone("11").pick_up()
    line.ring(number)
    hall.pump()


def _is_answered(hall: FloorHall, line: FakeTrunk) -> None:
    """The caller on this line is in the box's hands."""
    assert line.off_hook and line.port is not None
    (call,) = [one for one in hall.system.live().calls if one.direction == "inbound"]
    assert call.number == CALLER


def _untouched(hall: FloorHall, number: int) -> None:
    """This lead stands as if nobody had thought of it."""
    one = hall.shelf.leads[number]
    assert (one.state, one.tries, one.due) == (LeadState.FRESH, 0, None)
    assert hall.shelf.history.get(one.phone.number, History()).number == ()


def test_a_caller_has_the_line_and_the_lead_is_dialled_on_the_next() -> None:
    hall = FloorHall()
    _just_before_the_dial(hall, hall.trunks["gsm1"])
    _is_answered(hall, hall.trunks["gsm1"])
    assert hall.trunks["gsm1"].dialled == []
    assert hall.trunks["gsm2"].dialled == ["+12125550001"]
    assert len(hall.entries(EntryKind.ATTEMPT_BEGUN)) == 1 and hall.ended() == []
    assert hall.shelf.leads[1].tries == 1
    hall.check()


def test_without_another_line_the_lead_is_put_back_and_has_lost_nothing() -> None:
    hall = FloorHall()
    first, _last = _only(hall, "gsm1", "gsm2")
    _just_before_the_dial(hall, first)
    _is_answered(hall, first)
    assert hall.ended() == [("not_dialled", "")]
    _untouched(hall, 1)
    assert hall.phone("11").talking, "the agent stays for the next"
    hall.wait(3)
    assert len(hall.entries(EntryKind.ATTEMPT_BEGUN)) == 1, "the last free line is left alone"
    hall.gone(first)
    (line,) = hall.out()
    assert len(line.dialled) == 1
    hall.check()


def test_a_modem_that_refuses_is_left_alone_until_whoever_rings_there_is_heard() -> None:
    """A GSM modem that is being rung refuses to dial; its next RING, by which the box knows, is 5 s away."""
    hall = FloorHall(leads=40)
    first, second, _last = _only(hall, "gsm1", "gsm2", "gsm3")
    first.refuses = HangupCause.TEMPORARY_FAILURE
    hall.start("11", "12")
    assert first.refused == 1 and second.dialled == ["+12125550001"]
    for _ in range(10):  # lead after lead is dialled and over meanwhile
        second.hang_up(HangupCause.USER_BUSY)
        hall.wait(0.5)
    assert first.refused == 1 and len(second.dialled) > 5
    first.refuses = None
    first.ring(CALLER)
    hall.pump()
    _is_answered(hall, first)
    assert {outcome for outcome, _ in hall.ended()} == {"busy"}
    hall.check()


def test_who_is_refused_everywhere_is_dialled_when_a_line_does_it_again() -> None:
    hall = FloorHall()
    lines = _only(hall, "gsm1", "gsm2")
    for line in lines:
        line.refuses = HangupCause.TEMPORARY_FAILURE
    hall.start("11")
    hall.wait(REST_SECONDS - 1)
    _untouched(hall, 1)
    for line in lines:
        line.refuses = None
    hall.wait(REST_SECONDS)
    (line,) = hall.out()
    assert len(line.dialled) == 1
    assert sorted(one.tries for one in hall.shelf.leads.values()) == [0] * 19 + [1]
    hall.check()


def test_lines_that_never_dial_are_tried_less_and_less_often() -> None:
    hall = FloorHall()
    lines = _only(hall, "gsm1", "gsm2")
    for line in lines:
        line.refuses = HangupCause.TEMPORARY_FAILURE
    hall.start("11")
    hall.wait(3600)
    most = 3600 / MOST_REST_SECONDS + 5
    assert 30 <= max(line.refused for line in lines) <= most
    _untouched(hall, 1)
    lines[0].refuses = None
    hall.wait(MOST_REST_SECONDS)
    (line,) = hall.out()
    line.progress(Stage.DIALLED)
    hall.pump()
    line.refuses = HangupCause.TEMPORARY_FAILURE
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    refused = line.refused
    hall.wait(REST_SECONDS + 1)
    assert line.refused == refused + 1, "a line that has dialled is trusted as at first"
    hall.check()


def test_no_dial_tone_because_somebody_rings_costs_the_lead_nothing() -> None:
    hall = FloorHall()
    first, _last = _only(hall, "gsm1", "gsm2")
    first.refuses = HangupCause.NO_DIAL_TONE
    hall.start("11")
    assert ("not_dialled", "") in hall.ended()
    _untouched(hall, 1)
    hall.check()


def test_a_line_without_sound_is_left_alone_for_a_while() -> None:
    """It answers, its sound cannot be opened, its driver gives up: the next call would go the same way."""
    hall = FloorHall()
    line = hall.trunks["gsm1"]
    line.ring(CALLER)
    hall.pump()
    line.hang_up(HangupCause.LINE_FAULT)
    hall.pump()
    hall.start("11")
    assert hall.trunks["gsm2"].dialled == ["+12125550001"] and not line.dialled
    hall.wait(REST_SECONDS)
    hall.gone(hall.trunks["gsm2"])
    assert [one.name for one in hall.out()] == ["gsm1"]
    hall.check()


def test_a_person_dials_on_a_line_that_rests_where_there_is_no_other() -> None:
    hall = FloorHall()
    (line,) = _only(hall, "gsm1")
    line.ring(CALLER)
    hall.pump()
    line.hang_up(HangupCause.LINE_FAULT)
    hall.pump()
    hall.handsets["203"].dial("02025550142")
    hall.pump()
    assert len(line.dialled) == 1
    hall.check()


def test_an_agents_lead_is_not_dialled_where_a_caller_may_be_ringing() -> None:
    hall = FloorHall(method=DialMethod.PREVIEW)
    (line,) = _only(hall, "gsm1")
    line.refuses = HangupCause.TEMPORARY_FAILURE
    hall.log_in("11")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    for _ in range(2):
        hall.floor.dial("11", None)
        hall.pump()
        hall.take_lines()
        assert hall.before("11").stage == "failed"
        hall.floor.skip("11", "seen")
    assert (line.refused, hall.ended()) == (1, [("not_dialled", "11")] * 2)
    hall.check()


@pytest.mark.parametrize("outside", [False, True])
def test_a_lead_dialled_by_hand_is_put_back_too(outside: bool) -> None:
    """The agent sees what happened, and has the lead again."""
    hall = FloorHall(method=DialMethod.PREVIEW)
    names = ("gsm1", "gsm2") if outside else ("gsm1",)
    lines = _only(hall, *names)
    hall.log_in("11")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    hall.floor.dial("11", None)
    hall.pump()
    hall.phone("11").pick_up()
    lines[0].ring(CALLER)
    hall.pump()
    _is_answered(hall, lines[0])
    if outside:
        assert lines[1].dialled == ["+12125550001"]
    else:
        assert hall.ended() == [("not_dialled", "11")]
        _untouched(hall, 1)
    hall.check()
