"""Agent time: what each agent chose to be, from when to when, made of the journal's entries."""

from __future__ import annotations

from appliance.contract.journal import Entry, EntryKind
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.writer import Writer

KINDS = frozenset({EntryKind.AGENT_STATUS, EntryKind.BOX_STARTED})


def keep(writer: Writer, number: int, entry: Entry, before: int) -> None:
    """Bring the table up to date with entry `number`; `before` is the time of the entry ahead of it, in µs.

    A box that starts ends what was going on: at the last moment it was known to run, not when it came back.
    """
    if entry.kind == EntryKind.BOX_STARTED:
        writer.run(_sqlite.END_EVERY_STATUS, until=before)
    elif entry.kind == EntryKind.AGENT_STATUS:
        _status(writer, number, entry)


def clear(writer: Writer) -> None:
    """Empty the table, to make it again."""
    writer.run(_sqlite.DROP_EVERY_STATUS)


def _status(writer: Writer, number: int, entry: Entry) -> None:
    agent, at = str(entry.data.get("agent", "")), microseconds(entry.at)
    writer.run(_sqlite.END_STATUS, who=agent, until=at)
    if entry.data.get("status") == "logged_out":
        return
    pause, handset = entry.data.get("pause_code"), entry.data.get("handset")
    writer.run(
        _sqlite.ADD_STATUS,
        id=number,
        agent=agent,
        status=str(entry.data.get("status", "")),
        pause_code=None if pause is None else str(pause),
        handset=None if handset is None else str(handset),
        started=at,
        ended=None,
    )
