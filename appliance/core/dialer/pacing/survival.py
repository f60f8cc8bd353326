"""How long things last, learnt from those that ended and those that go on.

Kaplan and Meier's estimate on a grid with a prior (the mean of a beta process): the prior counts as a few
imaginary observations of exponential length whose mean is learnt as well, so the first calls of a campaign
already have a sensible curve and the hundredth hardly feels it. What has not ended yet, or was cut off,
counts as long as it was seen.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

PRIOR_WEIGHT = 10.0
"""Imaginary observations at the start."""

MOST_WEIGHT = 500.0
"""Above so many observations all are halved: what was long ago fades."""


def grid(until: float, first: float, growth: float) -> tuple[float, ...]:
    """Left edges of cells from 0: at least `first` seconds wide, growing with time, the last one open."""
    edges = [0.0]
    while edges[-1] < until:
        edges.append(edges[-1] + max(first, growth * edges[-1]))
    return tuple(edges)


TALK_GRID = grid(3600.0, 2.0, 0.12)
WRAP_GRID = grid(600.0, 1.0, 0.02)


class Survival:
    """Lengths of one kind of thing in one campaign. Seconds everywhere."""

    def __init__(self, edges: Sequence[float], mean: float) -> None:
        self._edges = tuple(edges)
        self._ended = [0.0] * len(edges)
        self._cut = [0.0] * len(edges)
        self._prior_mean = mean
        self._seconds = 0.0
        self._weight = 0.0
        self.seen = 0

    def observe(self, seconds: float, ended: bool = True) -> None:
        """One that lasted so long; `ended` is False when it was only seen so long."""
        seconds = max(0.0, seconds)
        cell = bisect_right(self._edges, seconds) - 1
        (self._ended if ended else self._cut)[cell] += 1.0
        self._seconds += seconds
        self._weight += 1.0
        self.seen += 1
        if self._weight > MOST_WEIGHT:
            self._fade()

    def curve(self, going_on: Iterable[float] = ()) -> Curve:
        """The curve as of now; `going_on` are the lengths so far of those that have not ended."""
        cut, seconds = list(self._cut), self._seconds
        for so_far in going_on:
            cut[bisect_right(self._edges, max(0.0, so_far)) - 1] += 1.0
            seconds += so_far
        mean = (self._prior_mean * 2.0 + seconds) / (2.0 + sum(self._ended))
        at_risk = sum(self._ended) + sum(cut)
        lasting, values = 1.0, [1.0]
        for cell, left in enumerate(self._edges[:-1]):
            width = self._edges[cell + 1] - left
            prior = PRIOR_WEIGHT * math.exp(-left / mean)
            ends = self._ended[cell] + prior * -math.expm1(-width / mean)
            # Whoever was cut off within the cell was at risk for half of it.
            lasting *= 1.0 - min(1.0, ends / (at_risk - cut[cell] / 2.0 + prior))
            values.append(lasting)
            at_risk -= self._ended[cell] + cut[cell]
        return Curve(self._edges, values, 1.0 / mean)

    def _fade(self) -> None:
        self._ended = [count / 2.0 for count in self._ended]
        self._cut = [count / 2.0 for count in self._cut]
        self._seconds /= 2.0
        self._weight /= 2.0


class Curve:
    """S(t): the share that lasts longer than t. Falls from 1, never rises; beyond the grid at a constant
    rate.
    """

    def __init__(self, edges: Sequence[float], values: Sequence[float], tail_rate: float) -> None:
        self._edges = edges
        self._values = values
        self._tail_rate = tail_rate
        self._slopes = [
            (after - before) / (right - left)
            for (left, right), (before, after) in zip(pairwise(edges), pairwise(values), strict=True)
        ]

    def at(self, seconds: float) -> float:
        """S(seconds)."""
        if seconds <= 0.0:
            return 1.0
        cell = bisect_right(self._edges, seconds) - 1
        left, value = self._edges[cell], self._values[cell]
        if cell == len(self._edges) - 1:
            return value * math.exp(-(seconds - left) * self._tail_rate)
        return value + self._slopes[cell] * (seconds - left)

    def every_second(self, until: int) -> list[float]:
        """S(0), S(1) ... S(until - 1)."""
        values: list[float] = []
        for cell, (left, value) in enumerate(zip(self._edges[:-1], self._values[:-1], strict=True)):
            right, slope = self._edges[cell + 1], self._slopes[cell]
            seconds = range(len(values), min(until, math.ceil(right)))
            values += [value + slope * (second - left) for second in seconds]
        return values + [self.at(second) for second in range(len(values), until)]

    def ends_within(self, so_far: float, seconds: float) -> float:
        """The chance that one that lasted `so_far` ends in the next `seconds`."""
        lasting = self.at(so_far)
        if lasting < 1e-9:
            # Longer than anything ever seen: nothing is known but that it may end as quickly as any.
            return -math.expm1(-seconds * self._tail_rate)
        return min(1.0, max(0.0, 1.0 - self.at(so_far + seconds) / lasting))
