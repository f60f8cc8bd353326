"""A box with one line, and agents at telephones outside: what cannot be is said before the start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.errors import CallboxError, ControlError
from appliance.contract.events import TrunkState
from appliance.contract.plan import OutsidePlan, outside_seat
from tests.core.floor_hall import FloorHall


def _one_line(hall: FloorHall) -> None:
    for name in list(hall.trunks)[1:]:
        hall.trunks[name].status(TrunkState.UNPLUGGED)
    hall.pump()


def _outside(hall: FloorHall, *agents: str) -> None:
    """These agents are at telephones outside."""
    moved = {
        name: replace(hall.plan.agents[name], outside=OutsidePlan("+14155550199"), handset=outside_seat(name))
        for name in agents
    }
    hall.change(agents={**hall.plan.agents, **moved})
    hall.pump()


@pytest.mark.parametrize("method", [DialMethod.PROGRESSIVE, DialMethod.PREDICTIVE])
def test_one_line_is_too_few_where_the_box_dials_and_the_check_says_so(method: DialMethod) -> None:
    hall = FloorHall(method=method)
    _one_line(hall)
    hall.log_in("11")
    assert ("spare_line",) in hall.floor.checking("spring")().missing
    assert hall.floor.checking("spring")().hours is None
    with pytest.raises(ControlError) as refused:
        hall.floor.tell("spring", "start", "admin")
    assert set(refused.value.problems) == {"spare_line"}


def test_with_one_line_agents_dial_by_preview() -> None:
    hall = FloorHall(method=DialMethod.PREVIEW)
    _one_line(hall)
    assert not hall.floor.checking("spring")().hours
    hall.start("11")
    look = hall.floor.checking("spring")()
    assert look.starts and look.hours
    hall.floor.dial("11", None)
    hall.pump()
    hall.take_lines()
    (line,) = hall.out()
    assert line.name == "gsm1"
    hall.answers(line)
    assert hall.together("11", line)
    hall.check()


def test_a_line_that_goes_out_of_service_is_told_on_the_page() -> None:
    hall = FloorHall()
    hall.start("11")
    (line,) = hall.out()
    for name, other in hall.trunks.items():
        if name != line.name:
            other.status(TrunkState.UNPLUGGED)
    hall.gone(line)
    assert not hall.out() and ("one_line",) in hall.look().why and hall.look().state == "halted"
    hall.trunks["gsm6"].status(TrunkState.IN_SERVICE)
    hall.pump()
    hall.wait(60)
    assert hall.out() and not hall.look().why
    hall.check()


def test_agents_at_telephones_outside_are_named_and_not_counted() -> None:
    hall = FloorHall()
    _outside(hall, "11")
    hall.log_in("11", "12")
    look = hall.floor.checking("spring")()
    assert (look.agents, look.outside, look.starts) == (("12",), ("11",), True)
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    hall.take_lines()
    assert len(hall.out()) == 1 and hall.look().agents == 1
    hall.system.set_agent_status("12", "logged_out", None, None, "page")
    hall.pump()
    assert ("agents_outside", "sales") in hall.look().why
    hall.check()


def test_with_agents_outside_only_it_does_not_start() -> None:
    hall = FloorHall()
    _outside(hall, "11", "12")
    hall.log_in("11", "12")
    with pytest.raises(ControlError) as refused:
        hall.floor.tell("spring", "start", "admin")
    assert refused.value.problems == {"agents_outside": "sales"}


def test_an_agent_outside_is_told_why_there_is_no_lead_to_look_at() -> None:
    hall = FloorHall(method=DialMethod.PREVIEW)
    _outside(hall, "11")
    hall.log_in("11", "12")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    assert hall.floor.present("11") is None and hall.floor.present("12") is not None
    with pytest.raises(CallboxError, match="telephone outside"):
        hall.floor.preview("11", "spring")
    with pytest.raises(CallboxError, match="telephone outside"):
        hall.floor.dial_by_hand("11", "spring", "+12125550042")
    hall.check()
