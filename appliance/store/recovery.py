"""What a start finds: the end of the chain, and the calls whose end or record is missing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind
from appliance.store import codec
from appliance.store.tables import agent_time, calls, facts, journal

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


def recover(connection: Connection) -> Recovered:
    """Read the chain's end and the unfinished calls; the cost is that of the entries since the mark."""
    found = Recovered()
    last = connection.execute(select(journal).order_by(journal.c.id.desc()).limit(1)).first()
    if last is None:
        return found
    found.next, found.hash, found.at = last.id + last.entries, last.hash, last.at
    mark = connection.execute(select(facts.c.value).where(facts.c.name == _MARK)).scalar_one_or_none()
    found.mark = mark or 1
    for number, entry in entries_since(connection, found.mark):
        found.at = codec.microseconds(entry.at)
        if entry.call is not None:
            _gather(found, entry.call, number, entry)
    _forget_recorded(connection, found)
    found.agents = list(_agents_at_work(connection))
    return found


def _agents_at_work(connection: Connection) -> Iterator[Entry]:
    for row in connection.execute(select(agent_time).where(agent_time.c.ended.is_(None))):
        data = {
            "agent": row.agent,
            "status": row.status,
            "pause_code": row.pause_code,
            "handset": row.handset,
        }
        yield Entry(EntryKind.AGENT_STATUS, codec.moment(row.started), data=data)


def remember_mark(connection: Connection, mark: int) -> None:
    """Keep the mark for the next start."""
    connection.execute(delete(facts).where(facts.c.name == _MARK))
    connection.execute(insert(facts).values(name=_MARK, value=mark))


def entries_since(connection: Connection, number: int) -> Iterator[tuple[int, Entry]]:
    """Every entry from the block that holds entry `number` on. A damaged block is logged and left out."""
    start = connection.execute(select(func.max(journal.c.id)).where(journal.c.id <= number)).scalar() or 0
    rows = connection.execute(
        select(journal.c.id, journal.c.body).where(journal.c.id >= start).order_by(journal.c.id)
    )
    for row in rows:
        try:
            block = [codec.decode(line) for line in codec.unpack(row.body)]
        except StoreError as problem:
            log.error("block %d of the journal is left out: %s", row.id, problem)
            continue
        yield from enumerate(block, row.id)


def _gather(found: Recovered, call: CallId, number: int, entry: Entry) -> None:
    first, _, ended = found.spans.get(call, (number, number, False))
    found.spans[call] = (first, number, ended or entry.kind == EntryKind.CALL_ENDED)
    found.entries.setdefault(call, []).append(entry)


def _forget_recorded(connection: Connection, found: Recovered) -> None:
    """Leave out calls that have ended and have a record, also when only late entries of them were read."""
    recorded: set[str] = set()
    for some in _groups(list(found.entries), 500):
        recorded.update(connection.execute(select(calls.c.call).where(calls.c.call.in_(some))).scalars())
    for call, entries in list(found.entries.items()):
        whole = entries[0].kind == EntryKind.CALL_STARTED
        if call in recorded and (_ended(entries) or not whole):
            del found.entries[call], found.spans[call]


def _ended(entries: list[Entry]) -> bool:
    return any(entry.kind == EntryKind.CALL_ENDED for entry in entries)


def _groups(items: list[CallId], size: int) -> Iterator[list[CallId]]:
    yield from (items[start : start + size] for start in range(0, len(items), size))
