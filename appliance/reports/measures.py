"""What a call center is steered by: each figure with its formula, its unit and the calls behind it.

Pure functions of call records and of what agents did. They are the same for a report, for a replayed day and
for a simulation. Calls are those that came for a queue, unless it says otherwise; times are seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from appliance.contract.journal import CallRecord, Entry, EntryKind

Calls = Sequence[CallRecord]


@dataclass(frozen=True, slots=True)
class Span:
    """An agent was in one status and state for a while; `queue` is the one worked for, where there is one."""

    agent: str
    status: str
    state: str
    since: datetime
    until: datetime
    queue: str | None = None

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.until - self.since).total_seconds()

    def between(self, since: datetime, until: datetime) -> Span | None:
        """The part of it between two moments; None when there is none."""
        first, last = max(self.since, since), min(self.until, until)
        return replace(self, since=first, until=last) if last > first else None


class Answer(Protocol):
    """What a caller answered to one question of the survey; None when it was skipped."""

    @property
    def call(self) -> str:
        """The call it was asked in."""

    @property
    def kind(self) -> str:
        """ "csat" (1 to 5), "solved" (1 yes, 2 no) or "free"."""

    @property
    def answer(self) -> int | None:
        """The key."""


@dataclass(frozen=True, slots=True)
class Data:
    """What a figure is made of. `within`: the seconds of the service level; `answers`: of these calls."""

    calls: Calls
    spans: Sequence[Span] = ()
    within: float = 20.0
    answers: Sequence[Answer] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: `behind` gives the calls it is made of; `value` is None where there are none."""

    name: str
    label: str
    unit: str
    formula: str
    behind: Callable[[Data], Calls]
    value: Callable[[Data], float | None]


def offered(data: Data) -> Calls:
    """Inbound calls that came for a queue and are over."""
    return [call for call in data.calls if call.direction == "inbound" and call.queue and call.ended]


def answered(data: Data) -> Calls:
    """Those of them that an agent took."""
    return [call for call in offered(data) if call.answered]


def abandoned(data: Data) -> Calls:
    """Those of them whose caller hung up before."""
    return [call for call in offered(data) if call.outcome == "abandoned"]


def in_time(data: Data) -> Calls:
    """Answered within the seconds of the service level."""
    return [call for call in answered(data) if call.waited_seconds <= data.within]


def short(data: Data) -> Calls:
    """Abandoned within the seconds of the service level."""
    return [call for call in abandoned(data) if call.waited_seconds <= data.within]


def transferred(data: Data) -> Calls:
    """Answered, and given on by the agent."""
    return [call for call in answered(data) if call.transferred_to]


def rated(data: Data) -> Calls:
    """Calls, to a queue or not, whose caller said how satisfied they are."""
    return _asked(data, "csat")


def judged(data: Data) -> Calls:
    """Calls, to a queue or not, whose caller said whether the request is settled."""
    return _asked(data, "solved")


def _asked(data: Data, kind: str) -> Calls:
    told = {one.call for one in data.answers if one.kind == kind and one.answer is not None}
    return [call for call in data.calls if call.call in told]


def _answers(data: Data, kind: str) -> list[int]:
    there = {call.call for call in data.calls}
    return [one.answer for one in data.answers if one.kind == kind and one.answer and one.call in there]


def _satisfied(data: Data) -> float | None:
    given = _answers(data, "csat")
    return _share(sum(answer >= SATISFIED for answer in given), len(given))


def _settled(data: Data) -> float | None:
    given = _answers(data, "solved")
    return _share(given.count(1), len(given))


#: The answers 4 and 5 of 1 to 5.
SATISFIED = 4


def _share(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _count(behind: Callable[[Data], Calls]) -> Callable[[Data], float | None]:
    return lambda data: float(len(behind(data)))


def _longest(data: Data) -> float | None:
    return max((call.waited_seconds for call in offered(data)), default=None)


def _speed(data: Data) -> float | None:
    taken = answered(data)
    return _mean(sum(call.waited_seconds for call in taken), len(taken))


def _level(data: Data) -> float | None:
    return _share(len(in_time(data)), len(offered(data)))


def _level_without_short(data: Data) -> float | None:
    return _share(len(in_time(data)), len(offered(data)) - len(short(data)))


def _handling(data: Data) -> float | None:
    taken = answered(data)
    wrapped = sum(span.seconds for span in data.spans if span.state == "wrap_up" and span.queue)
    return _mean(sum(call.talk_seconds for call in taken) + wrapped, len(taken))


def _occupancy(data: Data) -> float | None:
    busy = sum(span.seconds for span in data.spans if span.state in _HANDLING)
    ready = sum(span.seconds for span in data.spans if span.state not in _HANDLING and _ready(span))
    return _share(busy, busy + ready)


_HANDLING = frozenset({"in_call", "wrap_up"})


def _ready(span: Span) -> bool:
    return span.status == "available"


MEASURES = (
    Measure(
        "offered",
        "Offered",
        "calls",
        "number of inbound calls that came for a queue",
        offered,
        _count(offered),
    ),
    Measure(
        "answered",
        "Answered",
        "calls",
        "number of them in which an agent and the caller were connected",
        answered,
        _count(answered),
    ),
    Measure(
        "abandoned",
        "Abandoned",
        "calls",
        "number of them whose caller hung up before an agent answered",
        abandoned,
        _count(abandoned),
    ),
    Measure(
        "abandonment",
        "Abandonment",
        "%",
        "abandoned / offered",
        abandoned,
        lambda data: _share(len(abandoned(data)), len(offered(data))),
    ),
    Measure(
        "asa",
        "Average speed of answer",
        "seconds",
        "sum of the waits of answered calls / answered",
        answered,
        _speed,
    ),
    Measure("longest_wait", "Longest wait", "seconds", "largest wait of offered calls", offered, _longest),
    Measure(
        "service_level",
        "Service level",
        "%",
        "answered within the target / offered",
        in_time,
        _level,
    ),
    Measure(
        "service_level_without_short",
        "Service level without short abandons",
        "%",
        "answered within the target / (offered - abandoned within the target)",
        in_time,
        _level_without_short,
    ),
    Measure(
        "aht",
        "Average handling time",
        "seconds",
        "(time connected, holding included, of answered calls + wrap-up for their queues) / answered",
        answered,
        _handling,
    ),
    Measure(
        "occupancy",
        "Occupancy",
        "%",
        "(in calls + wrap-up) / (in calls + wrap-up + available without a call), of agents' time",
        answered,
        _occupancy,
    ),
    Measure(
        "transfer_rate",
        "Transfer rate",
        "%",
        "answered calls that the agent gave on / answered",
        transferred,
        lambda data: _share(len(transferred(data)), len(answered(data))),
    ),
    Measure(
        "csat",
        "Satisfied callers (CSAT)",
        "%",
        "answers of 4 and 5 / answers to “how satisfied are you” (1 to 5) in the survey",
        rated,
        _satisfied,
    ),
    Measure(
        "fcr",
        "Settled at the first contact (FCR)",
        "%",
        "yes / (yes + no) to “is your request settled” in the survey",
        judged,
        _settled,
    ),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def measured(data: Data) -> dict[str, float | None]:
    """Every figure by name."""
    return {measure.name: measure.value(data) for measure in MEASURES}


# ------------------------------------------------------------------------------ groups


def grouped(data: Data, by: str, minutes: int = 30, timezone: str = "UTC") -> dict[str, Data]:
    """The same data apart, by "queue", "agent", "trunk", "marketing" (campaign) or "interval" (named by its
    local start, ISO 8601).

    Agents' time goes with their agent, their queue or the interval in which it was; trunks and campaigns have
    none. Answers go with their call.
    """
    found: dict[str, list[CallRecord]] = {}
    for call in data.calls:
        name = _name(call, by, minutes, timezone)
        if name is not None:
            found.setdefault(name, []).append(call)
    spans: dict[str, list[Span]] = {}
    for span in data.spans:
        for name, part in _parts(span, by, minutes, timezone):
            spans.setdefault(name, []).append(part)
    names = sorted({*found, *spans})
    return {name: replace(data, calls=found.get(name, []), spans=spans.get(name, [])) for name in names}


def _name(call: CallRecord, by: str, minutes: int, timezone: str) -> str | None:
    if by == "interval":
        return _interval(call.started, minutes, timezone).isoformat()
    if by == "trunk":
        return call.trunk.partition("/")[0] if call.trunk else None
    value: str | None = getattr(call, by)
    return value or None


def _parts(span: Span, by: str, minutes: int, timezone: str) -> Iterable[tuple[str, Span]]:
    if by == "agent":
        yield span.agent, span
    elif by == "queue" and span.queue:
        yield span.queue, span
    elif by == "interval":
        since = span.since
        while since < span.until:
            start = _interval(since, minutes, timezone)
            until = min(span.until, (start + timedelta(minutes=minutes)).astimezone(span.until.tzinfo))
            if until <= since:  # the clocks were changed within the interval
                until = span.until
            yield start.isoformat(), replace(span, since=since, until=until)
            since = until


def _interval(at: datetime, minutes: int, timezone: str) -> datetime:
    local = at.astimezone(ZoneInfo(timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    place = (local.hour * 60 + local.minute) // minutes
    return midnight + timedelta(minutes=place * minutes)


# ------------------------------------------------------------------------------ agents' time


@dataclass(slots=True)
class _Now:
    status: str = "logged_out"
    state: str = "waiting"
    queue: str | None = None
    since: datetime | None = None


def spans(entries: Iterable[Entry], until: datetime) -> list[Span]:
    """What agents did, of the journal's entries in order; what still goes on ends at `until`."""
    found: list[Span] = []
    agents: dict[str, _Now] = {}
    for entry in entries:
        if entry.kind is EntryKind.BOX_STARTED:
            agents.clear()
        elif entry.kind in (EntryKind.AGENT_STATUS, EntryKind.AGENT_STATE):
            name = str(entry.data.get("agent"))
            now = agents.setdefault(name, _Now())
            _close(found, name, now, entry.at)
            _change(now, entry)
    for name, now in agents.items():
        _close(found, name, now, until)
    return found


def _change(now: _Now, entry: Entry) -> None:
    now.since = entry.at
    if entry.kind is EntryKind.AGENT_STATUS:
        now.status = str(entry.data.get("status"))
    else:
        now.state = str(entry.data.get("state"))
        queue = entry.data.get("queue")
        now.queue = None if queue is None else str(queue)


def _close(found: list[Span], name: str, now: _Now, at: datetime) -> None:
    """Time logged out is nobody's; all other time is kept."""
    there = now.status != "logged_out" or now.state in _HANDLING
    if now.since is not None and there and at > now.since:
        found.append(Span(name, now.status, now.state, now.since, at, now.queue))
