"""Agents hear how the person answered, where the campaign wishes it and it was listened to."""

from __future__ import annotations

import pytest

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.campaigns import WorkPlan
from appliance.contract.media import CallTone
from tests.core.fakes import FakeTrunk
from tests.core.floor_hall import SAID, FloorHall
from tests.core.office import NOTICE


def _hall(first_words: bool = True, machines: AnswerWish | None = AnswerWish.BALANCED) -> FloorHall:
    work = WorkPlan(dispositions=SAID, required=False, first_words=first_words)
    return FloorHall(machines=machines, work=work)


def _answered(hall: FloorHall) -> FakeTrunk:
    hall.start("11")
    (line,) = hall.out()
    hall.answers(line)
    return line


def test_the_agent_hears_the_first_words_instead_of_a_beep() -> None:
    hall = _hall()
    line = _answered(hall)
    assert line.port is not None and hall.media.watches[line.port].keep == 1.5
    hall.told(line, AnsweredBy.PERSON)
    assert hall.together("11", line)
    assert hall.media.caught_up == [(line.port, hall.port("11"), 1.25)]
    assert hall.hears(hall.port("11")) is None
    hall.check()


def test_also_whoever_waited_for_an_agent() -> None:
    hall = _hall()
    line = _answered(hall)
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    hall.pump()
    hall.told(line, AnsweredBy.PERSON)
    assert not hall.media.caught_up
    hall.log_in("12")
    hall.take_lines()
    assert hall.together("12", line)
    assert hall.media.caught_up == [(line.port, hall.port("12"), 1.25)]


@pytest.mark.parametrize("machines", [AnswerWish.BALANCED, None])
def test_a_beep_where_nothing_was_kept(machines: AnswerWish | None) -> None:
    hall = _hall(first_words=machines is None, machines=machines)
    line = _answered(hall)
    if machines is not None:
        assert line.port is not None and hall.media.watches[line.port].keep == 0.0
        hall.told(line, AnsweredBy.PERSON)
    assert hall.together("11", line) and not hall.media.caught_up
    assert hall.hears(hall.port("11")) is CallTone.BEEP


def test_not_after_a_recording_notice() -> None:
    hall = _hall()
    hall.change(recording_notice=NOTICE)
    line = _answered(hall)
    hall.told(line, AnsweredBy.PERSON)
    assert hall.hears(line.port) == NOTICE
    hall.wait(2)
    assert hall.together("11", line) and not hall.media.caught_up
