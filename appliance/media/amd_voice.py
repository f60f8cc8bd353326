"""How likely somebody speaks, for each 20 ms of an answered call, in any noise: small trees, taught on calls
of which it is known.

No rule for a still line serves a noisy one: the trees weigh how loud it is against the quietest and the
loudest of the last seconds, in all and by bands, and how lively.
"""

from __future__ import annotations

import math
from collections import deque
from functools import lru_cache
from pathlib import Path

from appliance.media import amd_trees
from appliance.media.amd_trees import Trees

SHIPPED = Path(__file__).with_name("amd_voice.txt")
LEAST = 22.0  # dB over one squared step (-65 dBm0): quieter is silence on any line
_FADES = 0.06  # dB by frame: what the loudest voice is forgotten by
_BLOCK, _BLOCKS = 10, 14  # frames, and how many such: the floor is the quietest of them
_BANDS = ((0, 4), (4, 10), (10, 18), (18, 28), (28, 40), (40, 52))  # lines of the spectrum
_LONG = 150  # frames of which the quartiles are known, brought up to date now and then
NAMES = (
    "over_floor", "under_top", "mean5_under_top", "mean15_under_top", "max10_under_top", "over_quarter",
    "over_half", "spread", "peaky", "share",
    *(f"band{number}" for number in range(len(_BANDS))),
)  # fmt: skip


class Floor:
    """The quietest of the last seconds."""

    def __init__(self) -> None:
        self.now = 90.0
        self._blocks: deque[float] = deque(maxlen=_BLOCKS)
        self._kept = self._least = 90.0
        self._frames = 0

    def feed(self, level: float) -> None:
        self._frames += 1
        self._least = min(self._least, level)
        if self._frames % _BLOCK == 0:
            self._blocks.append(self._least)
            self._kept = min(self._blocks)
            self._least = 90.0
        self.now = min(self._least, self._kept) if self._blocks else self._least


class Levels:
    """The floor, and how loud the voice is; dB over one squared step."""

    def __init__(self) -> None:
        self.now = 0.0  # over three frames
        self.top = 0.0
        self._floor = Floor()
        self._three: deque[float] = deque((0.0, 0.0, 0.0), 3)
        self._frames = 0
        self.last: deque[float] = deque((0.0,) * 15, 15)

    @property
    def floor(self) -> float:
        return self._floor.now

    def feed(self, power: float) -> float:
        """The mean square of a frame; its level."""
        self._three.append(power)
        self.now = decibels(sum(self._three) / 3)
        self._frames += 1
        if self._frames >= 3:
            self._floor.feed(self.now)
        self.top = max(self.top - _FADES, self.now)
        self.last.append(self.now)
        return decibels(power)


def decibels(power: float) -> float:
    return 10 * math.log10(power + 1.0)


class Voice:
    """Fed with every frame's levels and lines."""

    def __init__(self, trees: Trees | None = None) -> None:
        self._trees = trees or shipped()
        self._floors = [Floor() for _ in _BANDS]
        self._smooth = [0.0 for _ in _BANDS]
        self._all: deque[float] = deque(maxlen=_LONG)
        self._quarter = self._half = self._spread = 0.0
        self._frames = 0
        self.numbers: list[float] = []

    def feed(self, levels: Levels, lines: list[float] | None, share: float) -> float:
        """The probability; `lines` None when there is next to nothing to hear."""
        self._frames += 1
        self._long(levels.now)
        bands = self._band(lines)
        if lines is None:
            return 0.0
        last, top = levels.last, levels.top
        recent = list(last)
        self.numbers = [
            levels.now - levels.floor,
            levels.now - top,
            sum(recent[-5:]) / 5 - top,
            sum(recent) / 15 - top,
            max(recent[-10:]) - top,
            levels.now - self._quarter,
            levels.now - self._half,
            self._spread,
            _peaky(lines),
            share,
            *bands,
        ]
        return self._trees.of(self.numbers)

    def _long(self, level: float) -> None:
        self._all.append(level)
        if self._frames % 5 == 1:
            known = sorted(self._all)
            self._quarter, self._half = known[len(known) // 4], known[len(known) // 2]
            self._spread = known[len(known) * 9 // 10] - self._quarter

    def _band(self, lines: list[float] | None) -> list[float]:
        """How far each band is over its own floor, in dB."""
        found = []
        for number, (low, high) in enumerate(_BANDS):
            level = decibels(sum(lines[low:high]) / (high - low)) if lines is not None else 0.0
            self._smooth[number] += (level - self._smooth[number]) / 2
            if self._frames > 2:
                self._floors[number].feed(self._smooth[number])
            found.append(self._smooth[number] - self._floors[number].now)
        return found


def _peaky(lines: list[float]) -> float:
    """How far the spectrum is from white, in dB."""
    inside = lines[1:48]
    return 10 * math.log10(sum(inside) / len(inside) + 1e-9) - 10 / len(inside) * sum(
        map(math.log10, [line + 1e-9 for line in inside])
    )


@lru_cache(maxsize=1)
def shipped() -> Trees:
    """The table that comes with the box."""
    return amd_trees.read(SHIPPED.read_text("ascii"))
