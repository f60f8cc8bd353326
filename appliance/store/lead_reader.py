"""Leads read for the dialer, on a connection of their own: what is ready, and what the gate must know."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from appliance.contract.dialling import Blocked, Callee, Consent, History
from appliance.contract.leads import Candidate, Dial, Lead, LeadState, Outcome, Phone, Wanted
from appliance.store import _sqlite
from appliance.store.codec import microseconds, moment
from appliance.store.own_file import OwnFile

_COLUMNS = (
    "id", "list", "row", "state", "place", "rank", "shuffle", "due", "next", "tries", "parts", "name",
    "agent", "own", "asked_at", "outcome", "why", "consent", "consent_since", "consent_until", "business",
    "warm", "zone", "region", "language", "contact", "fields",
)  # fmt: skip
_MOST_ATTEMPTS = 200  # of one number; more than any cap
_MOST_CALLBACKS = 200
_AT_ONCE = 500
_PERSONS = (Outcome.PERSON.value, Outcome.DROPPED.value)
Row = tuple[Any, ...]


class LeadRows(OwnFile):
    """Leads, attempts and do-not-call entries. `Unreadable` when the file cannot be read."""

    def ready(self, wanted: Wanted) -> list[Candidate]:
        """Leads of each list that may be dialled now: callbacks, retries that are due, new ones."""
        found = [row for name in wanted.lists for row in self._of_list(name, wanted)]
        return [self._candidate(row, wanted.at) for row in found]

    def lead(self, lead: int) -> Lead | None:
        """One lead as it is now."""
        row = self._run(_sqlite.LEAD, which=lead).fetchone()
        return None if row is None else self._lead(row)

    def open_attempts(self) -> list[tuple[str, str, int | None]]:
        """Attempts without an end: id, campaign and lead. After a start these were cut off."""
        found = self._run(_sqlite.OPEN_ATTEMPTS).fetchall()
        return [(row[0], row[2], row[4]) for row in found]

    def of_number(self, number: str, lead: int | None, at: datetime) -> tuple[History, tuple[Blocked, ...]]:
        """What the gate must know of a number, lead or not."""
        rows = self._run(_sqlite.ATTEMPTS_OF_NUMBER, number=number).fetchmany(_MOST_ATTEMPTS)
        blocked = tuple(_blocked(row) for row in self._run(_sqlite.DNC_OF, number=number))
        others = (
            () if lead is None else self._run(_sqlite.ATTEMPTS_OF_LEAD, whose=lead).fetchmany(_MOST_ATTEMPTS)
        )
        return _history(rows, others), blocked

    def patterns(self) -> tuple[Blocked, ...]:
        """Do-not-call entries with wildcards."""
        return tuple(_blocked(row) for row in self._run(_sqlite.DNC_WILD))

    def official_lists(self) -> dict[str, datetime]:
        """Official do-not-call lists and the dates of their data."""
        return {row[0]: moment(row[1]) for row in self._run(_sqlite.DNC_LISTS)}

    def dials(self, campaign: str, since: datetime) -> list[Dial]:
        """The dials of a campaign that ended, the oldest first."""
        rows = self._run(_sqlite.DIALS_OF_CAMPAIGN, whose=campaign, since=microseconds(since))
        return [_dial(row) for row in rows if row[1] is not None]

    def campaign_states(self) -> dict[str, str]:
        """What each campaign was told last."""
        return {row[0]: row[1] for row in self._run(_sqlite.CAMPAIGN_STATES)}

    def everyone(self, name: str, at: datetime) -> Iterator[Candidate]:
        """Every lead of a list that is not done, in the order they were imported."""
        last = 0
        while rows := self._run(_sqlite.LEADS_TO_DIAL, whose=name, last=last).fetchmany(_AT_ONCE):
            yield from (self._candidate(row, at) for row in rows)
            last = rows[-1][0]

    def counts(self) -> dict[tuple[str, str], int]:
        """Leads by list and state."""
        return {(row[0], row[1]): row[2] for row in self._run(_sqlite.COUNT_LEADS)}

    def _of_list(self, name: str, wanted: Wanted) -> Iterator[Row]:
        places = [row[0] for row in self._run(_sqlite.PLACES_OF_LIST, whose=name) if wanted.open(row[0])]
        fresh = _sqlite.FRESH_AT_RANDOM if wanted.order == "random" else _sqlite.FRESH_IN_ORDER
        by_rank = (5, 6) if wanted.order == "random" else (5, 0)
        for statement, order, most in (
            (_sqlite.CALLBACKS_DUE, (7, 0), _MOST_CALLBACKS),
            (_sqlite.RETRIES_DUE, (7, 0), wanted.most),
            (fresh, by_rank, wanted.most),
        ):
            rows = [row for place in places for row in self._some(statement, name, place, wanted, most)]
            yield from heapq.nsmallest(most, rows, key=itemgetter(*order))

    def _some(self, statement: str, name: str, place: str, wanted: Wanted, most: int) -> Iterator[Row]:
        """The first rows of one place that are wanted; the cursor is read only as far as needed."""
        rows = self._run(statement, whose=name, where=place, now=microseconds(wanted.at))
        count = 0
        for row in rows:
            if row[0] not in wanted.but:
                yield row
                count += 1
                if count >= most:
                    break
        rows.close()

    def _candidate(self, row: Row, at: datetime) -> Candidate:
        lead = self._lead(row)
        history, blocked = self.of_number(lead.phone.number, lead.id, at)
        return Candidate(lead, history, blocked, at)

    def _lead(self, row: Row) -> Lead:
        phones = self._run(_sqlite.NUMBERS_OF_LEAD, whose=row[0]).fetchall()
        return lead_of(row, [Phone(*phone) for phone in phones])


def lead_of(row: Iterable[Any], phones: list[Phone]) -> Lead:
    """The lead of a row of `leads`."""
    data = dict(zip(_COLUMNS, row, strict=True))
    morning, afternoon, evening = (int(part) for part in data["parts"].split(","))
    return Lead(
        id=data["id"],
        list=data["list"],
        phones=tuple(phones),
        state=LeadState(data["state"]),
        next=min(data["next"], len(phones) - 1),
        due=_moment(data["due"]),
        tries=data["tries"],
        parts=(morning, afternoon, evening),
        priority=-data["rank"],
        place=data["place"],
        name=data["name"],
        agent=data["agent"],
        own=bool(data["own"]),
        callee=_callee(data),
        language=data["language"],
        warm=bool(data["warm"]),
        contact=data["contact"],
        fields=_fields(data["fields"]),
    )


def _callee(data: Mapping[str, Any]) -> Callee:
    return Callee(
        Consent(data["consent"]),
        _moment(data["consent_since"]),
        _moment(data["consent_until"]),
        bool(data["business"]),
        data["zone"],
        data["region"],
        _moment(data["asked_at"]),
    )


def _history(rows: list[Row], others: Iterable[Row]) -> History:
    """Of rows newest first: (at, outcome, said_no)."""

    def latest(outcome: Outcome) -> datetime | None:
        return next((moment(at) for at, found, _ in rows if found == outcome.value), None)

    return History(
        number=tuple(moment(row[0]) for row in rows),
        lead=tuple(moment(row[0]) for row in others),
        dropped=latest(Outcome.DROPPED),
        machine=latest(Outcome.MACHINE),
        refused=next((moment(at) for at, _, said_no in rows if said_no), None),
        persons=tuple(moment(at) for at, found, _ in rows if found in _PERSONS),
    )


def _dial(row: Row) -> Dial:
    """Of a row of `DIALS_OF_CAMPAIGN`: a person is there once that is told."""
    at, outcome, answered, told, joined, ended, list_, lead, verdict = row
    if outcome in (Outcome.PERSON, Outcome.DROPPED):
        known = told if told is not None else joined if joined is not None else answered
    else:
        known = told if told is not None else (ended - at) / 1e6 if ended is not None else None
    return Dial(moment(at), Outcome(outcome), known, list_ or "", lead, _local(verdict))


def _local(verdict: str) -> datetime | None:
    """The time at the called place, as the gate wrote it down."""
    try:
        return datetime.fromisoformat(json.loads(verdict)["places"][0][1])
    except (ValueError, LookupError, TypeError):
        return None


def _blocked(row: Row) -> Blocked:
    return Blocked(row[0], row[1], row[2], moment(row[3]))


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _fields(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
