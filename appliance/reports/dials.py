"""Lists, leads, permissions to dial and do-not-call entries for the pages; read from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from appliance.contract.dialling import Consent
from appliance.reports.export import export_rows, more_rows
from appliance.store.dial_reader import DialReader
from appliance.store.dial_rows import (
    DialFilter,
    DialRow,
    DncRow,
    ImportRow,
    LeadFilter,
    LeadRow,
    ListRow,
    OfficialRow,
)

__all__ = [
    "DialFilter",
    "DialLists",
    "DialRow",
    "DncRow",
    "ImportRow",
    "LeadFilter",
    "LeadRow",
    "ListRow",
    "OfficialRow",
]

_AT_ONCE = 500
_KINDS = {"mobile": "mobile", "home": "home", "work": "work", "other": "number"}
_LEAD = (
    "name", "mobile", "home", "work", "number", "zone", "region", "language", "priority", "temperature",
    "business", "consent", "consent_since", "consent_until", "contact",
)  # fmt: skip
_STATE = ("callbox_state", "callbox_outcome", "callbox_tries", "callbox_due", "callbox_why")
_DIAL = (
    "at", "answer", "campaign", "number", "lead", "agent", "reasons", "outcome", "how", "call", "country",
    "rules", "local_times", "dialled_before", "did_not_count",
)  # fmt: skip


class DialLists(DialReader):
    """As `store.dial_reader.DialReader`; safe from any thread, any method may raise StoreError."""

    def export_leads(self, which: LeadFilter) -> Iterator[str]:
        """Leads as CSV (RFC 4180). An import takes them again; columns that begin with callbox_ tell how far
        they are, and are left out then."""
        own = self.field_names(which.list) if which.list is not None else []
        heading = [*_LEAD, *own, *_STATE]
        yield from _parts(heading, (_lead_cells(row, own) for row in self.every_lead(which)))

    def export_dials(self, which: DialFilter, told: Callable[[DialRow], str]) -> Iterator[str]:
        """Permissions and refusals as CSV; `told` puts the gate's reasons into words."""
        yield from _parts(_DIAL, (_dial_cells(row, told(row)) for row in self.every_dial(which)))

    def export_entries(self, kind: str, list_: str | None = None) -> Iterator[str]:
        """Do-not-call entries of a kind as CSV."""
        rows = self.every_entry(kind, list_)
        yield from _parts(
            ("entry", "kind", "list", "since", "why"),
            ((row.entry, row.kind, row.list, row.since, row.why) for row in rows),
        )


def _parts(heading: Iterable[str], rows: Iterator[Iterable[object]]) -> Iterator[str]:
    yield export_rows(heading, ())
    while batch := list(islice(rows, _AT_ONCE)):
        yield more_rows(batch)


def _lead_cells(row: LeadRow, own: list[str]) -> list[object]:
    numbers: dict[str, list[str]] = {}
    for one in row.numbers:
        numbers.setdefault(_KINDS.get(one.kind, "number"), []).append(one.number)
    cells: dict[str, Any] = {kind: "; ".join(found) for kind, found in numbers.items()}
    cells |= {name: getattr(row, name) for name in ("name", "zone", "region", "language", "contact")}
    cells |= {
        "priority": row.priority,
        "temperature": "warm" if row.warm else "cold",
        "business": row.business,
        "consent": Consent(row.consent).name.lower(),
        "consent_since": _day(row.consent_since),
        "consent_until": _day(row.consent_until),
    }
    told = (row.state, row.outcome, row.tries, row.due, row.why)
    return [*(cells.get(name) for name in _LEAD), *(row.fields.get(name) for name in own), *told]


def _dial_cells(row: DialRow, reasons: str) -> list[object]:
    verdict = row.verdict
    places = "; ".join(f"{zone} {time}" for zone, time in verdict.get("places", ()))
    counted = "; ".join(f"{name} {count}" for name, count in verdict.get("counted", {}).items())
    return [
        row.at, "allowed" if row.allowed else "refused", row.campaign, row.number, row.lead, row.agent,
        reasons, row.outcome, row.how, row.call, verdict.get("country"), verdict.get("rules"), places,
        counted, " ".join(verdict.get("waived", ())),
    ]  # fmt: skip


def _day(at: datetime | None) -> str | None:
    return None if at is None else at.date().isoformat()
