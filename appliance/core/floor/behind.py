"""The agents behind a campaign's key: its flow leads people to queues, and no more are dialled than the
agents there can take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from appliance.contract.flow import FlowNode, FlowPlan, GoNode
from appliance.core.acd.agent import AgentStatus
from appliance.core.dialer.behind_key import BehindKey, room
from appliance.core.dialer.pacing import Decision, Reason
from appliance.core.floor.dial import DialStage

if TYPE_CHECKING:
    from appliance.core.floor.campaign import Campaign

_TO_QUEUES = ("queue", "department")


class Behind:
    """Of one campaign that speaks by itself."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self.learnt = BehindKey()

    def queues(self) -> frozenset[str]:
        """The queues to which its flow leads; none: it offers no agent."""
        plan, flows = self._campaign.plan, self._campaign.kernel.plan.flows
        if not plan.method.speaks:
            return frozenset()
        return frozenset(_queues(plan.outreach.flow or "", flows, set()))

    def decide(self, lines: int) -> Decision:
        """How many to dial now."""
        if not lines:
            return Decision(0, Reason.NO_LINE)
        queues = self.queues()
        if not queues:
            return Decision(lines, Reason.ENOUGH)
        if not any(
            agent.status is AgentStatus.AVAILABLE and not queues.isdisjoint(agent.plan.queues)
            for agent in self._campaign.floor.roster.agents.values()
        ):
            return Decision(0, Reason.NO_AGENT)
        free, chance = self._free(queues), self.learnt.chance(hears=False)
        count = room(free, list(self._out(queues)), chance, lines)
        figures = {"agents": float(free), "percent": round(100.0 * chance, 1)}
        return Decision(count, Reason.BEHIND_KEY if count < lines else Reason.ENOUGH, figures=figures)

    def _free(self, queues: frozenset[str]) -> int:
        """Agents who could take a call now, but for the callers who wait for them already."""
        floor = self._campaign.floor
        free = sum(
            not queues.isdisjoint(agent.plan.queues) and not floor.seats.holds(agent)
            for agent in floor.roster.free()
        )
        return free - sum(turn.queue in queues and not turn.offers for turn in floor.queues.waiting)

    def _out(self, queues: frozenset[str]) -> Iterator[float]:
        """Everybody who may still press such a key, in whatever campaign: their chances."""
        for campaign in self._campaign.floor.campaigns.values():
            if campaign.plan.method.speaks and not queues.isdisjoint(campaign.behind.queues()):
                for dial in campaign.dials:
                    if not dial.keyed:
                        yield campaign.behind.learnt.chance(dial.stage is DialStage.APART)


def _queues(name: str, flows: Mapping[str, FlowPlan], seen: set[str]) -> Iterator[str]:
    flow = flows.get(name)
    if flow is None or name in seen:
        return
    seen.add(name)
    for node in flow.nodes.values():
        if isinstance(node, GoNode) and node.kind in _TO_QUEUES:
            yield from node.target.split()
        elif isinstance(node, FlowNode):
            yield from _queues(node.flow, flows, seen)
