"""An agent dials in a campaign and reaches nobody: they see why, hear it, and go on."""

from __future__ import annotations

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.media import Speech
from tests.core.fakes import FakeTrunk
from tests.core.floor_hall import FloorHall


def _dials(method: DialMethod = DialMethod.PREVIEW, by_hand: bool = False) -> tuple[FloorHall, FakeTrunk]:
    hall = FloorHall(method=method)
    hall.start("11")
    if by_hand:
        hall.floor.dial_by_hand("11", "spring", "+12125559999")
    else:
        hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    line = next(line for line in hall.out() if line.dialled[-1] == hall.before("11").number)
    return hall, line


def _word(hall: FloorHall) -> str:
    heard = hall.hears(hall.port("11"))
    return (
        "".join(part.text for part in heard if isinstance(part, Speech)) if isinstance(heard, tuple) else ""
    )


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize(
    ("cause", "outcome", "word"),
    [
        (HangupCause.USER_BUSY, "busy", "Busy."),
        (HangupCause.UNALLOCATED_NUMBER, "invalid", "This number does not exist."),
        (HangupCause.CALL_REJECTED, "rejected", "The call was rejected."),
    ],
)
def test_why_nobody_was_reached_is_seen_and_heard(
    cause: HangupCause, outcome: str, word: str, by_hand: bool
) -> None:
    hall, line = _dials(by_hand=by_hand)
    number = hall.before("11").number
    line.hang_up(cause)
    hall.pump()
    look = hall.before("11")
    assert (look.stage, look.outcome, look.number) == ("failed", outcome, number)
    assert _word(hall) == word
    assert hall.phone("11").talking, "the line stands"
    hall.wait(7)
    look = hall.before("11")
    assert look.stage == "preview" and look.number != number, "then comes the next"
    hall.check()


def test_no_line_at_all_is_said_so() -> None:
    hall = FloorHall(method=DialMethod.PREVIEW)
    hall.start("11")
    for line in hall.trunks.values():
        line.ring("+14155550123")
    hall.pump()
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    look = hall.before("11")
    assert (look.stage, look.refusals) == ("failed", (("no_line",),))
    assert _word(hall).startswith("No line is free.")
    hall.check()


def test_the_agent_need_not_wait() -> None:
    hall, line = _dials()
    number = hall.before("11").number
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    hall.floor.skip("11", "seen")
    assert hall.before("11").stage == "preview" and hall.before("11").number != number
    hall.floor.dial("11", None)
    hall.pump()
    (other,) = hall.out()
    hall.wait(7)
    assert hall.out() == [other], "what was seen before takes nothing along"
    hall.answers(other)
    assert hall.together("11", other)
    hall.check()


def test_another_number_by_hand_at_once() -> None:
    hall, line = _dials(by_hand=True)
    line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    hall.floor.dial_by_hand("11", "spring", "+12125558888")
    hall.pump()
    assert [line.dialled[-1] for line in hall.out()] == ["+12125558888"]
    hall.wait(7)
    assert hall.out(), "the word about the call before ends nothing"
    hall.check()


@pytest.mark.parametrize("how", ["hangs up", "break"])
def test_who_has_left_sees_nothing(how: str) -> None:
    hall, line = _dials()
    if how == "hangs up":
        hall.phone("11").hang_up()
    else:
        hall.system.set_agent_status("11", "on_break", None, None, "page")
        line.hang_up(HangupCause.USER_BUSY)
    hall.pump()
    look = hall.floor.present("11")
    assert look is None or look.stage != "failed"
    with pytest.raises(CallboxError):
        hall.floor.dial("11", None)
    hall.check()
