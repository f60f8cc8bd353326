"""Every figure the page shows, defined once: its formula, its unit, and the filter that lists its calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.contract.journal import EntryKind
from appliance.reports.measures import Answer, Data, spans
from appliance.store.reader import CallFilter, CallSums, RecordReader


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: `value` computes it of the sums over `calls(day)`, which are the calls behind it."""

    name: str
    label: str
    unit: str
    formula: str
    narrow: Callable[[CallFilter], CallFilter]
    value: Callable[[CallSums], float]


CALLS = Metric(
    "calls",
    "Calls today",
    "calls",
    "number of calls, in every direction, that began since midnight; the call to an agent's telephone "
    "outside is none of its own",
    lambda day: day,
    lambda sums: sums.calls,
)
ANSWERED = Metric(
    "answered",
    "Answered",
    "calls",
    "number of inbound calls that began since midnight in which an agent and the caller were connected",
    lambda day: replace(day, direction="inbound", outcome="answered"),
    lambda sums: sums.calls,
)
ABANDONED = Metric(
    "abandoned",
    "Abandoned",
    "calls",
    "number of inbound calls that began since midnight in which the caller hung up before an agent answered",
    lambda day: replace(day, direction="inbound", outcome="abandoned"),
    lambda sums: sums.calls,
)
LONGEST_WAIT = Metric(
    "longest_wait",
    "Longest wait",
    "seconds",
    "largest waiting time, from entering a queue to the answer or the end, of inbound calls since midnight",
    lambda day: replace(day, direction="inbound"),
    lambda sums: sums.longest_wait_seconds,
)
METRICS = (CALLS, ANSWERED, ABANDONED, LONGEST_WAIT)


def today(now: datetime, timezone: str) -> CallFilter:
    """The calls that began on the local day of `now` (an aware time), without those that only carry the
    audio of an agent's telephone outside: the caller's own call is one already."""
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    start = datetime(local.year, local.month, local.day, tzinfo=zone)
    following = local.date() + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return CallFilter(since=start.astimezone(UTC), until=end.astimezone(UTC), carriers=False)


def figures(reader: RecordReader, day: CallFilter) -> dict[str, float]:
    """Every metric over the calls of `day`, by name. StoreError when the records cannot be read."""
    return {metric.name: metric.value(reader.sums(metric.narrow(day))) for metric in METRICS}


_AT_ONCE = 500
_SHIFT = timedelta(hours=18)  # nobody is logged in for longer without a single change


#: More are not put together at once: a call takes a kilobyte of a small box's memory.
MOST_CALLS = 20_000
_KINDS = (EntryKind.BOX_STARTED, EntryKind.AGENT_STATUS, EntryKind.AGENT_STATE)


class TooMany(ValueError):
    """More calls than a page can put together; its text is their number."""


def data(
    reader: RecordReader,
    since: datetime,
    until: datetime,
    within: float = 20.0,
    answers: Callable[[datetime, datetime], Sequence[Answer]] = lambda since, until: (),
) -> Data:
    """What the figures of `measures` are made of for calls that began, and agents' time that was, between two
    moments. `within` are the seconds of the service level; `answers` reads what callers answered between two
    moments. StoreError when the records cannot be read, TooMany beyond MOST_CALLS."""
    which, calls = CallFilter(since=since, until=until, carriers=False), []
    before: int | None = None
    while page := reader.calls(which, before, _AT_ONCE):
        calls += [row.record for row in page]
        before = page[-1].row
        if len(calls) > MOST_CALLS:
            raise TooMany(str(reader.sums(which).calls))
    did = spans(reader.entries(since - _SHIFT, until, _KINDS), min(until, datetime.now(UTC)))
    parts = [part for span in did if (part := span.between(since, until)) is not None]
    return Data(calls[::-1], parts, within, answers(since, until + _SHIFT))
