"""The line in a call, on a stepped clock: tones, digits, silence, and every way it ends."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Answered, CallWaiting, DigitReceived, Progress, Released, Stage
from appliance.contract.ids import LegId
from drivers.fxo.dle import Packet
from drivers.fxo.line import State
from drivers.fxo.quirks import family_named
from tests.lines.fxo_calls import ABORT, LEG, answered, dialled, released, ringing, silent
from tests.lines.fxo_fakes import Bench

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
    silent(bench, 2 if code == "b" else 0)
    assert bench.wire.log[-1] == ABORT
    bench.settle_on_hook()
    assert released(bench).cause is cause


def test_busy_after_dialling_waits_for_the_boxs_own_ear() -> None:
    """The modem calls reorder busy, too; who hears better ends the call before."""
    bench = Bench()
    leg = dialled(bench)
    silent(bench, 4)
    bench.wire.code("b")
    silent(bench, 1)
    bench.wire.code("b")
    assert ABORT not in bench.wire.log
    bench.line.release(leg, HangupCause.CONGESTION)
    bench.settle_on_hook()
    assert released(bench).cause is HangupCause.CONGESTION
    assert bench.clock.pending() == 0


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
    silent(bench, 2)
    bench.settle_on_hook()
    assert released(bench).cause is cause


def test_the_modems_ringback_is_told_once() -> None:
    bench = Bench()
    dialled(bench)
    for _ in range(3):
        silent(bench, 3)
        bench.wire.code("r")
    stages = [event.stage for event in bench.events.of(Progress)]
    assert stages == [Stage.SEIZED, Stage.DIALLED, Stage.RINGING]
    other = Bench()
    answered(other)
    other.wire.code("r")
    assert other.events.of(Progress) == []


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
