"""An agent's telephone that died, or was not picked up: nobody is called for an agent who is not there."""

from __future__ import annotations

import pytest

from appliance.contract.campaigns import DialMethod, WorkPlan
from appliance.contract.cause import HangupCause
from appliance.contract.events import HandsetStatus
from tests.core.floor_hall import SAID, FloorHall


def _hall(method: DialMethod, **work: object) -> FloorHall:
    plan = WorkPlan(**{"dispositions": SAID, "required": False, **work})  # type: ignore[arg-type]
    hall = FloorHall(method=method, work=plan)
    hall.start("11")
    return hall


def _hung_up() -> FloorHall:
    """An agent has dialled, and the called telephone was busy."""
    hall = _hall(DialMethod.PREVIEW)
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    return hall


def _back_at(hall: FloorHall, address: str) -> None:
    """The telephone was switched off and on again; nobody told the box of the first."""
    name = hall.phone("11").name
    hall.post.post(HandsetStatus(name, registered=True, address=address))
    hall.pump()


def test_a_telephone_that_registers_anew_is_rung_anew_before_anybody_is_dialled() -> None:
    hall = _hung_up()
    hall.floor.skip("11", "seen")
    phone = hall.phone("11")
    (old,) = phone.talking  # as far as the box knows
    _back_at(hall, "127.0.0.1:6000")
    assert old not in phone.legs
    assert hall.before("11").stage == "preview"
    hall.floor.dial("11", None)
    hall.pump()
    assert phone.ringing is not None and not hall.out(), "first the agent, then the called person"
    hall.take_lines()
    assert len(hall.out()) == 1
    hall.check()


def test_a_telephone_that_only_says_again_where_it_is_is_left_in_peace() -> None:
    hall = _hung_up()
    standing = hall.phone("11").talking
    _back_at(hall, "127.0.0.1:5060")
    assert standing and hall.phone("11").talking == standing
    hall.check()


def test_who_talks_goes_on_when_the_telephone_registers_from_elsewhere() -> None:
    hall = _hall(DialMethod.PROGRESSIVE)
    (line,) = hall.out()
    hall.answers(line)
    _back_at(hall, "127.0.0.1:6000")
    assert hall.together("11", line)
    hall.gone(line)
    hall.wait(15)
    assert hall.phone("11").talking and hall.phone("11").ringing is None and hall.out()
    hall.check()


def test_who_is_dialled_for_a_telephone_that_registers_anew_is_put_back() -> None:
    hall = _hall(DialMethod.PROGRESSIVE)
    (line,) = hall.out()
    hall.rings(line)
    _back_at(hall, "127.0.0.1:6000")
    assert line.leg is None, "nobody would be there for whoever answers"
    assert hall.phone("11").ringing is not None, "its new self is asked"
    hall.take_lines()
    assert len(hall.out()) == 1
    hall.check()


@pytest.mark.parametrize("by_clock", [False, True])
def test_an_agent_whose_telephone_is_not_picked_up_is_told_and_dials_again(by_clock: bool) -> None:
    hall = _hall(DialMethod.PREVIEW, preview_seconds=5.0 if by_clock else 0.0)
    if by_clock:
        hall.wait(6)
    else:
        hall.floor.dial("11", None)
        hall.pump()
    hall.phone("11").refuse(HangupCause.SUBSCRIBER_ABSENT)
    hall.pump()
    before = hall.before("11")
    assert (before.stage, before.refusals, before.dial_in) == ("preview", (("no_phone",),), None)
    assert not hall.out() and not hall.ended()
    hall.wait(25)
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    assert len(hall.out()) == 1 and hall.before("11").refusals == ()
    hall.check()


def test_a_telephone_that_cannot_be_rung_when_the_time_to_look_is_over() -> None:
    hall = _hall(DialMethod.PREVIEW, preview_seconds=5.0)
    hall.phone("11").register(False)
    hall.pump()
    hall.wait(6)
    one = hall.floor.present("11")
    assert one is None or one.refusals == (("no_phone",),)
    assert not hall.out()
    hall.check()


def test_a_number_by_hand_for_a_telephone_that_is_not_picked_up() -> None:
    hall = _hall(DialMethod.PREVIEW)
    hall.floor.dial_by_hand("11", "spring", "2125550077")
    hall.pump()
    hall.phone("11").refuse(HangupCause.SUBSCRIBER_ABSENT)
    hall.pump()
    assert (hall.before("11").stage, hall.before("11").refusals) == ("refused", (("no_phone",),))
    hall.floor.skip("11", "")
    hall.pump()
    hall.check()
