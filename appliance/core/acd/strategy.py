"""In which order the agents of a queue who may be offered a call are asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.contract.errors import ContractError
from appliance.contract.plan import Tier
from appliance.core.acd.agent import Agent

Place = tuple[int, int, str]  # level, position, agent number


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who may have the call. `skill` is the sum of their levels in what the caller needs."""

    agent: Agent
    tier: Tier = Tier()
    skill: int = 0

    @property
    def place(self) -> Place:
        return (self.tier.level, self.tier.position, self.agent.id)


@dataclass(slots=True)
class Memory:
    """What a queue's strategy goes by besides the agents: chance, and who was asked last."""

    chance: random.Random
    last: Place | None = None


Strategy = Callable[[Sequence[Candidate], Memory], list[Candidate]]


def longest_idle(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """Who has been without work for longest; of equals the lowest agent number."""
    return sorted(candidates, key=lambda one: (one.agent.idle_since, one.agent.id))


def top_down(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """Always in the order of positions."""
    return sorted(candidates, key=lambda one: one.place)


def round_robin(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """In turn, by position: whoever comes after the one asked last, even when that one has gone."""
    last = memory.last
    return sorted(candidates, key=lambda one: (last is not None and one.place <= last, one.place))


def fewest_calls(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """Who took the fewest queue calls. Who logs in starts level with the one who has the fewest."""
    return sorted(candidates, key=lambda one: (one.agent.work.calls, one.agent.idle_since, one.agent.id))


def least_talk_time(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """Who spoke for the shortest time. Who logs in starts level with the one who has the least."""
    return sorted(candidates, key=lambda one: (one.agent.work.talked, one.agent.idle_since, one.agent.id))


def at_random(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """By chance, all alike."""
    return memory.chance.sample(top_down(candidates, memory), len(candidates))


def weighted_random(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """By chance; of two agents one of weight 2 comes first twice as often as one of weight 1."""
    drawn = {  # Efraimidis and Spirakis, 2006
        one.agent.id: memory.chance.random() ** (1.0 / max(1, one.tier.weight))
        for one in top_down(candidates, memory)
    }
    return sorted(candidates, key=lambda one: -drawn[one.agent.id])


def skills(candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """Who can best what the caller needs; of equals the longest idle."""
    return sorted(candidates, key=lambda one: (-one.skill, one.agent.idle_since, one.agent.id))


_STRATEGIES: dict[str, Strategy] = {
    "longest_idle": longest_idle,
    "ring_all": longest_idle,
    "ring_progressively": longest_idle,
    "round_robin": round_robin,
    "top_down": top_down,
    "fewest_calls": fewest_calls,
    "least_talk_time": least_talk_time,
    "random": at_random,
    "weighted_random": weighted_random,
    "skills": skills,
}
#: Strategies that ring several agents for one caller.
RING_ALL, RING_PROGRESSIVELY = "ring_all", "ring_progressively"
SEVERAL = frozenset({RING_ALL, RING_PROGRESSIVELY})


def strategy(name: str) -> Strategy:
    """The strategy of this name; an unknown name is an error, never a default."""
    if name not in _STRATEGIES:
        raise ContractError(f"There is no strategy {name!r}; there is {', '.join(sorted(_STRATEGIES))}.")
    return _STRATEGIES[name]


def in_order(name: str, candidates: Sequence[Candidate], memory: Memory) -> list[Candidate]:
    """All candidates in the order they are asked: lower levels first, then as the strategy says."""
    ordered = strategy(name)(candidates, memory)
    ordered.sort(key=lambda one: one.tier.level)  # a sort keeps the order of equals
    return ordered
