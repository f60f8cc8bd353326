"""What the journal's thread works on: entries on their way through the tail into the database, and records.

Not safe from several threads: once opened it belongs to the journal's thread alone. A number counts
entries from 1; a block's number is that of its first entry.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.store import _sqlite, agent_time, codec, desk, lost
from appliance.store.notes import Notes
from appliance.store.recovery import Recovered, recover, remember_mark
from appliance.store.rows import to_row
from appliance.store.tail import Tail
from appliance.store.writer import Writer, open_writer, set_aside

log = logging.getLogger(__name__)

_BLOCK = 500  # entries in one block at most
_RECENT = 2000  # calls whose late entries are still expected
_MARK_EVERY = 500  # entries; how far a start reads back beyond the oldest open call


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry that is not in the database yet."""

    number: int
    entry: Entry
    line: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers of a call's first and last entry so far, and whether it has ended."""

    first: int
    last: int
    ended: bool = False


class Ledger:
    """The end of the chain, what is pending behind it, and where each call's entries lie."""

    def __init__(self, path: Path) -> None:
        """StoreError, OSError or sqlite3.Error when the files cannot be used; see `open_ledger`."""
        self._writer = open_writer(path)
        try:
            with self._writer.begin():
                self.recovered: Recovered = recover(self._writer)
            self._tail = Tail(path.with_suffix(".tail"))
        except (sqlite3.Error, OSError):
            self._writer.close()
            raise
        self.next = self.recovered.next
        self._hash = self.recovered.hash
        self._at = self.recovered.at
        self._mark = self.recovered.mark
        self.pending: list[Pending] = []
        self._kept = 0  # how many of `pending` are in the tail
        self._tail_well = True
        self._records: dict[CallId, CallRecord] = {}
        self._unfinished: dict[CallId, Span] = {
            call: Span(first, last, ended) for call, (first, last, ended) in self.recovered.spans.items()
        }
        self._recent: OrderedDict[CallId, Span] = OrderedDict()
        self._late: set[CallId] = set()
        self.commits = 0  # since the last checkpoint
        self._take_tail()

    def add(self, entry: Entry) -> None:
        """The next entry of the chain; pending until `commit`, in danger until `keep`."""
        line = codec.encode(entry)
        self._hash = codec.chain(self._hash, line)
        self.pending.append(Pending(self.next, entry, line, self._hash))
        if entry.call is not None:
            self._follow(entry.call, entry, self.next)
        self.next += 1

    def put(self, record: CallRecord, numbers: tuple[int, int] | None = None) -> None:
        """The record of a call, written with the next `commit`. A call without entries gets its first one."""
        if numbers is not None and record.call not in self._unfinished:
            self._recent[record.call] = Span(*numbers, ended=True)
        if self._span(record.call) is None:
            self.add(
                Entry(EntryKind.CALL_STARTED, record.started, record.call, {"direction": record.direction})
            )
        self._records[record.call] = record

    def awaits_record(self, call: CallId | None) -> bool:
        """True for a call that has ended and whose record has not come yet."""
        span = None if call is None else self._unfinished.get(call)
        return span is not None and span.ended and call not in self._records

    def keep(self, sync: bool) -> None:
        """Write what is pending to the tail; with `sync` it is on the disk afterwards. StoreError if not."""
        if not self._tail_well:
            raise StoreError("the journal's tail is not usable")
        try:
            fresh = [one.line for one in self.pending[self._kept :]]
            if fresh:
                self._tail.append(fresh)
                self._kept = len(self.pending)
            if sync:
                self._tail.sync()
        except OSError as problem:
            self._tail_well = False
            raise StoreError(problem.strerror or str(problem)) from problem

    def commit(self) -> None:
        """Everything pending into the database, synced; the tail begins anew. StoreError: nothing changed."""
        mark = min((span.first for span in self._unfinished.values()), default=self.next)
        try:
            with self._writer.begin():
                self._write_blocks()
                self._write_records()
                self._write_agent_time()
                self._write_desk()
                if mark - self._mark >= _MARK_EVERY:
                    remember_mark(self._writer, mark)
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(str(problem)) from problem
        if mark - self._mark >= _MARK_EVERY:
            self._mark = mark
        self._committed()

    def checkpoint(self) -> None:
        """Carry the write-ahead log over into the database file. StoreError when the disk refuses."""
        try:
            self._writer.checkpoint()
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(str(problem)) from problem
        self.commits = 0

    def rebuild_agent_time(self, entries: list[tuple[int, Entry, int]]) -> None:
        """Make agent time again of these entries: number, entry, and the time of the one before it."""
        with self._writer.begin():
            agent_time.clear(self._writer)
            for number, entry, before in entries:
                agent_time.keep(self._writer, number, entry, before)

    def close(self) -> None:
        """Give the files back. What is still pending stays in the tail."""
        self._writer.close()
        self._tail.close()

    def _take_tail(self) -> None:
        first, lines = self._tail.replay()
        if lines and first > self.next:
            log.error("the journal ends at %d and its tail begins at %d", self.next - 1, first)
        skip = max(0, self.next - first)
        entries = [codec.decode(line) for line in lines[skip:]]
        for entry in entries:
            self.add(entry)
            self.recovered.take(entry)
        self._kept = len(self.pending)
        try:
            self.commit()  # the tail begins anew only when the database has what stands in it
        except StoreError:
            log.exception("%d entries of the journal's tail wait for the disk", len(entries))
            self._tail_well = False

    def _follow(self, call: CallId, entry: Entry, number: int) -> None:
        span = self._span(call) if entry.kind != EntryKind.CALL_STARTED else None
        span = Span(number, number) if span is None else replace(span, last=number)
        if entry.kind == EntryKind.CALL_ENDED:
            span = replace(span, ended=True)
        if call in self._recent:
            self._recent[call] = span
            self._late.add(call)
        else:
            self._unfinished[call] = span

    def _span(self, call: CallId) -> Span | None:
        """Where a call's entries lie: of an old one its record knows."""
        known = self._unfinished.get(call) or self._recent.get(call)
        if known is None and (known := self._stored(call)) is not None:
            self._recent[call] = known
        return known

    def _stored(self, call: CallId) -> Span | None:
        try:
            row = self._writer.run(_sqlite.SPAN_OF_CALL, call=call).fetchone()
        except sqlite3.Error:
            log.exception("call %s: its record could not be looked up", call)
            return None
        return None if row is None else Span(row[0], row[1], ended=True)

    def _write_blocks(self) -> None:
        for start in range(0, len(self.pending), _BLOCK):
            block = self.pending[start : start + _BLOCK]
            self._writer.run(
                _sqlite.ADD_BLOCK,
                id=block[0].number,
                entries=len(block),
                at=codec.microseconds(block[0].entry.at),
                body=codec.pack(one.line for one in block),
                hash=block[-1].hash,
            )

    def _write_records(self) -> None:
        for call, record in self._records.items():
            span = self._unfinished.get(call) or self._recent.get(call)
            if span is not None:
                self._write_record(record, span)
        for call in self._late.difference(self._records):
            span = self._recent.get(call)
            if span is not None:
                self._writer.run(_sqlite.EXTEND_CALL, first=span.first, end=span.last)

    def _write_record(self, record: CallRecord, span: Span) -> None:
        """A record that no table takes is left out: it can be made again of its entries, they come first."""
        try:
            with self._writer.part():
                self._writer.run(_sqlite.DROP_CALL, id=span.first, call=record.call)
                self._writer.run(_sqlite.ADD_CALL, **to_row(record, span.first, span.last))
                lost.keep(self._writer, record, span.first)
        except sqlite3.OperationalError:
            raise
        except (sqlite3.Error, OverflowError, ValueError, TypeError):
            log.exception("call %s: its record cannot be stored", record.call)

    def _write_agent_time(self) -> None:
        before = self._at
        for one in self.pending:
            if one.entry.kind in agent_time.KINDS:
                agent_time.keep(self._writer, one.number, one.entry, before)
            before = codec.microseconds(one.entry.at)

    def _write_desk(self) -> None:
        for one in self.pending:
            if one.entry.kind in desk.KINDS:
                try:
                    with self._writer.part():
                        desk.keep(self._writer, one.number, one.entry)
                except sqlite3.OperationalError:
                    raise
                except (sqlite3.Error, OverflowError, ValueError, TypeError):
                    log.exception("entry %d of the journal is in no table", one.number)

    def transact(self, work: Callable[[Writer], None]) -> None:
        """Other work on the same file, in a transaction of its own; on the disk when this returns.

        sqlite3.Error, OSError, or what `work` raises: then nothing of it was done.
        """
        with self._writer.begin():
            work(self._writer)

    def _committed(self) -> None:
        if self.pending:
            self._at = codec.microseconds(self.pending[-1].entry.at)
        for call in self._records:
            span = self._unfinished.get(call)
            if span is not None and span.ended:
                del self._unfinished[call]
                self._recent[call] = span
        while len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        self._records.clear()
        self._late.clear()
        self.pending.clear()
        self._kept = 0
        self._tail.restart(self.next)
        self._tail_well = True
        self.commits += 1


def open_ledger(path: Path, notes: Notes) -> Ledger:
    """The ledger of this file. StoreError when a newer Callbox wrote it or it cannot be used.

    A damaged database is set aside, said so, and a new one begun: calls matter more than their history.
    """
    try:
        return Ledger(path)
    except (sqlite3.OperationalError, OSError) as problem:
        raise StoreError(f"The records {path} cannot be opened: {problem}.") from problem
    except sqlite3.DatabaseError as problem:
        kept = set_aside(path)
        notes.say("records file", "records_damaged", why=str(problem), name=kept.name)
    return Ledger(path)
