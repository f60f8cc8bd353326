"""The last 32 ms of a call by pitch, under a Hann window: its lines, and a lone pitch to a few Hz."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.media._libraries import ffi
from appliance.media.spandsp import Pcm, library
from appliance.media.vectors import Floats, dot, floats, samples

SIZE = 256
STEP = SAMPLE_RATE / SIZE  # Hz from bin to bin
FIRST, LAST = 8, 110  # bins: 250 to 3437.5 Hz; every other one is a line
_SQUARES = 0.375 * SIZE  # the window's sum of squares
_PEAK = 0.5 * SIZE / 2  # what a sine of amplitude 1 gives in its own bin


class Spectrum(Protocol):
    """Powers as of a sample: white noise of variance 1 gives 1 in each bin."""

    lines: list[float]  # of FIRST, FIRST + 2, ... LAST
    whole: float  # of all that is under the window

    def bin(self, number: int) -> float:
        """Any bin's power."""


class Source(Spectrum, Protocol):
    """Where spectra come from."""

    def feed(self, block: Pcm) -> None:
        """The next frame."""

    def look(self) -> None:
        """Make the lines of what was fed last."""

    def share_in(self, base: Iterable[Floats]) -> float:
        """How much of the last frame's power lies in what the base can make."""


class Window:
    """The box's own: fed with each frame, told by `look` to make the lines."""

    def __init__(self) -> None:
        self._wide = ffi.new("float[]", SIZE)
        self.lines: list[float] = []
        self.whole = 0.0

    def feed(self, block: Pcm) -> None:
        kept = SIZE - FRAME_SAMPLES
        ffi.memmove(self._wide, self._wide + FRAME_SAMPLES, 4 * kept)
        self._wide[kept:SIZE] = samples(block)

    def look(self) -> None:
        product, wide = library().vec_dot_prodf, self._wide
        self.lines = [
            product(wide, sine, SIZE) ** 2 + product(wide, cosine, SIZE) ** 2 for sine, cosine in _waves()[0]
        ]
        windowed = floats(_NOTHING)
        library().vec_mulf(windowed, wide, _window(), SIZE)
        self.whole = product(windowed, windowed, SIZE) / _SQUARES

    def share_in(self, base: Iterable[Floats]) -> float:
        """How much of the last frame's power lies in what the base can make."""
        here = self._wide + SIZE - FRAME_SAMPLES
        power = dot(here, here, FRAME_SAMPLES)
        return sum(dot(here, one, FRAME_SAMPLES) ** 2 for one in base) / (power + 1e-9)

    def bin(self, number: int) -> float:
        sine, cosine = _waves()[1][number]
        product = library().vec_dot_prodf
        return float(product(self._wide, sine, SIZE) ** 2 + product(self._wide, cosine, SIZE) ** 2)


def lone(spectrum: Spectrum, line: int) -> tuple[float, float]:
    """The pitch in Hz of the sine at a line, and its power; by a parabola through the logarithms."""
    middle = FIRST + 2 * line
    powers = {number: spectrum.bin(number) for number in (middle - 1, middle + 1)}
    powers[middle] = spectrum.lines[line]
    top = max(powers, key=lambda number: powers[number])
    for number in (top - 1, top + 1):
        if number not in powers:
            powers[number] = spectrum.bin(number)
    left, peak, right = (math.log(powers[number] + 1e-9) for number in (top - 1, top, top + 1))
    bend = left - 2 * peak + right
    off = max(-0.5, min(0.5, 0.5 * (left - right) / bend)) if bend < 0 else 0.0
    power = math.exp(peak - 0.25 * (left - right) * off)
    return (top + off) * STEP, power * _SQUARES / _PEAK**2 / 2


_NOTHING = [0.0] * SIZE


@lru_cache(maxsize=1)
def _window() -> Floats:
    return floats(_hann())


def _hann() -> list[float]:
    return [0.5 - 0.5 * math.cos(2 * math.pi * sample / SIZE) for sample in range(SIZE)]


@lru_cache(maxsize=1)
def _waves() -> tuple[list[tuple[Floats, Floats]], list[tuple[Floats, Floats]]]:
    """The lines' sines and cosines under the window, scaled; and every bin's."""
    scale = 1 / math.sqrt(_SQUARES)
    hann = [scale * one for one in _hann()]
    bins = []
    for number in range(LAST + 2):
        turns = [2 * math.pi * number * sample / SIZE for sample in range(SIZE)]
        bins.append(
            (
                floats(one * math.sin(turn) for one, turn in zip(hann, turns, strict=True)),
                floats(one * math.cos(turn) for one, turn in zip(hann, turns, strict=True)),
            )
        )
    return bins[FIRST : LAST + 1 : 2], bins
