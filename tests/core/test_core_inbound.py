# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""An outside call from the ring to the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import CallerId, CallWaiting, DigitHeard, HookFlash, SilenceHeard, Tone
from appliance.contract.ids import LegId
from appliance.contract.journal import EntryKind
from appliance.contract.media import Detect, Sound
from appliance.contract.plan import Choice, OpeningHours
from tests.core.office import CLOSED, GOODBYE, INVALID, MENU, NOTICE, QUEUE_WELCOME, WELCOME, Office

MUSIC = (Sound("music/default"),)


def test_a_call_from_ring_to_wrap_up() -> None:
    office = Office()
    office.change(recording_notice=NOTICE)
    office.log_in("11")
    line = office.trunks["gsm1"]
    line.ring("+14155550100", "ANN")
    office.pump()
    assert line.off_hook and office.hears(line.port) == WELCOME
    office.wait(1.1)
    assert office.hears(line.port) == MENU
    line.key("1")
    office.pump()
    phone = office.handsets["201"]
    assert office.state("11") == "ringing"
    assert office.hears(line.port) == QUEUE_WELCOME
    ringing = phone.ringing
    assert ringing is not None
    party = phone.legs[ringing].party
    assert (party.number, party.name, party.queue) == ("+14155550100", "ANN", "Sales")
    office.wait(3)
    assert office.hears(line.port) == MUSIC
    leg = phone.pick_up()
    office.pump()
    port = phone.legs[leg].port
    assert office.hears(line.port) == NOTICE and office.hears(port) == NOTICE
    assert not office.media.recordings and not office.connected(line.port, port)
    office.wait(1.0)
    assert office.connected(line.port, port)
    assert list(office.media.recordings.values()) == [(line.port, port)]
    assert office.state("11") == "in_call"
    office.wait(30)
    phone.hang_up()
    office.pump()
    assert not line.off_hook and office.state("11") == "wrap_up"
    record = office.record()
    assert record.outcome == "answered" and record.queue == "sales" and record.agent == "11"
    assert (record.trunk, record.handset, record.number, record.name) == (
        "gsm1",
        "201",
        "+14155550100",
        "ANN",
    )
    assert record.digits == "1" and record.ended_by == "agent" and len(record.recordings) == 1
    assert record.talk_seconds == 30.0 and record.waited_seconds == pytest.approx(3.0)
    office.wait(10)
    assert office.state("11") == "waiting"
    office.check_quiet()


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


def test_hold_by_handset_plays_music_and_pauses_the_recording() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    recording = next(iter(office.media.recordings))
    port = phone.legs[phone.talking[0]].port
    phone.hold(True)
    office.wait(20)
    assert office.hears(line.port) == MUSIC and not office.connected(line.port, port)
    assert recording in office.media.paused
    assert office.system.live().calls[0].stage == "held"
    phone.hold(False)
    office.pump()
    assert office.hears(line.port) is None and office.connected(line.port, port)
    assert recording not in office.media.paused
    line.hang_up()
    office.pump()
    assert office.record().held_seconds == 20.0


def test_hook_flash_toggles_hold() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    for held in (True, False):
        office.post.post(HookFlash("201", phone.talking[0]))
        office.pump()
        assert (office.hears(line.port) == MUSIC) is held


def test_far_end_gone_is_heard_on_a_line_that_does_not_signal_it() -> None:
    for tone in (Tone.BUSY, Tone.REORDER, Tone.DIAL):
        office = Office()
        office.log_in("11")
        line, _ = office.talk("fxo1")
        assert line.port is not None
        assert office.media.detectors[line.port] == (Detect.TONES | Detect.SILENCE, 60.0)
        office.tone(line.port, tone)
        assert not line.off_hook and office.record().ended_by == "caller"
        assert tone in office.record().reason


def test_ringback_or_fax_tone_does_not_end_a_call() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk("fxo1")
    office.tone(line.port, Tone.RINGBACK)
    office.tone(line.port, Tone.FAX_CNG)
    assert line.off_hook and not office.records


def test_silence_ends_a_talk_but_not_a_wait() -> None:
    office = Office()
    line = office.caller_in_queue("fxo1")
    assert line.port is not None
    assert not office.media.detectors[line.port][0] & Detect.SILENCE
    office.log_in("11")
    office.handsets["201"].pick_up()
    office.pump()
    office.handsets["201"].hold(True)
    office.pump()
    assert not office.media.detectors[line.port][0] & Detect.SILENCE, "who hears music is silent"
    office.handsets["201"].hold(False)
    office.pump()
    office.post.post(SilenceHeard(line.port, 60.0))
    office.pump()
    assert not line.off_hook and office.record().cause == HangupCause.SILENCE


def test_maximum_duration() -> None:
    office = Office()
    office.change(maximum_call_seconds=120.0)
    office.log_in("11")
    line, _ = office.talk()
    office.wait(120)
    assert not line.off_hook
    assert (office.record().cause, office.record().ended_by) == (HangupCause.MAXIMUM_DURATION, "box")


def test_call_waiting_is_journaled_and_ignored() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    assert line.leg is not None
    office.post.post(CallWaiting("gsm1", line.leg, "4155550199"))
    office.pump()
    assert office.entries(EntryKind.CALL_WAITING)[0].data["number"] == "+14155550199"
    assert line.off_hook and not office.records


def test_events_of_unknown_legs_and_lines_are_ignored() -> None:
    office = Office()
    office.post.post(CallerId("gsm1", LegId("nobody"), "1"))
    office.post.post(HookFlash("999", LegId("nobody")))
    office.trunks["gsm1"].name = "gone"
    office.trunks["gsm1"].ring()
    office.pump()
    assert not office.records and not office.system.live().calls
    office.check()


def test_trunk_out_of_the_settings_is_not_answered() -> None:
    office = Office()
    office.change(trunks={})
    office.trunks["gsm1"].ring("5550100")
    office.pump()
    assert office.record().cause == HangupCause.NO_ROUTE_TO_DESTINATION
    office.check_quiet()


def test_menu_without_choices_goes_straight_to_the_fallback() -> None:
    office = Office()
    flow = replace(office.plan.flows["main"], menu=(), choices={}, fallback=Choice("queue", "sales"))
    office.change(flows={"main": flow})
    line = office.trunks["gsm1"]
    line.ring("5550100")
    office.wait(1)
    assert office.hears(line.port) == QUEUE_WELCOME
