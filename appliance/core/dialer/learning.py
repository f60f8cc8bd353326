"""When to call whom: the chance that this lead answers now, and its best part of the day, from the box's
own dials.

Two levels. Over all leads a Bayesian logistic regression, learnt dial by dial (an extended Kalman filter on
the logits): part of day, weekday, list, how often tried before. For each lead what it did itself: a factor
from all its dials against what was expected of them (gamma prior), then its dials in this part of the day
(beta prior). A lead that was never called is what its list and hour are; one that answers after 17:00
becomes one that does. Nothing is kept per lead here: a lead's own counts come with the question, from the
records.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PARTS = ((0, 9), (9, 12), (12, 14), (14, 17), (17, 19), (19, 24))
"""Parts of the day at the called place: hour from, hour until."""

_PRIOR = {"all": 4.0, "part": 0.25, "day": 0.1, "list": 0.5, "tried": 0.25}
_FIRST_LOGIT = math.log(0.25 / 0.75)
_MOST_TRIED = 5
_FADE = 1.0005
"""Each dial makes old ones a little less certain: people's habits change."""

LEAD_WEIGHT = 1.5
PART_WEIGHT = 3.0
LOWEST, HIGHEST = 0.01, 0.95


def part_of(hour: int) -> int:
    """The part of the day that an hour (0 to 23) belongs to."""
    return next(part for part, (_, until) in enumerate(PARTS) if hour < until)


@dataclass(frozen=True, slots=True)
class DialFacts:
    """What is known before a dial: `part` of the day and `weekday` (0 is Monday) at the called place."""

    part: int
    weekday: int
    list_id: str
    tried: int


@dataclass(frozen=True, slots=True)
class LeadCounts:
    """A lead's own dials and how many of them a person answered, by part of the day."""

    dials: Mapping[int, int] = field(default_factory=dict)
    answers: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advice:
    """The best of the parts asked for, the chance there and what it rests on, in counts.

    `answered` of `tried` dials of this lead in that part; with `tried` 0 it is what its list does: `usual`.
    """

    part: int
    chance: float
    answered: int
    tried: int
    usual: float

    def words(self) -> str:
        """In English, as the pages translate it: "answered 4 of 6 between 17:00 and 19:00"."""
        begins, ends = PARTS[self.part]
        when = f"between {begins}:00 and {ends}:00"
        if self.tried:
            return f"answered {self.answered} of {self.tried} {when}"
        return f"not yet called {when}; {self.usual * 100:.0f} of 100 like it answer then"


class AnswerModel:
    """The first level: what dials like this one come to. One for the box."""

    def __init__(self) -> None:
        self._weights: dict[str, tuple[float, float]] = {}
        self.dials = 0

    def chance(self, facts: DialFacts) -> float:
        """The chance that a person answers, with the doubt about the weights taken in (MacKay)."""
        mean, variance = self._logit(_features(facts))
        return _bounded(_logistic(mean / math.sqrt(1.0 + math.pi * variance / 8.0)))

    def observe(self, facts: DialFacts, person: bool) -> None:
        """What a dial came to."""
        features = _features(facts)
        mean, variance = self._logit(features)
        share = _logistic(mean)
        curvature = share * (1.0 - share)
        damping = 1.0 + curvature * variance
        for name, prior in features:
            weight, doubt = self._weights.get(name, (_start(name), prior))
            weight += doubt * (person - share) / damping
            doubt -= doubt * doubt * curvature / damping
            self._weights[name] = weight, min(prior, doubt * _FADE)
        self.dials += 1

    def snapshot(self) -> dict[str, tuple[float, float]]:
        """All weights with their variances, to be kept and given to `restore`."""
        return dict(self._weights)

    def restore(self, weights: Mapping[str, Sequence[float]]) -> None:
        """Take back what `snapshot` gave; what is not two finite numbers, the second above 0, is left out."""
        for name, pair in weights.items():
            if len(pair) == 2 and all(map(math.isfinite, pair)) and pair[1] > 0.0:
                self._weights[name] = float(pair[0]), float(pair[1])

    def _logit(self, features: Sequence[tuple[str, float]]) -> tuple[float, float]:
        mean = variance = 0.0
        for name, prior in features:
            weight, doubt = self._weights.get(name, (_start(name), prior))
            mean += weight
            variance += doubt
        return mean, variance


class Learning:
    """Both levels, the hold-out left to the caller. Off, it says nothing and goes on learning."""

    def __init__(self, on: bool = True) -> None:
        self.on = on
        self.model = AnswerModel()

    def chance(self, facts: DialFacts, counts: LeadCounts) -> float | None:
        """The chance that this lead answers such a dial; None when switched off."""
        return self._chance(facts, counts) if self.on else None

    def best(self, facts: DialFacts, counts: LeadCounts, parts: Sequence[int]) -> Advice | None:
        """The best of the parts in which the lead may be called; None when switched off or there is none."""
        if not self.on or not parts:
            return None
        asked = {part: DialFacts(part, facts.weekday, facts.list_id, facts.tried) for part in parts}
        chances = {part: self._chance(asked[part], counts) for part in parts}
        part = max(parts, key=lambda one: chances[one])
        answered, tried = counts.answers.get(part, 0), counts.dials.get(part, 0)
        return Advice(part, chances[part], answered, tried, self.model.chance(asked[part]))

    def _chance(self, facts: DialFacts, counts: LeadCounts) -> float:
        elsewhere = answered = 0.0
        for part, dials in counts.dials.items():
            if part != facts.part:
                like = DialFacts(part, facts.weekday, facts.list_id, facts.tried)
                elsewhere += dials * self.model.chance(like)
                answered += counts.answers.get(part, 0)
        factor = (LEAD_WEIGHT + answered) / (LEAD_WEIGHT + elsewhere)
        usual = _bounded(self.model.chance(facts) * factor)
        tried, here = counts.dials.get(facts.part, 0), counts.answers.get(facts.part, 0)
        return _bounded((PART_WEIGHT * usual + here) / (PART_WEIGHT + tried))


def _features(facts: DialFacts) -> list[tuple[str, float]]:
    named = (
        ("all", ""),
        ("part", facts.part),
        ("day", facts.weekday),
        ("list", facts.list_id),
        ("tried", min(_MOST_TRIED, facts.tried)),
    )
    return [(f"{kind}:{value}", _PRIOR[kind]) for kind, value in named]


def _start(name: str) -> float:
    return _FIRST_LOGIT if name == "all:" else 0.0


def _logistic(logit: float) -> float:
    if logit < 0.0:
        return 1.0 - _logistic(-logit)
    return 1.0 / (1.0 + math.exp(-min(40.0, logit)))


def _bounded(chance: float) -> float:
    return min(HIGHEST, max(LOWEST, chance))
