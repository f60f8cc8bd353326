# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""An outside call from the ring to the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import CallerId, DigitHeard
from appliance.contract.handset import Party
from appliance.contract.journal import CallRecord, EntryKind
from appliance.contract.media import Detect, Sound
from appliance.contract.plan import OpeningHours
from tests.core.office import CLOSED, GOODBYE, INVALID, MENU, NOTICE, QUEUE_WELCOME, WELCOME, Office

MUSIC = (Sound("music/default"),)


def test_a_call_from_ring_to_wrap_up() -> None:
    office = Office()
    office.change(recording_notice=NOTICE)
    office.log_in("11")
    line, phone = office.trunks["gsm1"], office.handsets["201"]
    line.ring("+14155550100", "ANN")
    office.pump()
    assert line.off_hook and office.hears(line.port) == WELCOME
    office.wait(1.1)
    assert office.hears(line.port) == MENU
    line.key("1")
    office.pump()
    assert office.state("11") == "ringing" and office.hears(line.port) == QUEUE_WELCOME
    ringing = phone.ringing
    assert ringing is not None and phone.legs[ringing].party == Party("+14155550100", "ANN", "Sales")
    office.wait(3)
    assert office.hears(line.port) == MUSIC
    port = phone.legs[phone.pick_up()].port
    office.pump()
    assert office.hears(line.port) == NOTICE and office.hears(port) == NOTICE
    assert not office.media.recordings and not office.connected(line.port, port)
    office.wait(1.0)
    assert office.connected(line.port, port) and office.state("11") == "in_call"
    assert list(office.media.recordings.values()) == [(line.port, port)]
    office.wait(30)
    phone.hang_up()
    office.pump()
    assert not line.off_hook and office.state("11") == "wrap_up"
    _check_answered(office.record())
    office.wait(10)
    assert office.state("11") == "waiting"
    office.check_quiet()


def _check_answered(record: CallRecord) -> None:
    assert record.outcome == "answered" and record.queue == "sales" and record.agent == "11"
    assert (record.trunk, record.handset) == ("gsm1", "201")
    assert (record.number, record.name) == ("+14155550100", "ANN")
    assert record.digits == "1" and record.ended_by == "agent" and len(record.recordings) == 1
    assert record.talk_seconds == 30.0 and record.waited_seconds == pytest.approx(3.0)


def _ring(office: Office) -> None:
    office.trunks["gsm1"].ring()
    office.pump()


def _greeting(office: Office) -> None:
    office.trunks["gsm1"].ring("+14155550100")
    office.pump()


def _menu(office: Office) -> None:
    office.caller_in_menu()


def _invalid(office: Office) -> None:
    office.caller_in_menu().key("7")
    office.pump()


def _welcome(office: Office) -> None:
    office.caller_in_queue()


def _music(office: Office) -> None:
    office.caller_in_queue()
    office.wait(5)


def _offered(office: Office) -> None:
    office.log_in("11")
    office.caller_in_queue()


def _answering(office: Office) -> None:
    """The agent's answer and the caller's hang-up cross each other."""
    _offered(office)
    office.handsets["201"].pick_up()


def _notice(office: Office) -> None:
    office.change(recording_notice=NOTICE)
    _offered(office)
    office.handsets["201"].pick_up()
    office.pump()


def _talking(office: Office) -> None:
    _offered(office)
    office.handsets["201"].pick_up()
    office.pump()


def _held(office: Office) -> None:
    _talking(office)
    office.handsets["201"].hold(True)
    office.pump()


def _consulting(office: Office) -> None:
    _held(office)
    office.handsets["201"].dial("202")
    office.pump()


STEPS: list[tuple[Callable[[Office], None], str]] = [
    (_ring, "abandoned"),
    (_greeting, "menu"),
    (_menu, "menu"),
    (_invalid, "menu"),
    (_welcome, "abandoned"),
    (_music, "abandoned"),
    (_offered, "abandoned"),
    (_answering, "answered"),
    (_notice, "abandoned"),
    (_talking, "answered"),
    (_held, "answered"),
]


@pytest.mark.parametrize(("step", "outcome"), STEPS, ids=lambda value: getattr(value, "__name__", value))
def test_caller_hangs_up_at_any_step(step: Callable[[Office], None], outcome: str) -> None:
    office = Office()
    step(office)
    office.trunks["gsm1"].hang_up()
    office.pump()
    record = office.record()
    assert (record.outcome, record.ended_by) == (outcome, "caller")
    assert office.trunks["gsm1"].leg is None and not office.handsets["201"].legs
    office.wait(30)  # wrap-up
    assert office.state("11") == "waiting"
    office.check_quiet()


def test_caller_hangs_up_while_the_agent_consults() -> None:
    office = Office()
    _consulting(office)
    office.trunks["gsm1"].hang_up()
    office.pump()
    assert office.record().outcome == "answered"
    assert office.state("11") == "in_call", "the consultation goes on"
    office.handsets["202"].pick_up()
    office.pump()
    office.handsets["202"].hang_up()
    office.pump()
    assert office.state("11") == "wrap_up", "the queue's call is still owed its wrap-up"
    office.wait(30)
    office.check_quiet()


def test_abandoned_call_has_its_wait() -> None:
    office = Office()
    line = office.caller_in_queue()
    office.wait(42)
    line.hang_up()
    office.pump()
    record = office.record()
    assert not office.entries(EntryKind.OFFERED)
    assert record.waited_seconds == pytest.approx(42.0) and not record.answered and record.talk_seconds == 0
    office.check_quiet()


def test_offer_of_an_abandoned_call_ended_so() -> None:
    office = Office()
    _offered(office)
    office.trunks["gsm1"].hang_up()
    office.pump()
    ended = office.entries(EntryKind.OFFER_ENDED)
    assert [entry.data["outcome"] for entry in ended] == ["abandoned"]
    assert office.handsets["201"].ended[-1][1] == HangupCause.NORMAL_CLEARING


def test_waits_a_moment_for_the_caller_id() -> None:
    office = Office()
    line = office.trunks["gsm1"]
    line.ring()
    office.wait(0.25)
    assert not line.off_hook
    office.wait(0.1)
    assert line.off_hook
    assert line.leg is not None
    office.post.post(CallerId("gsm1", line.leg, "(415) 555-0100"))
    office.pump()
    assert office.system.live().calls[0].number == "+14155550100", "a late caller id still counts"


def test_digits_barge_in_repeat_invalid_and_fall_back() -> None:
    office = Office()
    line = office.trunks["gsm1"]
    line.ring("5550100")
    office.wait(0.5)
    line.key("7")
    office.pump()
    assert office.hears(line.port) == INVALID, "a key stops the greeting"
    office.wait(1)
    assert office.hears(line.port) == MENU
    line.key("9")
    office.pump()
    assert office.hears(line.port) == MENU
    office.wait(1 + 5)
    assert office.hears(line.port) == MENU, "nothing keyed in time: the menu again"
    line.key("8")
    office.pump()
    assert office.hears(line.port) == GOODBYE, "the third failure takes the fallback"
    office.wait(1)
    record = office.record()
    assert (record.outcome, record.ended_by, record.digits) == ("menu", "box", "798")
    office.check_quiet()


def test_a_key_is_taken_from_the_audio_where_the_line_does_not_report_it() -> None:
    office = Office()
    line = office.caller_in_menu("fxo1")
    assert line.port is not None
    assert office.media.detectors[line.port][0] & Detect.DIGITS
    office.post.post(DigitHeard(line.port, "1"))
    office.pump()
    assert office.hears(line.port) == QUEUE_WELCOME
    assert not office.media.detectors[line.port][0] & Detect.DIGITS


def test_closed() -> None:
    office = Office()
    hours = OpeningHours("America/New_York", ((0, time(9), time(17)),))  # it is 04:00 there
    trunks = {name: replace(plan, hours=hours) for name, plan in office.plan.trunks.items()}
    office.change(trunks=trunks)
    line = office.trunks["gsm1"]
    line.ring("5550100")
    office.pump()
    assert office.hears(line.port) == CLOSED
    office.wait(1)
    assert office.record().outcome == "closed"
    office.check_quiet()


def test_menu_choice_of_an_agent_rings_them_and_falls_back() -> None:
    office = Office()
    line = office.caller_in_menu()
    line.key("2")
    office.pump()
    assert office.hears(line.port) == GOODBYE, "nobody is logged in as 12: the fallback"
    office.wait(1)
    office.log_in("12")
    line = office.caller_in_menu()
    line.key("2")
    office.pump()
    phone = office.handsets["202"]
    assert phone.ringing and office.state("12") == "ringing"
    phone.pick_up()
    office.pump()
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)
    line.hang_up()
    office.pump()
    assert office.state("12") == "waiting", "a direct call has no wrap-up"
    assert office.records[-1].outcome == "answered" and office.records[-1].agent == "12"
    office.check_quiet()


def test_a_caller_who_came_and_went_before_we_dialled_leaves_no_line_dialling_for_nobody() -> None:
    """The driver saw ring, end and our call in this order; the core dialled before it heard of the ring."""
    office = Office()
    phone, line = office.handsets["201"], office.trunks["gsm1"]
    dialled = phone.dial("4155550123")
    line.ring()
    line.hang_up()
    office.pump()
    assert line.dialled and line.leg is None and not line.off_hook
    assert office.trunks["gsm2"].dialled == ["4155550123"], "the call goes out on the next line"
    phone.hang_up(dialled)
    office.pump()
    office.check_quiet()
