"""Lists as people change them back and forth: imports on record and undone, lists brought back, priorities.

Methods wait for the disk. What is dialled meanwhile is let be: its end comes by the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.contract.errors import CallboxError
from appliance.contract.ids import new_id
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.journal import SqliteJournal
from appliance.store.leads import BATCH
from appliance.store.writer import Writer

_STEP = 10 * BATCH  # leads changed in one transaction: calls' entries are written between two of them


@dataclass(frozen=True, slots=True)
class Imported:
    """An import, as it is kept so that it can be undone: its leads are those of `list` from `first` on."""

    list: str
    file: str
    first: int
    counts: Mapping[str, int]  # rows, taken, bad, twins


class LeadChanges:
    """Writes on the journal's thread. Any method may raise StoreError."""

    def __init__(self, journal: SqliteJournal, wall: Callable[[], datetime]) -> None:
        self._journal, self._wall = journal, wall

    def next_lead(self) -> int:
        """The least number that a lead which is added now can have."""
        return self._journal.transact(_last) + 1

    def keep_import(self, done: Imported) -> str:
        """Put an import on record; its id."""
        which, at = new_id(), microseconds(self._wall())

        def work(writer: Writer) -> str:
            count = done.counts.get
            writer.run(
                _sqlite.ADD_LEAD_IMPORT, id=which, list=done.list, at=at, file=done.file[:120],
                rows=count("rows", 0), taken=count("taken", 0), bad=count("bad", 0), twins=count("twins", 0),
                first=done.first, last=_last(writer), undone=None,
            )  # fmt: skip
            return which

        return self._journal.transact(work)

    def undo_import(self, which: str) -> tuple[int, int]:
        """Take an import back: leads that were never dialled are removed, the others end; how many of each.
        CallboxError when there is none, or it was undone."""
        row = self._journal.transact(lambda writer: writer.run(_sqlite.LEAD_IMPORT, which=which).fetchone())
        if row is None:
            raise CallboxError("There is no such import.")
        list_, first, last, undone = row[1], row[8], row[9], row[10]
        if undone is not None:
            raise CallboxError("This import was undone already.")
        self._journal.transact(lambda writer: _quiet(writer, list_, first, last))
        removed = ended = 0
        for start, end in _steps(first, last):
            gone, done = self._journal.transact(_undo(list_, start, end))
            removed, ended = removed + gone, ended + done
        when = microseconds(self._wall())
        self._journal.transact(
            lambda writer: writer.run(_sqlite.UNDO_LEAD_IMPORT, which=which, when=when).close()
        )
        return removed, ended

    def bring_back(self, which: str) -> None:
        """A list that was thrown away is there again. CallboxError when there is none."""

        def work(writer: Writer) -> None:
            _list(writer, which)
            writer.run(_sqlite.UNDROP_LEAD_LIST, which=which)
            writer.run(_sqlite.RESTORE_LEAD_PLACES, whose=which)

        self._journal.transact(work)

    def rank(self, which: str, priority: int) -> None:
        """Give every lead of a list this priority, -100 to 100: the higher the sooner. CallboxError."""
        first, last = self._journal.transact(lambda writer: _span(writer, which))
        for start, end in _steps(first, last):
            self._journal.transact(_rank(which, start, end, -priority))

    def drop_official(self, name: str) -> None:
        """Throw an official do-not-call list away, with its date."""

        def work(writer: Writer) -> None:
            writer.run(_sqlite.DROP_DNC_LIST, whose=name)
            writer.run(_sqlite.DROP_OFFICIAL, whose=name)

        self._journal.transact(work, 120.0)


def _last(writer: Writer) -> int:
    return int(writer.run(_sqlite.LAST_LEAD).fetchone()[0] or 0)


def _list(writer: Writer, which: str) -> Any:
    row = writer.run(_sqlite.LEAD_LIST, which=which).fetchone()
    if row is None:
        raise CallboxError("There is no such list.")
    return row


def _span(writer: Writer, which: str) -> tuple[int, int]:
    _list(writer, which)
    first, last = writer.run(_sqlite.SPAN_OF_LIST, whose=which).fetchone()
    return int(first or 1), int(last or 0)


def _quiet(writer: Writer, list_: str, first: int, last: int) -> None:
    """What is being dialled is set anew at its end: nobody of the import may be."""
    if writer.run(_sqlite.COUNT_DIALLING, whose=list_, first=first, last=last).fetchone()[0]:
        raise CallboxError("Somebody of this import is being dialled. Pause the campaign and try again.")


def _steps(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last + 1, _STEP):
        yield start, min(start + _STEP - 1, last)


def _undo(list_: str, first: int, last: int) -> Callable[[Writer], tuple[int, int]]:
    def work(writer: Writer) -> tuple[int, int]:
        def run(statement: str) -> int:
            return writer.run(statement, whose=list_, first=first, last=last).rowcount

        run(_sqlite.DROP_NUMBERS_OF_UNTRIED)
        run(_sqlite.UNLINK_REFUSALS)
        gone = run(_sqlite.BURY_LAST_LEAD) + run(_sqlite.DROP_UNTRIED)
        return gone, run(_sqlite.END_LEADS)

    return work


def _rank(list_: str, first: int, last: int, rank: int) -> Callable[[Writer], None]:
    def work(writer: Writer) -> None:
        writer.run(_sqlite.RANK_LEADS, whose=list_, first=first, last=last, new_rank=rank)

    return work
