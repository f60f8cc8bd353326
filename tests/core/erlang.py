"""The formulas of queueing theory that the simulations are held to, written out.

Erlang C: A. K. Erlang, 1917; Erlang A: C. Palm, 1946; both as in Gans, Koole, Mandelbaum, "Telephone call
centers", 2003. Rates are a second, `load` is a caller's arrivals times service over agents.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theory:
    """What theory says of M/M/c, with exponential patience of rate `theta` where it is not 0."""

    agents: int
    arrivals: float
    service: float  # rate of one agent
    theta: float = 0.0

    def states(self) -> list[float]:
        """The stationary probabilities of 0, 1, 2 … callers in the system."""
        weights, weight, number = [1.0], 1.0, 0
        while number < self.agents or weight > 1e-15 * max(weights):
            number += 1
            waiting = max(0, number - self.agents)
            weight *= self.arrivals / (min(number, self.agents) * self.service + waiting * self.theta)
            weights.append(weight)
        total = math.fsum(weights)
        return [one / total for one in weights]

    def waiting(self) -> float:
        """Mean number of callers who wait."""
        return math.fsum(max(0, n - self.agents) * p for n, p in enumerate(self.states()))

    def wait(self) -> float:
        """Mean wait of all callers, in seconds (Little)."""
        return self.waiting() / self.arrivals

    def abandonment(self) -> float:
        """Share of callers who hang up."""
        return self.theta * self.waiting() / self.arrivals

    def occupancy(self) -> float:
        """Share of their time that agents are busy."""
        return self.arrivals * (1 - self.abandonment()) / (self.agents * self.service)


def erlang_b(agents: int, offered: float) -> float:
    """The probability that all agents are busy where nobody waits; `offered` in Erlang."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked


def erlang_c(agents: int, offered: float) -> float:
    """The probability that a caller has to wait."""
    blocked = erlang_b(agents, offered)
    return agents * blocked / (agents - offered * (1 - blocked))


def erlang_c_wait(agents: int, arrivals: float, service: float) -> float:
    """Mean wait in seconds."""
    return erlang_c(agents, arrivals / service) / (agents * service - arrivals)


def erlang_c_within(agents: int, arrivals: float, service: float, seconds: float) -> float:
    """Share of callers answered within so many seconds."""
    late = erlang_c(agents, arrivals / service) * math.exp(-(agents * service - arrivals) * seconds)
    return 1.0 - late


def first_come_first_served(agents: int, calls: Sequence[tuple[float, float]]) -> list[float]:
    """The wait of each (arrival, talk) with so many agents: the recursion of Kiefer and Wolfowitz, 1955."""
    free = [0.0] * agents
    waits = []
    for arrival, talk in calls:
        start = max(arrival, heapq.heappop(free))
        waits.append(start - arrival)
        heapq.heappush(free, start + talk)
    return waits
