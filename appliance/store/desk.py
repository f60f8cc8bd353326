"""Rows that journal entries make in the tables people change as well: messages of callers, their answers."""

from __future__ import annotations

from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.store import _sqlite, callbacks, lead_rows
from appliance.store.codec import microseconds
from appliance.store.writer import Writer

KINDS = (
    callbacks.KINDS
    | lead_rows.KINDS
    | frozenset(
        {
            EntryKind.VOICEMAIL_BEGUN,
            EntryKind.VOICEMAIL_LEFT,
            EntryKind.VOICEMAIL_DROPPED,
            EntryKind.SURVEY_ANSWERED,
            EntryKind.BOX_STARTED,
        }
    )
)


def keep(writer: Writer, number: int, entry: Entry) -> None:
    """Bring the tables up to date with entry `number`.

    A message that was being left when the box stopped is one that was left: what was said is kept.
    """
    if entry.kind is EntryKind.BOX_STARTED:
        writer.run(_sqlite.END_EVERY_VOICEMAIL)
    elif entry.kind in callbacks.KINDS:
        callbacks.keep(writer, number, entry)
    elif entry.kind in lead_rows.KINDS:
        lead_rows.keep(writer, number, entry)
    elif entry.kind is EntryKind.SURVEY_ANSWERED:
        _answer(writer, number, entry)
    else:
        _voicemail(writer, number, entry)


def _voicemail(writer: Writer, number: int, entry: Entry) -> None:
    recording = str(entry.data.get("recording"))
    if entry.kind is EntryKind.VOICEMAIL_DROPPED:
        writer.run(_sqlite.DROP_VOICEMAIL, what=recording)
    elif entry.kind is EntryKind.VOICEMAIL_LEFT:
        writer.run(_sqlite.END_VOICEMAIL, what=recording, lasted=_seconds(entry.data.get("seconds")))
    else:
        writer.run(
            _sqlite.ADD_VOICEMAIL,
            id=number,
            recording=recording,
            call=str(entry.call or ""),
            box=str(entry.data.get("box")),
            number=_text(entry.data.get("number")),
            name=_text(entry.data.get("name")),
            at=microseconds(entry.at),
            seconds=0.0,
            state="recording",
            was="recording",
            deleted=None,
            mailed=False,
        )


def _answer(writer: Writer, number: int, entry: Entry) -> None:
    answer = entry.data.get("answer")
    writer.run(
        _sqlite.ADD_ANSWER,
        id=number,
        call=str(entry.call or ""),
        survey=str(entry.data.get("survey")),
        at=microseconds(entry.at),
        agent=_text(entry.data.get("agent")),
        queue=_text(entry.data.get("queue")),
        question=str(entry.data.get("question")),
        kind=str(entry.data.get("kind")),
        answer=int(answer) if isinstance(answer, int | float) else None,
    )


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _seconds(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
