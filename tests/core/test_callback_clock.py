# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""Callbacks and the clock: opening hours, and what agents put off to a day and hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from appliance.contract.callbacks import CallbackKind
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.contract.plan import OpeningHours
from appliance.core.ivr.schedule import next_opening
from tests.core.acd_hall import Hall
from tests.core.callback_hall import NUMBER, answers, book, closed, hall_of, leap, takes_callback


def test_nobody_is_called_back_while_the_office_is_closed() -> None:
    hall = hall_of()
    opening = OpeningHours("UTC", tuple((day, time(9, 0), time(17, 0)) for day in range(5)))
    hall.change(trunks={name: replace(plan, hours=opening) for name, plan in hall.plan.trunks.items()})
    hall.wait(60)
    takes_callback(hall)
    leap(hall, 480)
    hall.log_in("11")
    assert hall.ringing() == [], "it is past five"
    moved = hall.entries(EntryKind.CALLBACK_MOVED)[-1]
    assert (moved.data["due"], moved.data["why"]) == ("2026-03-03T09:00:00+00:00", "hours")
    (which,) = book(hall).open
    with pytest.raises(CallboxError, match="closed"):
        hall.system.try_callback(which)
    hall.clock.advance(16 * 3600 - 70)
    hall.pump()
    assert hall.entries(EntryKind.OFFERED)[-1:] == []
    hall.wait(10)
    assert hall.rung_for("11") == NUMBER, "the next morning"


def test_the_next_opening_is_found_over_weekends_and_changes_of_the_clocks() -> None:
    berlin = OpeningHours("Europe/Berlin", tuple((day, time(9, 0), time(17, 0)) for day in range(5)))
    at = datetime(2026, 3, 27, 16, 0, tzinfo=UTC)  # a Friday at five; the clocks change on Sunday
    assert next_opening(berlin, at) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert next_opening(berlin, at - timedelta(minutes=1)) == at - timedelta(minutes=1)
    assert next_opening(OpeningHours(), at) == at


def scheduled(hall: Hall, code: str = "*57**0930") -> None:
    """Agent 11 speaks with a customer, and keys when to ring back."""
    hall.change(outside_prefix="")
    hall.log_in("11")
    line = hall.call(number=NUMBER)
    hall.answer("11")
    hall.leave(line)
    hall.wait(1)
    hall.phone("11").dial(code)
    hall.wait(10)


def test_an_agent_puts_a_call_off_to_an_hour_and_is_rung_then() -> None:
    hall = hall_of(agents=2)
    scheduled(hall)
    (promise,) = book(hall).open.values()
    assert (promise.told.kind, promise.told.agent) == (CallbackKind.SCHEDULED, "11")
    assert not len(hall.system._kernel.holds), "no line is kept for half an hour"
    hall.log_in("12")
    leap(hall, 25)
    assert hall.ringing() == []
    leap(hall, 5)
    assert hall.ringing() == ["11"] and hall.rung_for("11") == NUMBER
    assert hall.routed().data["rule"] == "scheduled"
    hall.answer("11")
    answers(hall)
    assert closed(hall) == ["served"]


def test_an_agent_who_is_not_there_at_the_hour_is_stood_in_for() -> None:
    hall = hall_of(agents=2)
    scheduled(hall)
    hall.status("11", "logged_out")
    hall.log_in("12")
    leap(hall, 40)
    assert hall.entries(EntryKind.OFFERED)[-1].data["agent"] == "11", "kept for agent 11"
    leap(hall, 6)
    assert hall.entries(EntryKind.OFFERED)[-1].data["agent"] == "12"


def test_a_call_that_was_put_off_comes_before_those_who_came_at_that_hour() -> None:
    hall = hall_of()
    scheduled(hall)
    hall.status("11", "on_break")
    leap(hall, 29)
    hall.call(number="+14155550104")
    hall.wait(60)
    hall.status("11", "available")
    assert hall.rung_for("11") == NUMBER
