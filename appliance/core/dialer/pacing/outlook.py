"""What is to come in the seconds that matter, as coins: who will be free, who will have answered.

A number dialled now is answered after some time if it is answered; five answer times stand for all. For
each of them: has this agent become free until then (and the patience after it), has that call been answered?
Tables are filled as they are asked for and made anew when enough was learnt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import mul

from appliance.core.dialer.pacing.odds import COIN, FIELD, coin
from appliance.core.dialer.pacing.ringing import STEP, Ringing, answer_time
from appliance.core.dialer.pacing.survival import TALK_GRID, WRAP_GRID, Curve, Survival
from appliance.core.dialer.pacing.views import AgentPhase, AgentView, CallStage, CallView

POINTS = ((0.165, 0.17), (0.05, 0.06), (0.01, 0.02), (0.425, 0.35), (0.8, 0.40))
"""The answer times: by when so many of the persons have answered, and the share of persons it stands for. The
quickest are apart from others since it is they who find nobody; those that settle most decisions come first.
"""

_OLDEST = 1800
"""Seconds; longer talks are as good as this long."""

_TALK_MEAN = 150.0
_WRAP_MEAN = 20.0
_GROWTH = 0.08
_LEAST_NEW, _MOST_NEW = 12, 200


Flight = tuple[int, float, float]
"""A call in flight: steps since it was dialled; the chance of a person; what of it each S(t) of persons
takes away.
"""


class Learnt:
    """All that one campaign's pacer has learnt: lengths of talk and wrap-up, fates of dials, persons among
    answers.
    """

    def __init__(self, ring_seconds: float) -> None:
        self.talk = Survival(TALK_GRID, _TALK_MEAN)
        self.wrap = Survival(WRAP_GRID, _WRAP_MEAN)
        self.ringing = Ringing(ring_seconds)
        self.answers = 2.0
        self.persons_of_answers = 1.5

    def answer_told(self, person: bool) -> None:
        """An answer was told to be a person's, or not."""
        self.answers = self.answers * 0.99 + 1.0
        self.persons_of_answers = self.persons_of_answers * 0.99 + person

    @property
    def seen(self) -> int:
        return self.talk.seen + self.wrap.seen + self.ringing.seen


class Outlook:
    """Coins for agents and calls, from what was learnt until now."""

    def __init__(self, learnt: Learnt, patience: float, now: float, agents: Sequence[AgentView]) -> None:
        self._learnt = learnt
        self.stale_at = learnt.seen + min(_MOST_NEW, max(_LEAST_NEW, int(learnt.seen * _GROWTH)))
        self._persons, self._others = learnt.ringing.curves()
        self._last = len(self._persons) - 1
        self.steps = [answer_time(self._persons, share) for share, _ in POINTS]
        self.seconds = [step * STEP for step in self.steps]
        self._persons += [0.0] * len(self._persons)
        self._windows = [seconds + patience for seconds in self.seconds]
        phases: dict[AgentPhase, list[float]] = {phase: [] for phase in AgentPhase}
        for agent in agents:
            phases[agent.phase].append(now - agent.since)
        self._wrap = learnt.wrap.curve(phases[AgentPhase.WRAP_UP])
        self._wrapped = [_wrapped_after(self._wrap, window) for window in self._windows]
        self._ahead = max(map(len, self._wrapped))
        talk = learnt.talk.curve(phases[AgentPhase.TALKING]).every_second(_OLDEST + self._ahead + 2)
        self._talk = talk
        self._ends = [before - after for before, after in pairwise(talk)]
        self._talking_coins: dict[int, list[int]] = {}
        self._wrapping_coins: dict[int, list[int]] = {}

    def busy(self, agent: AgentView, now: float) -> list[int]:
        """For each answer time, the coin of one who talks or wraps up: heads if NOT free by then."""
        if agent.phase is AgentPhase.WRAP_UP:
            key = int((now - agent.since) / STEP)
            return self._wrapping_coins.get(key) or self._wrapping(key)
        key = int(now - agent.since) | 1
        return self._talking_coins.get(key) or self._talking(min(_OLDEST, key))

    def call(self, call: CallView, now: float, share: float) -> Flight:
        """What may become of a call in flight, `share` being the chance that a person answers such a dial."""
        if call.stage is CallStage.LISTENING:
            return self._last, self._learnt.persons_of_answers / self._learnt.answers, 0.0
        so_far = int((now - call.since) / STEP)
        if so_far >= self._last:
            # Longer than any dial yet: all that is known is the share.
            return self._last, share, 0.0
        person = share * self._persons[so_far]
        alive = person + (1.0 - share) * self._others[so_far]
        return (so_far, person / alive, share / alive) if alive > 1e-9 else (self._last, share, 0.0)

    def answered(self, flights: Iterable[Flight], point: int) -> list[int]:
        """The coins of calls in flight: heads if a person has answered by the answer time."""
        persons, step = self._persons, self.steps[point]
        heads = [
            int((chance - left * persons[so_far + step]) * COIN + 0.5) for so_far, chance, left in flights
        ]
        return [(COIN - one) | (one << FIELD) for one in heads]

    def _wrapping(self, key: int) -> list[int]:
        so_far = (key + 0.5) * STEP
        coins = [coin(1.0 - self._wrap.ends_within(so_far, window)) for window in self._windows]
        self._wrapping_coins[key] = coins
        return coins

    def _talking(self, key: int) -> list[int]:
        lasting, ends = self._talk[key], self._ends[key : key + self._ahead]
        # Longer than any talk yet: as good as over.
        known = lasting > 1e-9
        coins = [coin(1.0 - sum(map(mul, ends, one)) / lasting if known else 0.0) for one in self._wrapped]
        self._talking_coins[key] = coins
        return coins


def _wrapped_after(wrap: Curve, window: float) -> list[float]:
    """For a talk that ends in the n-th second from now: the chance that its wrap-up, too, is over within
    the window.
    """
    return [1.0 - wrap.at(window - second - 0.5) for second in range(int(window + 0.5))]
