"""A call flow as the core walks it: named nodes, and exits that lead from one to the next.

Every node has the exits of its kind (`Node.exits`: exit -> name of the node it leads to); an exit that is
not there ends the call. Exits are "next" for going on, "key 1" for a key of a menu, "case 1" for the first
case of a condition, and the words below for what can go wrong. Texts may hold {variables}, {variable:form}
and {variable:form argument}; forms are number, ordinal, digits, money, date, time and moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from appliance.contract.media import Prompt

#: What to play by language (BCP 47); "" is the box's own. A language without words of its own gets those.
Said = Mapping[str, Prompt]

#: Value, form, argument and language -> how it is said. ValueError when the value is not of that form.
Grammar = Callable[[str, str, str, str], str]


class Exit(StrEnum):
    """Exits with a meaning of their own."""

    NEXT = "next"
    TIMEOUT = "timeout"  # nothing came in time, for the last of the tries
    INVALID = "invalid"  # what came was wrong, for the last of the tries
    ERROR = "error"  # the box could not do it
    FAILED = "failed"  # nobody was reached
    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    OTHERWISE = "otherwise"  # no case of a condition holds
    UNKNOWN = "unknown"  # there is no contact
    CANCELLED = "cancelled"  # an appointment was
    RING_BACK = "ring_back"  # the caller wants to be called about another time
    NONE = "none"  # there is no appointment
    PERSON = "person"  # the caller wants to speak with somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes have."""

    exits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptNode(Node):
    """Says something. `interruptible`: a key ends it and counts for the node after it; else keys are lost."""

    said: Said
    interruptible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Node):
    """Says something and waits for the caller. Seconds are counted from the end of what is said."""

    said: Said
    invalid: Said = field(default_factory=dict)  # said after a wrong answer, before the question again
    seconds: float = 5.0
    tries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode(Asking):
    """One key, or one of its words. Key 1 takes the exit "key 1".

    `speech`: callers are listened to, where the box can; `barge_in`: also while the menu is being said.
    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # key -> its words
    #: Language (BCP 47) -> key -> its words there; a language that is not here has those of `keys`.
    spoken: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    speech: bool = False
    barge_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsNode(Asking):
    """Several keys, into a variable. `secret` digits are never written down."""

    variable: str
    least: int = 1
    most: int = 20
    closing: str = "#"  # ends the input early; "" when there is no such key
    masks: tuple[str, ...] = ()  # the input must match one of these (see `core.ivr.mask`); none: anything
    luhn: bool = False  # ISO/IEC 7812 check digit
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """When it is open. The first that speaks about a day decides: openings, own days, holidays, the week."""

    timezone: str = "UTC"
    week: tuple[tuple[int, time, time], ...] = ()  # weekday (0 = Monday), from, to; none at all: always
    openings: tuple[tuple[str, time, time], ...] = ()  # day, from, to: open then, and closed else on that day
    own_days: frozenset[str] = frozenset()  # closed: "2026-12-24", or "12-24" every year
    country: str = ""  # ISO 3166, as package `holidays` knows it; "": no public holidays
    region: str = ""


@dataclass(frozen=True, slots=True)
class Slots:
    """When appointments can be had: each begins on the box's own time, so many at once, none too soon."""

    schedule: Schedule = field(default_factory=Schedule)
    minutes: int = 30
    places: int = 1  # appointments at the same time
    offers: int = 3  # times that a caller is offered at once
    notice_hours: float = 24.0
    days: int = 14  # not later than this


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursNode(Node):
    """Exits: open, closed, holiday."""

    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageNode(Node):
    """From here on the box speaks `language` (BCP 47) to this caller."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNode(Node):
    """Sets variables; a value may hold {variables}."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """`variable` `test` `value`. Tests: is, is_not, less, more (both as numbers), like (a mask), is_set."""

    variable: str
    test: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionNode(Node):
    """The first case that holds takes its exit "case n" (from 1); none: otherwise."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsNode(Node):
    """What this caller needs of agents: levels of skills, and to be treated as having waited longer."""

    skills: Mapping[str, int] = field(default_factory=dict)
    head_start: float = 0.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class GoNode(Node):
    """The caller is handed on to what is no flow; `choice` as in `contract.plan.Choice`. Kinds:

    "queue"; "department" (several queues, their names joined by spaces: where somebody is free, else where
    the fewest wait); "agent"; "extension"; "outside" ("group number"); "voicemail" (name of the box);
    "survey" (names of its questions joined by spaces, none for all; comes back by the exit next);
    "callback" (the queue in which to keep a place; who does not want it leaves by the exit failed).
    """

    kind: str
    target: str
    seconds: float = 30.0  # an agent, an extension or an outside number is rung for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyNode(Node):
    """Looks the caller up by number, or (`account`) by variables that hold account number and PIN.

    Exits: next, unknown, failed (locked) and error.
    """

    account: str = ""  # name of a variable; "": by the caller's number
    pin: str = ""  # name of a variable; "": no PIN is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpNode(Node):
    """Asks another machine; `answers` puts fields of its JSON answer (dotted paths) into variables."""

    url: str
    method: str = "GET"
    body: Mapping[str, str] = field(default_factory=dict)  # POST: sent as a JSON object
    answers: Mapping[str, str] = field(default_factory=dict)  # variable -> path
    seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextNode(Node):
    """Sends a text message. Exits: next (the network took it), failed and error."""

    text: Mapping[str, str]  # by language, "" the box's own; with {variables}
    to: str = "caller"  # name of the variable that holds the number
    group: str = ""  # by a line of this group; "": by any that can
    seconds: float = 20.0  # the caller waits for so long at most to know


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentNode(Asking):
    """The contact's next appointment: said, then confirmed, changed or cancelled by keys.

    Exits: next (confirmed, or changed), cancelled, ring_back, none, person, timeout, invalid and error.
    `said` comes before it.
    """

    slots: Slots = field(default_factory=Slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode(Node):
    """Another flow; its "return" comes back to the exit next."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnNode(Node):
    """Back to the flow this one was called from; ends the call where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutNode(Node):
    """The other party does not want to be called again: their number goes on a do-not-call list (the box's
    own, or that of the campaign they were called for), and they hear so.

    Exits: next and error (it was not saved).
    """

    said: Said = field(default_factory=dict)  # none: the box's own words
    campaign_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeNode(Node):
    """How a dialed call went: one of its campaign's dispositions. Exit: next."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupNode(Node):
    """Says goodbye and ends the call."""

    said: Said = field(default_factory=dict)


AnyNode = (
    PromptNode | MenuNode | DigitsNode | HoursNode | LanguageNode | SetNode | ConditionNode | NeedsNode
    | GoNode | IdentifyNode | HttpNode | TextNode | AppointmentNode | FlowNode | ReturnNode | OptOutNode
    | OutcomeNode | HangupNode
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """A flow: callers begin at `start`. `anywhere`: keys that lead to a node where they mean nothing else."""

    name: str
    start: str
    nodes: Mapping[str, AnyNode]
    anywhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a flow asks of another machine. `body` is None for GET, else the JSON object to send."""

    url: str
    method: str
    body: Mapping[str, str] | None
    seconds: float


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The values at the paths asked for, as text; with `problem` (a sentence) there are none."""

    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


#: Send a request and read the fields at these paths; `answer` is called once, on the core's thread.
Requester = Callable[[HttpRequest, tuple[str, ...], Callable[[HttpAnswer], None]], None]
