"""The core's pen: writes the journal, and hands out a call's record when its last entry is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance.contract.clock import Clock
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, Journal, JsonValue
from appliance.core.guard import Guard
from appliance.core.records import RecordBuilder


class Diary:
    """Entries in order, with the record of each open call kept beside them."""

    def __init__(
        self, clock: Clock, journal: Journal, guard: Guard, recorded: Callable[[CallRecord], None]
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._guard = guard
        self._recorded = recorded
        self._builders: dict[CallId, RecordBuilder] = {}
        self.blocked: Callable[[str], None] = lambda entry: None  # a number went on a do-not-call list

    def note(self, kind: EntryKind, call: CallId | None = None, /, **data: JsonValue) -> None:
        """Write one entry now; keys whose value is None are left out."""
        self._write(kind, call, data, None)

    def note_and_tell(
        self, synced: Callable[[], None], kind: EntryKind, call: CallId | None = None, /, **data: JsonValue
    ) -> None:
        """The same; `synced` is called, on the journal's thread, once the entry is on the disk."""
        self._write(kind, call, data, synced)

    def _write(
        self,
        kind: EntryKind,
        call: CallId | None,
        data: Mapping[str, JsonValue],
        synced: Callable[[], None] | None,
    ) -> None:
        kept = {key: value for key, value in data.items() if value is not None}
        entry = Entry(kind, self._clock.wall(), call, kept)
        self._guard.tell("The journal", lambda: self._journal.append(entry, synced))
        if kind is EntryKind.DNC_ADDED:
            self.blocked(str(kept.get("entry")))
        if call is not None:
            self._build(call, entry)

    def _build(self, call: CallId, entry: Entry) -> None:
        if entry.kind is EntryKind.CALL_STARTED:
            self._builders[call] = RecordBuilder(call)
        builder = self._builders.get(call)
        if builder is None:
            return
        builder.add(entry)
        if not builder.ended:
            return
        del self._builders[call]
        record = builder.record()
        if record is not None:
            self._guard.tell("The taker of records", lambda: self._recorded(record))
