"""Records as the page and the reports read them: a read-only connection, no write, no lock on the writer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.contract.plan import outside_seat
from appliance.store import codec
from appliance.store.reading import LARGEST_PAGE, ReadOnly
from appliance.store.rows import to_record
from appliance.store.tables import calls, journal

_TEXT_COLUMNS = (calls.c.number, calls.c.name, calls.c.handset, calls.c.transferred_to)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls; None means any. `text` is found in number, name, handset and transfer target, whatever
    its case; spaces and dashes between digits do not matter. `since` <= started < `until`, aware times.
    Without `carriers`, calls that only carry the audio of an agent's telephone outside are left out."""

    text: str | None = None
    direction: str | None = None
    outcome: str | None = None
    queue: str | None = None
    agent: str | None = None
    trunk: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    carriers: bool = True


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call and its place in the list: `row` grows with every call and is the key of paging."""

    row: int
    record: CallRecord


@dataclass(frozen=True, slots=True)
class CallSums:
    """Sums over calls; seconds where it says so."""

    calls: int
    answered: int
    abandoned: int
    waited_seconds: float
    talk_seconds: float
    longest_wait_seconds: float


class RecordReader(ReadOnly):
    """Reads the records while the core writes them. Safe from any thread; any method may raise StoreError."""

    what = "call records"

    def calls(
        self, which: CallFilter | None = None, before: int | None = None, limit: int = 50
    ) -> list[CallRow]:
        """A page of calls, newest first: those whose row is below `before` (the last one above it)."""
        query = select(calls).where(*_conditions(which or CallFilter()))
        if before is not None:
            query = query.where(calls.c.id < before)
        query = query.order_by(calls.c.id.desc()).limit(max(1, min(limit, LARGEST_PAGE)))
        with self._connection() as connection:
            return [CallRow(row.id, to_record(row)) for row in connection.execute(query)]

    def call(self, call: str) -> tuple[CallRecord, list[Entry]] | None:
        """One call with its journal entries in order; None when there is none of this id."""
        with self._connection() as connection:
            row = connection.execute(select(calls).where(calls.c.call == call)).first()
            if row is None:
                return None
            return to_record(row), list(_entries(connection, CallId(call), row.id, row.last))

    def sums(self, which: CallFilter | None = None) -> CallSums:
        """Sums over all calls of a filter."""
        here = calls.c
        query = select(
            func.count(),
            func.count().filter(here.answered),
            func.count().filter(here.outcome == "abandoned"),
            func.sum(here.waited_seconds),
            func.sum(here.talk_seconds),
            func.max(here.waited_seconds),
        ).where(*_conditions(which or CallFilter()))
        with self._connection() as connection:
            count, answered, abandoned, waited, talked, longest = connection.execute(query).one()
        return CallSums(count, answered, abandoned, waited or 0.0, talked or 0.0, longest or 0.0)

    def entries(self, since: datetime, until: datetime, kinds: Collection[EntryKind] = ()) -> Iterator[Entry]:
        """All journal entries with `since` <= at < `until`, in order; only of these kinds, if any are named.

        Found by halving: `at` has no index, and a year of blocks would be read to find a day.
        """
        marks = [f'"{kind}"'.encode() for kind in kinds]
        first, last = codec.microseconds(since), codec.microseconds(until)
        with self._connection() as connection:
            start = _block_before(connection, first)
            rows = connection.execute(
                select(journal.c.at, journal.c.body)
                .where(journal.c.id >= start)
                .order_by(journal.c.id)
                .execution_options(yield_per=50)
            )
            for row in rows:
                if row.at >= last + _DISORDER:
                    return
                for line in codec.unpack(row.body):
                    if marks and not any(mark in line for mark in marks):
                        continue  # most lines need not be read whole
                    entry = codec.decode(line)
                    if since <= entry.at < until and (not kinds or entry.kind in kinds):
                        yield entry


#: A wall clock that was set right may let blocks overlap by as much (microseconds).
_DISORDER = 60 * 1_000_000


def _block_before(connection: Connection, at: int) -> int:
    """The number of the last block that began a while before `at`; of the first, when none did."""
    low, high = connection.execute(select(func.min(journal.c.id), func.max(journal.c.id))).one()
    if low is None:
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        row = connection.execute(
            select(journal.c.id, journal.c.at)
            .where(journal.c.id <= middle)
            .order_by(journal.c.id.desc())
            .limit(1)
        ).one()
        if row.at <= at - _DISORDER:
            low = middle
        else:
            high = max(low, row.id - 1)
    row = connection.execute(select(func.max(journal.c.id)).where(journal.c.id <= low)).scalar_one()
    return int(row)


def _entries(connection: Connection, call: CallId, first: int, last: int) -> Iterator[Entry]:
    start = select(func.max(journal.c.id)).where(journal.c.id <= first).scalar_subquery()
    rows = connection.execute(
        select(journal.c.body)
        .where(journal.c.id >= start, journal.c.id <= last)
        .order_by(journal.c.id)
        .execution_options(yield_per=50)
    )
    mark = f'"{call}"'.encode()
    for row in rows:
        yield from (codec.decode(line) for line in codec.unpack(row.body) if mark in line and _of(line, call))


def _of(line: bytes, call: CallId) -> bool:
    return codec.decode(line).call == call


def _conditions(which: CallFilter) -> list[ColumnElement[bool]]:
    here = calls.c
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (here.direction, which.direction),
            (here.outcome, which.outcome),
            (here.queue, which.queue),
            (here.agent, which.agent),
            (here.trunk, which.trunk),
        )
        if value is not None
    ]
    if which.since is not None:
        found.append(here.started >= codec.microseconds(which.since))
    if which.until is not None:
        found.append(here.started < codec.microseconds(which.until))
    if not which.carriers:
        seat = calls.c.handset.startswith(outside_seat(""), autoescape=True)
        found.append(or_(here.direction != "internal", here.handset.is_(None), ~seat))
    if which.text is not None and which.text.strip():
        found.append(_search(which.text.strip()))
    return found


def _search(text: str) -> ColumnElement[bool]:
    digits = "".join(character for character in text if character.isdigit())
    found = [column.icontains(text, autoescape=True) for column in _TEXT_COLUMNS]
    if len(digits) >= 3 and not any(character.isalpha() for character in text):
        found.append(calls.c.number.contains(digits, autoescape=True))
    return and_(True, or_(*found))
