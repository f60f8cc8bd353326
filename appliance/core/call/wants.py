"""What is known of a caller that queues go by; flows and contacts fill it in, the ACD reads it.

A flow sets variables: "skill_spanish" to a level from 1 to 10 asks for a skill, "head_start" to seconds lets
the caller count as having waited longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SKILL, HEAD_START = "skill_", "head_start"
_LONGEST_HEAD_START = 7200


@dataclass(slots=True)
class Wants:
    """Every field may stay as it is; `skills` are needed levels from 1 to 10 by name."""

    skills: dict[str, int] = field(default_factory=dict)
    vip: bool = False
    head_start: float = 0.0  # seconds this caller is treated as having waited longer
    own_agent: str | None = None  # the customer's own agent, by contact
    last_agent: str | None = None  # who spoke with this customer last, or tried to reach them
    last_tried: bool = False  # they only tried: the customer rings them back
    tried: tuple[str, ...] = ()  # agents who had this call and gave it on: not asked again
    since: float | None = None  # when the caller first came to a queue in this call (monotonic)
    hops: int = 0  # how often the call went from queue to queue; bounded
    offered_callback: bool = False  # was told already that they may be called back

    def take(self, variables: Mapping[str, str]) -> None:
        """What the flow asks for; values that are no whole number ask for nothing."""
        for name, value in variables.items():
            if not value.isascii() or not value.isdigit():
                continue
            if name.startswith(SKILL):
                self.skills[name.removeprefix(SKILL)] = min(10, int(value[:4]))
            elif name == HEAD_START:
                self.head_start = float(min(_LONGEST_HEAD_START, int(value[:6])))
