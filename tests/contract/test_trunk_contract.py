"""One suite over every Trunk: what the contract promises, whatever the line is made of."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    Progress,
    Released,
    RingStarted,
    Stage,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString, LegId
from appliance.contract.trunk import AnswerSupervision
from tests.contract.trunk_suite import Bench, MakeBench, benches, check_legs, eventually

AT_ONCE = 0.1  # seconds: a contract method only posts work
LEG = LegId("leg-1")


@pytest.fixture(params=list(benches().values()), ids=list(benches()))
def idle(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A trunk that was not started yet; at the end every leg must have kept the rules."""
    make: MakeBench = request.param
    with make() as bench:
        yield bench
        bench.trunk.stop()
        check_legs(bench.events)


@pytest.fixture
def bench(idle: Bench) -> Bench:
    """A trunk in service."""
    idle.trunk.start()
    idle.events.state(TrunkState.IN_SERVICE)
    return idle


def _dial(bench: Bench, number: DialString, leg: LegId = LEG) -> None:
    begin = time.monotonic()
    bench.trunk.dial(leg, number)
    assert time.monotonic() - begin < AT_ONCE


def _ring(bench: Bench, number: str = "+36201234567") -> LegId:
    bench.call_in(number)
    return bench.events.next(RingStarted).leg


def _hang_up(bench: Bench, leg: LegId) -> Released:
    begin = time.monotonic()
    bench.trunk.release(leg, HangupCause.NORMAL_CLEARING)
    assert time.monotonic() - begin < AT_ONCE
    return bench.events.next(Released, leg, timeout=2.0)


def test_it_says_how_it_stands(bench: Bench) -> None:
    states = [status.state for status in bench.events.of(TrunkStatus)]
    assert states[0] is TrunkState.STARTING
    assert states[-1] is TrunkState.IN_SERVICE
    assert all(status.line == bench.trunk.name and status.why for status in bench.events.of(TrunkStatus))


def test_a_call_comes_in_and_is_answered(bench: Bench) -> None:
    leg = _ring(bench)
    far = bench.far_end()
    if bench.trunk.capabilities.caller_id:
        number = bench.events.next(CallerId, leg).number or ""
        assert number.removeprefix("+") == "36201234567"  # an analog line has digits only
    bench.trunk.answer(leg)
    bench.events.next(Answered, leg)
    assert bench.events.next(AudioReady, leg).port == bench.audio.port
    assert eventually(lambda: far.connected)
    assert eventually(lambda: any(bench.audio.heard) and bench.audio.taken > 1600), "no sound both ways"
    assert _hang_up(bench, leg).cause is HangupCause.NORMAL_CLEARING
    assert eventually(lambda: far.ended, 1.0)
    assert not bench.audio.is_open


def test_the_caller_gives_up_while_it_rings(bench: Bench) -> None:
    leg = _ring(bench)
    bench.far_end().hang_up()
    bench.events.next(Released, leg, timeout=11.0)
    assert bench.events.of(Answered) == []


def test_a_ringing_call_is_rejected(bench: Bench) -> None:
    leg = _ring(bench)
    far = bench.far_end()
    released = _hang_up(bench, leg)
    assert released.cause is HangupCause.NORMAL_CLEARING
    assert eventually(lambda: far.ended) or not bench.trunk.capabilities.hangup_signalled


def test_the_caller_hangs_up(bench: Bench) -> None:
    leg = _ring(bench)
    bench.trunk.answer(leg)
    bench.events.next(AudioReady, leg)
    bench.far_end().hang_up()
    limit = 2.0 if bench.trunk.capabilities.hangup_signalled else 10.0
    bench.events.next(Released, leg, timeout=limit)
    assert not bench.audio.is_open


def test_a_call_goes_out_and_is_answered(bench: Bench) -> None:
    _dial(bench, bench.answers)
    seen = bench.trunk.capabilities.answer is AnswerSupervision.SEEN
    if seen:
        assert not bench.events.next(Answered, LEG).inferred
    bench.events.next(AudioReady, LEG)
    assert eventually(lambda: bench.far_end().connected)
    stages = [progress.stage for progress in bench.events.of(Progress, LEG)]
    assert stages[:2] == [Stage.SEIZED, Stage.DIALLED]
    assert seen or not bench.events.of(Answered)  # who cannot see it leaves the inference to the core
    far = bench.far_end()
    bench.trunk.send_digits(LEG, "15#")
    heard = "15#" if bench.tells_digits else "1"
    assert eventually(lambda: far.digits == heard), far.digits
    _hang_up(bench, LEG)
    assert eventually(lambda: far.ended, 1.0)


def test_the_number_is_busy(bench: Bench) -> None:
    _dial(bench, bench.busy)
    assert bench.events.next(Released, LEG, timeout=15.0).cause is HangupCause.USER_BUSY
    assert bench.events.of(Answered) == []


def test_a_ringing_call_is_given_up(bench: Bench) -> None:
    _dial(bench, bench.silent)
    # Only here: of a far end that picks up at once the 180 may come after the 200.
    awaited = {Stage.RINGING} if bench.trunk.capabilities.progress else {Stage.SEIZED, Stage.DIALLED}
    assert bench.events.until(lambda: awaited <= {p.stage for p in bench.events.of(Progress, LEG)}, 10.0)
    far = bench.far_end()
    assert _hang_up(bench, LEG).cause is HangupCause.NORMAL_CLEARING
    assert eventually(lambda: far.ended, 1.0)
    assert bench.events.of(Answered) == []


def test_a_dial_is_given_up_at_once(bench: Bench) -> None:
    _dial(bench, bench.answers)
    assert _hang_up(bench, LEG).cause is HangupCause.NORMAL_CLEARING
    _dial(bench, bench.busy, LegId("leg-2"))  # and the line is good for the next call
    assert bench.events.next(Released, LegId("leg-2"), timeout=15.0).cause is HangupCause.USER_BUSY


def test_a_busy_trunk_takes_no_second_call(bench: Bench) -> None:
    _dial(bench, bench.silent)
    second = LegId("leg-2")
    _dial(bench, bench.answers, second)
    refused = bench.events.next(Released, second, timeout=AT_ONCE)
    assert refused.cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    assert bench.events.of(Released, LEG) == []
    _hang_up(bench, LEG)


def test_a_trunk_out_of_service_takes_no_call(idle: Bench) -> None:
    idle.break_device()
    idle.trunk.start()
    idle.events.state(idle.fault_state())
    _dial(idle, idle.answers)
    released = idle.events.next(Released, LEG, timeout=AT_ONCE)
    assert released.cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE


def test_what_is_over_or_unknown_is_harmless(bench: Bench) -> None:
    _dial(bench, bench.busy)
    bench.events.next(Released, LEG, timeout=15.0)
    count = len(bench.events.all)
    for leg in (LEG, LegId("nobody")):
        bench.trunk.release(leg, HangupCause.NORMAL_CLEARING)
        bench.trunk.answer(leg)
        bench.trunk.send_digits(leg, "1")
        bench.trunk.flash(leg)
    assert not bench.events.until(lambda: len(bench.events.all) > count, 0.3)


def test_the_device_breaks_in_a_call(bench: Bench) -> None:
    leg = _ring(bench)
    bench.trunk.answer(leg)
    bench.events.next(AudioReady, leg)
    bench.break_device()
    assert bench.events.next(Released, leg, timeout=1.0).cause is HangupCause.LINE_FAULT
    bench.events.state(bench.fault_state())
    bench.mend_device()
    bench.events.state(TrunkState.IN_SERVICE, timeout=10.0)
    _dial(bench, bench.busy)
    assert bench.events.next(Released, LEG, timeout=15.0).cause is HangupCause.USER_BUSY


def test_stop_in_a_call_leaves_nothing(idle: Bench) -> None:
    handles, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    idle.trunk.start()
    idle.events.state(TrunkState.IN_SERVICE)
    leg = _ring(idle)
    idle.trunk.answer(leg)
    idle.events.next(AudioReady, leg)
    far = idle.far_end()
    idle.trunk.stop()
    idle.events.next(Released, leg, timeout=AT_ONCE)
    assert idle.events.of(TrunkStatus)[-1].state is TrunkState.DISABLED
    assert eventually(lambda: far.ended)
    assert eventually(lambda: len(os.listdir("/proc/self/fd")) == handles)
    assert threading.active_count() == threads
