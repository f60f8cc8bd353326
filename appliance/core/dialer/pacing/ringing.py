"""When a number that is being dialled is answered by a person, learnt from every dial of the campaign.

Two things end a dial: a person answers, or anything else happens (busy, machine, invalid, nobody). That is
Kaplan and Meier's estimate with two causes (Aalen and Johansen's): it gives the share of persons, how long
persons let it ring and how long the others hold the line. Dials that the box itself gave up count as long
as they ran. The share of persons is followed more closely, as it changes with the hour: old dials fade.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

STEP = 0.5
"""Seconds of a step of the tables below."""

PRIOR_DIALS = 12.0
PRIOR_SHARE = 0.3
SLOW, QUICK = 0.997, 0.975
"""What a dial's weight falls to with each dial after it, in the estimate that is used and in the one that
watches it: about the last three hundred count, or the last forty.
"""

SURPRISE = 2.5
"""Standard errors by which the quick estimate must differ to take the slow one's place."""

MOST_DIALS = 2000.0
TOP_SHARE = 0.97


class Recent:
    """Fading counts of dials: how many, how many persons, and how many of these were expected."""

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self.dials = PRIOR_DIALS
        self.persons = PRIOR_DIALS * PRIOR_SHARE
        self.expected = PRIOR_DIALS * PRIOR_SHARE

    def add(self, person: bool, expected: float) -> None:
        """One dial more."""
        self.dials = self.dials * self._keep + 1.0
        self.persons = self.persons * self._keep + person
        self.expected = self.expected * self._keep + expected

    def become(self, other: Recent) -> None:
        """Forget what is older than the other remembers."""
        self.dials, self.persons, self.expected = other.dials, other.persons, other.expected


class Ringing:
    """What becomes of dials. `patience` is how long the campaign lets it ring, seconds."""

    def __init__(self, patience: float) -> None:
        self.cells = int(max(patience, 15.0) * 2.0 / STEP)
        self._person, self._other = _prior(self.cells, patience)
        self._cut = [0.0] * self.cells
        self._dials = PRIOR_DIALS
        self._slow = Recent(SLOW)
        self._quick = Recent(QUICK)
        self.seen = 0

    def observe(self, seconds: float, person: bool | None, chance: float | None = None) -> None:
        """A dial that took so long until a person answered, or not; None: the box gave it up before it was
        known.
        """
        cell = min(self.cells - 1, max(0, int(seconds / STEP)))
        self.seen += 1
        if person is None:
            self._cut[cell] += 1.0
            return
        (self._person if person else self._other)[cell] += 1.0
        self._dials += 1.0
        self._follow(person, chance)
        if self._dials > MOST_DIALS:
            self._fade()

    def share(self, chance: float | None = None) -> float:
        """The chance that a dial ends in a person.

        With `chance`, what was expected of this lead, set right by how such expectations came true lately.
        """
        recent = self._slow
        if chance is None:
            return min(TOP_SHARE, recent.persons / recent.dials)
        return min(TOP_SHARE, chance * recent.persons / recent.expected)

    def curves(self) -> tuple[list[float], list[float]]:
        """S of persons' and of other dials' length at 0, STEP, 2 STEP ...: falling from 1 to 0."""
        at_risk = sum(self._person) + sum(self._other) + sum(self._cut)
        lasting = 1.0
        persons, others = [0.0], [0.0]
        for person, other, cut in zip(self._person, self._other, self._cut, strict=True):
            # Whoever was given up within the cell was at risk for half of it.
            risk = max(at_risk - cut / 2.0, 1e-9)
            persons.append(persons[-1] + lasting * person / risk)
            others.append(others[-1] + lasting * other / risk)
            lasting *= max(0.0, 1.0 - (person + other) / risk)
            at_risk -= person + other + cut
        return _remaining(persons), _remaining(others)

    def _follow(self, person: bool, chance: float | None) -> None:
        expected = PRIOR_SHARE if chance is None else chance
        slow, quick = self._slow, self._quick
        slow.add(person, expected)
        quick.add(person, expected)
        usual = quick.expected * slow.persons / slow.expected
        more = max(quick.persons, usual)
        error = math.sqrt(more * max(0.05, 1.0 - more / quick.dials) / (1.0 + QUICK))
        if abs(quick.persons - usual) > SURPRISE * error:
            slow.become(quick)

    def _fade(self) -> None:
        self._person = [count / 2.0 for count in self._person]
        self._other = [count / 2.0 for count in self._other]
        self._cut = [count / 2.0 for count in self._cut]
        self._dials /= 2.0


def answer_time(persons: Sequence[float], share: float) -> int:
    """The step by which this share of the persons has answered, at least 1."""
    return next((step for step in range(1, len(persons)) if persons[step] <= 1.0 - share), len(persons) - 1)


def _prior(cells: int, patience: float) -> tuple[list[float], list[float]]:
    """Imaginary dials: persons about twelve seconds, others anywhere, half of them until the box gives up."""
    person = [(cell + 0.5) ** 3 * math.exp(-(cell + 0.5) * STEP / 3.0) for cell in range(cells)]
    end = min(cells - 1, int(patience / STEP))
    other = [0.5 / end if cell < end else 0.0 for cell in range(cells)]
    other[end] = 0.5
    scale = PRIOR_DIALS * PRIOR_SHARE / sum(person)
    return [share * scale for share in person], [share * PRIOR_DIALS * (1.0 - PRIOR_SHARE) for share in other]


def _remaining(reached: Sequence[float]) -> list[float]:
    whole = max(reached[-1], 1e-12)
    return [max(0.0, 1.0 - value / whole) for value in reached]
