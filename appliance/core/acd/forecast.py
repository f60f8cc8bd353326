"""How long a caller will wait, from how fast the queue has moved of late; no word of it when unsure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import sqrt
from statistics import pstdev

REMEMBERED = 12  # answers a forecast is made of, at most
FEWEST = 5
FRESH_SECONDS = 3600.0
_EDGES = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30)  # minutes
_WIDEST = 3  # a range over more steps of the edges than this says nothing


@dataclass(frozen=True, slots=True)
class Range:
    """Between `low` and `high` minutes; `high` None: more than `low`."""

    low: int
    high: int | None


class Forecast:
    """The pace of one queue: seconds between two answers while somebody waited all the time.

    This is the queue's own service as its callers live it, with agents who are busy for other queues, on
    breaks and in wrap-up in it. After n intervals the time until the k-th answer from now has a relative
    error of about v * sqrt(1/n + 1/k), where v is the coefficient of variation of single intervals.
    """

    def __init__(self) -> None:
        self._intervals: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._since: float | None = None  # the last answer after which somebody still waited

    def answered(self, now: float, left: int) -> None:
        """A caller was answered; `left` still wait."""
        if self._since is not None:
            self._intervals.append((now, now - self._since))
        self._since = now if left else None

    def emptied(self) -> None:
        """Nobody waits any more."""
        self._since = None

    def seconds(self, place: int, now: float) -> tuple[float, float] | None:
        """The range in which caller number `place` (from 1) will be answered; None when unsure."""
        fresh = [length for at, length in self._intervals if now - at <= FRESH_SECONDS]
        if len(fresh) < FEWEST:
            return None
        mean = sum(fresh) / len(fresh)
        expected = place * mean
        error = _variation(fresh, mean) * sqrt(1 / len(fresh) + 1 / place)
        return expected * max(0.0, 1 - error), expected * (1 + error)

    def spoken(self, place: int, now: float) -> Range | None:
        """The same in minutes as people say them; None when unsure, or too wide to help anybody."""
        found = self.seconds(place, now)
        if found is None:
            return None
        low, high = (seconds / 60.0 for seconds in found)
        under = max(index for index, edge in enumerate(_EDGES) if edge <= low)
        over = next((index for index, edge in enumerate(_EDGES) if edge >= high), None)
        if over is None:
            return Range(_EDGES[under], None) if under == len(_EDGES) - 1 else None
        over = max(over, 1)
        return Range(_EDGES[under], _EDGES[over]) if over - under <= _WIDEST else None


def _variation(lengths: list[float], mean: float) -> float:
    """Standard deviation over mean; a dozen values that happen to be alike do not make it nothing."""
    return max(0.5, pstdev(lengths) / mean) if mean else 1.0
