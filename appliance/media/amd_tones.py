"""Lone tones: what sounds at one pitch, or at two, steadily; and how like an answering machine's beep it was.

A vowel can be as lone as a beep for 100 ms, but it glides, swells, and other voice is around it. The weights
of `_likeness` were fitted on the runs of training calls (docs/amd-model.md).
"""

from __future__ import annotations

import math
import statistics
from collections import deque

from appliance.media.amd_spectrum import Spectrum, lone

#: Frames: a shorter one is no beep. As likely as this, or likelier, it is one.
BEEP_LEAST, BEEP_LIKE = 5, 0.15
_LOW, _HIGH = 2, 39  # lines: 375 to 2625 Hz
_LONE, _ALONE, _BOTH = 0.3, 0.62, 0.6  # of the lines' power: near the loudest; so alone, with the second
_SHARE = 0.25  # of all power
_STEP_HZ, _STEP_DB = 15.0, 9.0  # from frame to frame of the same tone, as GSM's full rate makes it
_HIGH_HZ, _HIGH_STEP = 1200.0, 45.0  # which is worse with those that no voice has
_MISSED = 4  # frames without it, and it is over; fewer were lost, or disturbed
_CONTRAST = 10.0  # dB, from a tone to what is after it: taken for granted while it sounds
_SURE = 3  # frames: it is not given up for another at once


class Run:
    """One tone, frame by frame."""

    def __init__(
        self, now: int, pitches: tuple[float, ...], level: float, share: float, before: float
    ) -> None:
        self.begun = self.ended = now
        self.pitches = pitches
        self.before = before  # dB, of all that was heard just before it
        self.likeness = 0.0  # to a beep, from 0 to 1; once it is over
        self._levels = [level]
        self._lowest = [pitches[0]]
        self._shares = [share]

    @property
    def length(self) -> int:
        """In frames."""
        return self.ended - self.begun + 1

    @property
    def pitch(self) -> float:
        """In Hz, the lower of two."""
        return statistics.median(self._lowest[-9:])

    def goes_on(self, pitches: tuple[float, ...], level: float) -> bool:
        if abs(level - self._levels[-1]) >= _STEP_DB:
            return False
        return any(
            abs(one - other) < (_STEP_HZ if one < _HIGH_HZ else _HIGH_STEP)
            for one in pitches
            for other in self.pitches
        )

    def add(self, now: int, pitches: tuple[float, ...], level: float, share: float) -> None:
        self.ended, self.pitches = now, pitches
        self._levels.append(level)
        self._lowest.append(pitches[0])
        self._shares.append(share)

    def numbers(self, after: float) -> list[float]:
        """What tells it from a vowel: length, steadiness, loneness, silence around it, pitch."""
        inner = slice(1, -1) if len(self._levels) >= 5 else slice(None)
        levels, lowest = self._levels[inner], self._lowest[inner]
        level = statistics.median(levels)
        slope = (lowest[-1] - lowest[0]) / max(1, len(lowest) - 1)
        return [
            math.log(min(25, self.length)),
            min(10.0, statistics.pstdev(lowest)),
            min(6.0, abs(slope)),
            min(4.0, statistics.pstdev(levels)),
            min(1.0, statistics.fmean(self._shares[inner])),
            max(-5.0, min(20.0, level - self.before)),
            max(-5.0, min(15.0, level - after)),
            min(1.0, self.pitch / 1000),
        ]

    @property
    def steady(self) -> bool:
        """Whether it is likelier a tone than a voice, while it sounds."""
        if self.length < BEEP_LEAST:
            return False
        return _likeness(self.numbers(self._levels[-1] - _CONTRAST)) > 0.5


_WEIGHTS = (3.743, -0.344, -0.136, -0.83, 7.776, 0.2, 0.138, 11.436)
_START = -25.59
_GLIDES, _SWELLS = 6.0, 2.5  # Hz and dB, as standard deviations


def _likeness(numbers: list[float]) -> float:
    """To a beep; nothing that glides or swells is one, where a voice may be as lone as a tone."""
    if numbers[-1] < 1.0 and (numbers[1] > _GLIDES or numbers[3] > _SWELLS):
        return 0.0
    odds = _START + math.fsum(one * weight for one, weight in zip(numbers, _WEIGHTS, strict=True))
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))


class Tones:
    """The tone that sounds, if any, and those that were long enough to be a beep."""

    def __init__(self) -> None:
        self.now: Run | None = None
        self.over: list[Run] = []  # with what came after them
        self.share = 0.0  # of this frame's lines, near the loudest
        self._levels: deque[float] = deque((0.0,), 6)  # dB of all that was heard in the last frames

    def feed(self, now: int, spectrum: Spectrum | None) -> None:
        """One frame; None when it is too quiet for any tone."""
        self._levels.append(_decibels(spectrum.whole) if spectrum is not None else 0.0)
        self._settle(now)
        found = None
        if spectrum is not None:
            place, self.share = _loudest(spectrum.lines)
            found = _tone(spectrum, place, self.share)
        else:
            self.share = 0.0
        if found is None:
            return
        pitches, power, share = found
        loud, run = _decibels(power), self.now
        if run is not None and run.goes_on(pitches, loud):
            run.add(now, pitches, loud, share)
        elif run is None or run.length < _SURE:
            self.now = Run(now, pitches, loud, share, _mean(list(self._levels)[:4]))

    def _settle(self, now: int) -> None:
        """A tone is over when it has been missing for some frames; the last two of these have none of it."""
        run = self.now
        if run is None or now - run.ended < _MISSED:
            return
        self.now = None
        if run.length >= BEEP_LEAST:
            run.likeness = _likeness(run.numbers(_mean(list(self._levels)[-2:])))
            self.over.append(run)


def _loudest(lines: list[float]) -> tuple[int, float]:
    """Which line it is, and how much of all is near it."""
    inside = lines[_LOW:_HIGH]
    loudest = max(inside)
    place = _LOW + inside.index(loudest)
    near = lines[place - 1] + loudest + lines[place + 1]
    return place, near / (sum(lines) + 1e-9)


def _tone(spectrum: Spectrum, place: int, near: float) -> tuple[tuple[float, ...], float, float] | None:
    """Its pitch or two, its power, and how much of all it is."""
    if near < _LONE:
        return None
    if near < _ALONE:
        two = _two(spectrum, place, near)
        if two is not None:
            return two
    pitch, power = lone(spectrum, place)
    share = power / spectrum.whole
    return ((pitch,), power, share) if share > _SHARE else None


def _two(spectrum: Spectrum, place: int, near: float) -> tuple[tuple[float, ...], float, float] | None:
    """Two tones at once."""
    lines = spectrum.lines
    total = sum(lines)
    rest = [0.0 if abs(number - place) < 2 else power for number, power in enumerate(lines)]
    other = max(range(_LOW, len(lines) - 1), key=rest.__getitem__)
    both = near * total + sum(rest[other - 1 : other + 2])
    if rest[other] < 0.1 * lines[place] or both < _BOTH * total:
        return None
    (low, first), (high, second) = sorted((lone(spectrum, place), lone(spectrum, other)))
    share = (first + second) / spectrum.whole
    return ((low, high), first + second, share) if share > 0.5 else None


def _mean(levels: list[float]) -> float:
    """Of powers, in dB."""
    return _decibels(statistics.fmean(10 ** (level / 10) for level in levels))


def _decibels(power: float) -> float:
    return 10 * math.log10(power + 1.0)
