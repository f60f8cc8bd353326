"""Clock drift: an hour of a device that is 100 ppm off is heard as nothing, and the delay stays bounded."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import pytest

from appliance.media.drift import DriftBuffer, FromLine, Ring, Stretcher, ToLine
from tests.media.rig import Samples, sine

_PITCH, _AMPLITUDE = 1000.0, 8000.0


@dataclass
class Outcome:
    buffer: DriftBuffer
    heard: Samples
    depths: list[float]  # ms

    def worst_break(self) -> float:
        """How far any sample is from what its two predecessors say a sine must go on with."""
        y = self.heard[16000:].astype(float)
        return float(np.abs(y[2:] - 2 * np.cos(2 * np.pi * _PITCH / 8000) * y[1:-1] + y[:-2]).max())


class Simulation:
    """A device and the bridge, each with its clock, in simulated time; thread delays are drawn by chance."""

    def __init__(self, buffer_class: type[DriftBuffer], ppm: float, burst: int, jitter: float) -> None:
        self.time = 0.0
        self.buffer = buffer_class(lambda: self.time)
        self.burst = burst
        self._period = burst / 8000 / (1 + ppm * 1e-6)
        self._random = np.random.default_rng(7)
        self._jitter = jitter
        self._wave = sine(_PITCH, 1.0, _AMPLITUDE)
        self._sent = 0
        self.heard: list[Samples] = []
        self.depths: list[float] = []

    def run(self, seconds: float) -> Outcome:
        events = [(0.0071, "device", 0), (0.0, "bridge", 0)]
        while events[0][0] <= seconds:
            at, who, count = heapq.heappop(events)
            self.time = max(self.time, at)
            self._device() if who == "device" else self._bridge()
            period, start = (self._period, 0.0071) if who == "device" else (0.02, 0.0)
            late = abs(self._random.normal(0, self._jitter))
            heapq.heappush(events, (start + (count + 1) * period + late, who, count + 1))
        return Outcome(self.buffer, np.concatenate(self.heard), self.depths[len(self.depths) // 20 :])

    def _next(self, count: int) -> Samples:
        positions = np.arange(self._sent, self._sent + count) % len(self._wave)
        self._sent += count
        return self._wave[positions]

    def _hear(self, block: Samples) -> None:
        self.heard.append(block)
        self.depths.append(self.buffer.depth.of(self.buffer.ring.held()) / 8)

    def _device(self) -> None:
        if isinstance(self.buffer, FromLine):
            self.buffer.write(self._next(self.burst))
        elif isinstance(self.buffer, ToLine):
            self._hear(self.buffer.read(self.burst))

    def _bridge(self) -> None:
        if isinstance(self.buffer, FromLine):
            self._hear(self.buffer.frame())
        elif isinstance(self.buffer, ToLine):
            self.buffer.write(self._next(160))


#: One sample of shift over a frame bends a 1 kHz sine of 8,000 by 56 from one sample to the next; a lost or
#: doubled sample breaks it by thousands.
_UNHEARD = 80.0


@pytest.mark.parametrize(("direction", "ppm"), [(FromLine, 100.0), (ToLine, -100.0)])
def test_an_hour_of_drift_is_heard_as_nothing(direction: type[DriftBuffer], ppm: float) -> None:
    outcome = Simulation(direction, ppm, 160, 0.0005).run(3600)
    assert outcome.worst_break() < _UNHEARD
    assert outcome.buffer.shortages == outcome.buffer.skipped == 0
    assert 2600 < outcome.buffer.stretched < 3200  # 2,880 samples of drift in the hour
    assert max(outcome.depths) < 40.0
    assert max(outcome.depths) - min(outcome.depths) < 8.0


@pytest.mark.parametrize("direction", [FromLine, ToLine])
@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
@pytest.mark.parametrize("burst", [20, 80, 256, 320])
def test_devices_of_any_burst(direction: type[DriftBuffer], ppm: float, burst: int) -> None:
    outcome = Simulation(direction, ppm, burst, 0.001).run(60)
    assert outcome.worst_break() < _UNHEARD
    assert outcome.buffer.shortages == 0
    assert float(np.mean(outcome.depths)) < (20 if direction is ToLine else burst / 8) + 20


def test_without_correction_the_drift_breaks_the_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same hour with the correction taken out must fail."""
    monkeypatch.setattr("appliance.media.drift.Depth.take_step", lambda _self: 0)
    outcome = Simulation(FromLine, -100.0, 160, 0.0005).run(600)
    assert outcome.worst_break() > 1000 or outcome.buffer.shortages > 0


def test_a_stall_is_caught_up_and_raises_the_margin() -> None:
    simulation = Simulation(FromLine, 0.0, 160, 0.0)
    buffer = simulation.buffer
    assert isinstance(buffer, FromLine)
    simulation.run(2.0)
    before = buffer.depth.target
    for _ in range(3):  # the device stalls for 60 ms, then delivers all of it at once
        simulation.time += 0.02
        buffer.frame()
    buffer.write(sine(_PITCH, 0.06))
    assert buffer.shortages == 1
    assert buffer.depth.target > before
    for _ in range(10):
        simulation.time += 0.02
        buffer.write(sine(_PITCH, 0.02))
        buffer.frame()
    assert buffer.depth.of(buffer.ring.held()) <= buffer.depth.target + 160


def test_a_shortage_fades_instead_of_clicking() -> None:
    buffer = ToLine(lambda: 0.0)
    for _ in range(4):
        buffer.write(np.full(160, 9000, np.int16))
    heard = np.concatenate([buffer.read(160) for _ in range(6)])
    loud = np.flatnonzero(heard == 9000)
    after = heard[loud[-1] : loud[-1] + 40].astype(int)
    assert np.abs(np.diff(after)).max() < 700
    assert heard[-1] == 0


def test_silence_fills_what_is_missing_to_the_sample() -> None:
    assert len(ToLine(lambda: 0.0).read(77)) == 77


@pytest.mark.parametrize("change", [-1, 1])
def test_stretching_keeps_the_wave(change: int) -> None:
    stretcher = Stretcher()
    wave = sine(3000.0, 0.1)
    out = np.concatenate(
        [stretcher.pass_on(wave[n : n + 160], change if n == 320 else 0) for n in range(0, 800, 160)]
    )
    assert len(out) == 800 + change
    ideal_before = sine(3000.0, 0.1)[: 320 - 8]
    assert np.abs(out[8:320] - ideal_before).max() <= 1
    assert np.abs(out[520:700]).max() <= 8100


def test_the_ring_keeps_order_over_its_edge() -> None:
    ring = Ring()
    expected = 0
    for start in range(0, 50_000, 1000):
        ring.write((np.arange(start, start + 1000) % 30000).astype(np.int16))
        block = ring.read(1000)
        assert block[0] == expected % 30000
        expected += 1000
    ring.write(np.zeros(Ring.CAPACITY + 500, np.int16))
    assert ring.held() == Ring.CAPACITY
