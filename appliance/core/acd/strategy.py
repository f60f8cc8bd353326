"""Which of the agents who may be offered a call gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from appliance.contract.errors import ContractError
from appliance.core.acd.agent import Agent

Strategy = Callable[[Iterable[Agent]], Agent | None]


def longest_idle(agents: Iterable[Agent]) -> Agent | None:
    """Who has been without work for longest; of equals the lowest agent number."""
    return min(agents, key=lambda agent: (agent.idle_since, agent.id), default=None)


_STRATEGIES: dict[str, Strategy] = {"longest_idle": longest_idle}


def strategy(name: str) -> Strategy:
    """The strategy of this name; an unknown name is an error, never a default."""
    if name not in _STRATEGIES:
        raise ContractError(f"There is no strategy {name!r}; there is {', '.join(sorted(_STRATEGIES))}.")
    return _STRATEGIES[name]
