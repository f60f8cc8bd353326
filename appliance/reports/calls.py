"""The call list: filtered, page by page, and one call with its story."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from appliance.contract.journal import CallRecord, Entry
from appliance.store.reader import CallFilter, CallRow, CallSums, RecordReader

PAGE = 50
# Sums over a year of calls take the database 25 ms a page: what is long over is summed now and then.
_SETTLED_AFTER = timedelta(days=2)  # no call lasts as long (`maximum_call_minutes`)
_SETTLED_SECONDS = 900.0
_MOST_SETTLED = 32  # filters whose sums are kept

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
        self._settled: dict[CallFilter, tuple[float, datetime, CallSums]] = {}

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
        which = which or CallFilter()
        before, old = self._old(which)
        if which.until is not None and which.until <= before:
            return old
        since = before if which.since is None else max(before, which.since)
        return _both(old, self.reader.sums(replace(which, since=since)))

    def _old(self, which: CallFilter) -> tuple[datetime, CallSums]:
        """Sums over the matching calls that began before a moment some days ago, and that moment."""
        known = self._settled.get(which)
        if known is None or monotonic() - known[0] > _SETTLED_SECONDS:
            before = datetime.now(UTC) - _SETTLED_AFTER
            until = before if which.until is None else min(before, which.until)
            if len(self._settled) >= _MOST_SETTLED:
                self._settled.clear()
            known = self._settled[which] = monotonic(), before, self.reader.sums(replace(which, until=until))
        return known[1], known[2]

    def close(self) -> None:
        """Give the connections back."""
        self.reader.close()


def _both(some: CallSums, others: CallSums) -> CallSums:
    return CallSums(
        some.calls + others.calls,
        some.answered + others.answered,
        some.abandoned + others.abandoned,
        some.waited_seconds + others.waited_seconds,
        some.talk_seconds + others.talk_seconds,
        max(some.longest_wait_seconds, others.longest_wait_seconds),
    )


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
