"""What the pacer is shown, what it is told to hold, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AgentPhase(StrEnum):
    """What an agent of the campaign does. Who is on break or logged out is not shown to the pacer."""

    WAITING = "waiting"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent. `since` is when the phase began; `leaving`: is off after this call, so frees nothing."""

    phase: AgentPhase
    since: float
    leaving: bool = False


class CallStage(StrEnum):
    """How far a dialled call is, until an agent has it or it is over."""

    DIALLING = "dialling"
    LISTENING = "listening"
    """Answered; not yet known by whom."""
    PERSON = "person"
    """A person, to be joined with the first agent who is free."""


@dataclass(frozen=True, slots=True)
class CallView:
    """One call of the campaign that no agent has yet. `since` is when it was dialled.

    `chance` is what learning expects of this lead (0 to 1), or None when it says nothing.
    """

    since: float
    stage: CallStage = CallStage.DIALLING
    chance: float | None = None


class PacingMethod(StrEnum):
    """How a campaign that dials by itself is paced."""

    PROGRESSIVE = "progressive"
    POWER = "power"
    PREDICTIVE = "predictive"


@dataclass(frozen=True, slots=True)
class PacingSettings:
    """`limit`: most persons dropped, as a share (0.03 is 3 %). `false_machine`: share of persons whom
    machine detection takes for a machine, by its stated error; 0 when it is off. `ratio`: calls per waiting
    agent (power). `patience`: seconds a person waits for an agent. `ring_seconds`: how long the campaign
    lets it ring.
    """

    method: PacingMethod = PacingMethod.PROGRESSIVE
    limit: float = 0.03
    false_machine: float = 0.0
    ratio: float = 1.0
    patience: float = 2.0
    ring_seconds: float = 24.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.limit <= 0.03:
            raise ValueError(f"the limit is a share from 0 to 0.03, not {self.limit}")
        if not 0.0 <= self.false_machine < 1.0:
            raise ValueError(f"the share of false machines is from 0 to below 1, not {self.false_machine}")
        if self.ratio < 1.0 or self.patience <= 0.0 or self.ring_seconds < 15.0:
            raise ValueError("ratio from 1, patience above 0, ring_seconds from 15")


class Reason(StrEnum):
    """Why so many numbers are dialled and no more. The pages put it into words with `Decision.figures`."""

    NO_AGENT = "no_agent"
    """No agent is on duty in the campaign: nothing is dialled."""
    NO_LINE = "no_line"
    """No line is free, but those kept for others."""
    RESERVED = "reserved"
    """The waiting agents are kept for callers."""
    HELD = "held"
    """Progressive: each call in flight has an agent who waits for it."""
    LIMIT_ZERO = "limit_zero"
    """Nobody may be dropped: an agent is held for each call."""
    BUDGET = "budget"
    """Fell back to progressive: one more drop could pass the day's limit (`persons_needed` more persons
    lift it).
    """
    FALSE_MACHINES = "false_machines"
    """Fell back to progressive: the persons taken for machines alone reach the limit."""
    RATIO = "ratio"
    """Power: so many calls per waiting agent are out."""
    RISK = "risk"
    """Predictive: one call more would find no agent with more than the risk allowed now."""
    DAY_AT_STAKE = "day_at_stake"
    """Predictive: were all that is out answered at once, one call more could pass the day's limit."""
    BEHIND_KEY = "behind_key"
    """A recorded message: `agents` wait behind its key, which `percent` of those who are dialled press."""
    ENOUGH = "enough"
    """Predictive: as many calls as one decision may start."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How many numbers to dial now, why no more, and the risk and the threshold of the one that was not
    dialled.

    `excess`: calls in flight beyond what is safe now (an agent left): to be hung up by a campaign that may
    not drop anybody. `again_in`: seconds after which to ask again if nothing happens before; None: only an
    event changes it.
    """

    dial: int
    reason: Reason
    risk: float = 0.0
    threshold: float = 0.0
    excess: int = 0
    again_in: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
