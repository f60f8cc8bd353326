"""What may be dialled for a campaign, a callback or a reminder: the question, the law, and the answer.

The law is data (`config.dialer_law` makes it of the country templates and the settings); `core.dialer.gate`
is the one function that answers. Times are aware UTC unless a name says local; a cap of None is no cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum, StrEnum


class Matter(StrEnum):
    """What a call is about; the law asks different things of each."""

    SALES = "sales"
    RESEARCH = "research"  # surveys and market research, nothing is sold
    SERVICE = "service"  # reminders, appointments, answers to customers
    DEBT = "debt"


class DialKind(StrEnum):
    """Why the box dials."""

    CAMPAIGN = "campaign"
    CALLBACK = "callback"  # the called person asked for it (`Callee.asked_at`)
    REMINDER = "reminder"


class Hand(StrEnum):
    """Who starts the call."""

    MACHINE = "machine"
    AGENT = "agent"


class Consent(IntEnum):
    """How far the called person agreed; a higher one holds what a lower one does."""

    WITHDRAWN = -1
    NONE = 0
    CUSTOMER = 1  # a customer of ours, or an enquiry
    EXPRESS = 2  # agreed to be called, and it can be shown
    WRITTEN = 3  # agreed in writing to automatic or recorded calls


@dataclass(frozen=True, slots=True)
class Hours:
    """When calls are allowed: spans of local time by weekday (0 = Monday), from start to before end."""

    spans: tuple[tuple[int, time, time], ...]
    holidays: bool = False  # on public holidays as on other days


@dataclass(frozen=True, slots=True)
class Caps:
    """Attempts allowed: within a day (24 hours, and the local date), 7 days, 30 days, and ever."""

    day: int | None = None
    week: int | None = None
    month: int | None = None
    life: int | None = None


@dataclass(frozen=True, slots=True)
class CountryRules:
    """The template of one country. `sources` are citations, `checked` the ISO date they were looked at."""

    country: str  # ISO 3166; "" is the one of countries that have none
    hours: Mapping[Matter, Hours]
    consent: Mapping[Matter, Consent]  # an agent speaks to a private person
    business: Mapping[Matter, Consent]  # an agent speaks to a business
    recorded: Consent  # a recording speaks, to anybody
    lists: tuple[str, ...] = ()  # official do-not-call lists that must be loaded
    list_days: int = 30  # the oldest such a list may be
    list_matters: frozenset[Matter] = frozenset({Matter.SALES})
    list_waiver: Consent = Consent.EXPRESS  # from this on those lists do not count
    caps: Caps = Caps()  # for each number
    refusal_days: int = 0  # none of these days after the person said no
    lock_hours: float = 72.0  # after a dropped call, unless an agent is held
    machine_hours: float = 0.0  # after a machine answered, unless an agent is held
    mobile_caller_id: bool = True  # the number shown may be a mobile one
    sources: tuple[str, ...] = ()
    checked: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays of one country and year; of its regions those that are theirs alone, by ISO 3166-2
    part.
    """

    national: frozenset[date]
    regions: Mapping[str, frozenset[date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blocked:
    """An entry of a do-not-call list that fits the number. `kind` "own" | "campaign" | "official"."""

    kind: str
    list: str  # the campaign's or the official list's name
    entry: str  # a number in E.164, or one with * (any digits) and ? (one digit)
    since: datetime


@dataclass(frozen=True, slots=True)
class Law:
    """All that is the same for every question; made anew when settings, lists or years change."""

    countries: Mapping[str, CountryRules]
    elsewhere: CountryRules | None = None  # for countries without a template; None: they are not called
    emergency: frozenset[str] = frozenset({"112", "911", "999", "000"})
    lists: Mapping[str, datetime] = field(default_factory=dict)  # official list -> date of its data
    patterns: tuple[Blocked, ...] = ()  # entries with * or ?
    calendars: Mapping[tuple[str, int], Calendar] = field(default_factory=dict)  # by country and year
    wished: CountryRules | None = None  # as `elsewhere`, where the called person asked for the call


@dataclass(frozen=True, slots=True)
class Callee:
    """Who is called, as far as the list tells."""

    consent: Consent = Consent.NONE
    consent_since: datetime | None = None
    consent_until: datetime | None = None
    business: bool = False
    zone: str = ""  # IANA time zone by the address
    region: str = ""  # ISO 3166-2 part by the address ("BY", "CT")
    asked_at: datetime | None = None  # asked to be called back then


@dataclass(frozen=True, slots=True)
class History:
    """What was dialled before: every attempt at the number, by any campaign, and at the lead's other
    numbers.
    """

    number: tuple[datetime, ...] = ()
    lead: tuple[datetime, ...] = ()  # all numbers of the lead, the one asked about among them
    dropped: datetime | None = None  # the last time a person answered the number and no agent came
    machine: datetime | None = None  # the last time a machine answered it
    refused: datetime | None = None  # the last time the person said no
    persons: tuple[datetime, ...] = ()  # attempts at the number that a person answered


@dataclass(frozen=True, slots=True)
class Limits:
    """What the campaign itself asks for; it can only be stricter than the law."""

    countries: frozenset[str]  # that may be called
    hours: Hours | None = None  # local time of the called place
    number: Caps = Caps()
    lead: Caps = Caps()
    consent: Consent = Consent.NONE


@dataclass(frozen=True, slots=True)
class DialRequest:
    """May this number be dialled now? What could not be read is None, and refuses."""

    number: str  # E.164
    at: datetime
    matter: Matter
    limits: Limits
    callee: Callee
    history: History | None
    blocked: tuple[Blocked, ...] | None  # entries without wildcards
    read_at: datetime  # when history and do-not-call entries were read
    caller_id: str | None  # the number the called person sees, E.164; None: withheld
    caller_id_answered: bool  # who rings it reaches this box
    clock_trusted: bool
    kind: DialKind = DialKind.CAMPAIGN
    by: Hand = Hand.MACHINE
    recorded: bool = False  # a recording speaks first
    agent_held: bool = False  # an agent waits for this very call
    drops_spent: bool = False  # the campaign's drops of today are used up
    campaign: str = ""
    lead: int | None = None
    own_line: bool = False  # the line's own number is shown, whatever it is: who rings it reaches this box


class Why(StrEnum):
    """Why a number is not dialled; the arguments follow in `Refusal.arguments`."""

    EMERGENCY = "emergency"
    NO_NUMBER = "no_number"  # not a whole telephone number
    KIND_OF_NUMBER = "kind_of_number"  # kind: premium_rate, pager …
    COUNTRY = "country"  # country the campaign does not call
    NO_RULES = "no_rules"  # country without a template
    CLOCK = "clock"  # the box does not know the time
    CLOCK_BACK = "clock_back"  # something was dialled later than now; that time
    UNREAD = "unread"  # "history" or "lists" could not be read, or too long ago
    ZONE = "zone"  # where that is, is not known; the zone's name*
    HOURS = "hours"  # zone, local time, whose hours: "law" | "campaign"
    HOLIDAY = "holiday"  # zone, local date
    NO_CALENDAR = "no_calendar"  # country, year
    BLOCKED = "blocked"  # kind, list, entry, since
    LIST_MISSING = "list_missing"  # official list
    LIST_OLD = "list_old"  # official list, days, days allowed
    CAP = "cap"  # "number" | "lead", "day" | "week" | "month" | "life", attempts, cap
    LOCKED = "locked"  # until
    MACHINE = "machine"  # until
    REFUSED = "refused"  # until
    CONSENT = "consent"  # what there is, what is needed
    WITHDRAWN = "withdrawn"
    CALLER_ID = "caller_id"  # "withheld" | "not_answered" | "mobile" | "no_number"
    DROPS = "drops"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason."""

    why: Why
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer; `refusals` is empty when the number may be dialled. It can be printed as it is."""

    refusals: tuple[Refusal, ...]
    at: datetime
    number: str
    country: str = ""
    rules: str = ""  # template and the date it was checked, "DE 2026-11-22"
    places: tuple[tuple[str, str], ...] = ()  # time zone, local time
    waived: tuple[str, ...] = ()  # "hours", "consent", "lists", "past": by the person's own wish
    counted: tuple[tuple[str, int], ...] = ()  # "number.day" -> attempts

    @property
    def allowed(self) -> bool:
        """May it be dialled?"""
        return not self.refusals

    def record(self) -> dict[str, object]:
        """The answer as plain JSON data, for the journal and the compliance log."""
        return {
            "allowed": self.allowed,
            "refusals": [[one.why.value, *one.arguments] for one in self.refusals],
            "at": self.at.isoformat(),
            "number": self.number,
            "country": self.country,
            "rules": self.rules,
            "places": [list(place) for place in self.places],
            "waived": list(self.waived),
            "counted": dict(self.counted),
        }
