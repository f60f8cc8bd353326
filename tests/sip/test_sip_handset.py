"""The Handset contract with a real telephone program (baresip) behind real Kamailio and the real engine."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioGone,
    AudioReady,
    DigitReceived,
    HandsetDialled,
    HandsetStatus,
    HoldChanged,
    Progress,
    Released,
    Stage,
    TransferRequested,
)
from appliance.contract.handset import Handset, Party
from appliance.contract.ids import LegId, PlayId, new_id
from appliance.contract.media import CallTone
from tests.contract.trunk_suite import eventually
from tests.sip.phone import Phone
from tests.sip.rig import Box, secret
from tests.sip.sip_client import SipClient, dialled_invite
from tests.support.sounds import read_wav, tone_seconds

pytestmark = pytest.mark.peer
MakePhone = Callable[..., Phone]
ANA = Party("+4930123456", "Ana", "Sales")


@pytest.fixture(scope="module")
def handsets(box: Box) -> dict[str, Handset]:
    made = {name: box.stack.add_handset(name) for name in ("201", "202", "203")}
    for handset in made.values():
        handset.start()
    return made


def new_leg() -> LegId:
    return LegId(new_id())


def released(box: Box, leg: LegId, seconds: float = 5.0) -> Released:
    """The one Released of a leg; a second one would fail."""
    box.events.wait(Released, seconds, where=lambda event: event.leg == leg)
    time.sleep(0.05)
    (only,) = [event for event in box.events.of(Released) if event.leg == leg]
    return only


def answered_call(box: Box, handset: Handset, phone: Phone) -> LegId:
    """A call to the handset, picked up."""
    leg = new_leg()
    count = sum(event.get("type") == "CALL_INCOMING" for event in phone.events)
    handset.ring(leg, ANA)
    phone.expect("CALL_INCOMING", nth=count + 1)
    phone.accept()
    box.events.wait(Answered, where=lambda event: event.leg == leg)
    box.events.wait(AudioReady, where=lambda event: event.leg == leg)
    return leg


def dialled_call(box: Box, handset: Handset, phone: Phone, number: str) -> LegId:
    """A call the handset dialled, answered by the box."""
    since = len(box.events.events)
    phone.dial(number)
    leg = box.events.wait(HandsetDialled, since=since).leg
    handset.answer(leg)
    box.events.wait(Answered, where=lambda event: event.leg == leg)
    return leg


def test_registered_and_gone(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    since = len(box.events.events)
    made = phone("203")
    there = box.events.wait(HandsetStatus, since=since, where=lambda e: e.line == "203" and e.registered)
    assert there.address is not None and there.address.startswith("127.0.0.1:")
    assert (there.agent or "").startswith("baresip")
    since = len(box.events.events)
    made.stop()
    gone = box.events.wait(HandsetStatus, since=since, where=lambda e: e.line == "203")
    assert not gone.registered


def test_unregistered_dead_declined_and_busy_are_told_apart(
    box: Box, handsets: dict[str, Handset], phone: MakePhone
) -> None:
    leg = new_leg()
    handsets["203"].ring(leg, ANA)
    assert released(box, leg).cause is HangupCause.SUBSCRIBER_ABSENT

    dead = SipClient(box.edge.address)
    dead.register("203", secret("203"))
    leg = new_leg()
    handsets["203"].ring(leg, ANA)
    assert released(box, leg).cause is HangupCause.NO_USER_RESPONDING
    dead.register("203", secret("203"), expires=0)
    dead.close()

    made = phone("201")
    leg = new_leg()
    handsets["201"].ring(leg, ANA)
    ringing = made.expect("CALL_INCOMING")
    assert ringing["peerdisplayname"] == "Ana (Sales)"
    assert "+4930123456@" in ringing["peeruri"]
    assert box.events.wait(Progress, where=lambda e: e.leg == leg).stage is Stage.RINGING
    made.hang_up()  # baresip declines with 486
    assert released(box, leg).cause is HangupCause.USER_BUSY


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("603 Decline", HangupCause.CALL_REJECTED),
        ("600 Busy Everywhere", HangupCause.USER_BUSY),
        ("480 Temporarily Unavailable", HangupCause.CALL_REJECTED),
        ("302 Moved Temporarily", HangupCause.CALL_REJECTED),
        ("488 Not Acceptable Here", HangupCause.INCOMPATIBLE_DESTINATION),
    ],
)
def test_what_a_phone_refuses_with(
    box: Box, handsets: dict[str, Handset], status: str, cause: HangupCause
) -> None:
    refuser = SipClient(box.edge.address, timeout=3)
    refuser.register("203", secret("203"))
    leg = new_leg()
    handsets["203"].ring(leg, ANA)
    invite = refuser.receive()
    assert invite is not None and invite.text.startswith("INVITE")
    refuser.refuse(invite.text, status)
    assert released(box, leg).cause is cause
    refuser.register("203", secret("203"), expires=0)
    refuser.close()


def test_answered_heard_both_ways_and_released(
    box: Box, handsets: dict[str, Handset], phone: MakePhone
) -> None:
    made = phone("201", tone=1000)
    leg = answered_call(box, handsets["201"], made)
    port = box.events.wait(AudioReady, where=lambda e: e.leg == leg).port
    play = PlayId(new_id())
    box.engine.bridge.play_tone(play, port, CallTone.DIAL)
    time.sleep(1.5)
    box.engine.bridge.stop_play(play)
    handsets["201"].release(leg, HangupCause.NORMAL_CLEARING)
    end = released(box, leg)
    assert end.cause is HangupCause.NORMAL_CLEARING
    assert box.events.wait(AudioGone, where=lambda e: e.leg == leg).port == port
    made.expect("CALL_CLOSED")
    made.stop()
    heard = read_wav(made.heard()[-1])
    loud = heard[abs(heard) > 0.01]
    assert len(loud) > 0.8 * 8000, "the dial tone was not heard at the phone"


def test_hang_up_by_the_phone(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("201")
    leg = answered_call(box, handsets["201"], made)
    made.hang_up()
    assert released(box, leg).cause is HangupCause.NORMAL_CLEARING


def test_picked_elsewhere_stops_the_ring_and_says_so(box: Box, handsets: dict[str, Handset]) -> None:
    ringer = SipClient(box.edge.address, timeout=3)
    ringer.register("203", secret("203"))
    leg = new_leg()
    handsets["203"].ring(leg, ANA)
    invite = ringer.receive()
    assert invite is not None
    ringer.refuse(invite.text, "180 Ringing")
    box.events.wait(Progress, where=lambda e: e.leg == leg)
    handsets["203"].stop_ringing(leg, HangupCause.PICKED_ELSEWHERE)
    assert released(box, leg).cause is HangupCause.PICKED_ELSEWHERE
    cancel = ringer.receive()
    assert cancel is not None and cancel.text.startswith("CANCEL")
    assert cancel.header("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    ringer.refuse(cancel.text, "200 OK")
    ringer.refuse(invite.text, "487 Request Terminated")
    ringer.register("203", secret("203"), expires=0)
    ringer.close()


@pytest.mark.parametrize("method", ["rtpevent", "info"])
def test_digits(box: Box, handsets: dict[str, Handset], phone: MakePhone, method: str) -> None:
    made = phone("201", dtmf=method)
    leg = answered_call(box, handsets["201"], made)
    for key in "5*#0":
        made.command("sndcode", key)
        box.events.wait(DigitReceived, where=lambda e, k=key: e.leg == leg and e.digit == k)  # type: ignore[misc]
        time.sleep(0.3)
    got = [event.digit for event in box.events.of(DigitReceived) if event.leg == leg]
    assert "".join(got) == "5*#0"
    handsets["201"].release(leg, HangupCause.NORMAL_CLEARING)
    released(box, leg)


def test_hold_and_resume(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("201")
    leg = answered_call(box, handsets["201"], made)
    made.command("hold")
    box.events.wait(HoldChanged, where=lambda e: e.leg == leg and e.held)
    for _ in range(3):  # baresip forgets a resume that comes before our 200 to its hold has come
        made.command("resume")
        if eventually(lambda: [e.held for e in box.events.of(HoldChanged) if e.leg == leg] == [True, False]):
            break
    box.events.wait(HoldChanged, where=lambda e: e.leg == leg and not e.held)
    ready = [event for event in box.events.of(AudioReady) if event.leg == leg]
    gone = [event for event in box.events.of(AudioGone) if event.leg == leg]
    assert len(ready) == len(gone) + 1, "the audio is there again"
    handsets["201"].release(leg, HangupCause.NORMAL_CLEARING)
    released(box, leg)


def test_the_handset_dials(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("201")
    since = len(box.events.events)
    made.dial("0301234")
    dialled = box.events.wait(HandsetDialled, since=since)
    assert (dialled.line, dialled.number) == ("201", "0301234")
    handsets["201"].progress(dialled.leg)
    made.expect("CALL_RINGING")
    handsets["201"].answer(dialled.leg)
    made.expect("CALL_ESTABLISHED")
    port = box.events.wait(AudioReady, where=lambda e: e.leg == dialled.leg).port
    box.engine.bridge.play_tone(PlayId(new_id()), port, CallTone.BUSY)
    time.sleep(1.5)
    made.hang_up()
    assert released(box, dialled.leg).cause is HangupCause.NORMAL_CLEARING
    made.stop()
    heard = read_wav(made.heard()[-1])
    assert tone_seconds(heard, 480, share=0.3) > 0.3, "the busy tone was not heard"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (HangupCause.USER_BUSY, "486 "),
        (HangupCause.UNALLOCATED_NUMBER, "404 "),
        (HangupCause.LINE_FAULT, "500 "),  # our 503, which a proxy must not pass on (RFC 3261 16.7)
    ],
)
def test_a_dialled_call_is_refused_with_its_reason(
    box: Box, handsets: dict[str, Handset], phone: MakePhone, cause: HangupCause, words: str
) -> None:
    made = phone("201")
    since = len(box.events.events)
    made.dial("0301234")
    leg = box.events.wait(HandsetDialled, since=since).leg
    handsets["201"].release(leg, cause)
    assert released(box, leg).cause is cause
    assert made.expect("CALL_CLOSED")["param"].startswith(words)


def test_blind_transfer(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("201")
    leg = answered_call(box, handsets["201"], made)
    made.command("transfer", "202")
    asked = box.events.wait(TransferRequested, where=lambda e: e.leg == leg)
    assert (asked.target, asked.consult) == ("202", None)
    handsets["201"].transfer_done(leg, accepted=True)
    assert made.expect("CALL_CLOSED")["param"] == "Call transfered"
    assert released(box, leg).cause is HangupCause.NORMAL_CLEARING


def test_a_transfer_that_fails_is_told(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("201")
    leg = answered_call(box, handsets["201"], made)
    made.command("transfer", "202")
    box.events.wait(TransferRequested, where=lambda e: e.leg == leg)
    handsets["201"].transfer_done(leg, accepted=False)
    failed = made.expect("TRANSFER_FAILED")
    assert "503" in failed["param"]
    released(box, leg)  # baresip gives the call up when the subscription ends, however it ended


def test_attended_transfer_names_the_other_leg(
    box: Box, handsets: dict[str, Handset], phone: MakePhone
) -> None:
    made = phone("201")
    first = answered_call(box, handsets["201"], made)
    made.command("hold")
    box.events.wait(HoldChanged, where=lambda e: e.leg == first and e.held)
    consult = dialled_call(box, handsets["201"], made, "202")
    other = next(e["id"] for e in reversed(made.events) if e.get("type") == "CALL_INCOMING")
    # baresip's transfer acts on its current call, the consultation; Replaces names the one on hold
    made.command("transfer", f"sip:4930123456@127.0.0.1?Replaces={other}%3Bto-tag%3Da%3Bfrom-tag%3Db")
    asked = box.events.wait(TransferRequested, where=lambda e: e.leg == consult)
    assert asked.consult == first
    handsets["201"].transfer_done(consult, accepted=True)
    made.expect("CALL_CLOSED")
    handsets["201"].release(first, HangupCause.NORMAL_CLEARING)
    released(box, first)
    released(box, consult)


def test_releasing_twice_and_unknown_legs_is_harmless(
    box: Box, handsets: dict[str, Handset], phone: MakePhone
) -> None:
    made = phone("201")
    leg = answered_call(box, handsets["201"], made)
    handsets["201"].release(leg, HangupCause.NORMAL_CLEARING)
    handsets["201"].release(leg, HangupCause.USER_BUSY)
    handsets["201"].answer(leg)
    handsets["201"].transfer_done(leg, True)
    handsets["201"].stop_ringing(new_leg(), HangupCause.NORMAL_CLEARING)
    assert released(box, leg).cause is HangupCause.NORMAL_CLEARING


def test_a_restarted_edge_knows_its_handsets_again(
    box: Box, handsets: dict[str, Handset], phone: MakePhone
) -> None:
    made = phone("201")
    box.events.wait(HandsetStatus, where=lambda e: e.line == "201" and e.registered)
    box.edge.stop()
    box.edge.start()
    time.sleep(0.5)
    leg = answered_call(box, handsets["201"], made)
    handsets["201"].release(leg, HangupCause.NORMAL_CLEARING)
    released(box, leg)


def test_a_phone_on_tcp(box: Box, handsets: dict[str, Handset], phone: MakePhone) -> None:
    made = phone("202", transport="tcp")
    leg = answered_call(box, handsets["202"], made)
    handsets["202"].release(leg, HangupCause.NORMAL_CLEARING)
    assert released(box, leg).cause is HangupCause.NORMAL_CLEARING
    made.expect("CALL_CLOSED")


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf", "7", "7"),
        ("application/dtmf", "#\r\n", "#"),
        ("application/dtmf-relay", "Signal=8\r\nDuration=160\r\n", "8"),
        ("application/dtmf-relay", "Signal= 11\r\nDuration= 160\r\n", "#"),
    ],
)
def test_every_form_of_info_digits(
    box: Box, handsets: dict[str, Handset], kind: str, body: str, digit: str
) -> None:
    caller = SipClient(box.edge.address, timeout=3)
    since = len(box.events.events)
    caller.send(dialled_invite(caller, "203", secret("203"), "0301234"))
    leg = box.events.wait(HandsetDialled, since=since).leg
    handsets["203"].answer(leg)
    answer = caller.final()
    caller.acknowledge(answer.text)
    caller.send(caller.in_dialog("INFO", answer.text, kind, body))
    assert caller.final().status == 200
    assert box.events.wait(DigitReceived, where=lambda e: e.leg == leg).digit == digit
    handsets["203"].release(leg, HangupCause.NORMAL_CLEARING)
    released(box, leg)
    caller.close()


def test_a_call_past_the_edge_is_refused(box: Box, handsets: dict[str, Handset]) -> None:
    intruder = SipClient(("127.0.0.1", box.edge.settings.engine_port))
    since = len(box.events.events)
    reply = intruder.ask("INVITE", "201", "X-Callbox-Handset: 201\r\n", to="0301234")
    while reply is not None and reply.status < 200:
        reply = intruder.receive()
    assert reply is not None and reply.status == 403
    assert not [e for e in box.events.events[since:] if isinstance(e, HandsetDialled)]
    intruder.close()


def test_a_call_that_pjsip_refuses_to_make_ends_with_its_reason(box: Box) -> None:
    odd = box.stack.add_handset("no uri")
    odd.start()
    leg = new_leg()
    odd.ring(leg, ANA)
    end = released(box, leg)
    assert end.cause is HangupCause.TEMPORARY_FAILURE
    assert leg in end.reason
    box.stack.remove_handset("no uri")


def test_a_handset_that_is_removed_releases_its_call_and_may_come_back(box: Box, phone: MakePhone) -> None:
    box.stack.set_credentials({name: secret(name) for name in ("201", "202", "203", "204")})
    handset = box.stack.add_handset("204")
    handset.start()
    made = phone("204")
    leg = answered_call(box, handset, made)
    box.stack.remove_handset("204")
    assert released(box, leg, 1.0).cause is HangupCause.NORMAL_CLEARING
    made.expect("CALL_CLOSED")
    box.stack.add_handset("204")
    box.stack.remove_handset("204")
