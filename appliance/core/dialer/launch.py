"""The look before a campaign starts: what is missing, who may be called now, who is skipped and why, how
long it takes.

Pure. The counting asks the gate about every lead, which takes seconds for large lists: never on the core's
thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.dialling import DialRequest, Law, Why
from appliance.contract.leads import Candidate
from appliance.core.dialer.gate import decide


class Missing(StrEnum):
    """Why a campaign does not start; the page makes a sentence of it. Arguments follow."""

    LISTS = "lists"  # no list, or no leads in them
    FLOW = "flow"  # what people are to hear where no agent speaks
    AGENTS = "agents"  # nobody of its queue is logged in; the queue
    QUEUE = "queue"
    AGENTS_OUTSIDE = "agents_outside"  # all who are logged in use a telephone outside; the queue
    LINES = "lines"  # no line of the group is in service; the group
    SPARE_LINE = "spare_line"  # the box has one line in service, and never takes the last free one by itself
    CALLER_ID = "caller_id"  # none, or one that does not ring here
    CLOCK = "clock"
    RULES = "rules"  # a country without a template; its code
    DNC = "dnc"  # an official list that is not loaded, or too old; its name, country
    BEHIND_KEY = "behind_key"  # nobody is logged in where the message's key leads; the queue
    NOBODY = "nobody"  # nobody may be called at the moment


_WAITS = frozenset({Missing.BEHIND_KEY, Missing.NOBODY})  # it starts all the same, and waits for that


@dataclass(frozen=True, slots=True)
class Around:
    """What the box has for the campaign at the moment."""

    agents: tuple[str, ...]  # of its queue, logged in
    lines: tuple[str, ...]  # of its trunk group, in service
    caller_id_answered: bool
    clock_trusted: bool
    in_service: int = 2  # lines of the whole box
    outside: tuple[str, ...] = ()  # agents of the queue, logged in at telephones outside
    behind: tuple[str, ...] = ()  # queues to which the flow of a campaign that speaks by itself leads


@dataclass(frozen=True, slots=True)
class Pace:
    """What calls are expected to take: seconds, and the share of dials a person answers."""

    persons: float = 0.25
    ring_seconds: float = 20.0
    talk_seconds: float = 120.0
    wrap_up_seconds: float = 20.0
    known: bool = False  # from the campaign's own calls, not a first guess


@dataclass(slots=True)
class Tally:
    """Leads counted once: by the first reason the gate has against them."""

    allowed: int = 0
    skipped: dict[Why, int] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)  # official lists that lack, and the country

    @property
    def all(self) -> int:
        return self.allowed + sum(self.skipped.values())


@dataclass(frozen=True, slots=True)
class Check:
    """The answer. `hours` is None when it would never end."""

    missing: tuple[tuple[Missing, tuple[str, ...]], ...]
    tally: Tally
    hours: float | None
    lines: tuple[str, ...]
    agents: tuple[str, ...]

    @property
    def starts(self) -> bool:
        """May the campaign start? One that has nobody to call now may: it waits for its hours, or for an
        agent behind its key."""
        return all(what in _WAITS for what, _ in self.missing)


def tally(leads: Iterable[Candidate], question: Callable[[Candidate], DialRequest], law: Law) -> Tally:
    """Ask the gate about each."""
    found = Tally()
    for one in leads:
        verdict = decide(question(one), law)
        if verdict.allowed:
            found.allowed += 1
            continue
        first = verdict.refusals[0]
        found.skipped[first.why] = found.skipped.get(first.why, 0) + 1
        for refusal in verdict.refusals:
            if refusal.why in (Why.LIST_MISSING, Why.LIST_OLD):
                found.lists[refusal.arguments[0]] = verdict.country
    return found


def check(plan: CampaignPlan, law: Law, counted: Tally, around: Around, pace: Pace) -> Check:
    """What is missing, and how long the leads that may be called now will take."""
    lines = len(around.lines)
    if not plan.method.by_agent:
        lines = min(lines, around.in_service - 1)
    return Check(
        tuple(_missing(plan, law, counted, around)),
        counted,
        hours(counted.allowed, plan.method, len(around.agents), lines, pace),
        around.lines,
        around.agents,
    )


def hours(leads: int, method: DialMethod, agents: int, lines: int, pace: Pace) -> float | None:
    """How long it takes to dial so many leads once. Agents or lines are the narrow place."""
    if not leads:
        return 0.0
    per_dial = pace.ring_seconds + pace.persons * pace.talk_seconds
    if lines <= 0:
        return None
    by_lines = lines * 3600.0 / per_dial
    if method.speaks:
        return leads / by_lines
    if not agents:
        return None
    busy = pace.persons * (pace.talk_seconds + pace.wrap_up_seconds)
    waiting = pace.ring_seconds if method.holds else 0.0  # an agent is held while it rings
    return leads / min(by_lines, agents * 3600.0 / max(1.0, busy + waiting))


def _missing(
    plan: CampaignPlan, law: Law, counted: Tally, around: Around
) -> Iterable[tuple[Missing, tuple[str, ...]]]:
    if not plan.lists or not counted.all:
        yield Missing.LISTS, ()
    yield from _speaker(plan, around)
    if not around.lines:
        yield Missing.LINES, (plan.trunk_group or "",)
    elif around.in_service < 2 and not plan.method.by_agent:
        yield Missing.SPARE_LINE, ()
    if plan.caller_id is None or not around.caller_id_answered:
        yield Missing.CALLER_ID, (plan.caller_id or "",)
    if not around.clock_trusted:
        yield Missing.CLOCK, ()
    for country in sorted(plan.limits.countries):
        if country not in law.countries and law.elsewhere is None:
            yield Missing.RULES, (country,)
    yield from _lists(counted.lists)
    if counted.all and not counted.allowed:
        yield Missing.NOBODY, ()


def _speaker(plan: CampaignPlan, around: Around) -> Iterable[tuple[Missing, tuple[str, ...]]]:
    """Who speaks with people: a flow, or agents."""
    if plan.method.speaks:
        if plan.outreach.flow is None:
            yield Missing.FLOW, ()
        elif around.behind and not around.agents:
            yield Missing.BEHIND_KEY, around.behind[:1]
    elif plan.queue is None:
        yield Missing.QUEUE, ()
    elif not around.agents:
        yield Missing.AGENTS_OUTSIDE if around.outside else Missing.AGENTS, (plan.queue,)


def _lists(lacking: Mapping[str, str]) -> Iterable[tuple[Missing, tuple[str, ...]]]:
    yield from ((Missing.DNC, (name, country)) for name, country in sorted(lacking.items()))
