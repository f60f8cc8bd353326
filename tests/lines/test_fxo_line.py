"""The line's logic on a stepped clock: every way a call begins, goes on and ends."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
)
from appliance.contract.ids import LegId
from drivers.fxo.dle import Packet
from drivers.fxo.line import State
from drivers.fxo.quirks import family_named
from tests.lines.fxo_fakes import Bench

LEG = LegId("leg-1")
ABORT = "<leave b'\\x10^'>"


def ringing(bench: Bench) -> LegId:
    bench.line.text("RING")
    return bench.events.of(RingStarted)[-1].leg


def answered(bench: Bench) -> LegId:
    leg = ringing(bench)
    bench.line.answer(leg)
    bench.clock.advance(6)
    bench.line.text("RING")
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("AT+VTR", "CONNECT")
    return leg


def dialled(bench: Bench, number: str = "5551234") -> LegId:
    bench.line.dial(LEG, number)
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply(f"ATDTW{number};")
    bench.wire.reply("AT+VTR", "CONNECT")
    return LEG


def released(bench: Bench) -> Released:
    (event,) = bench.events.of(Released)
    return event


# ------------------------------------------------------------------------------------------- inbound


def test_ring_caller_id_answer() -> None:
    bench = Bench()
    leg = ringing(bench)
    bench.line.answer(leg)
    for line in ("DATE = 0321", "TIME = 1405", "NMBR = 5551234", "NAME = RING"):
        bench.clock.advance(0.1)
        assert bench.wire.log == []  # the id must not be cut
        bench.line.text(line)
    assert bench.events.of(CallerId) == [CallerId("line1", leg, "5551234", "RING", False)]
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("AT+VTR", "CONNECT")
    assert bench.events.all[-2:] == [Answered("line1", leg), AudioReady("line1", leg, bench.audio.port)]
    assert len(bench.events.of(RingStarted)) == 1


def test_without_id_the_answer_waits_for_the_second_ring() -> None:
    bench = Bench()
    bench.line.answer(ringing(bench))
    bench.clock.advance(5.9)
    assert bench.wire.log == []
    bench.line.text("RING")
    assert bench.wire.log == ["AT+VLS=1"]


@pytest.mark.parametrize("rings", [1, 3, 4])
def test_answer_after_rings(rings: int) -> None:
    bench = Bench(answer_after_rings=rings)
    bench.line.answer(ringing(bench))
    bench.line.text("NMBR=5551234")
    bench.line.text("NAME=X")
    for _ in range(1, rings):
        assert bench.wire.log == []
        bench.clock.advance(5)
        bench.line.text("RING")
    assert bench.wire.log == ["AT+VLS=1"]


def test_an_id_without_a_name_is_told_when_nothing_more_comes() -> None:
    bench = Bench()
    ringing(bench)
    bench.line.text("NMBR=5551234")
    assert not bench.events.of(CallerId)
    bench.clock.advance(0.6)
    assert bench.events.of(CallerId)[0].number == "5551234"


def test_the_second_ring_ends_an_unfinished_id() -> None:
    bench = Bench()
    leg = ringing(bench)
    bench.clock.advance(2.0)
    bench.line.text("NMBR=P")
    bench.line.text("RING")
    assert bench.events.of(CallerId) == [CallerId("line1", leg, None, None, True)]


def test_an_id_before_the_first_ring() -> None:
    bench = Bench()
    bench.line.text("NMBR=5551234")
    bench.line.text("NAME=EARLY")
    bench.clock.advance(1)
    leg = ringing(bench)
    assert bench.events.all == [
        RingStarted("line1", leg),
        CallerId("line1", leg, "5551234", "EARLY"),
    ]


def test_an_old_early_id_belongs_to_nobody() -> None:
    bench = Bench()
    bench.line.text("NMBR=5551234")
    bench.clock.advance(11)
    ringing(bench)
    bench.clock.advance(1)
    assert not bench.events.of(CallerId)


def test_an_old_early_id_does_not_mix_with_a_new_one() -> None:
    bench = Bench()
    bench.line.text("NMBR=5551234")
    bench.line.text("NAME=OLD")
    bench.clock.advance(11)
    bench.line.text("NMBR=5559876")
    ringing(bench)
    assert [(event.number, event.name) for event in bench.events.of(CallerId)] == [("5559876", None)]


def test_ring_by_code_and_by_line_is_one_ring() -> None:
    bench = Bench()
    bench.line.code(ord("R"))
    bench.line.text("RING")
    leg = bench.events.of(RingStarted)[0].leg
    bench.line.answer(leg)
    assert len(bench.events.of(RingStarted)) == 1
    assert bench.wire.log == []  # still the first


def test_the_caller_gives_up() -> None:
    bench = Bench()
    leg = ringing(bench)
    bench.clock.advance(7.9)
    bench.line.text("RING")
    bench.clock.advance(7.9)
    assert not bench.events.of(Released)
    bench.clock.advance(0.2)
    assert released(bench) == Released("line1", leg, HangupCause.NORMAL_CLEARING, "The caller gave up.")
    assert bench.line.state is State.IDLE
    assert bench.clock.pending() == 0


def test_a_rejected_call_rings_out_unheard() -> None:
    bench = Bench()
    leg = ringing(bench)
    bench.line.release(leg, HangupCause.CALL_REJECTED)
    assert released(bench).cause is HangupCause.CALL_REJECTED
    bench.clock.advance(6)
    bench.line.text("RING")
    bench.line.dial(LEG, "1")
    assert bench.events.of(Released)[1].cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    bench.clock.advance(8.1)
    assert bench.line.state is State.IDLE
    assert len(bench.events.of(RingStarted)) == 1
    ringing(bench)
    assert len(bench.events.of(RingStarted)) == 2


def test_released_while_picking_up() -> None:
    bench = Bench(answer_after_rings=1)
    leg = ringing(bench)
    bench.line.answer(leg)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.wire.reply("AT+VLS=1")
    assert not bench.events.of(Released)  # off hook still
    bench.wire.reply("AT+VLS=0")
    assert released(bench).leg == leg
    assert not bench.events.of(Answered)


def test_the_modem_does_not_pick_up() -> None:
    bench = Bench(answer_after_rings=1)
    bench.line.answer(ringing(bench))
    bench.wire.reply("AT+VLS=1", "ERROR")
    bench.wire.reply("AT+VLS=0")
    assert released(bench).cause is HangupCause.LINE_FAULT


# ------------------------------------------------------------------------------------------- outbound


def test_dialling() -> None:
    bench = Bench()
    dialled(bench)
    assert bench.wire.log == ["AT+VLS=1", "ATDTW5551234;", "AT+VTR"]
    assert bench.events.all == [
        Progress("line1", LEG, Stage.SEIZED),
        Progress("line1", LEG, Stage.DIALLED),
        AudioReady("line1", LEG, bench.audio.port),
    ]


def test_a_plus_becomes_the_international_prefix() -> None:
    bench = Bench(international_prefix="011")
    bench.line.dial(LEG, "+3612345")
    bench.wire.reply("AT+VLS=1")
    assert bench.wire.log[-1] == "ATDTW0113612345;"


@pytest.mark.parametrize(
    ("final", "cause", "no_lines"),
    [
        ("NO DIALTONE", HangupCause.NO_DIAL_TONE, 1),
        ("NO DIAL TONE", HangupCause.NO_DIAL_TONE, 1),
        ("NO LINE", HangupCause.NO_DIAL_TONE, 1),
        ("BUSY", HangupCause.USER_BUSY, 0),
        ("NO ANSWER", HangupCause.NO_ANSWER, 0),
        ("LINE IN USE", HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, 0),
        ("ERROR", HangupCause.LINE_FAULT, 0),
    ],
)
def test_dialling_fails(final: str, cause: HangupCause, no_lines: int) -> None:
    bench = Bench()
    bench.line.dial(LEG, "5551234")
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("ATDTW5551234;", final)
    assert not bench.events.of(Released)
    bench.wire.reply("AT+VLS=0")
    assert released(bench).cause is cause
    assert bench.no_lines == no_lines
    assert bench.line.state is State.IDLE


def test_a_second_call_finds_the_line_busy() -> None:
    bench = Bench()
    dialled(bench)
    bench.line.dial(LegId("leg-2"), "1")
    event = released(bench)
    assert (event.leg, event.cause) == ("leg-2", HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE)
    assert bench.line.state is State.VOICE


def test_released_while_dialling() -> None:
    bench = Bench()
    bench.line.dial(LEG, "5551234")
    bench.wire.reply("AT+VLS=1")
    bench.line.release(LEG, HangupCause.NORMAL_CLEARING)
    assert bench.wire.log[-1] == "<abort>"
    bench.wire.reply("ATDTW5551234;", "NO CARRIER")
    bench.wire.reply("AT+VLS=0")
    assert released(bench).cause is HangupCause.NORMAL_CLEARING
    assert bench.clock.pending() == 0


def test_a_modem_that_does_not_stop_dialling_is_faulty() -> None:
    bench = Bench()
    bench.line.dial(LEG, "5551234")
    bench.wire.reply("AT+VLS=1")
    bench.line.release(LEG, HangupCause.NORMAL_CLEARING)
    bench.clock.advance(1.0)
    assert bench.faults
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


def test_a_look_for_dial_tone_is_no_call() -> None:
    for final, found in (("OK", True), ("NO DIALTONE", False)):
        bench = Bench()
        results: list[bool] = []
        bench.line.probe(results.append)
        bench.wire.reply("AT+VLS=1")
        bench.wire.reply("ATDTW;", final)
        bench.wire.reply("AT+VLS=0")
        assert results == [found]
        assert bench.events.all == []
        assert bench.line.state is State.IDLE


# ------------------------------------------------------------------------------------------- in the call


@pytest.mark.parametrize(
    ("code", "cause"),
    [("b", HangupCause.USER_BUSY), ("K", HangupCause.CONGESTION), ("l", HangupCause.NORMAL_CLEARING)],
)
def test_tones_after_dialling(code: str, cause: HangupCause) -> None:
    bench = Bench()
    dialled(bench)
    silent(bench, 4)
    bench.wire.code(code)
    assert bench.wire.log[-1] == ABORT
    bench.settle_on_hook()
    assert released(bench).cause is cause


@pytest.mark.parametrize("code", ["b", "K", "d", "l"])
def test_tones_in_an_answered_call_are_the_far_ends_hang_up(code: str) -> None:
    bench = Bench()
    answered(bench)
    bench.clock.advance(2)
    bench.wire.code(code)
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


def test_busy_after_a_voice_is_no_busy_party() -> None:
    bench = Bench()
    dialled(bench)
    bench.wire.code("V")
    bench.wire.code("b")
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


@pytest.mark.parametrize(("seconds", "cause"), [(4, HangupCause.USER_BUSY), (8, HangupCause.NORMAL_CLEARING)])
def test_busy_after_ringback(seconds: int, cause: HangupCause) -> None:
    """Between two rings nobody can have answered; when they stopped long ago somebody has."""
    bench = Bench()
    dialled(bench)
    silent(bench, 3)
    bench.wire.code("r")
    silent(bench, seconds)
    bench.wire.code("b")
    bench.settle_on_hook()
    assert released(bench).cause is cause


def test_busy_long_after_dialling_is_no_busy_party() -> None:
    bench = Bench()
    dialled(bench)
    for _ in range(21):
        bench.wire.received += 8000
        bench.clock.advance(1)
    bench.wire.code("b")
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


def test_the_rest_of_the_dial_tone_is_no_hang_up() -> None:
    bench = Bench()
    dialled(bench)
    bench.wire.code("d")
    bench.wire.code("l")
    assert bench.line.state is State.VOICE


def test_a_line_that_fools_the_modem_wants_two_reports() -> None:
    bench = Bench(tone_reports=2)
    answered(bench)
    bench.wire.code("b")
    assert ABORT not in bench.wire.log
    bench.wire.code("b")
    assert bench.wire.log[-1] == ABORT


def test_digits_both_ways() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.wire.event("5")
    assert bench.events.of(DigitReceived) == [DigitReceived("line1", leg, "5")]
    bench.line.send_digits(leg, "12#")
    assert bench.wire.tones == "12#"


def test_digits_sent_before_the_stream_is_open_are_not_lost() -> None:
    bench = Bench()
    bench.line.dial(LEG, "5551234")
    bench.line.send_digits(LEG, "9")
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("ATDTW5551234;")
    bench.wire.reply("AT+VTR", "CONNECT")
    assert bench.wire.tones == "9"


def test_call_waiting() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.wire.code("w")
    bench.wire.event(Packet(b"DATE=0101\r\nTIME=1200\r\nNMBR=5559876\r\n"))
    bench.wire.event(Packet(b"DRON=5"))
    assert bench.events.of(CallWaiting) == [
        CallWaiting("line1", leg),
        CallWaiting("line1", leg, "5559876"),
    ]


def test_flash_keeps_the_call() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.flash(leg)
    bench.wire.over()
    bench.wire.reply("AT+VTS=!")
    bench.wire.reply("AT+VTR", "CONNECT")
    assert bench.line.state is State.VOICE
    assert len(bench.events.of(Answered)) == 1
    assert bench.wire.streams == 2
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.settle_on_hook()
    assert released(bench).leg == leg


def test_released_during_a_flash() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.flash(leg)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.settle_on_hook()
    assert released(bench).leg == leg


# ------------------------------------------------------------------------------------------- silence


def silent(bench: Bench, seconds: int, loud: int = 0) -> None:
    for _ in range(seconds):
        bench.wire.received += 8000
        bench.wire.loud += loud
        bench.clock.advance(1)


def test_silence_as_long_as_the_modem_can_time() -> None:
    bench = Bench(silence_seconds=20.0)
    answered(bench)
    bench.wire.code("q")
    bench.clock.advance(0)
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.SILENCE


def test_longer_silence_is_timed_on() -> None:
    bench = Bench(silence_seconds=60.0)
    answered(bench)
    bench.wire.code("s")  # 25.5 s of it are over
    silent(bench, 34)
    assert bench.line.state is State.VOICE
    silent(bench, 1)
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.SILENCE


@pytest.mark.parametrize("voice", ["code", "digit", "samples"])
def test_voice_ends_the_silence(voice: str) -> None:
    bench = Bench(silence_seconds=60.0)
    answered(bench)
    bench.wire.code("q")
    silent(bench, 20)
    if voice == "code":
        bench.wire.code("V")
    elif voice == "digit":
        bench.wire.event("1")
    silent(bench, 30, loud=2000 if voice == "samples" else 0)
    assert bench.line.state is State.VOICE


def test_silence_is_the_cores_matter_unless_set() -> None:
    bench = Bench()
    answered(bench)
    bench.wire.code("q")
    silent(bench, 200)
    assert bench.line.state is State.VOICE


# ------------------------------------------------------------------------------------------- the end


def test_release_is_told_when_the_line_is_on_hook_and_once() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.line.release(leg, HangupCause.USER_BUSY)
    bench.wire.code("b")
    bench.wire.over()
    assert not bench.events.of(Released)
    bench.wire.reply("AT+VLS=0")
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    assert released(bench) == Released("line1", leg, HangupCause.NORMAL_CLEARING, "Released by the box.")
    assert bench.clock.pending() == 0


def test_other_ways_out_of_the_stream() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.clock.advance(0.31)
    assert bench.wire.sent == [b"\x10^", b"\x10\x03"]
    bench.clock.advance(0.31)
    assert bench.wire.log[-2:] == ["<abandon>", "AT+VLS=0"]
    bench.wire.reply("AT+VLS=0")
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


def test_the_modem_ends_the_stream_by_itself() -> None:
    bench = Bench()
    answered(bench)
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.NORMAL_CLEARING


def test_ath_when_vls_is_refused() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.wire.over()
    bench.wire.reply("AT+VLS=0", "ERROR")
    bench.wire.reply("ATH")
    bench.wire.reply("AT+FCLASS=8")
    assert released(bench).leg == leg
    assert not bench.faults


def test_a_modem_that_stays_off_hook_is_faulty() -> None:
    bench = Bench()
    leg = answered(bench)
    bench.line.release(leg, HangupCause.NORMAL_CLEARING)
    bench.wire.over()
    bench.wire.silent("AT+VLS=0")
    bench.wire.silent("ATH")
    assert bench.faults
    assert released(bench).leg == leg


def test_no_voice_stream() -> None:
    bench = Bench(answer_after_rings=1)
    bench.line.answer(ringing(bench))
    bench.wire.reply("AT+VLS=1")
    bench.wire.reply("AT+VTR", "ERROR")
    bench.wire.reply("AT+VLS=0")
    assert released(bench).cause is HangupCause.LINE_FAULT
    assert not bench.events.of(Answered)


def test_a_stream_that_stands_still_is_a_fault() -> None:
    bench = Bench()
    leg = answered(bench)
    silent(bench, 5)
    assert not bench.faults
    bench.clock.advance(3)
    assert bench.faults
    assert (released(bench).leg, released(bench).cause) == (leg, HangupCause.LINE_FAULT)
    assert bench.clock.pending() == 0


@pytest.mark.parametrize("steps", range(6))
def test_a_modem_that_vanishes_ends_the_call_once(steps: int) -> None:
    """At any step of an outbound call; replies that still come change nothing."""
    bench = Bench()
    bench.line.dial(LEG, "5551234")
    replies = [("AT+VLS=1", "OK"), ("ATDTW5551234;", "OK"), ("AT+VTR", "CONNECT")]
    for command, final in replies[:steps]:
        bench.wire.reply(command, final)
    if steps > 3:
        bench.line.release(LEG, HangupCause.NORMAL_CLEARING)
    if steps > 4:
        bench.wire.over()
    bench.line.down("gone")
    event = released(bench)
    assert event.cause is (HangupCause.NORMAL_CLEARING if steps > 3 else HangupCause.LINE_FAULT)
    for asked in bench.wire.asked:
        bench.wire.silent(asked.text)
    assert len(bench.events.of(Released)) == 1
    assert bench.clock.pending() == 0
    bench.line.dial(LegId("leg-2"), "1")
    assert bench.events.of(Released)[1].cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE


def test_families_say_how_to_leave() -> None:
    family = family_named("conexant")
    assert family is not None
    assert family.leave[0] == b"\x10^"
