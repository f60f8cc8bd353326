"""Agent time: what each agent chose to be, from when to when, made of the journal's entries."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, update

from appliance.contract.journal import Entry, EntryKind
from appliance.store.codec import microseconds
from appliance.store.tables import agent_time

KINDS = frozenset({EntryKind.AGENT_STATUS, EntryKind.BOX_STARTED})


def keep(connection: Connection, number: int, entry: Entry, before: int) -> None:
    """Bring the table up to date with entry `number`; `before` is the time of the entry ahead of it, in µs.

    A box that starts ends what was going on: at the last moment it was known to run, not when it came back.
    """
    if entry.kind == EntryKind.BOX_STARTED:
        connection.execute(update(agent_time).where(agent_time.c.ended.is_(None)).values(ended=before))
    elif entry.kind == EntryKind.AGENT_STATUS:
        _status(connection, number, entry)


def clear(connection: Connection) -> None:
    """Empty the table, to make it again."""
    connection.execute(delete(agent_time))


def _status(connection: Connection, number: int, entry: Entry) -> None:
    agent, at = str(entry.data.get("agent", "")), microseconds(entry.at)
    here = agent_time.c
    connection.execute(update(agent_time).where(here.agent == agent, here.ended.is_(None)).values(ended=at))
    if entry.data.get("status") == "logged_out":
        return
    pause, handset = entry.data.get("pause_code"), entry.data.get("handset")
    connection.execute(
        insert(agent_time).values(
            id=number,
            agent=agent,
            status=str(entry.data.get("status", "")),
            pause_code=None if pause is None else str(pause),
            handset=None if handset is None else str(handset),
            started=at,
        )
    )
