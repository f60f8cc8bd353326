"""The campaigns that are simulated, and everything in them that is left to chance, drawn beforehand.

A to D are those of the reference: share of persons, talk length, 20 s of wrap-up. What is not said there
is: persons answer after 12 s, give or take 3 (gamma, shape 16; with that the near bound falls where the
reference has it); of the others half let it ring for 24 s, three of ten are machines after 14 s and one of
five fails at once (busy, invalid); wrap-up varies by half its mean. "wide" is A with answers after 12 s,
give or take 6. "AMD" is A with one person of 200 taken for a machine. "drift" is what no average survives:
twice as many answer from noon on, and agents leave at once, in breaks, for lunch and half of them together.
The n-th dial and the n-th talk of a day are the same for every rule that is compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HOURS = 8
SECONDS = HOURS * 3600.0
RING_SECONDS = 24.0
PATIENCE = 2.0
LINES = 64

_BLOCK = 4096


@dataclass(frozen=True)
class Scenario:
    """`share`: dials that end in a person, until and from noon. `spread`: standard deviation of talk by its
    mean.

    `moving`: agents take breaks, a lunch and leave for a meeting, half of them at once.
    """

    name: str
    share: tuple[float, float]
    talk: float
    spread: float = 0.8
    wrap: float = 20.0
    moving: bool = False
    false_machine: float = 0.0
    shape: float = 16.0


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("A", (0.25, 0.25), 120.0),
        Scenario("B", (0.25, 0.25), 120.0, spread=1.0),
        Scenario("C", (0.40, 0.40), 60.0),
        Scenario("D", (0.15, 0.15), 180.0),
        Scenario("AMD", (0.25, 0.25), 120.0, false_machine=0.005),
        Scenario("wide", (0.25, 0.25), 120.0, shape=4.0),
        Scenario("drift", (0.15, 0.30), 120.0, moving=True),
    )
}
SIZES = (3, 5, 10, 20)


class Fate:
    """What the n-th dial and the n-th talk of this day come to."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._dials = np.random.default_rng((seed, 1))
        self._talks = np.random.default_rng((seed, 2))
        self._dial_block: list[tuple[float, float, float]] = []
        self._talk_block: list[tuple[float, float]] = []

    def dial(self, now: float) -> tuple[bool, float, bool]:
        """Whether a person answers, after how many seconds that or the other end is known; whether the
        person is taken for a machine.
        """
        if not self._dial_block:
            self._dial_block = self._draw_dials()
        luck, person, other = self._dial_block.pop()
        share = self._scenario.share[now >= SECONDS / 2.0]
        answered = luck < share
        return answered, person if answered else other, luck < share * self._scenario.false_machine

    def talk(self) -> tuple[float, float]:
        """Seconds of talk and of wrap-up."""
        if not self._talk_block:
            self._talk_block = self._draw_talks()
        return self._talk_block.pop()

    def _draw_dials(self) -> list[tuple[float, float, float]]:
        draw, shape = self._dials, self._scenario.shape
        kind = draw.random(_BLOCK)
        machine = np.minimum(draw.gamma(4.0, 3.5, _BLOCK), RING_SECONDS)
        other = np.where(
            kind < 0.5, RING_SECONDS, np.where(kind < 0.8, machine, draw.uniform(1.0, 6.0, _BLOCK))
        )
        person = np.minimum(draw.gamma(shape, 12.0 / shape, _BLOCK), RING_SECONDS - 0.1)
        luck = draw.random(_BLOCK)
        return list(zip(luck.tolist(), person.tolist(), other.tolist(), strict=True))

    def _draw_talks(self) -> list[tuple[float, float]]:
        scenario, draw = self._scenario, self._talks
        if scenario.spread == 1.0:
            talk = draw.exponential(scenario.talk, _BLOCK)
        else:
            variance = math.log(1.0 + scenario.spread**2)
            talk = draw.lognormal(math.log(scenario.talk) - variance / 2.0, math.sqrt(variance), _BLOCK)
        wrap = draw.gamma(4.0, scenario.wrap / 4.0, _BLOCK)
        return list(zip(talk.tolist(), wrap.tolist(), strict=True))


def absences(scenario: Scenario, agents: int, seed: int) -> list[tuple[float, float, int]]:
    """From when to when who is away."""
    if not scenario.moving:
        return []
    draw = np.random.default_rng((seed, 3))
    away: list[tuple[float, float, int]] = []
    for agent in range(agents):
        lunch = float(draw.uniform(3.2, 4.6)) * 3600.0
        away.append((lunch, lunch + 1800.0, agent))
        for start in (1.5, 6.5):
            begins = (start + float(draw.uniform(0.0, 0.7))) * 3600.0
            away.append((begins, begins + 600.0, agent))
        if agent % 2:
            away.append((5.5 * 3600.0, 5.5 * 3600.0 + 1200.0, agent))
    return away
