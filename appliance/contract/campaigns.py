"""One campaign as the core needs it: whom, when and how it calls, and what becomes of each attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.contract.answering import AnswerWish
from appliance.contract.dialling import Limits, Matter
from appliance.contract.leads import Outcome
from appliance.contract.outreach import OutreachPlan


class DialMethod(StrEnum):
    """How numbers and agents come together."""

    MANUAL = "manual"
    PREVIEW = "preview"
    PROGRESSIVE = "progressive"  # an agent is held for each dial
    POWER = "power"
    PREDICTIVE = "predictive"
    BROADCAST = "broadcast"  # a flow speaks
    SURVEY = "survey"  # a flow asks; each answer's key is an outcome
    REMINDER = "reminder"  # a flow reminds; confirmed, changed and cancelled are outcomes

    @property
    def speaks(self) -> bool:
        """A flow speaks with whoever answers; no agent need be there."""
        return self in (DialMethod.BROADCAST, DialMethod.SURVEY, DialMethod.REMINDER)

    @property
    def by_agent(self) -> bool:
        """Agents dial, not the box."""
        return self in (DialMethod.MANUAL, DialMethod.PREVIEW)

    @property
    def holds(self) -> bool:
        """An agent waits for each call that is dialled."""
        return self.by_agent or self is DialMethod.PROGRESSIVE


@dataclass(frozen=True, slots=True)
class Again:
    """What follows one outcome. `never` ends the lead's number (the next one is tried, if there is one)."""

    minutes: float = 0.0
    days: int = 0  # not before that many dates later, at the place that is called
    other_part: bool = False  # at another part of the day: morning, afternoon, evening
    next_number: bool = False  # the lead's next number, if it has one
    never: bool = False


#: Share of persons whom machine detection takes for a machine: the upper 95 % limit of what `bench/amd` found
#: (docs/amd-model.md); the law counts them as dropped. While it is above a campaign's limit, a campaign that
#: listens for machines holds an agent for each call.
STATED_ERROR = 0.038


@dataclass(frozen=True, slots=True)
class DispositionPlan:
    """How an agent may say a call went. `then`: "done" | "again" | "callback" | "refused" (said no) |
    "never" (goes on the do-not-call list)."""

    code: str
    label: str
    then: str = "done"
    success: bool = False


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What agents do in a campaign. Seconds; None is the queue's own."""

    script: str = ""
    fields: tuple[str, ...] = ()  # that they fill in
    dispositions: tuple[DispositionPlan, ...] = ()
    required: bool = True  # a disposition, before the next call
    preview_seconds: float = 0.0  # then the lead is dialled by itself; 0: when told
    wrap_up_seconds: float | None = None
    auto_answer: bool = False  # handsets that can, answer by themselves when the campaign takes the agent in
    learning: bool = True
    share: float = 1.0  # of its agents it may use at a time, one at least; the others are kept for callers
    first_words: bool = False  # agents hear what was said while it was found out who answered


#: Issue text: busy after 10 minutes, no answer after 4 hours at another part of the day, machine next day,
#: invalid never.
USUAL: Mapping[Outcome, Again] = {
    Outcome.BUSY: Again(minutes=10),
    Outcome.NO_ANSWER: Again(minutes=240, other_part=True, next_number=True),
    Outcome.MACHINE: Again(days=1, other_part=True),
    Outcome.FAX: Again(never=True),
    Outcome.INVALID: Again(never=True),
    Outcome.REJECTED: Again(days=2),
    Outcome.UNREACHABLE: Again(minutes=120, next_number=True),
    Outcome.CONGESTION: Again(minutes=5),
    Outcome.LINE_FAULT: Again(minutes=5),
    Outcome.SILENT: Again(minutes=240, other_part=True),
    Outcome.DROPPED: Again(days=3),
    Outcome.INTERRUPTED: Again(minutes=60),
}


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """A campaign, already checked."""

    name: str
    label: str
    matter: Matter
    method: DialMethod
    lists: Mapping[str, int]  # list -> its weight in the mix
    limits: Limits
    order: str = "imported"  # "imported" | "random"
    fresh_first: bool = False  # else leads to be tried again go before new ones
    last_agent: bool = True  # who spoke with a person before is given that lead, if free
    again: Mapping[Outcome, Again] = field(default_factory=lambda: dict(USUAL))
    most_tries: int = 6  # of one lead, whatever the outcomes
    queue: str | None = None  # whose agents take the calls
    trunk_group: str | None = None
    caller_id: str | None = None
    recorded: bool = False
    drop_limit: float = 0.0  # share
    ratio: float = 1.0  # power: calls out for each agent who waits
    ring_seconds: float = 24.0
    machines: AnswerWish | None = None  # machine detection; None: off
    outreach: OutreachPlan = field(default_factory=OutreachPlan)
    work: WorkPlan = field(default_factory=WorkPlan)
