"""What is known of a caller that queues go by; flows and contacts fill it in, the ACD reads it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Wants:
    """Every field may stay as it is; `skills` are needed levels from 1 to 10 by name."""

    skills: dict[str, int] = field(default_factory=dict)
    vip: bool = False
    head_start: float = 0.0  # seconds this caller is treated as having waited longer
    own_agent: str | None = None  # the customer's own agent, by contact
    last_agent: str | None = None  # who spoke with this customer last, or tried to reach them
    language: str | None = None  # what the box says to the caller; the box's own when None
    tried: tuple[str, ...] = ()  # agents who had this call and gave it on: not asked again
    since: float | None = None  # when the caller first came to a queue in this call (monotonic)
    hops: int = 0  # how often the call went from queue to queue; bounded
