"""What the page sees of campaigns while they run: gauges, the agent's present lead, the look before a start.

Reasons are codes with arguments, never sentences; the page makes these. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class CampaignState(StrEnum):
    """What a campaign does."""

    STOPPED = "stopped"
    RUNNING = "running"
    PAUSED = "paused"  # calls that go on end as they do; nothing is dialled
    HALTED = "halted"  # told to run, and cannot: `CampaignLook.why` says why


class Halt(StrEnum):
    """Why a campaign dials nothing now. Arguments follow; those with * may be missing."""

    NO_AGENTS = "no_agents"  # nobody of its queue is there to take calls; the queue
    AGENTS_OUTSIDE = "agents_outside"  # all who are there use a telephone outside; the queue
    ONE_LINE = "one_line"  # of the whole box in service; the last free one is never taken by the box itself
    NO_LINES = "no_lines"  # no line of the group is in service; the group
    NO_FREE_LINE = "no_free_line"  # all are in use but those kept for others; the group
    NO_LISTS = "no_lists"
    NO_LEADS = "no_leads"  # none is left
    NOBODY_NOW = "nobody_now"  # nobody may be called now; when the next one may be*
    REFUSED = "refused"  # the gate refuses whoever is next; its code (contract.dialling.Why)
    CLOCK = "clock"  # the box does not know the time
    CALLER_ID = "caller_id"  # none is set, or it does not ring here; the number*
    RULES = "rules"  # the law is not read yet, or cannot be
    UNREAD = "unread"  # the lists cannot be read
    BY_HAND = "by_hand"  # agents dial: the box starts no call of its own
    EMERGENCY = "emergency"  # an emergency call goes on


@dataclass(frozen=True, slots=True)
class CampaignLook:
    """The gauges of one campaign. Counts of calls and agents are of this moment, the others of today."""

    name: str
    label: str
    method: str
    state: str  # a `CampaignState`
    #: `Halt` with its arguments; all that stand in the way.
    why: tuple[tuple[str, ...], ...] = ()
    since: str = ""  # when it was told so
    dialling: int = 0  # not ringing yet
    ringing: int = 0
    listening: int = 0  # answered, not yet known by whom
    waiting: int = 0  # persons who wait for an agent
    hearing: int = 0  # to whom the box speaks: a flow, or a message
    talking: int = 0
    agents: int = 0  # of its queue, on duty
    agents_waiting: int = 0
    agents_wrap_up: int = 0
    previewing: int = 0
    dials: int = 0
    persons: int = 0
    dropped: int = 0
    drop_percent: float = 0.0
    drop_percent_30: float = 0.0  # of the last thirty days
    limit_percent: float = 0.0
    #: Why the pacer dials no more now: a `pacing.Reason`, and its figures.
    pace: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)  # contract.leads.Outcome -> attempts today
    refused: dict[str, int] = field(default_factory=dict)  # contract.dialling.Why -> leads passed over
    ready: int = 0  # leads in the hopper
    left: int | None = None  # leads that are not done; None: not counted yet
    finish: str | None = None  # when they will have been dialled once; None: nobody can tell


@dataclass(frozen=True, slots=True)
class DispositionLook:
    """One way to say how a call went; `then` as in the settings."""

    code: str
    label: str
    then: str = "done"
    success: bool = False


@dataclass(frozen=True, slots=True)
class LeadLook:
    """The lead an agent has before them. `stage`: "preview" | "dialling" | "ringing" | "talking" |
    "wrap_up" | "refused" | "failed" (nobody was reached; `outcome` says why). Who is called by hand in a
    campaign without a lead has `lead` None."""

    agent: str
    campaign: str
    label: str
    method: str
    stage: str
    seconds: float  # in this stage
    number: str
    lead: int | None = None
    list: str | None = None
    name: str = ""
    #: number, kind, why it is not dialled any more ("")
    phones: tuple[tuple[str, str, str], ...] = ()
    next: int = 0  # the place of the one that is dialled
    fields: dict[str, str] = field(default_factory=dict)
    ask: tuple[str, ...] = ()  # names of the fields that agents fill in
    language: str | None = None
    warm: bool = False
    contact: str | None = None
    tries: int = 0
    callback: bool = False  # a callback that has become due
    call: str | None = None
    attempt: str | None = None
    outcome: str | None = None  # once it is known
    dial_in: float | None = None  # seconds until it is dialled by itself
    script: str = ""
    dispositions: tuple[DispositionLook, ...] = ()
    required: bool = False  # a disposition must be given before the next call
    disposition: str | None = None  # what was given
    #: The gate does not let it be dialled (stage "refused"): contract.dialling.Why with arguments.
    refusals: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckLook:
    """The look before a start. `missing`: `core.dialer.launch.Missing` with arguments."""

    campaign: str
    starts: bool
    missing: tuple[tuple[str, ...], ...] = ()
    leads: int = 0
    allowed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)  # contract.dialling.Why -> leads, by first reason
    hours: float | None = None  # to dial all that may be called now once; None: it would never end
    lines: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    known: bool = False  # `hours` rests on the campaign's own calls, not on a first guess
    outside: tuple[str, ...] = ()  # agents there who get no calls of it: they use a telephone outside


@dataclass(frozen=True, slots=True)
class RehearsalLook:
    """What came of a rehearsal: the campaign's settings on a stepped clock, with people who are not there."""

    campaign: str
    method: str
    agents: int
    lines: int
    people: int  # who may be called now
    seconds: int  # that were rehearsed
    dials: int = 0
    per_hour: float = 0.0
    persons: int = 0
    joined: int = 0  # persons with an agent
    keyed: int = 0  # persons who pressed a key of the flow
    dropped: int = 0
    drop_percent: float = 0.0  # as the law counts, persons taken for machines included
    limit_percent: float = 0.0
    talking_percent: float | None = None  # of the agents' time; None: there were none
    finish_hours: float | None = None  # until all were called once; None: nobody was called
    known: bool = False  # people behave as the campaign's own calls tell, not by a first guess
    why: tuple[tuple[str, ...], ...] = ()  # `Halt` with its arguments, at the end
    #: Dials, persons, and persons who spoke with an agent or pressed a key, in each `bin_seconds`.
    bins: tuple[tuple[int, int, int], ...] = ()
    bin_seconds: float = 300.0
    #: The first: seconds, what, which person, which line. What: "dialled", "answered_" or "over_" and an
    #: outcome, "joined" (an agent and a person), "joined_machine", "keyed", "talked" (the talk is over).
    events: tuple[tuple[float, str, str, str], ...] = ()
    faults: int = 0  # errors of the core that were contained: a bug
