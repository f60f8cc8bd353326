"""How a campaign goes, for the page: gauges, and why nothing is dialled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from appliance.contract.campaign_look import CampaignLook, CampaignState, Halt
from appliance.core.acd.agent import Agent, AgentState, AgentStatus
from appliance.core.dialer.launch import Pace, hours
from appliance.core.dialer.pacing import DayCount, Reason
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.dial import DialStage
from appliance.core.floor.sight import lines_in_service, sits_inside
from appliance.core.kernel import Kernel

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor

_COUNT_SECONDS = 20.0
_LEFT = ("fresh", "retry", "callback")
_FEW = 30  # dials after which the campaign's own pace is believed


class Counted:
    """How many leads are left in each list, counted now and then beside the core's thread."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._counts: Mapping[tuple[str, str], int] | None = None
        self._asked_at: float | None = None

    def forget(self) -> None:
        """Count anew as soon as somebody asks."""
        self._asked_at = None

    def left(self, lists: Mapping[str, int]) -> int | None:
        """Leads of these lists that are not done; None while they are not counted."""
        now = self._kernel.clock.now()
        if self._asked_at is None or now - self._asked_at >= _COUNT_SECONDS:
            self._asked_at = now
            self._kernel.services.leads.counts(self._answer)
        if self._counts is None:
            return None
        return sum(self._counts.get((name, state), 0) for name in lists for state in _LEFT)

    def _answer(self, found: Mapping[tuple[str, str], int] | None) -> None:
        if found is not None and found != self._counts:
            self._counts = found
            self._kernel.run_contained(lambda: None)


def gauges(floor: Floor, one: Campaign) -> CampaignLook:
    """One campaign now."""
    plan, budget, error = one.plan, one.pacer.budget, one.pacer.budget.false_machine
    today, month = budget.today, budget.thirty_days()
    stages = [dial.stage for dial in one.dials]
    ringing = sum(dial.ringing for dial in one.dials)
    why = tuple(_why(floor, one)) if one.running else ()
    left = floor.counted.left(plan.lists)
    agents = _agents(floor, one)
    return CampaignLook(
        name=plan.name,
        label=plan.label,
        method=plan.method.value,
        state=(CampaignState.HALTED if why else one.told).value,
        why=why,
        since=one.told_at.isoformat(timespec="seconds"),
        dialling=stages.count(DialStage.WRITING) + stages.count(DialStage.DIALLING) - ringing,
        ringing=ringing,
        listening=stages.count(DialStage.LISTENING),
        waiting=stages.count(DialStage.PERSON),
        hearing=stages.count(DialStage.APART),
        talking=stages.count(DialStage.TALKING),
        agents=len(agents),
        agents_waiting=sum(agent.state is AgentState.WAITING for agent in agents),
        agents_wrap_up=sum(agent.state is AgentState.WRAP_UP for agent in agents),
        previewing=_previewing(floor, one),
        dials=sum(one.outcomes.values()),
        persons=today.persons,
        dropped=today.dropped,
        drop_percent=_percent(today, error),
        drop_percent_30=_percent(month, error),
        limit_percent=round(plan.drop_limit * 100, 3),
        pace=one.decision.reason.value if one.decision is not None and one.running else "",
        figures=dict(one.decision.figures) if one.decision is not None and one.running else {},
        outcomes={outcome.value: count for outcome, count in one.outcomes.items()},
        refused={reason.value: count for reason, count in one.hopper.refused.items()},
        ready=len(one.hopper),
        left=left,
        finish=_finish(floor, one, left, len(agents)),
    )


def _previewing(floor: Floor, one: Campaign) -> int:
    presents = floor.work.presents.values()
    return sum(present.campaign is one and present.chosen is not None for present in presents)


def _percent(count: DayCount, error: float) -> float:
    return round(100.0 * count.rate(error), 2)


def agents_of(floor: Floor, one: Campaign) -> list[Agent]:
    """Who is there of its queue; where it speaks by itself, of the queues to which its flow leads."""
    queues = one.behind.queues() if one.plan.method.speaks else {one.plan.queue}
    agents = floor.roster.agents.values()
    return [
        agent
        for agent in agents
        if agent.status is AgentStatus.AVAILABLE and not queues.isdisjoint(agent.plan.queues)
    ]


def _agents(floor: Floor, one: Campaign) -> list[Agent]:
    there = agents_of(floor, one)
    return there if one.plan.method.speaks else [one for one in there if sits_inside(floor.kernel, one)]


def _why(floor: Floor, one: Campaign) -> Iterator[tuple[str, ...]]:
    """What stands in the way of the next dial; nothing while calls go on as they should."""
    plan, kernel = one.plan, floor.kernel
    if not plan.lists:
        yield (Halt.NO_LISTS.value,)
    if plan.caller_id is None:
        yield (Halt.CALLER_ID.value,)
    if not kernel.services.clock_trusted():
        yield (Halt.CLOCK.value,)
    if floor.law is None:
        yield (Halt.RULES.value,)
    if not one.ready:
        yield (Halt.UNREAD.value,)
    now = kernel.clock.now()
    group = kernel.plan.trunk_groups.get(plan.trunk_group or "", ())
    if not any(name in kernel.trunks and kernel.trunks[name].usable(now) for name in group):
        yield Halt.NO_LINES.value, plan.trunk_group or ""
    elif one.automatic and lines_in_service(kernel) < 2:
        yield (Halt.ONE_LINE.value,)
    queue = min(one.behind.queues(), default="") if plan.method.speaks else plan.queue or ""
    if (queue or not plan.method.speaks) and not _agents(floor, one):
        yield (Halt.AGENTS_OUTSIDE if agents_of(floor, one) else Halt.NO_AGENTS).value, queue
    yield from _nobody(floor, one)


def _nobody(floor: Floor, one: Campaign) -> Iterator[tuple[str, ...]]:
    """Nobody to dial, or no line free for it."""
    if len(one.hopper) == 0 and one.hopper.resting and not one.dials:
        left = floor.counted.left(one.plan.lists)
        if left == 0:
            yield (Halt.NO_LEADS.value,)
        else:
            yield (Halt.NOBODY_NOW.value,)
            yield from _refused(one)
    elif one.decision is not None and one.decision.reason is Reason.NO_LINE and not one.dials:
        yield Halt.NO_FREE_LINE.value, one.plan.trunk_group or ""


def _refused(one: Campaign) -> Iterator[tuple[str, ...]]:
    """Why the gate let most of them not be dialled."""
    refused = one.hopper.refused
    if refused:
        yield Halt.REFUSED.value, max(refused, key=lambda why: refused[why]).value


def pace_of(one: Campaign) -> Pace:
    """What its calls take, from its own as soon as there are some."""
    learnt, seen = one.pacer.learnt, sum(one.outcomes.values())
    if seen < _FEW:
        return Pace()
    return Pace(persons=learnt.ringing.share(), known=True)


def _finish(floor: Floor, one: Campaign, left: int | None, agents: int) -> str | None:
    """When each that is left will have been dialled once, going on like this."""
    if not left or not one.running:
        return None
    kernel = floor.kernel
    group = kernel.plan.trunk_groups.get(one.plan.trunk_group or "", ())
    now = kernel.clock.now()
    lines = sum(name in kernel.trunks and kernel.trunks[name].usable(now) for name in group)
    takes = hours(left, one.plan.method, agents, lines, pace_of(one))
    if takes is None:
        return None
    return (kernel.clock.wall() + timedelta(hours=takes)).isoformat(timespec="seconds")
