"""Rows that journal entries make in the dialer's tables: attempts, what becomes of a lead, do-not-call."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.leads import Outcome
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.writer import Writer

KINDS = frozenset(
    {
        EntryKind.ATTEMPT_BEGUN,
        EntryKind.ATTEMPT_ENDED,
        EntryKind.LEAD_SET,
        EntryKind.DNC_ADDED,
        EntryKind.CAMPAIGN_SET,
        EntryKind.DIAL_REFUSED,
    }
)


def keep(writer: Writer, number: int, entry: Entry) -> None:
    """Bring the tables up to date with entry `number`."""
    data = entry.data
    if entry.kind is EntryKind.DIAL_REFUSED:
        _refused(writer, number, entry)
        return
    if entry.kind is EntryKind.DNC_ADDED:
        add_dnc(writer, str(data.get("entry")), str(data.get("kind")), str(data.get("list") or ""),
                microseconds(entry.at), str(data.get("why") or ""))  # fmt: skip
        return
    if entry.kind is EntryKind.ATTEMPT_BEGUN:
        _begun(writer, entry)
        return
    if entry.kind is EntryKind.CAMPAIGN_SET:
        writer.run(
            _sqlite.SET_CAMPAIGN,
            name=str(data.get("campaign")),
            state=str(data.get("state")),
            since=microseconds(entry.at),
            by=str(data.get("by") or ""),
        )
        return
    if entry.kind is EntryKind.ATTEMPT_ENDED:
        _ended(writer, entry)
    if data.get("lead") is not None and data.get("state") is not None:
        _set(writer, entry)


def add_dnc(writer: Writer, entry: str, kind: str, list_: str, since: int, why: str) -> None:
    """An entry of a do-not-call list; one that is there already stays as it is."""
    wild = "*" in entry or "?" in entry
    writer.run(_sqlite.ADD_DNC, entry=entry, kind=kind, list=list_, wild=wild, since=since, why=why)


def _refused(writer: Writer, number: int, entry: Entry) -> None:
    data = entry.data
    writer.run(
        _sqlite.ADD_REFUSAL,
        id=f"r{number:012d}",
        at=microseconds(entry.at),
        campaign=str(data.get("campaign")),
        lead=_number(data.get("lead")),
        number=str(data.get("number")),
        agent=_text(data.get("agent")),
        verdict=str(data.get("verdict")),
    )


def _begun(writer: Writer, entry: Entry) -> None:
    data = entry.data
    lead = data.get("lead")
    writer.run(
        _sqlite.ADD_ATTEMPT,
        id=str(data.get("attempt")),
        at=microseconds(entry.at),
        campaign=str(data.get("campaign")),
        list=_text(data.get("list")),
        lead=_number(lead),
        number=str(data.get("number")),
        kind=str(data.get("kind")),
        call=_text(entry.call),
        agent=_text(data.get("agent")),
        outcome=None,
        how="",
        said_no=False,
        ended=None,
        verdict=str(data.get("verdict")),
        line=None,
        rang=None,
        answered=None,
        told=None,
        joined=None,
    )
    if lead is not None:
        writer.run(_sqlite.DIALLING_LEAD, which=_number(lead))


def _ended(writer: Writer, entry: Entry) -> None:
    data = entry.data
    writer.run(
        _sqlite.END_ATTEMPT,
        which=str(data.get("attempt")),
        new_outcome=str(data.get("outcome")),
        new_how=str(data.get("how") or ""),
        new_said_no=bool(data.get("said_no")),
        new_ended=microseconds(entry.at),
        new_call=_text(entry.call),
        new_agent=_text(data.get("agent")),
        new_line=_text(data.get("line")),
        **{f"new_{name}": _seconds(data.get(name)) for name in ("rang", "answered", "told", "joined")},
    )
    if data.get("outcome") == Outcome.NOT_DIALLED and data.get("lead") is not None:
        writer.run(_sqlite.NOT_DIALLED_LEAD, which=_number(data.get("lead")))
    if data.get("bad") is not None and data.get("lead") is not None:
        reason = str(data.get("outcome"))
        writer.run(
            _sqlite.BAD_NUMBER, whose=_number(data.get("lead")), wrong=str(data.get("bad")), reason=reason
        )


def _set(writer: Writer, entry: Entry) -> None:
    data = entry.data
    lead = _number(data.get("lead"))
    writer.run(
        _sqlite.SET_LEAD,
        which=lead,
        new_state=str(data.get("state")),
        new_due=moment(data.get("due")),
        new_agent=_text(data.get("agent")),
        new_own=bool(data.get("own")),
        new_asked_at=moment(data.get("asked_at")),
        new_why=str(data.get("why") or ""),
    )
    if data.get("fields") is not None:
        _fill_in(writer, lead, str(data.get("fields")))
    if data.get("next") is not None:
        writer.run(
            _sqlite.MOVE_LEAD,
            which=lead,
            new_next=_number(data.get("next")),
            new_parts=str(data.get("parts")),
            new_place=str(data.get("place")),
            new_outcome=_text(data.get("outcome")),
        )
        _place(writer, lead, str(data.get("place")))


def _fill_in(writer: Writer, lead: int | None, given: str) -> None:
    """Fields that an agent filled in stand beside those the lead came with."""
    row: Any = writer.run(_sqlite.LEAD, which=lead).fetchone()
    if row is None:
        return
    fields = json.dumps({**json.loads(row[-1]), **json.loads(given)}, ensure_ascii=False, sort_keys=True)
    writer.run(_sqlite.FILL_LEAD, which=lead, new_fields=fields)


def _place(writer: Writer, lead: int | None, place: str) -> None:
    row: Any = writer.run(_sqlite.LEAD, which=lead).fetchone()
    if row is not None:
        writer.run(_sqlite.ADD_LEAD_PLACE, list=row[1], place=place)


def moment(value: JsonValue) -> int | None:
    """A time of an entry, ISO 8601, as the tables have it."""
    return None if value is None else microseconds(datetime.fromisoformat(str(value)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: JsonValue) -> int | None:
    return None if value is None else int(value)


def _seconds(value: JsonValue) -> float | None:
    return None if value is None else float(value)
