"""Real SIP calls between two processes: 64 legs at once, each with its own audio, and what their ends
leave.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from appliance.contract.events import PlayEnded, RecordEnded
from appliance.contract.ids import PlayId, PortId, RecordingId
from appliance.contract.media import Detect, Sound
from appliance.media.engine import Engine
from tests.media.rig import (
    Caller,
    Events,
    Line,
    Samples,
    amplitude_at,
    on_thread,
    read_wav,
    sine,
    strongest,
    until,
)


class _Ear:
    """Everything that came in at a port of the bridge, by way of a tap."""

    def __init__(self, engine: Engine, port: PortId) -> None:
        self.blocks: list[Samples] = []
        self._engine = engine
        on_thread(engine, lambda: self._plug(port))

    def _plug(self, port: PortId) -> None:
        there = self._engine._bridge.find(port)
        assert there is not None
        there.tap = self._engine.frame_ports.obtain()
        there.tap.take = lambda block: self.blocks.append(np.frombuffer(bytes(block), np.int16))
        there.audio.startTransmit(there.tap)

    def hears(self, last: float) -> Samples:
        return np.concatenate([np.zeros(1, np.int16), *self.blocks])[-round(last * 8000) :]


def test_64_calls_at_once_are_up_and_each_hears_its_own_far_end(
    engine: Engine, caller: Caller, far_end: int
) -> None:
    ports = {400 + 40 * number: PortId(f"leg{number}") for number in range(64)}
    for pitch, port in ports.items():
        caller.call(pitch, far_end, port)
    assert until(lambda: len(caller.up) == 64, 15)
    ears = {pitch: _Ear(engine, port) for pitch, port in ports.items()}
    assert until(lambda: all(len(ear.blocks) > 80 for ear in ears.values()), 10)
    # On a busy machine the first sound of a call may come a second after its answer.
    until(lambda: all(amplitude_at(ear.hears(1.0), pitch) > 3000 for pitch, ear in ears.items()), 10)
    for pitch, ear in ears.items():
        heard, amplitude = strongest(ear.hears(1.0))
        assert heard == pytest.approx(pitch, abs=2)
        assert amplitude > 3000
    for port in ports.values():
        caller.hang_up(port)
    assert until(lambda: not caller.calls and engine._bridge.counts()["ports"] == 0)


def test_a_sip_leg_and_a_line_hear_each_other(
    engine: Engine, caller: Caller, far_end: int, line: Callable[..., Line]
) -> None:
    one, leg = line("one"), PortId("leg")
    caller.call(0, far_end, leg)  # the far end sends back what it hears
    assert until(lambda: leg in caller.up)
    engine.bridge.connect(one.port, leg)
    one.say(sine(900, 8))
    assert until(lambda: amplitude_at(one.hears(0.3), 900) > 6000, 8)


def test_the_far_ends_hang_up_ends_what_was_going_on_at_its_port(
    engine: Engine, caller: Caller, far_end: int, events: Events, line: Callable[..., Line]
) -> None:
    one, leg = line("one"), PortId("leg")
    caller.call(1000, far_end, leg)
    assert until(lambda: leg in caller.up)
    engine.bridge.connect(one.port, leg)
    engine.bridge.play(PlayId("p"), leg, (Sound("music/default"),), loop=True)
    engine.bridge.record(RecordingId("r"), leg, one.port)
    engine.bridge.detect(leg, Detect.DIGITS | Detect.SILENCE, 5.0)
    assert until(lambda: len(one.heard) > 50 and amplitude_at(one.hears(0.5), 1000) > 3000)
    caller.hang_up(leg)
    assert not events.wait(PlayEnded).completed
    assert until(lambda: not one.hears(0.3).any())
    engine.bridge.stop_record(RecordingId("r"))
    assert events.wait(RecordEnded).problem == ""
    left = read_wav(engine.config.recordings / "r.left.wav")
    assert amplitude_at(left[1600:3200], 1000) > 3000
    assert engine._bridge.counts()["ports"] == 1


def test_a_leg_whose_media_comes_back_is_recorded_on(
    engine: Engine, caller: Caller, far_end: int, events: Events, line: Callable[..., Line]
) -> None:
    one, leg = line("one"), PortId("leg")
    caller.call(1000, far_end, leg)
    assert until(lambda: leg in caller.up)
    engine.bridge.record(RecordingId("r"), leg, one.port)
    assert until(lambda: (engine.config.recordings / "r.left.wav").exists())
    ear = _Ear(engine, leg)
    assert until(lambda: len(ear.blocks) > 30)

    def again() -> None:
        audio = caller.calls[leg].getAudioMedia(-1)
        engine.drop(leg)
        engine.adopt(leg, audio)

    on_thread(engine, again)
    one_second = until(lambda: False, 1.0)
    assert not one_second
    engine.bridge.stop_record(RecordingId("r"))
    events.wait(RecordEnded)
    left = read_wav(engine.config.recordings / "r.left.wav")
    assert amplitude_at(left[-4000:], 1000) > 3000
    assert amplitude_at(left[2000:4000], 1000) > 3000


def test_fifty_calls_one_after_the_other_leave_no_slot(engine: Engine, caller: Caller, far_end: int) -> None:
    before = on_thread(engine, lambda: len(engine._endpoint.mediaEnumPorts2()))
    for number in range(50):
        leg = PortId(f"leg{number}")
        caller.call(1000, far_end, leg)
        assert until(partial(caller.is_up, leg))
        engine.bridge.detect(leg, Detect.DIGITS)
        caller.hang_up(leg)
        assert until(lambda: not caller.calls)
    assert until(lambda: on_thread(engine, lambda: len(engine._endpoint.mediaEnumPorts2())) <= before + 1)
