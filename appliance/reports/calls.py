"""The call list: filtered, page by page, and one call with its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.contract.journal import CallRecord, Entry
from appliance.store.reader import CallFilter, CallRow, CallSums, RecordReader

PAGE = 50

__all__ = ["PAGE", "CallFilter", "CallList", "CallPage", "CallRow", "CallSums"]


@dataclass(frozen=True, slots=True)
class CallPage:
    """One page of calls, newest first. `next` is the `before` of the page after it; None on the last page."""

    calls: list[CallRow]
    next: int | None


class CallList:
    """The calls of one records file. Safe from any thread; StoreError when the file cannot be read."""

    def __init__(self, records: Path) -> None:
        self.reader = RecordReader(records)

    def page(self, which: CallFilter | None = None, before: int | None = None, limit: int = PAGE) -> CallPage:
        """A page of the calls that match."""
        found = self.reader.calls(which, before, limit + 1)
        more = len(found) > limit
        shown = found[:limit]
        return CallPage(shown, shown[-1].row if more and shown else None)

    def one(self, call: str) -> tuple[CallRecord, list[Entry]] | None:
        """A call by its id, with its journal entries in order; None when it is not known."""
        return self.reader.call(call)

    def sums(self, which: CallFilter | None = None) -> CallSums:
        """Sums over all calls that match, not only those of one page."""
        return self.reader.sums(which)

    def close(self) -> None:
        """Give the connections back."""
        self.reader.close()


def filter_of(
    text: str = "",
    direction: str = "",
    outcome: str = "",
    queue: str = "",
    agent: str = "",
    trunk: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> CallFilter:
    """The filter of a form, where an empty field means any."""
    return CallFilter(
        text=text.strip()[:80] or None,
        direction=direction or None,
        outcome=outcome or None,
        queue=queue or None,
        agent=agent or None,
        trunk=trunk or None,
        since=since,
        until=until,
    )
