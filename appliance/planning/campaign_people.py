"""People who are not there, for a campaign to call: who answers, after how long, how long they talk."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.contract.campaigns import STATED_ERROR
from appliance.contract.leads import Outcome

#: What is taken before a campaign's own calls tell more: one of four is a person who answers, as the look
#: before the start takes it (`core.dialer.launch.Pace`).
GUESS: Mapping[Outcome, float] = {
    Outcome.PERSON: 0.25,
    Outcome.MACHINE: 0.22,
    Outcome.NO_ANSWER: 0.37,
    Outcome.BUSY: 0.06,
    Outcome.INVALID: 0.04,
    Outcome.REJECTED: 0.03,
    Outcome.UNREACHABLE: 0.03,
}
#: Own calls that are enough to go by, and talks.
ENOUGH_DIALS, ENOUGH_TALKS = 100, 10
_ANSWERS = (Outcome.PERSON, Outcome.MACHINE, Outcome.FAX, Outcome.SILENT)
_SPREAD = 0.7  # of the logarithm of a talk's length
_LEAST_RING = 3.0
#: Seconds until it is known, for those who do not answer; nobody at all lets it ring on.
_SOON = {
    Outcome.BUSY: 3.0,
    Outcome.INVALID: 2.0,
    Outcome.REJECTED: 8.0,
    Outcome.UNREACHABLE: 4.0,
    Outcome.CONGESTION: 2.0,
}
#: Outcome in the records -> what the called person did; what the box itself caused is no word about people.
_FATES = {one.value: one for one in (*_ANSWERS, *_SOON, Outcome.NO_ANSWER)} | {"dropped": Outcome.PERSON}


@dataclass(frozen=True, slots=True)
class World:
    """How the called people are: shares of what becomes of a dial, and seconds. `known`: by the campaign's
    own calls."""

    shares: Mapping[Outcome, float] = field(default_factory=lambda: dict(GUESS))
    talk_seconds: float = 120.0
    wrap_up_seconds: float = 20.0
    known: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One of them, when dialled. `seconds` until they answer or it is known; `taken_for_machine`: by the
    stated error of machine detection."""

    fate: Outcome
    seconds: float
    talk_seconds: float
    keys_at: float | None  # a key is pressed so long after the answer, where a flow speaks
    luck: float  # which key
    taken_for_machine: bool

    @property
    def answers(self) -> bool:
        return self.fate in _ANSWERS


def world_of(outcomes: Mapping[str, int], joined: int, mean_talk: float | None) -> World:
    """As the campaign's own calls tell; what they do not tell is guessed."""
    counts: dict[Outcome, float] = {}
    for name, count in outcomes.items():
        fate = _FATES.get(name)
        if fate is not None:
            counts[fate] = counts.get(fate, 0.0) + count
    whole = sum(counts.values())
    talk = World().talk_seconds if mean_talk is None or joined < ENOUGH_TALKS else mean_talk
    if whole < ENOUGH_DIALS:
        return World(talk_seconds=talk)
    return World({fate: count / whole for fate, count in counts.items()}, talk, known=True)


class People:
    """Draws them, the same for the same seed."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._chance = random.Random(seed)  # noqa: S311 - people who are not there

    def draw(self) -> Person:
        """Whoever is dialled now."""
        chance, shares = self._chance, self._world.shares
        fate = chance.choices(list(shares), weights=list(shares.values()))[0]
        return Person(
            fate,
            self._seconds(fate),
            self._talk(),
            chance.uniform(6.0, 25.0) if chance.random() < 0.5 else None,
            chance.random(),
            fate is Outcome.PERSON and chance.random() < STATED_ERROR,
        )

    def wrap_up(self) -> float:
        """What an agent takes to say how a call went."""
        return self._chance.gammavariate(4.0, self._world.wrap_up_seconds / 4.0)

    def _seconds(self, fate: Outcome) -> float:
        if fate in _SOON:
            return _SOON[fate]
        if fate is Outcome.PERSON:
            return max(_LEAST_RING, self._chance.gammavariate(16.0, 0.75))
        return max(_LEAST_RING, self._chance.gammavariate(4.0, 3.5))

    def _talk(self) -> float:
        mean = self._world.talk_seconds
        return mean * self._chance.lognormvariate(-_SPREAD * _SPREAD / 2.0, _SPREAD)
