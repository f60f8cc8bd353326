"""Exact limits of a share (Clopper and Pearson), by bisection on the binomial sum."""

from __future__ import annotations

import math
from collections.abc import Callable


def _at_most(hits: int, count: int, share: float) -> float:
    """The chance of no more than so many hits."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 1.0 if hits >= count else 0.0
    whole = math.lgamma(count + 1)
    return math.fsum(
        math.exp(
            whole
            - math.lgamma(hit + 1)
            - math.lgamma(count - hit + 1)
            + hit * math.log(share)
            + (count - hit) * math.log1p(-share)
        )
        for hit in range(hits + 1)
    )


def _where(falls: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falls(middle) else (low, middle)
    return (low + high) / 2


def exact(hits: int, count: int, doubt: float = 0.05) -> tuple[float, float]:
    """Between which two the share lies, with 95 of 100 such claims right."""
    if count == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _where(lambda share: 1 - _at_most(hits - 1, count, share) < doubt / 2)
    high = 1.0 if hits == count else _where(lambda share: _at_most(hits, count, share) > doubt / 2)
    return low, high
