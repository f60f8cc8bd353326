# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""Callbacks: promised, kept in their place, tried by rule, found again; what agents put off to an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from appliance.contract.callbacks import CallbackKind
from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.events import Stage
from appliance.contract.journal import EntryKind
from appliance.contract.plan import OpeningHours
from appliance.core.acd.callback import Callbacks
from appliance.core.ivr.schedule import next_opening
from tests.core.acd_hall import Hall, agent, queue
from tests.core.fakes import FakeTrunk

NUMBER = "+14155550100"


def hall_of(agents: int = 1, lines: int = 4, **settings: object) -> Hall:
    """A queue whose callers may press 2 to be called back on any of its lines."""
    people = [agent(str(11 + place)) for place in range(agents)]
    plan = {"callback_key": "2", "callback_retry_seconds": 60.0, "callback_text": False, **settings}
    hall = Hall([queue(**plan)], people, lines=lines, available=False)
    hall.change(trunk_groups={"outside": tuple(hall.plan.trunks)})
    return hall


def book(hall: Hall) -> Callbacks:
    return hall.system._routing.callbacks


def takes_callback(hall: Hall, number: str = NUMBER) -> FakeTrunk:
    """Somebody calls, waits, and is promised to be called back."""
    line = hall.call(number=number)
    key(hall, line, "2")
    key(hall, line, "1")
    hall.wait(5)
    assert line.leg is None, "goodbye was said"
    return line


def key(hall: Hall, line: FakeTrunk, keys: str) -> None:
    for one in keys:
        line.key(one)
        hall.pump()


def dialled(hall: Hall) -> list[tuple[str, str]]:
    """Every number that was dialled, and the line."""
    return [(number, name) for name, line in hall.trunks.items() for number in line.dialled]


def customer(hall: Hall) -> FakeTrunk:
    """The line on which somebody is being called back now."""
    (line,) = [line for line in hall.trunks.values() if line.dialled and line.leg is not None]
    return line


def leap(hall: Hall, minutes: float) -> None:
    """Let a long time pass in which nobody does anything."""
    for _ in range(int(minutes * 2)):
        hall.clock.advance(30.0)
        hall.pump()


def closed(hall: Hall) -> list[object]:
    return [entry.data["why"] for entry in hall.entries(EntryKind.CALLBACK_CLOSED)]


# --------------------------------------------------------------------- promising


def test_promised_held_called_and_served() -> None:
    hall = hall_of()
    line = hall.call(number=NUMBER)
    key(hall, line, "2")
    assert "4 1 5 5 5 5 0 1 0 0" in hall.said(line)[-1], "the number is read back"
    key(hall, line, "1")
    hall.wait(5)
    (promised,) = hall.entries(EntryKind.CALLBACK_PROMISED)
    assert (promised.data["number"], promised.data["queue"]) == (NUMBER, "sales")
    assert hall.records[-1].outcome == "callback" and len(book(hall).open) == 1
    hall.log_in("11")
    assert hall.rung_for("11") == NUMBER and not dialled(hall), "the agent first"
    hall.answer("11")
    assert [number for number, _ in dialled(hall)] == [NUMBER]
    customer(hall).picked_up()
    hall.pump()
    assert hall.state("11") == ("available", "in_call")
    assert closed(hall) == ["served"] and not book(hall).open and not len(hall.system._kernel.holds)
    hall.hang_up("11")
    hall.wait(1)
    record = hall.records[-1]
    assert (record.direction, record.outcome, record.queue, record.agent) == (
        "outbound", "answered", "sales", "11"
    )  # fmt: skip
    hall.check_quiet()


def test_served_in_the_order_of_arrival_with_a_live_caller_between() -> None:
    """Acceptance 2 on the stepped clock; the first customer is busy and tried again."""
    hall = hall_of()
    takes_callback(hall, "+14155550101")
    live = hall.call(number="+14155550102")
    hall.wait(1)
    takes_callback(hall, "+14155550103")
    hall.log_in("11")
    assert hall.rung_for("11") == "+14155550101"
    hall.answer("11")
    customer(hall).hang_up(HangupCause.USER_BUSY)
    hall.pump()
    assert hall.entries(EntryKind.CALLBACK_TRIED)[-1].data["why"] == "busy"
    assert hall.rung_for("11") == "+14155550102", "the agent was let go at once, for the live caller"
    hall.answer("11")
    assert live.leg is not None
    hall.hang_up("11")
    hall.wait(1)
    assert hall.rung_for("11") == "+14155550103"
    hall.answer("11")
    customer(hall).picked_up()
    hall.wait(5)
    hall.hang_up("11")
    hall.wait(60)
    assert hall.rung_for("11") == "+14155550101", "the busy one again, a minute after"
    hall.answer("11")
    customer(hall).picked_up()
    hall.pump()
    hall.hang_up("11")
    hall.wait(1)
    assert closed(hall) == ["served", "served"]
    hall.check_quiet()


def test_the_agent_hears_ringback_and_nobody_is_dialled_without_an_agent() -> None:
    hall = hall_of()
    takes_callback(hall)
    hall.log_in("11")
    hall.wait(25)
    assert not dialled(hall), "the agent does not answer: nobody is called"
    hall.wait(10)
    hall.answer("11")
    customer(hall).progress(Stage.RINGING)
    hall.pump()
    leg = next(iter(hall.phone("11").legs.values()))
    assert leg.port is not None and hall.media.hears(leg.port) is not None
    hall.check()


def test_given_up_after_as_many_tries_as_the_queue_says() -> None:
    hall = hall_of(callback_tries=2)
    takes_callback(hall)
    hall.log_in("11")
    for reason in (HangupCause.NO_ANSWER, HangupCause.CALL_REJECTED):
        hall.answer("11")
        customer(hall).hang_up(reason)
        hall.wait(61)
    tried = [entry.data["why"] for entry in hall.entries(EntryKind.CALLBACK_TRIED)]
    assert tried == ["no_answer", "rejected"] and closed(hall) == ["not_reached"]
    assert hall.ringing() == []
    hall.check_quiet()


def test_an_agent_who_hangs_up_while_it_rings_costs_one_try() -> None:
    hall = hall_of()
    takes_callback(hall)
    hall.log_in("11")
    hall.answer("11")
    line = customer(hall)
    hall.hang_up("11")
    hall.wait(1)
    assert line.leg is None and hall.entries(EntryKind.CALLBACK_TRIED)[-1].data["why"] == "agent_left"
    hall.wait(60)
    assert hall.rung_for("11") == NUMBER


# ------------------------------------------------------------------------ lines


def test_a_line_is_kept_for_each_promise_and_no_more_are_made() -> None:
    hall = hall_of(lines=2)
    first = hall.call(number="+14155550101")
    second = hall.call(number="+14155550102")
    for line in (first, second):
        key(hall, line, "21")
        hall.wait(5)
    assert len(book(hall).open) == 2
    third = hall.call(number="+14155550103")
    key(hall, third, "2")
    hall.wait(2)
    assert hall.said(third)[-1] == "A callback is not possible now."
    assert hall.hears(third) and len(hall.waiting()) == 1, "waits on at the old place"
    hall.leave(third)
    phone = hall.phone("11")
    phone.dial("+14155550199")
    hall.wait(1)
    assert dialled(hall) == [], "both lines are kept"
    book(hall).cancel(next(iter(book(hall).open)))
    hall.wait(5)
    phone.hang_up()
    hall.wait(5)
    phone.dial("+14155550199")
    hall.pump()
    assert [number for number, _ in dialled(hall)] == ["+14155550199"]


def test_who_rings_for_help_gets_the_last_line() -> None:
    hall = hall_of(lines=1)
    takes_callback(hall)
    hall.phone("11").dial("911")
    hall.pump()
    assert [number for number, _ in dialled(hall)] == ["911"]


def test_no_agent_is_rung_while_no_line_is_free() -> None:
    hall = hall_of(agents=2, lines=2)
    takes_callback(hall)
    lines = [hall.call(number="+14155550105"), hall.call(number="+14155550106")]
    hall.log_in("11", "12")
    assert {hall.rung_for("11"), hall.rung_for("12")} == {"+14155550105", "+14155550106"}
    hall.decline("11")
    hall.leave(lines[0])
    hall.leave(lines[1])
    hall.wait(6)
    assert NUMBER in {hall.rung_for("11"), hall.rung_for("12")}


# ---------------------------------------------------------------------- numbers


def test_withheld_foreign_and_costly_numbers_are_asked_for_again() -> None:
    for number in (None, "+493012345678", "+19005551234", "911"):
        hall = hall_of()
        line = hall.call(number=number or "")
        if number is None:
            hall.system._kernel.legs[line.leg].call.number = None  # type: ignore[index]
        key(hall, line, "2")
        assert "Enter the number" in hall.said(line)[-1], number
        key(hall, line, "911#")
        assert hall.said(line)[-2:] == ["We cannot call this number.", hall.said(line)[-1]]
        key(hall, line, "4155550100#")
        assert "4 1 5 5 5 5 0 1 0 0" in hall.said(line)[-1]
        key(hall, line, "2")
        key(hall, line, "4155550111#1")
        hall.wait(5)
        assert hall.entries(EntryKind.CALLBACK_PROMISED)[0].data["number"] == "+14155550111"


def test_three_bad_numbers_and_the_caller_waits_on() -> None:
    hall = hall_of()
    line = hall.call(number="+493012345678")
    rank = hall.waiting()[0].rank
    key(hall, line, "2")
    for _ in range(3):
        key(hall, line, "12#")
    hall.wait(3)
    (waiting,) = hall.waiting()
    assert waiting.rank == rank and not len(hall.system._kernel.holds)
    assert hall.entries(EntryKind.CALLBACK_PROMISED) == []


def test_who_says_nothing_waits_on_and_is_not_asked_again() -> None:
    hall = hall_of(callback_wait_seconds=20.0)
    line = hall.call(number=NUMBER)
    rank = hall.waiting()[0].rank
    hall.wait(21)
    assert any("We can call you back" in text for text in hall.said(line)), "offered without a key"
    hall.wait(60)
    assert sum("We can call you back" in text for text in hall.said(line)) == 1
    assert [one.rank for one in hall.waiting()] == [rank]


def test_how_many_callbacks_come_before_is_said() -> None:
    hall = hall_of()
    takes_callback(hall, "+14155550101")
    line = hall.call(number="+14155550102")
    key(hall, line, "2")
    assert "Callbacks before yours: 1." in hall.said(line)


# ------------------------------------------------------------------- rang again


def test_who_rings_again_has_the_place_in_person() -> None:
    hall = hall_of()
    takes_callback(hall)
    hall.wait(30)
    other = hall.call(number="+14155550107")
    assert other.leg is not None
    hall.call(number=NUMBER)
    assert closed(hall) == ["rang_again"] and not len(hall.system._kernel.holds)
    hall.log_in("11")
    assert hall.rung_for("11") == NUMBER


# ----------------------------------------------------------------------- people


def test_cancelled_and_tried_now_by_hand() -> None:
    hall = hall_of(callback_retry_seconds=3600.0)
    takes_callback(hall)
    hall.log_in("11")
    hall.answer("11")
    customer(hall).hang_up(HangupCause.USER_BUSY)
    hall.wait(1)
    (which,) = book(hall).open
    assert hall.ringing() == []
    hall.system.try_callback(which)
    hall.pump()
    assert hall.rung_for("11") == NUMBER
    hall.system.cancel_callback(which)
    hall.wait(1)
    assert hall.ringing() == [] and closed(hall) == ["cancelled"]
    hall.check_quiet()


# ------------------------------------------------------------------------ saved


def test_a_disk_that_takes_nothing_makes_no_promise() -> None:
    hall = hall_of()
    hall.journal.append = lambda entry, synced=None: hall.journal.entries.append(entry)  # type: ignore[method-assign]
    line = hall.call(number=NUMBER)
    key(hall, line, "21")
    assert "Thank you" not in " ".join(hall.said(line)), "nothing is promised before it is on the disk"
    hall.wait(10)
    assert hall.said(line)[-1] == "A callback is not possible now."
    assert closed(hall) == ["not_saved"] and len(hall.waiting()) == 1
    assert not len(hall.system._kernel.holds)


def test_promises_are_found_again_by_a_box_that_starts() -> None:
    hall = hall_of()
    takes_callback(hall, "+14155550101")
    takes_callback(hall, "+14155550102")
    known = [promise.told for promise in book(hall).open.values()]
    hall.system.stop()
    again = hall_of()
    again.clock = hall.clock
    told = [replace(one, since=one.since - timedelta(minutes=5)) for one in known]
    again.call(number="+14155550103")
    again.system.restore_callbacks(reversed(told))
    assert len(again.system._kernel.holds) == 2
    again.log_in("11")
    assert again.rung_for("11") == "+14155550101", "they came before the caller, and in their order"


# -------------------------------------------------------------------- by the clock


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
    customer(hall).picked_up()
    hall.pump()
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
