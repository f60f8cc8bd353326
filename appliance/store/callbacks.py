"""Callbacks: made of the journal's entries, in their own commit; read again by a core that starts."""

from __future__ import annotations

from datetime import datetime

from appliance.contract.callbacks import Callback, CallbackKind, Closed
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.store import _sqlite
from appliance.store.codec import microseconds, moment
from appliance.store.writer import Writer

KINDS = frozenset(
    {
        EntryKind.CALLBACK_PROMISED,
        EntryKind.CALLBACK_MOVED,
        EntryKind.CALLBACK_TRIED,
        EntryKind.CALLBACK_CLOSED,
    }
)


def keep(writer: Writer, number: int, entry: Entry) -> None:
    """Bring the table up to date with entry `number`. ValueError when a time in it is none."""
    data, which = entry.data, str(entry.data.get("callback"))
    if entry.kind is EntryKind.CALLBACK_PROMISED:
        _promised(writer, which, entry)
    elif entry.kind is EntryKind.CALLBACK_MOVED:
        writer.run(_sqlite.MOVE_CALLBACK, which=which, again=_time(data.get("due")))
    elif entry.kind is EntryKind.CALLBACK_TRIED:
        writer.run(
            _sqlite.TRIED_CALLBACK,
            which=which,
            times=_whole(data.get("tries")),
            again=_time(data.get("due")),
            ended=microseconds(entry.at),
            agent_id=_text(data.get("agent")),
            why=_text(data.get("why")),
        )
    else:
        call = str(entry.call) if entry.call is not None else None
        if data.get("why") == Closed.NOT_REACHED:
            _lose(writer, number, which, entry)
        writer.run(
            _sqlite.CLOSE_CALLBACK,
            which=which,
            ended=microseconds(entry.at),
            why=_text(data.get("why")),
            latest=call,
        )


def still_open(writer: Writer) -> list[Callback]:
    """The promises that stand, the oldest first."""
    return [
        Callback(
            id=row[0],
            kind=CallbackKind(row[1]),
            number=row[2],
            name=row[3],
            contact=row[4],
            queue=row[5] or "",
            agent=row[6],
            language=row[7] or "",
            wants=row[8],
            reason=row[9],
            call=row[10],
            promised=moment(row[11]),
            since=moment(row[12]),
            waited=row[13],
            due=moment(row[14]),
            tries=row[15],
        )
        for row in writer.run(_sqlite.OPEN_CALLBACKS)
    ]


def _lose(writer: Writer, number: int, which: str, entry: Entry) -> None:
    """A caller who was promised a callback and not reached is a lost one."""
    row = writer.run(_sqlite.CALLBACK, which=which).fetchone()
    if row is None or row[1] != CallbackKind.CALLBACK:
        return
    known = writer.run(_sqlite.LATEST_LOST, who=row[2]).fetchone()
    if known is not None and known[2] is None:
        return  # rang again meanwhile and stands on the list
    writer.run(
        _sqlite.ADD_LOST,
        id=number,
        number=row[2],
        name=row[3],
        contact=row[4],
        queue=row[5],
        trunk=None,
        marketing=None,
        call=row[10],
        reason="callback",
        first_at=row[11],
        last_at=microseconds(entry.at),
        calls=1,
        tries=row[15],
        tried_by=row[17],
        tried_at=row[16],
        closed_at=None,
        closed_why=None,
        closed_call=None,
    )


def _promised(writer: Writer, which: str, entry: Entry) -> None:
    data = entry.data
    writer.run(
        _sqlite.ADD_CALLBACK,
        id=which,
        kind=CallbackKind(str(data.get("kind"))).value,
        number=str(data.get("number")),
        name=_text(data.get("name")),
        contact=_text(data.get("contact")),
        queue=_text(data.get("queue")),
        agent=_text(data.get("agent")),
        language=_text(data.get("language")),
        wants=str(data.get("wants") or "{}"),
        reason=str(data.get("reason") or ""),
        call=str(entry.call or ""),
        promised=microseconds(entry.at),
        since=_time(data.get("since")),
        waited=_number(data.get("waited")),
        due=_time(data.get("due")),
        tries=0,
        tried_at=None,
        tried_by=None,
        tried_why=None,
        closed_at=None,
        closed_why=None,
        closed_call=None,
    )


def _time(value: JsonValue) -> int:
    return microseconds(datetime.fromisoformat(str(value)))


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _whole(value: JsonValue) -> int:
    return int(_number(value))
