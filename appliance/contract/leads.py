"""People to call, as the core sees them: leads, the attempts at them, and how the next ones are asked for.

The store keeps lists; the core holds a few leads that are ready to be dialled (the hopper) and says in the
journal what became of each. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from appliance.contract.dialling import Blocked, Callee, History, Law


class LeadState(StrEnum):
    """Where a lead stands."""

    FRESH = "fresh"  # not dialled yet
    RETRY = "retry"  # to be dialled again, not before `due`
    CALLBACK = "callback"  # to be called back at `due`, before all others
    DIALLING = "dialling"  # in the journal before the line is; never given out twice
    DONE = "done"


class Outcome(StrEnum):
    """What became of an attempt."""

    PERSON = "person"
    MACHINE = "machine"
    FAX = "fax"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"  # switched off, no coverage
    INVALID = "invalid"  # no such number, or changed
    CONGESTION = "congestion"  # the network had no way
    LINE_FAULT = "line_fault"  # ours failed
    SILENT = "silent"  # answered, and nobody spoke
    DROPPED = "dropped"  # a person answered and no agent came
    INTERRUPTED = "interrupted"  # the box stopped; whether it rang nobody knows
    NOT_DIALLED = "not_dialled"  # no line dialled it: a caller was first, or none was free; it does not count


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a lead. `bad` is why it is not dialled any more."""

    number: str  # E.164
    kind: str = "other"  # mobile | home | work | other
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """One person to call."""

    id: int
    list: str
    phones: tuple[Phone, ...]
    state: LeadState = LeadState.FRESH
    next: int = 0  # position of the phone to dial
    due: datetime | None = None
    tries: int = 0
    parts: tuple[int, int, int] = (0, 0, 0)  # tries in the morning, the afternoon, the evening
    priority: int = 0  # the higher the sooner
    place: str = ""
    name: str = ""
    agent: str | None = None
    own: bool = False  # the callback is `agent`'s alone
    callee: Callee = field(default_factory=Callee)
    language: str | None = None
    warm: bool = False
    contact: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def phone(self) -> Phone:
        """The one to dial next."""
        return self.phones[self.next]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be next, with what the gate must know of its number; read at `read_at`."""

    lead: Lead
    history: History
    blocked: tuple[Blocked, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads are asked for. `open` says whether anybody may be called at a place now; it is pure, and
    called on the store's thread."""

    lists: tuple[str, ...]
    most: int  # of each list
    order: str  # "imported" | "random"; priority goes before either
    at: datetime
    open: Callable[[str], bool]
    but: frozenset[int] = frozenset()  # leads that are not wanted


@dataclass(frozen=True, slots=True)
class Known:
    """What the gate must know of a number; read at `read_at`."""

    history: History
    blocked: tuple[Blocked, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial that ended. `seconds` until it was known what becomes of it: a person was there, or it was
    over; None when nobody wrote that down."""

    at: datetime
    outcome: Outcome
    seconds: float | None = None
    list: str = ""
    lead: int | None = None
    local: datetime | None = None  # the time at the called place, without a zone


Answer = Callable[[Sequence[Candidate] | None], None]


class ReadyLeads(Protocol):
    """Asked by the core, on the core's thread. Returns at once; `answer` is called exactly once on that
    thread, now or later: with candidates, callbacks first, or with None when the lists could not be read."""

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        """Leads that may be dialled now."""


class LeadShelf(ReadyLeads, Protocol):
    """All that campaigns ask of the records, in the same way; None is an answer that could not be read."""

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        """The law of the moment: templates, settings, do-not-call lists, holidays."""

    def known(self, number: str, lead: int | None, answer: Callable[[Known | None], None]) -> None:
        """What the gate must know of a number that is no lead's turn."""

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        """The dials of a campaign that ended, the oldest first."""

    def counts(self, answer: Callable[[Mapping[tuple[str, str], int] | None], None]) -> None:
        """Leads by list and state."""

    def told(self, answer: Callable[[Mapping[str, str] | None], None]) -> None:
        """What campaigns were told to do last: "running", "paused" or "stopped", by name."""

    def everyone(self, lists: Sequence[str], at: datetime) -> Iterable[Candidate]:
        """All leads that are not done. Not for the core's thread: it waits, for seconds. OSError when they
        cannot be read."""


class NoLeads:
    """A box without lists."""

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        """Nobody."""
        answer(())

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        """Unknown: nobody is called."""
        answer(None)

    def known(self, number: str, lead: int | None, answer: Callable[[Known | None], None]) -> None:
        """Nothing was ever dialled."""
        answer(None)

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        """None."""
        answer(())

    def counts(self, answer: Callable[[Mapping[tuple[str, str], int] | None], None]) -> None:
        """None."""
        answer({})

    def told(self, answer: Callable[[Mapping[str, str] | None], None]) -> None:
        """Nothing."""
        answer({})

    def everyone(self, lists: Sequence[str], at: datetime) -> Iterable[Candidate]:
        """Nobody."""
        return ()
