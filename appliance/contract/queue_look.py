"""A queue looked at closely: who waits since when and why nobody has them yet, and what its agents do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WaitingLook:
    """One who waits. `left` tells why each agent is not rung, packed as `contract.explained` does it."""

    call: str
    place: int  # in this queue, from 1
    waited: float  # seconds in this queue
    number: str | None = None
    name: str | None = None
    vip: bool = False
    #: Minutes between which they are expected to be answered; `high` None: more than `low`. Both None where
    #: nobody can tell.
    low: int | None = None
    high: int | None = None
    #: Skills they need at this moment, after what waiting has relaxed.
    needs: dict[str, int] = field(default_factory=dict)
    rung: tuple[str, ...] = ()  # agents who are rung for them
    left: str = ""
    here: bool = True  # on the line; else they wait to be called back


@dataclass(frozen=True, slots=True)
class AgentLook:
    """An agent of the queue. `why` is the reason (`contract.explained.reason`) they are offered no call of
    any queue now; empty when they may be."""

    id: str
    level: int
    position: int
    skills: dict[str, int] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class QueueLook:
    """All of it. `waiting` are the first ones only, `count` is how many there are."""

    name: str
    label: str
    count: int
    waiting: tuple[WaitingLook, ...] = ()
    agents: tuple[AgentLook, ...] = ()
