"""The line's logic on a stepped clock: how calls come in and go out."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Answered, AudioReady, CallerId, Progress, Released, RingStarted, Stage
from appliance.contract.ids import LegId
from drivers.fxo.line import State
from tests.lines.fxo_calls import LEG, dialled, released, ringing
from tests.lines.fxo_fakes import Bench

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
