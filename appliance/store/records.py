"""Call records: written beside their entries, made again from the journal, and the proof of its chain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.store import agent_time, codec
from appliance.store.database import open_reader
from appliance.store.journal import SqliteJournal
from appliance.store.tables import journal

Derive = Callable[[Sequence[Entry]], CallRecord | None]

#: Entries after its end within which a call may still get one (a recording that is closed late).
_LATE = 2000
_AT_ONCE = 200  # blocks read at a time, records given before the journal is let catch up


class RecordStore:
    """The core's side of the call records. Reading for the page is `store.reader`."""

    def __init__(self, records: SqliteJournal) -> None:
        self._journal = records

    def put(self, record: CallRecord) -> None:
        """Keep the record of a call, or a newer one in its place; returns at once (`SqliteJournal.put`)."""
        self._journal.put(record)

    def rebuild(self, derive: Derive) -> int:
        """Make all call records and agent time again from the journal; gives the number of calls.

        `derive` makes one record of one call's entries in order (core.records), or None when there is none
        in them. Waits; not for the core's thread while calls are up.
        """
        self._journal.flush()
        engine = open_reader(self._journal.path)
        count = 0
        statuses: list[tuple[int, Entry, int]] = []
        try:
            for numbers, entries in _calls(_watch(_entries(engine), statuses)):
                record = derive(entries)
                if record is None:
                    continue
                self._journal.put(record, (numbers[0], numbers[-1]))
                count += 1
                if count % _AT_ONCE == 0:
                    self._journal.flush(60.0)
        finally:
            engine.dispose()
        self._journal.rebuild_agent_time(statuses)
        return count

    def verify(self) -> int | None:
        """`verify` of this journal's file, with everything queued so far."""
        self._journal.flush()
        return verify(self._journal.path)


def verify(path: Path) -> int | None:
    """Follow the hash chain of the journal in this file: None when it is whole, else the first bad row.

    The row's number is that of its first entry. What was cut off behind the last row cannot be seen.
    """
    engine = open_reader(path)
    number, before = 1, codec.GENESIS
    try:
        for row_id, count, body, kept in _rows(engine):
            here = _chained(before, body, count)
            if row_id != number or here != kept:
                return row_id
            number, before = row_id + count, kept
    except SQLAlchemyError as problem:
        raise StoreError(f"The journal cannot be read beyond row {number}: {problem}.") from problem
    finally:
        engine.dispose()
    return None


def _chained(before: bytes, body: bytes, count: int) -> bytes | None:
    """The chain's hash after a block, None when the block itself is damaged."""
    try:
        lines = codec.unpack(body)
        for line in lines:
            codec.decode(line)
    except StoreError:
        return None
    for line in lines:
        before = codec.chain(before, line)
    return before if len(lines) == count else None


def _rows(engine: Engine) -> Iterator[tuple[int, int, bytes, bytes]]:
    """All rows in order, by small reads: a long one would keep the write-ahead log from being emptied."""
    after = 0
    while True:
        with engine.connect() as connection:
            rows = _some(connection, after)
        if not rows:
            return
        yield from rows
        after = rows[-1][0]
        time.sleep(0)  # the core's audio goes first


def _some(connection: Connection, after: int) -> list[tuple[int, int, bytes, bytes]]:
    here = journal.c
    found = connection.execute(
        select(here.id, here.entries, here.body, here.hash)
        .where(here.id > after)
        .order_by(here.id)
        .limit(_AT_ONCE)
    )
    return [(row.id, row.entries, row.body, row.hash) for row in found]


def _entries(engine: Engine) -> Iterator[tuple[int, Entry]]:
    for number, _, body, _ in _rows(engine):
        yield from enumerate((codec.decode(line) for line in codec.unpack(body)), number)


def _watch(
    entries: Iterator[tuple[int, Entry]], statuses: list[tuple[int, Entry, int]]
) -> Iterator[tuple[int, Entry]]:
    """The same entries; on the way those that agent time is made of are put aside."""
    before = 0
    for number, entry in entries:
        if entry.kind in agent_time.KINDS:
            statuses.append((number, entry, before))
        before = codec.microseconds(entry.at)
        yield number, entry


def _calls(entries: Iterator[tuple[int, Entry]]) -> Iterator[tuple[list[int], list[Entry]]]:
    """The entries of each call that has ended, with their numbers, once no more are to be expected."""
    going: dict[CallId, tuple[list[int], list[Entry]]] = {}
    ended: dict[CallId, int] = {}
    for number, entry in entries:
        if entry.call is None:
            continue
        numbers, found = going.setdefault(entry.call, ([], []))
        numbers.append(number)
        found.append(entry)
        if entry.kind == EntryKind.CALL_ENDED:
            ended[entry.call] = number
        while ended and (oldest := next(iter(ended))) and ended[oldest] < number - _LATE:
            del ended[oldest]
            yield going.pop(oldest)
    yield from (going[call] for call in ended)
