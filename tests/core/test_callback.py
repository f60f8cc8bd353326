# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""Callbacks: promised, kept in their place, tried by rule, found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage
from appliance.contract.journal import EntryKind
from tests.core.callback_hall import (
    NUMBER,
    answers,
    book,
    closed,
    customer,
    dialled,
    hall_of,
    key,
    takes_callback,
)

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
    answers(hall)
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


def test_who_hangs_up_before_saying_yes_is_promised_nothing_and_keeps_the_place() -> None:
    hall = hall_of(return_minutes=5)
    line = hall.call(number=NUMBER)
    rank = hall.waiting()[0].rank
    hall.wait(10)
    key(hall, line, "2")
    hall.leave(line)
    assert not book(hall).open and not len(hall.system._kernel.holds)
    hall.wait(5)
    hall.call(number=NUMBER)
    assert hall.waiting()[0].rank == rank


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
