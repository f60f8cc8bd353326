"""One menu: what a key means, and how often a caller may try."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.contract.plan import Choice, FlowPlan


@dataclass(frozen=True, slots=True)
class Again:
    """Play the menu again; `invalid` when the caller should first hear that the key was no choice."""

    invalid: bool = False


@dataclass(slots=True)
class Menu:
    """Decides on each key (or none in time). Only failures count as tries; asking to repeat does not."""

    plan: FlowPlan
    failures: int = field(default=0)

    def decide(self, keyed: str) -> Choice | Again:
        """`keyed` is what the caller pressed, "" when nothing came in time."""
        choice = self.plan.choices.get(keyed)
        if choice is not None:
            return Again() if choice.kind == "repeat" else choice
        self.failures += 1
        if self.failures >= self.plan.tries:
            return self.plan.fallback
        return Again(invalid=keyed != "")
