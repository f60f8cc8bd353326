"""What learning gains, measured against leads that it is kept away from, and how sure that is.

One lead of ten, chosen by a hash of its id, is never ordered or timed by learning. Both groups' answers per
dial are compared. Dials of one lead are alike, so the variance is taken between leads (a ratio estimate);
the interval of the difference is Newcombe's, from Wilson's intervals of both shares at the number of
independent dials that variance is worth.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

HOLD_OUT = 0.1
SURE = 1.959964
"""Standard errors of a 95 % interval."""


def held_out(lead_id: str, salt: str = "") -> bool:
    """Whether the lead is of the tenth without learning: always the same for the same lead and salt
    (campaign).
    """
    digest = hashlib.blake2b(f"{salt}\0{lead_id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) < HOLD_OUT * 2**64


@dataclass
class Group:
    """One group's dials, kept as sums over leads; nothing per lead."""

    leads: int = 0
    dials: int = 0
    answers: int = 0
    dials_squared: int = 0
    answers_squared: int = 0
    products: int = 0

    def add(self, dials_before: int, answers_before: int, person: bool) -> None:
        """One dial more of a lead that had so many dials and answers in this group before."""
        self.leads += dials_before == 0
        self.dials += 1
        self.answers += person
        dials, answers = dials_before + 1, answers_before + person
        self.dials_squared += dials**2 - dials_before**2
        self.answers_squared += answers**2 - answers_before**2
        self.products += dials * answers - dials_before * answers_before

    @property
    def share(self) -> float:
        """Answers per dial."""
        return self.answers / self.dials if self.dials else 0.0

    def worth(self) -> float:
        """How many independent dials tell as much as these."""
        share = self.share
        if self.leads < 2 or not 0.0 < share < 1.0:
            return float(self.leads)
        spread = self.answers_squared - 2.0 * share * self.products + share**2 * self.dials_squared
        variance = max(0.0, spread) / self.dials**2 * self.leads / (self.leads - 1)
        if variance <= 0.0:
            return float(self.leads)
        return min(float(self.dials), share * (1.0 - share) / variance)


@dataclass(frozen=True, slots=True)
class Gain:
    """Answers per dial with and without learning, the difference, and its 95 % interval."""

    with_learning: float
    without: float
    difference: float
    low: float
    high: float

    @property
    def proved(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


def gain(learning: Group, without: Group) -> Gain | None:
    """What learning gains so far; None before both groups have a dial."""
    if not learning.dials or not without.dials:
        return None
    one, other = learning.share, without.share
    low, high = wilson(one, learning.worth())
    low_other, high_other = wilson(other, without.worth())
    difference = one - other
    down = math.hypot(one - low, high_other - other)
    up = math.hypot(high - one, other - low_other)
    return Gain(one, other, difference, max(-1.0, difference - down), min(1.0, difference + up))


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen in so many trials."""
    if trials <= 0.0:
        return 0.0, 1.0
    square = SURE**2
    middle = (share + square / (2.0 * trials)) / (1.0 + square / trials)
    inner = share * (1.0 - share) / trials + square / (4.0 * trials**2)
    half = SURE * math.sqrt(inner) / (1.0 + square / trials)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
