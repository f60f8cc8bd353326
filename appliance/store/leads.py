"""Lists and do-not-call entries as people change them: imports, new lists, uploads. Methods wait for the
disk.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from appliance.contract.dialling import Consent
from appliance.contract.errors import CallboxError
from appliance.contract.ids import new_id
from appliance.contract.leads import Phone
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.journal import SqliteJournal
from appliance.store.lead_rows import add_dnc
from appliance.store.writer import Writer

BATCH = 200  # leads in one transaction: calls' entries are written between two of them
MOST_LEADS = 500_000


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead of an import, checked. `row` is the line of the file it stood in."""

    row: int
    phones: tuple[Phone, ...]
    place: str
    name: str = ""
    priority: int = 0
    consent: Consent = Consent.NONE
    consent_since: datetime | None = None
    consent_until: datetime | None = None
    business: bool = False
    warm: bool = False
    zone: str = ""
    region: str = ""
    language: str | None = None
    contact: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Twin:
    """A lead that was left out, because a number of it is in a list already."""

    lead: NewLead
    number: str
    list: str
    row: int


class LeadStore:
    """Writes lists, on the journal's thread."""

    def __init__(self, journal: SqliteJournal, wall: Callable[[], datetime]) -> None:
        self._journal = journal
        self._wall = wall
        self._chance = random.Random()  # noqa: S311 - the order of calls is no secret

    def new_list(self, name: str, source: str) -> str:
        """A new, empty list; its id. StoreError."""
        made, which = microseconds(self._wall()), new_id()

        def work(writer: Writer) -> str:
            writer.run(_sqlite.ADD_LEAD_LIST, id=which, name=name, source=source, made=made, dropped=None)
            return which

        return self._journal.transact(work)

    def rename_list(self, which: str, name: str) -> None:
        """Give a list another name. CallboxError when there is none; StoreError."""

        def work(writer: Writer) -> None:
            row = writer.run(_sqlite.LEAD_LIST, which=which).fetchone()
            if row is None:
                raise CallboxError("There is no such list.")
            writer.run(_sqlite.RENAME_LEAD_LIST, which=which, new_name=name, new_source=row[2])

        self._journal.transact(work)

    def drop_list(self, which: str) -> None:
        """Throw a list away: nobody of it is dialled any more. Its attempts stay. StoreError."""
        when = microseconds(self._wall())

        def work(writer: Writer) -> None:
            writer.run(_sqlite.DROP_LEAD_LIST, which=which, when=when)
            writer.run(_sqlite.DROP_LEAD_PLACES, whose=which)

        self._journal.transact(work)

    def add(self, which: str, leads: Sequence[NewLead], across: bool, apply: bool = True) -> list[Twin]:
        """Add leads to a list, in batches; those whose number is in it already are left out and returned,
        with `across` also those in any other list. Without `apply` nothing is saved. StoreError.
        """
        twins: list[Twin] = []
        for start in range(0, len(leads), BATCH):
            twins += self._add(which, leads[start : start + BATCH], across, apply)
        return twins

    def block(self, entries: Iterable[str], kind: str, list_: str, why: str) -> None:
        """Add entries to a do-not-call list (numbers in E.164, or with * and ?). StoreError."""
        since, kept = microseconds(self._wall()), list(entries)
        for start in range(0, len(kept), 1000):
            batch = kept[start : start + 1000]
            self._journal.transact(partial(_block, batch, kind, list_, since, why))

    def unblock(self, entry: str, kind: str, list_: str) -> None:
        """Take an entry out. StoreError."""
        self._journal.transact(
            lambda writer: writer.run(_sqlite.DROP_DNC, which=entry, sort=kind, whose=list_).close()
        )

    def load_official(self, name: str, as_of: datetime, entries: Iterable[str]) -> int:
        """Put a new edition of an official list in the place of the old one, at once; how many numbers it
        has. StoreError; CallboxError for a date that lies ahead."""
        now = self._wall()
        if as_of > now:
            raise CallboxError("The date of the list lies in the future.")
        kept = list(entries)

        def work(writer: Writer) -> int:
            writer.run(_sqlite.DROP_DNC_LIST, whose=name)
            _block(kept, "official", name, microseconds(as_of), "", writer)
            writer.run(
                _sqlite.SET_DNC_LIST,
                name=name,
                as_of=microseconds(as_of),
                loaded=microseconds(now),
                entries=len(kept),
            )
            return len(kept)

        return self._journal.transact(work, 120.0)

    def _add(self, which: str, leads: Sequence[NewLead], across: bool, apply: bool) -> list[Twin]:
        twins: list[Twin] = []

        def work(writer: Writer) -> None:
            twins.clear()
            for lead in leads:
                twin = _twin(writer, which, lead, across)
                if twin is not None:
                    twins.append(twin)
                elif apply:
                    _insert(writer, which, lead, self._chance.getrandbits(31))

        self._journal.transact(work)
        return twins


def _twin(writer: Writer, which: str, lead: NewLead, across: bool) -> Twin | None:
    for phone in lead.phones:
        for found, row in writer.run(_sqlite.LEADS_OF_NUMBER, number=phone.number):
            if across or found == which:
                return Twin(lead, phone.number, found, row)
    return None


def _insert(writer: Writer, which: str, lead: NewLead, shuffle: int) -> None:
    done = writer.run(_sqlite.ADD_LEAD, **_row(which, lead, shuffle))
    for position, phone in enumerate(lead.phones):
        writer.run(
            _sqlite.ADD_LEAD_NUMBER,
            lead=done.lastrowid,
            position=position,
            number=phone.number,
            kind=phone.kind,
            bad=None,
        )
    writer.run(_sqlite.ADD_LEAD_PLACE, list=which, place=lead.place)


def _row(which: str, lead: NewLead, shuffle: int) -> dict[str, Any]:
    return {
        "list": which,
        "row": lead.row,
        "state": "fresh",
        "place": lead.place,
        "rank": -lead.priority,
        "shuffle": shuffle,
        "due": None,
        "next": 0,
        "tries": 0,
        "parts": "0,0,0",
        "name": lead.name,
        "agent": None,
        "own": False,
        "asked_at": None,
        "outcome": None,
        "why": "",
        "consent": int(lead.consent),
        "consent_since": _micro(lead.consent_since),
        "consent_until": _micro(lead.consent_until),
        "business": lead.business,
        "warm": lead.warm,
        "zone": lead.zone,
        "region": lead.region,
        "language": lead.language,
        "contact": lead.contact,
        "fields": json.dumps(lead.fields, ensure_ascii=False, sort_keys=True),
    }


def _micro(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _block(entries: Iterable[str], kind: str, list_: str, since: int, why: str, writer: Writer) -> None:
    for entry in entries:
        add_dnc(writer, entry, kind, list_, since, why)
