"""The buffer between two clocks of 8 kHz that are never equal: a device's and the bridge's.

One thread writes, another reads; neither waits for the other (the interpreter lock makes each counter's
update whole). A device delivers in bursts, so the samples held say little by themselves: the depth is
what is held plus what the writer must have by now and has not delivered yet (the time since its last
write). That depth moves only with the drift. It is kept at one burst and a margin; a shortage raises the
margin, a quiet minute lowers it. A sample too many or too few is taken out or put in by stretching one
frame by one sample (windowed sinc), which at +/-100 ppm happens about once a second; a whole frame is
left out only where there is silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE

Samples = NDArray[np.int16]

_TAPS = 8  # on each side of a sample: 1 ms of delay
_FADE = 16  # samples: 2 ms
_SILENCE = 64  # peak, about -57 dBm0


@lru_cache(maxsize=4)
def _stretch_matrix(taken: int, given: int) -> NDArray[np.float32]:
    """Turns `taken` samples, with _TAPS more on each side, into `given` samples of the same duration."""
    positions = _TAPS + np.arange(given) * (taken / given)
    distance = positions[:, None] - np.arange(taken + 2 * _TAPS)[None, :]
    window = np.where(np.abs(distance) < _TAPS, np.cos(np.pi * distance / (2 * _TAPS)) ** 2, 0.0)
    kernel = np.sinc(distance) * window
    kernel /= kernel.sum(axis=1, keepdims=True)
    matrix: NDArray[np.float32] = kernel.astype(np.float32)
    return matrix


class Stretcher:
    """A stream delayed by 1 ms in which any block can be made a sample longer or shorter unheard."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._kept: Samples = np.zeros(2 * _TAPS, np.int16)

    def pass_on(self, block: Samples, change: int = 0) -> Samples:
        """The block 1 ms late, with `change` (-1, 0, +1) samples more than it had."""
        joined = np.concatenate((self._kept, block))
        self._kept = joined[len(joined) - 2 * _TAPS :]
        if change == 0:
            return joined[_TAPS : _TAPS + len(block)]
        stretched = _stretch_matrix(len(block), len(block) + change) @ joined.astype(np.float32)
        return np.rint(np.clip(stretched, -32768, 32767)).astype(np.int16)


class Ring:
    """Samples from one writing thread to one reading thread. What does not fit is left out."""

    CAPACITY = 4096

    def __init__(self) -> None:
        self._store: Samples = np.zeros(self.CAPACITY, np.int16)
        self._written = 0
        self._read = 0

    def held(self) -> int:
        return self._written - self._read

    def write(self, block: Samples) -> None:
        count = min(len(block), self.CAPACITY - self.held())
        start = self._written % self.CAPACITY
        first = min(count, self.CAPACITY - start)
        self._store[start : start + first] = block[:first]
        if first < count:
            self._store[: count - first] = block[first:count]
        self._written += count

    def read(self, count: int) -> Samples:
        """The oldest `count` samples, which must be held."""
        start = self._read % self.CAPACITY
        end = start + count
        if end <= self.CAPACITY:
            block = self._store[start:end].copy()
        else:
            block = np.concatenate((self._store[start:], self._store[: end - self.CAPACITY]))
        self._read += count
        return block

    def skip(self, count: int) -> None:
        self._read += count


class Depth:
    """How deep the buffer stands, where it should stand, and what to change about it. All in samples."""

    WINDOW = 50  # readings a judgement: one second of 20 ms frames
    DEAD_BAND = 4
    MARGIN, MARGIN_STEP, MARGIN_MOST = 64, 24, 160  # 8, 3 and 20 ms
    CALM_WINDOWS = 60
    BURST_MOST = 320
    SAME_BURST = 0.002  # seconds between writes that belong together

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._wrote = now()
        self._run = 0
        self._burst = self._burst_next = FRAME_SAMPLES // 2
        self._margin = self.MARGIN
        self._sum = 0.0
        self._readings = 0
        self._windows = 0
        self._calm = 0
        self.pending = 0  # to take out (> 0) or to put in (< 0), a sample a frame

    def wrote(self, count: int) -> None:
        """On the writing thread."""
        now = self._now()
        self._run = count if now - self._wrote > self.SAME_BURST else self._run + count
        self._wrote = now
        if self._run > self._burst_next:
            self._burst_next = min(self._run, self.BURST_MOST)
            self._burst = max(self._burst, self._burst_next)

    @property
    def target(self) -> int:
        return self._burst + self._margin

    def of(self, held: int) -> float:
        """The depth when `held` samples are in the ring now."""
        return held + min(float(self.BURST_MOST), (self._now() - self._wrote) * SAMPLE_RATE)

    def reading(self, held: int) -> None:
        """On the reading thread: `held` samples were left after a read."""
        self._sum += self.of(held)
        self._readings += 1
        if self._readings >= self.WINDOW:
            self._judge(self._sum / self._readings - self.target)

    def _judge(self, error: float) -> None:
        self.pending = 0 if abs(error) <= self.DEAD_BAND else round(error / 2)
        self._sum, self._readings = 0.0, 0
        self._windows += 1
        if self._windows % 10 == 0:
            self._burst, self._burst_next = self._burst_next, FRAME_SAMPLES // 2
        self._calm += 1
        if self._calm >= self.CALM_WINDOWS and self._margin > self.MARGIN:
            self._calm, self._margin = 0, self._margin - self.MARGIN_STEP

    def shortage(self) -> None:
        """A read found too little."""
        self._margin = min(self.MARGIN_MOST, self._margin + self.MARGIN_STEP)
        self._calm = 0

    def restart(self) -> None:
        """What was judged so far is void: the buffer begins again at its target."""
        self._sum, self._readings, self.pending = 0.0, 0, 0

    def take_step(self) -> int:
        """+1, 0 or -1: take a sample out of the frame at hand, leave it, put one in."""
        if self.pending == 0:
            return 0
        step = 1 if self.pending > 0 else -1
        self.pending -= step
        return step


class DriftBuffer:
    """Base of the two directions: the ring, its depth, and the figures a fault page shows."""

    MOST = 320  # samples of depth beyond the target at which the reader skips ahead: 40 ms

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.ring = Ring()
        self.depth = Depth(now)
        self.stretcher = Stretcher()
        self.shortages = 0
        self.skipped = 0
        self.stretched = 0
        self._flowing = False
        self._last = 0
        self._broken = False  # silence was put in: what comes next fades in

    def clear(self) -> None:
        """On the reading side: forget what is held and begin at the target."""
        self.ring.skip(self.ring.held())
        self.depth.restart()
        self._flowing = False

    def _ready(self, count: int) -> bool:
        """True when `count` samples may be read; sees to the start, a shortage and a flood."""
        held = self.ring.held()
        surplus = int(self.depth.of(held - count)) - self.depth.target
        if not self._flowing:
            self._flowing = held >= count and surplus >= 0
            if self._flowing:
                self.ring.skip(min(surplus, held - count))
            return self._flowing
        if held < count:
            self._count_shortage()
            return False
        if surplus > self.MOST:
            self.skipped += min(surplus, held - count)
            self.ring.skip(min(surplus, held - count))
            self.depth.restart()
        return True

    def _count_shortage(self) -> None:
        """Once a gap, however long: a device that has stopped is one shortage, not fifty a second."""
        if not self._broken:
            self.shortages += 1
            self.depth.shortage()

    def _what_is_left(self, count: int) -> Samples:
        """`count` samples of which too few are held: those, and silence for the rest, without a click.

        The samples that are late will come, and the buffer is deeper then by what was put in here.
        """
        left = self._mended(self.ring.read(min(self.ring.held(), count) if self._flowing else 0))
        last = int(left[-1]) if len(left) else self._last
        self._broken = self._broken or self._flowing
        return np.concatenate((left, fade(last, count - len(left))))

    def _mended(self, block: Samples) -> Samples:
        """The first samples after a gap fade in within 2 ms."""
        if self._broken and len(block):
            ramp = min(_FADE, len(block))
            block[:ramp] = (block[:ramp] * np.linspace(0, 1, ramp)).astype(np.int16)
            self._broken = False
        return block

    def _spliced(self, block: Samples) -> bool:
        """Whether this frame is one too many, and may be left out because nothing is heard in it."""
        if self.depth.pending <= FRAME_SAMPLES or int(np.abs(block).max(initial=0)) >= _SILENCE:
            return False
        self.depth.pending -= FRAME_SAMPLES
        self.skipped += FRAME_SAMPLES
        return True


def fade(last: int, count: int) -> Samples:
    """`count` samples that go from `last` to silence within 2 ms: a shortage must not click."""
    block: Samples = np.zeros(count, np.int16)
    ramp = min(_FADE, count)
    block[:ramp] = np.linspace(last, 0, ramp + 1)[1:]
    return block


class FromLine(DriftBuffer):
    """Device to bridge: written at the device's pace, read in bridge frames and corrected while reading."""

    def write(self, block: Samples) -> None:
        self.ring.write(block)
        self.depth.wrote(len(block))

    def frame(self) -> Samples:
        """The next 20 ms for the bridge; silence where the device was late."""
        step = self.depth.take_step() if self._flowing else 0
        if self._ready(FRAME_SAMPLES + step):
            block = self.stretcher.pass_on(self._mended(self.ring.read(FRAME_SAMPLES + step)), -step)
            self.stretched += abs(step)
        else:
            block = self.stretcher.pass_on(self._what_is_left(FRAME_SAMPLES))
        if self.ring.held() > FRAME_SAMPLES and self._spliced(block):
            self.ring.skip(FRAME_SAMPLES)
        self.depth.reading(self.ring.held())
        self._last = int(block[-1])
        return block


class ToLine(DriftBuffer):
    """Bridge to device: written in bridge frames and corrected while writing, read at the device's pace."""

    def write(self, block: Samples) -> None:
        step = self.depth.take_step()
        out = self.stretcher.pass_on(block, -step)
        self.stretched += abs(step)
        if not self._spliced(out):
            self.ring.write(out)
        self.depth.wrote(FRAME_SAMPLES)

    def read(self, count: int) -> Samples:
        """Exactly `count` samples; silence fills a shortage."""
        block = self._mended(self.ring.read(count)) if self._ready(count) else self._what_is_left(count)
        self.depth.reading(self.ring.held())
        self._last = int(block[-1]) if count else self._last
        return block
