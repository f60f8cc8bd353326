"""What the records know that queues go by: read once, when a box starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallThen:
    """A call that is over, as far as queues ask. Times are aware UTC, durations seconds; the rest is as in
    `journal.CallRecord`. `outside`: it went over a line."""

    direction: str
    ended: datetime
    number: str | None = None
    queue: str | None = None
    agent: str | None = None
    waited: float = 0.0
    talked: float = 0.0
    answered: bool = False
    outcome: str = ""
    outside: bool = True


@dataclass(frozen=True, slots=True)
class StatusThen:
    """An agent was available or on a break from `started` to `ended` (None: still is)."""

    agent: str
    status: str
    started: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """All of it, in the order in which it happened.

    `calls` and `statuses` are those of the last day; `met` the calls of the last month in which an agent and
    a number outside spoke or were to speak, the newest few thousand.
    """

    calls: tuple[CallThen, ...] = ()
    statuses: tuple[StatusThen, ...] = ()
    met: tuple[CallThen, ...] = ()
