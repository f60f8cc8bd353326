"""Calls that happened: journal entries and the records made of them, as the core writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.core.records import RecordBuilder
from appliance.store.journal import SqliteJournal

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class History:
    """Writes calls, one after the other, each an hour later than the one before."""

    def __init__(self, path: Path) -> None:
        self._journal = SqliteJournal(path)
        self._count = 0

    def call(self, *steps: tuple[EntryKind, dict[str, JsonValue]]) -> str:
        """One call with these steps, a second each; gives its id."""
        call = CallId(f"{self._count:032x}")
        builder = RecordBuilder(call)
        at = START + timedelta(hours=self._count)
        for kind, data in steps:
            entry = Entry(kind, at, call, data)
            self._journal.append(entry)
            builder.add(entry)
            at += timedelta(seconds=1)
        record = builder.record()
        assert record is not None
        self._journal.put(record)
        self._count += 1
        return call

    def answered(self, number: str, name: str | None = None, agent: str = "11", recording: str = "r1") -> str:
        return self.call(
            (EntryKind.CALL_STARTED, {"direction": "inbound", "trunk": "gsm1"}),
            (EntryKind.CALLER_ID, {"number": number, "name": name, "withheld": False}),
            (EntryKind.LEG_ANSWERED, {"leg": "a", "line": "gsm1", "inferred": False}),
            (EntryKind.FLOW_ENTERED, {"flow": "main", "reason": "open"}),
            (EntryKind.DIGITS, {"menu": "main", "digits": "1"}),
            (EntryKind.QUEUE_ENTERED, {"queue": "sales", "position": 1}),
            (EntryKind.LEG_ADDED, {"leg": "b", "line": "201", "kind": "handset"}),
            (EntryKind.OFFERED, {"queue": "sales", "agent": agent, "handset": "201"}),
            (EntryKind.OFFER_ENDED, {"queue": "sales", "agent": agent, "outcome": "answered"}),
            (EntryKind.CONNECTED, {"agent": agent, "handset": "201", "waited": 3.0}),
            (EntryKind.RECORDING_STARTED, {"recording": recording}),
            (EntryKind.RECORDING_ENDED, {"recording": recording, "seconds": 1.0, "reason": "over"}),
            (EntryKind.CALL_ENDED, {"cause": 16, "reason": "normal", "by": "caller"}),
        )

    def rated(self, answer: int) -> None:
        """The caller of the call before said how satisfied they are."""
        at = START + timedelta(hours=self._count - 1, minutes=5)
        about: dict[str, JsonValue] = {"survey": "survey", "question": "satisfied", "kind": "csat"}
        call = CallId(f"{self._count - 1:032x}")
        self._journal.append(Entry(EntryKind.SURVEY_ANSWERED, at, call, {**about, "answer": answer}))

    def abandoned(self, number: str) -> str:
        return self.call(
            (EntryKind.CALL_STARTED, {"direction": "inbound", "trunk": "fxo1"}),
            (EntryKind.CALLER_ID, {"number": number, "withheld": False}),
            (EntryKind.QUEUE_ENTERED, {"queue": "sales", "position": 2}),
            (EntryKind.CALL_ENDED, {"cause": 16, "reason": "normal", "by": "caller"}),
        )

    def outbound(self, number: str, cause: int) -> str:
        return self.call(
            (EntryKind.CALL_STARTED, {"direction": "outbound", "handset": "202", "number": number}),
            (EntryKind.LEG_ADDED, {"leg": "b", "line": "gsm1", "kind": "trunk", "number": number}),
            (EntryKind.CALL_ENDED, {"cause": cause, "reason": "far end", "by": "far_end"}),
        )

    def close(self) -> None:
        self._journal.close()
