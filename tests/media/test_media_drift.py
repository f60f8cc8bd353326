"""Clock drift: an hour of a device that is 100 ppm off is heard as nothing, and the delay stays bounded."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import pytest

from appliance.media.drift import DriftBuffer, Ring, stretch
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

    def __init__(self, direction: str, ppm: float, burst: int, jitter: float) -> None:
        self.time = 0.0
        self.buffer = DriftBuffer(lambda: self.time)
        self._from_line = direction == "from line"
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

    def _hear(self, block: bytes) -> None:
        self.heard.append(np.frombuffer(block, np.int16))
        self.depths.append(self.buffer.depth.of(self.buffer.ring.held()) / 8)

    def _device(self) -> None:
        if self._from_line:
            self.buffer.write(self._next(self.burst).tobytes())
        else:
            self._hear(self.buffer.read(self.burst))

    def _bridge(self) -> None:
        if self._from_line:
            self._hear(self.buffer.read(160))
        else:
            self.buffer.write(self._next(160).tobytes())


#: One sample of shift over a frame bends a 1 kHz sine of 8,000 by 56 from one sample to the next, over half a
#: frame by 112; a lost or doubled sample breaks it by thousands.
_UNHEARD = 120.0


@pytest.mark.parametrize(("direction", "ppm"), [("from line", 100.0), ("to line", -100.0)])
def test_an_hour_of_drift_is_heard_as_nothing(direction: str, ppm: float) -> None:
    outcome = Simulation(direction, ppm, 160, 0.0005).run(3600)
    assert outcome.worst_break() < _UNHEARD
    assert outcome.buffer.shortages == outcome.buffer.skipped == 0
    assert 2600 < outcome.buffer.stretched < 3200  # 2,880 samples of drift in the hour
    assert max(outcome.depths) < 40.0
    assert max(outcome.depths) - min(outcome.depths) < 8.0


@pytest.mark.parametrize("direction", ["from line", "to line"])
@pytest.mark.parametrize("ppm", [-100.0, 0.0, 100.0])
@pytest.mark.parametrize("burst", [20, 80, 256, 320])
def test_devices_of_any_burst(direction: str, ppm: float, burst: int) -> None:
    outcome = Simulation(direction, ppm, burst, 0.001).run(60)
    assert outcome.worst_break() < _UNHEARD
    assert outcome.buffer.shortages == 0
    assert float(np.mean(outcome.depths)) < (20 if direction == "to line" else burst / 8) + 20


def test_without_correction_the_drift_breaks_the_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same hour with the correction taken out must fail."""
    monkeypatch.setattr("appliance.media.drift.Depth.take_step", lambda _self: 0)
    outcome = Simulation("from line", -100.0, 160, 0.0005).run(600)
    assert outcome.worst_break() > 1000 or outcome.buffer.shortages > 0


def test_a_stall_is_caught_up_and_raises_the_margin() -> None:
    simulation = Simulation("from line", 0.0, 160, 0.0)
    buffer = simulation.buffer
    simulation.run(2.0)
    before = buffer.depth.target
    for _ in range(3):  # the device stalls for 60 ms, then delivers all of it at once
        simulation.time += 0.02
        buffer.read(160)
    buffer.write(sine(_PITCH, 0.06).tobytes())
    assert buffer.shortages == 1
    assert buffer.depth.target > before
    for _ in range(10):
        simulation.time += 0.02
        buffer.write(sine(_PITCH, 0.02).tobytes())
        buffer.read(160)
    assert buffer.depth.of(buffer.ring.held()) <= buffer.depth.target + 160


def test_a_shortage_fades_instead_of_clicking() -> None:
    buffer = DriftBuffer(lambda: 0.0)
    for _ in range(4):
        buffer.write(np.full(160, 9000, np.int16).tobytes())
    heard = np.frombuffer(b"".join(buffer.read(160) for _ in range(6)), np.int16)
    loud = np.flatnonzero(heard == 9000)
    after = heard[loud[-1] : loud[-1] + 40].astype(int)
    assert np.abs(np.diff(after)).max() < 700
    assert heard[-1] == 0
    for _ in range(3):
        buffer.write(np.full(160, 9000, np.int16).tobytes())
    again = np.frombuffer(buffer.read(160), np.int16).astype(int)
    assert again[0] == 0 and again[-1] == 9000
    assert np.abs(np.diff(again)).max() < 700


def test_silence_fills_what_is_missing_to_the_sample() -> None:
    assert len(DriftBuffer(lambda: 0.0).read(77)) == 2 * 77


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("pitch", [300.0, 1000.0, 3000.0])
def test_stretching_keeps_the_wave(change: int, pitch: float) -> None:
    """160 samples become 159 or 161 of the same duration, at the same level, without a break at either
    end.
    """
    wave = sine(pitch, 0.1)
    out = np.frombuffer(stretch(wave[92:268].tobytes(), 160 + change), np.int16)
    assert len(out) == 160 + change
    positions = 100 + np.arange(len(out)) * 160 / len(out)
    ideal = 8000 * np.sin(2 * np.pi * pitch * positions / 8000)
    assert np.abs(out - ideal).max() < 120  # 36 dB down at 3 kHz, nothing to speak of below
    assert abs(int(out[0]) - int(wave[100])) < 120


def test_the_ring_keeps_order_over_its_edge() -> None:
    ring = Ring()
    expected = 0
    for start in range(0, 50_000, 1000):
        ring.write((np.arange(start, start + 1000) % 30000).astype(np.int16).tobytes())
        block = np.frombuffer(ring.read(1000), np.int16)
        assert block[0] == expected % 30000
        expected += 1000
    ring.write(bytes(2 * (Ring.CAPACITY + 500)))
    assert ring.held() == Ring.CAPACITY - 8
