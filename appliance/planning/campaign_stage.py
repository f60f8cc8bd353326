"""Leads, lines and sound that are not there, for the core to run a campaign on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from appliance.contract.answering import AnsweredBy, AnswerWatch
from appliance.contract.cause import HangupCause
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import Consent, CountryRules, History, Hours, Law, Matter
from appliance.contract.events import AnswerHeard, BeepHeard, Progress, Stage
from appliance.contract.ids import DialString, LegId, PortId
from appliance.contract.journal import Entry, EntryKind
from appliance.contract.leads import (
    Answer,
    Candidate,
    Dial,
    Known,
    Lead,
    LeadState,
    NoLeads,
    Outcome,
    Phone,
    Wanted,
)
from appliance.core.dialer.place import place_of
from appliance.planning.campaign_people import People, Person
from appliance.planning.stage import Notebook, OutsideLine, Post, Silence

COUNTRY = "US"
_ALWAYS = Hours(tuple((day, time(0), time(23, 59, 59)) for day in range(7)), holidays=True)
_NOTHING = dict.fromkeys(Matter, Consent.NONE)
#: Who may be called, and when, was asked before: the look before the start has counted them.
LAW = Law({COUNTRY: CountryRules(COUNTRY, dict.fromkeys(Matter, _ALWAYS), _NOTHING, _NOTHING, Consent.NONE)})
_RANK = {LeadState.CALLBACK: 0, LeadState.RETRY: 1, LeadState.FRESH: 2}
_SETUP_SECONDS = 2.0
_MACHINE_TALK = 8.0  # until an agent has heard that it is one
_LISTENS = 45.0  # to a flow, without pressing a key
_CAUSES = {
    Outcome.BUSY: HangupCause.USER_BUSY,
    Outcome.INVALID: HangupCause.UNALLOCATED_NUMBER,
    Outcome.REJECTED: HangupCause.CALL_REJECTED,
    Outcome.UNREACHABLE: HangupCause.SUBSCRIBER_ABSENT,
    Outcome.CONGESTION: HangupCause.CONGESTION,
}


class MemoryLeads(NoLeads):
    """A list in memory, kept by the journal's entries as the store does."""

    def __init__(self, count: int, wall: Callable[[], datetime]) -> None:
        self.leads = {number: _lead(number) for number in range(1, count + 1)}
        self.tried: set[int] = set()
        self._wall = wall
        self._history: dict[str, History] = {}

    def keep(self, entry: Entry) -> None:
        """What an entry makes of the leads."""
        data = entry.data
        one = self.leads.get(int(str(data["lead"]))) if data.get("lead") is not None else None
        if one is None:
            return
        if entry.kind is EntryKind.ATTEMPT_BEGUN:
            self.tried.add(one.id)
            self.leads[one.id] = replace(one, state=LeadState.DIALLING, tries=one.tries + 1)
            known = self._history.get(one.phone.number, History())
            self._history[one.phone.number] = replace(known, number=(entry.at, *known.number))
        elif entry.kind in (EntryKind.ATTEMPT_ENDED, EntryKind.LEAD_SET):
            due = data.get("due")
            self.leads[one.id] = replace(
                one,
                state=LeadState(str(data.get("state"))),
                due=datetime.fromisoformat(str(due)) if due is not None else None,
            )

    def ready(self, wanted: Wanted, answer: Answer) -> None:
        """See `contract.leads.ReadyLeads`."""
        good = [
            one
            for one in self.leads.values()
            if one.state in _RANK and one.id not in wanted.but and (one.due is None or one.due <= wanted.at)
        ]
        good.sort(key=lambda one: (_RANK[one.state], one.id))
        answer([self._candidate(one, wanted.at) for one in good[: wanted.most]])

    def _candidate(self, one: Lead, at: datetime) -> Candidate:
        return Candidate(one, self._history.get(one.phone.number, History()), (), at)

    def law_now(self, answer: Callable[[Law | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        answer(LAW)

    def known(self, number: str, lead: int | None, answer: Callable[[Known | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        answer(Known(self._history.get(number, History()), (), self._wall()))

    def dials(self, campaign: str, since: datetime, answer: Callable[[Sequence[Dial] | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        answer(())

    def counts(self, answer: Callable[[Mapping[tuple[str, str], int] | None], None]) -> None:
        """See `contract.leads.LeadShelf`."""
        found: dict[tuple[str, str], int] = {}
        for one in self.leads.values():
            found[one.list, one.state.value] = found.get((one.list, one.state.value), 0) + 1
        answer(found)

    def everyone(self, lists: Sequence[str], at: datetime) -> Iterable[Candidate]:
        """See `contract.leads.LeadShelf`."""
        return [self._candidate(one, at) for one in self.leads.values()]


def _lead(number: int) -> Lead:
    phone = f"+1212555{number:04d}"
    return Lead(number, LIST, (Phone(phone, "mobile"),), place=place_of(phone), name=str(number))


LIST = "rehearsal"


class LeadJournal(Notebook):
    """A journal that the leads are kept by; nothing of it stays."""

    def __init__(self, clock: SteppedClock, leads: MemoryLeads) -> None:
        super().__init__()
        self._clock, self._leads = clock, leads

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        self._leads.keep(entry)
        self.noted(entry)
        if synced is not None:
            self._clock.after(0.0, synced)


class CalledLine(OutsideLine):
    """A line of the box, and whoever is called on it. `told` hears "dialled", "answered", an outcome that is
    no answer, "joined" (with an agent), "keyed" and "over"."""

    def __init__(
        self,
        name: str,
        post: Post,
        clock: SteppedClock,
        people: People,
        keys: Sequence[str],
        told: Callable[[str, CalledLine], None],
    ) -> None:
        super().__init__(name, post)
        self._clock, self._people, self._keys, self._told = clock, people, keys, told
        self.person: Person | None = None
        self.number = ""
        self.joined = False

    def dial(self, leg: LegId, number: DialString) -> None:
        self.leg, self.number, self.joined = leg, number, False
        person = self.person = self._people.draw()
        self._told("dialled", self)
        self._post(Progress(self.name, leg, Stage.SEIZED))
        if person.fate not in _CAUSES or person.fate is Outcome.REJECTED:
            self._later(leg, _SETUP_SECONDS, lambda: self._post(Progress(self.name, leg, Stage.RINGING)))
        if person.fate in _CAUSES:
            cause = _CAUSES[person.fate]
            self._later(leg, _SETUP_SECONDS + person.seconds, lambda: self._end(cause))
        elif person.answers:
            self._later(leg, _SETUP_SECONDS + person.seconds, lambda: self._picks_up(leg, person))

    def _later(self, leg: LegId, seconds: float, action: Callable[[], None]) -> None:
        self._clock.after(seconds, lambda: action() if self.leg == leg else None)

    def _picks_up(self, leg: LegId, person: Person) -> None:
        self._told("answered", self)
        self._up(leg)
        if person.fate is not Outcome.PERSON:
            return
        if person.keys_at is not None and self._keys:
            self._later(leg, person.keys_at, lambda: self._presses(person))
        self._later(leg, _LISTENS, lambda: None if self.joined else self.hang_up())

    def _presses(self, person: Person) -> None:
        if not self.joined:
            self._told("keyed", self)
            self.key(self._keys[int(person.luck * len(self._keys))])

    def meets(self) -> None:
        """An agent and whoever answered hear each other."""
        person, leg = self.person, self.leg
        if person is None or leg is None or self.joined:
            return
        self.joined = True
        self._told("joined", self)
        talks = person.talk_seconds if person.fate is Outcome.PERSON else _MACHINE_TALK
        self._later(leg, talks, self.hang_up)

    def _end(self, cause: HangupCause) -> None:
        if self.leg is not None:
            self._told("over", self)
        super()._end(cause)


class CampaignSound(Silence):
    """Tells lines whom they hear, and the core who answered."""

    def __init__(self, clock: SteppedClock, post: Post) -> None:
        super().__init__(clock, post, lambda port, text: None)
        self.lines: list[CalledLine] = []
        self.seats: Callable[[PortId], bool] = lambda port: False

    def connect(self, a: PortId, b: PortId) -> None:
        super().connect(a, b)
        for line in self.lines:
            if line.port is not None and line.port in (a, b) and self.seats(a if line.port == b else b):
                line.meets()

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        line = next((line for line in self.lines if line.port == port), None)
        person = line.person if line is not None else None
        if person is None:
            return
        kind = _heard(person)
        seconds = 1.5 if kind is AnsweredBy.PERSON else 3.0
        event = AnswerHeard(port, kind, 0.9, seconds, "as the rehearsal has it", 0.4)
        self._clock.after(seconds, lambda: self._post(event))
        if kind is AnsweredBy.MACHINE and watch.beep:
            self._clock.after(2.0 * seconds, lambda: self._post(BeepHeard(port, 2.0 * seconds, 0.1)))


def _heard(person: Person) -> AnsweredBy:
    if person.fate is Outcome.FAX:
        return AnsweredBy.FAX
    if person.fate is Outcome.SILENT:
        return AnsweredBy.SILENT
    machine = person.fate is Outcome.MACHINE or person.taken_for_machine
    return AnsweredBy.MACHINE if machine else AnsweredBy.PERSON
