"""What a start finds: the end of the chain, and the calls whose end or record is missing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind
from appliance.store import _sqlite, codec
from appliance.store.writer import Writer

log = logging.getLogger(__name__)

_MARK = "mark"  # every call that began before this entry has ended and has its record


@dataclass(slots=True)
class Recovered:
    """The chain's end, and the entries of each call that is not finished, oldest call first."""

    next: int = 1
    hash: bytes = codec.GENESIS
    at: int = 0  # time of the last entry, µs
    mark: int = 1
    entries: dict[CallId, list[Entry]] = field(default_factory=dict)
    spans: dict[CallId, tuple[int, int, bool]] = field(default_factory=dict)  # first, last, ended
    agents: list[Entry] = field(default_factory=list)  # what each agent at work had chosen

    def take(self, entry: Entry) -> None:
        """An entry found behind the database's: it may begin or end an unfinished call."""
        if entry.call is not None and (entry.call in self.entries or entry.kind == EntryKind.CALL_STARTED):
            self.entries.setdefault(entry.call, []).append(entry)

    def open_calls(self) -> dict[CallId, list[Entry]]:
        """The calls that were going on when the core ended, with all their entries."""
        return {call: found for call, found in self.entries.items() if not _ended(found)}

    def unrecorded_calls(self) -> dict[CallId, list[Entry]]:
        """The calls that had ended but whose record was not written."""
        return {call: found for call, found in self.entries.items() if _ended(found)}


def recover(writer: Writer) -> Recovered:
    """Read the chain's end and the unfinished calls; the cost is that of the entries since the mark."""
    found = Recovered()
    last = writer.run(_sqlite.LAST_BLOCK).fetchone()
    if last is None:
        return found
    number, entries, found.at, found.hash = last
    found.next = number + entries
    mark = writer.run(_sqlite.FACT, name=_MARK).fetchone()
    found.mark = 1 if mark is None else mark[0]
    for number, entry in entries_since(writer, found.mark):
        found.at = codec.microseconds(entry.at)
        if entry.call is not None:
            _gather(found, entry.call, number, entry)
    _forget_recorded(writer, found)
    found.agents = list(_agents_at_work(writer))
    return found


def _agents_at_work(writer: Writer) -> Iterator[Entry]:
    for agent, status, pause_code, handset, started in writer.run(_sqlite.STATUS_AT_WORK):
        data = {"agent": agent, "status": status, "pause_code": pause_code, "handset": handset}
        yield Entry(EntryKind.AGENT_STATUS, codec.moment(started), data=data)


def remember_mark(writer: Writer, mark: int) -> None:
    """Keep the mark for the next start."""
    writer.run(_sqlite.DROP_FACT, name=_MARK)
    writer.run(_sqlite.ADD_FACT, name=_MARK, value=mark)


def entries_since(writer: Writer, number: int) -> Iterator[tuple[int, Entry]]:
    """Every entry from the block that holds entry `number` on. A damaged block is logged and left out."""
    (start,) = writer.run(_sqlite.BLOCK_OF, number=number).fetchone()
    for first, body in writer.run(_sqlite.BLOCKS_FROM, start=start or 0):
        try:
            block = [codec.decode(line) for line in codec.unpack(body)]
        except StoreError as problem:
            log.error("block %d of the journal is left out: %s", first, problem)
            continue
        yield from enumerate(block, first)


def _gather(found: Recovered, call: CallId, number: int, entry: Entry) -> None:
    first, _, ended = found.spans.get(call, (number, number, False))
    found.spans[call] = (first, number, ended or entry.kind == EntryKind.CALL_ENDED)
    found.entries.setdefault(call, []).append(entry)


def _forget_recorded(writer: Writer, found: Recovered) -> None:
    """Leave out calls that have ended and have a record, also when only late entries of them were read."""
    for call, entries in list(found.entries.items()):
        recorded = writer.run(_sqlite.SPAN_OF_CALL, call=call).fetchone() is not None
        whole = entries[0].kind == EntryKind.CALL_STARTED
        if recorded and (_ended(entries) or not whole):
            del found.entries[call], found.spans[call]


def _ended(entries: list[Entry]) -> bool:
    return any(entry.kind == EntryKind.CALL_ENDED for entry in entries)
