"""Callbacks as the core promises them and finds them again when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CallbackKind(StrEnum):
    """Who wanted it."""

    CALLBACK = "callback"  # a caller who waited in a queue and keeps the place there
    SCHEDULED = "scheduled"  # an agent, for a day and hour


class Closed(StrEnum):
    """How a promise ends."""

    SERVED = "served"  # the customer and an agent spoke
    RANG_AGAIN = "rang_again"  # the customer came to the queue in person
    NOT_REACHED = "not_reached"  # tried as often as the rule says
    CANCELLED = "cancelled"  # taken off the list by hand
    NOT_SAVED = "not_saved"  # the disk did not take it; the caller was told to stay


@dataclass(frozen=True, slots=True)
class Callback:
    """An open promise. Times are aware UTC; `since` is from when on the wait counts, `due` the next try."""

    id: str
    kind: CallbackKind
    number: str  # E.164
    since: datetime
    due: datetime
    promised: datetime
    call: str  # in which it was promised
    waited: float = 0.0  # seconds on the line until it was promised
    reason: str = ""  # "key", "wait", "flow" or "agent"
    queue: str = ""
    name: str | None = None
    contact: str | None = None
    agent: str | None = None  # for whom it is kept
    language: str = ""
    wants: str = "{}"  # what the caller needs of agents, as JSON: skills, vip, head_start, own_agent
    tries: int = 0
