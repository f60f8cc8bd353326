"""What the page reads of the dialer's tables: lists, leads, dials, do-not-call entries, and their filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from appliance.store.codec import microseconds, moment


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list; `states` counts its leads by `contract.leads.LeadState`; `dropped`: when it was thrown away."""

    id: str
    name: str
    source: str
    made: datetime
    dropped: datetime | None
    states: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All leads of it."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import: what it took, and the span of its leads. `undone` is when it was taken back."""

    id: str
    list: str
    at: datetime
    file: str
    rows: int
    taken: int
    bad: int
    twins: int
    undone: datetime | None


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A lead's number; `bad` is why it is not dialled any more."""

    number: str
    kind: str
    bad: str | None


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead with its numbers, in the order they are dialled."""

    id: int
    list: str
    row: int
    state: str
    due: datetime | None
    tries: int
    name: str
    numbers: tuple[NumberRow, ...]
    next: int
    priority: int
    agent: str | None
    own: bool
    asked_at: datetime | None
    outcome: str | None
    why: str
    consent: int
    consent_since: datetime | None
    consent_until: datetime | None
    business: bool
    warm: bool
    zone: str
    region: str
    language: str | None
    contact: str | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DialRow:
    """A dial the gate was asked about: an attempt, or a refusal, which has no outcome.

    `verdict` is the gate's record (`contract.dialling.Verdict.record`); `key` its place among those of its
    time."""

    key: str
    at: datetime
    allowed: bool
    campaign: str
    list: str | None
    lead: int | None
    number: str
    kind: str
    call: str | None
    agent: str | None
    outcome: str | None
    how: str
    said_no: bool
    ended: datetime | None
    verdict: Mapping[str, Any]
    line: str | None = None
    rang: float | None = None  # seconds after `at`, as the next ones
    answered: float | None = None
    told: float | None = None  # it was known who answered
    joined: float | None = None  # an agent was there

    @property
    def place(self) -> str:
        """Where a page that ends with it goes on."""
        return f"{microseconds(self.at)}.{self.key}"


@dataclass(frozen=True, slots=True)
class DncRow:
    """An entry of a do-not-call list."""

    entry: str
    kind: str
    list: str
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """An official list that was loaded; `as_of` is the date of its data."""

    name: str
    as_of: datetime
    loaded: datetime
    entries: int


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads; None means any. `text` is found in names, fields and customer numbers, digits of it in
    numbers."""

    text: str | None = None
    list: str | None = None
    state: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class DialFilter:
    """Which dials; None means any. `answer` is "allowed" or "refused", `why` a code of the gate."""

    text: str | None = None
    campaign: str | None = None
    answer: str | None = None
    why: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def to_list(row: Row[Any], states: Mapping[str, int]) -> ListRow:
    return ListRow(row.id, row.name, row.source, moment(row.made), _at(row.dropped), states)


def to_import(row: Row[Any]) -> ImportRow:
    return ImportRow(
        row.id, row.list, moment(row.at), row.file, row.rows, row.taken, row.bad, row.twins, _at(row.undone)
    )


def to_lead(row: Row[Any], numbers: tuple[NumberRow, ...]) -> LeadRow:
    values = dict(row._mapping)
    for name in ("shuffle", "place", "parts"):
        del values[name]
    for name in ("due", "asked_at", "consent_since", "consent_until"):
        values[name] = _at(values[name])
    values["priority"] = -values.pop("rank")
    values["fields"] = {name: str(value) for name, value in object_of(values["fields"]).items()}
    return LeadRow(**values, numbers=numbers)


def to_dial(row: Row[Any]) -> DialRow:
    values = dict(row._mapping)
    values |= {"at": moment(row.at), "ended": _at(row.ended), "verdict": object_of(row.verdict)}
    return DialRow(**values)


def to_dnc(row: Row[Any]) -> DncRow:
    return DncRow(row.entry, row.kind, row.list, moment(row.since), row.why)


def _at(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def object_of(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
