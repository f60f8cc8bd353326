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

import math
import time
from array import array
from collections.abc import Callable
from functools import lru_cache

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.media.spandsp import Pcm, library
from appliance.media.vectors import Floats, floats, samples

_TAPS = 8  # on each side of a sample: 1 ms of delay
_FADE = 16  # samples: 2 ms
_SILENCE = 64  # peak, about -57 dBm0


@lru_cache(maxsize=32)
def _kernels(taken: int, given: int) -> list[tuple[int, Floats]]:
    """For each of `given` samples made of `taken`: the first one it is made of, and the weights from there.

    Positions count from _TAPS before the first one taken.
    """
    kernels = []
    for number in range(given):
        position = _TAPS + number * taken / given
        first = math.floor(position) - _TAPS + 1
        weights = [_weight(position - place) for place in range(first, first + 2 * _TAPS)]
        whole = sum(weights)
        kernels.append((first, floats(weight / whole for weight in weights)))
    return kernels


def _weight(distance: float) -> float:
    """The sinc function under a cosine window."""
    if abs(distance) >= _TAPS:
        return 0.0
    turn = math.pi * distance
    return (math.sin(turn) / turn if turn else 1.0) * math.cos(turn / (2 * _TAPS)) ** 2


def stretch(window: bytes, given: int) -> bytes:
    """The samples of a window, but for _TAPS at each end, as `given` samples of the same duration."""
    taken = len(window) // 2 - 2 * _TAPS
    wide = floats(samples(window))
    product = library().vec_dot_prodf
    made = [round(product(wide + first, kernel, 2 * _TAPS)) for first, kernel in _kernels(taken, given)]
    try:
        return array("h", made).tobytes()
    except OverflowError:
        return array("h", [max(-32768, min(32767, sample)) for sample in made]).tobytes()


class Ring:
    """Samples from one writing thread to one reading thread. What does not fit is left out.

    What was read last stays readable for _TAPS
    samples: the writer keeps clear of it.
    """

    CAPACITY = 4096  # samples

    def __init__(self) -> None:
        self._store = bytearray(2 * self.CAPACITY)
        self._view = memoryview(self._store)
        self._written = 0
        self._read = 0

    def held(self) -> int:
        return self._written - self._read

    def write(self, pcm: Pcm) -> None:
        count = min(len(pcm) // 2, self.CAPACITY - _TAPS - self.held())
        start = self._written % self.CAPACITY
        first = min(count, self.CAPACITY - start)
        self._view[2 * start : 2 * (start + first)] = pcm[: 2 * first]
        if first < count:
            self._view[: 2 * (count - first)] = pcm[2 * first : 2 * count]
        self._written += count

    def read(self, count: int) -> bytes:
        """The oldest `count` samples, which must be held."""
        block = self._part(self._read, count)
        self._read += count
        return block

    def read_stretched(self, count: int, given: int) -> bytes:
        """As `read`, made into `given` samples; _TAPS samples more must be held."""
        window = self._part(self._read - _TAPS, count + 2 * _TAPS)
        self._read += count
        return stretch(window, given)

    def skip(self, count: int) -> None:
        self._read += count

    def _part(self, position: int, count: int) -> bytes:
        start = position % self.CAPACITY
        end = start + count
        if end <= self.CAPACITY:
            return bytes(self._view[2 * start : 2 * end])
        return bytes(self._view[2 * start :]) + bytes(self._view[: 2 * (end - self.CAPACITY)])


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

    def reading(self, depth: float) -> None:
        """On the reading thread: the depth after a read."""
        self._sum += depth
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
    """The buffer itself: written at one clock's pace, read at the other's, corrected while reading."""

    MOST = 320  # samples of depth beyond the target at which the reader skips ahead: 40 ms
    SHORT_READ = FRAME_SAMPLES // 2  # shorter reads are served from a frame: a stretch needs room

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.ring = Ring()
        self.depth = Depth(now)
        self.shortages = 0
        self.skipped = 0
        self.stretched = 0
        self._flowing = False
        self._broken = False  # silence was put in: what comes next fades in
        self._last = b"\0\0"
        self._rest = b""

    def write(self, pcm: Pcm) -> None:
        """On the writing thread: s16le, any whole samples."""
        self.ring.write(pcm)
        self.depth.wrote(len(pcm) // 2)

    def read(self, count: int) -> bytes:
        """On the reading thread: exactly `count` samples; silence fills a shortage."""
        if count >= self.SHORT_READ:
            return self._block(count)
        if len(self._rest) < 2 * count:
            self._rest += self._block(FRAME_SAMPLES)
        block, self._rest = self._rest[: 2 * count], self._rest[2 * count :]
        return block

    def _block(self, count: int) -> bytes:
        held = self.ring.held()
        depth = self.depth.of(held - count)
        if not self._ready(count, held, depth):
            block = self._what_is_left(count)
        else:
            block = self._corrected(count)
            if self._broken:
                block = self._mended(block)
        self._last = block[-2:]
        return block

    def _ready(self, count: int, held: int, depth: float) -> bool:
        """True when `count` samples may be read; sees to the start, a shortage and a flood."""
        surplus = int(depth) - self.depth.target
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
        else:
            self.depth.reading(depth)
        return True

    def _corrected(self, count: int) -> bytes:
        """The next samples, one more or less of them used up where the clocks have drifted apart."""
        if self.depth.pending == 0 or self.ring.held() < count + 1 + _TAPS:
            return self.ring.read(count)
        step = self.depth.take_step()
        self.stretched += 1
        block = self.ring.read_stretched(count + step, count)
        if self._spliced(block):
            self.ring.skip(min(FRAME_SAMPLES, self.ring.held()))
        return block

    def _count_shortage(self) -> None:
        """Once a gap, however long: a device that has stopped is one shortage, not fifty a second."""
        if not self._broken:
            self.shortages += 1
            self.depth.shortage()

    def _what_is_left(self, count: int) -> bytes:
        """`count` samples of which too few are held: those, and silence for the rest, without a click.

        The samples that are late will come, and the buffer is deeper then by what was put in here.
        """
        left = self.ring.read(min(self.ring.held(), count) if self._flowing else 0)
        if self._broken and left:
            left = self._mended(left)
        self._broken = self._broken or self._flowing
        return left + fade((self._last + left)[-2:], count - len(left) // 2)

    def _mended(self, block: bytes) -> bytes:
        """The first samples after a gap fade in within 2 ms."""
        ramp = samples(block[: 2 * _FADE])
        last = max(1, len(ramp) - 1)
        risen = array("h", [int(sample * place / last) for place, sample in enumerate(ramp)])
        self._broken = False
        return risen.tobytes() + block[2 * _FADE :]

    def _spliced(self, block: bytes) -> bool:
        """Whether a whole frame is too many, and may be left out because nothing is heard here."""
        if self.depth.pending <= FRAME_SAMPLES:
            return False
        if max(map(abs, samples(block)), default=0) >= _SILENCE:
            return False
        self.depth.pending -= FRAME_SAMPLES
        self.skipped += FRAME_SAMPLES
        return True


def fade(last: bytes, count: int) -> bytes:
    """`count` samples that go from the sample `last` to silence within 2 ms: a shortage must not click."""
    ramp = min(_FADE, count)
    start = int.from_bytes(last, "little", signed=True)
    falling = array("h", [int(start * (ramp - place) / ramp) for place in range(1, ramp + 1)])
    return falling.tobytes() + bytes(2 * (count - ramp))
