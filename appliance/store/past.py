"""What the core asks of its own records: an agent's day, the note about a customer. Methods wait for the
disk: for worker threads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from appliance.contract.journal import EntryKind
from appliance.contract.past import Tally
from appliance.store import _sqlite, codec
from appliance.store.codec import microseconds
from appliance.store.journal import SqliteJournal
from appliance.store.writer import Writer

#: A customer's calls that are looked through for a note: the latest ones within so long.
_MOST_CALLS = 20
_REMEMBERED = timedelta(days=90)


class PastStore:
    """Reads on the journal's thread, between two commits."""

    def __init__(self, journal: SqliteJournal, wall: Callable[[], datetime]) -> None:
        self._journal = journal
        self._wall = wall

    def tally(self, agent: str, since: datetime) -> Tally:
        """The calls that an agent answered or made since then. StoreError."""
        row = self._journal.transact(
            lambda writer: writer.run(_sqlite.DAY_OF_AGENT, who=agent, since=microseconds(since)).fetchone()
        )
        return Tally(int(row[0]), float(row[1] or 0.0))

    def note_about(self, number: str) -> str | None:
        """The recording of the latest note on a call with this number. StoreError."""
        since = microseconds(self._wall() - _REMEMBERED)

        def work(writer: Writer) -> str | None:
            spans = writer.run(_sqlite.CALLS_OF_NUMBER, who=number, since=since).fetchmany(_MOST_CALLS)
            notes = (_note_of(writer, *span) for span in spans)
            return next((note for note in notes if note is not None), None)

        return self._journal.transact(work)


def _note_of(writer: Writer, call: str, first: int, last: int) -> str | None:
    """The latest note among a call's entries; those of other calls lie between them."""
    start = writer.run(_sqlite.BLOCK_OF, number=first).fetchone()[0]
    found: str | None = None
    mark = f'"{call}"'.encode()
    for number, body in _blocks(writer, start):
        if number > last:
            break
        for line in codec.unpack(body):
            if mark in line and b'"note"' in line:
                entry = codec.decode(line)
                if entry.call == call and entry.kind is EntryKind.NOTE:
                    found = str(entry.data.get("recording"))
    return found


def _blocks(writer: Writer, start: int) -> Any:
    return writer.run(_sqlite.BLOCKS_FROM, start=start)
