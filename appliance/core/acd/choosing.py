"""Which agents may have this caller, in which order, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from appliance.contract.explained import Why, pack, reason
from appliance.contract.plan import QueuePlan, Tier
from appliance.core.acd.agent import Agent, AgentStatus
from appliance.core.acd.roster import Roster
from appliance.core.acd.strategy import RING_ALL, RING_PROGRESSIVELY, SEVERAL, Candidate, Memory, in_order
from appliance.core.kernel import Kernel

if TYPE_CHECKING:
    from appliance.core.acd.turn import Turn

_TIER = Tier()

#: Rules by which a caller goes to an agent before the queue's strategy is asked.
RINGS_BACK, OWN_AGENT, LAST_AGENT = "rings_back", "own_agent", "last_agent"


def tier_of(agent: Agent, queue: str) -> Tier:
    """The agent's place in a queue."""
    return agent.plan.tiers.get(queue, _TIER)


def needed(plan: QueuePlan, own: dict[str, int], waited: float) -> dict[str, int]:
    """Skills that count after so long a wait: what the queue and the caller need, relaxed step by step."""
    if not plan.skills and not own:
        return {}
    steps = int(waited / plan.relax_seconds) if plan.relax_seconds else 0
    names = [*plan.skills, *(name for name in own if name not in plan.skills)]
    wanted = {name: max(plan.skills.get(name, 0), own.get(name, 0)) for name in names}
    return {name: max(1, level - steps * plan.relax_levels) for name, level in wanted.items() if level > 0}


class Chooser:
    """Asks nobody and changes nothing but the memory of round robin."""

    def __init__(self, kernel: Kernel, roster: Roster) -> None:
        self._kernel = kernel
        self._roster = roster
        self._memories: dict[str, Memory] = {}

    def choose(self, queued: Turn, free: Sequence[Agent]) -> list[Agent]:
        """Whom to ring for this caller now, of the agents who are free; none when nobody may have it."""
        name, rung = queued.plan.strategy, queued.rung
        if rung and name not in SEVERAL:
            return []
        look = _Look(self, queued)
        candidates = [look.candidate(agent) for agent in free if not look.obstacle(agent)]
        if not candidates or (rung and not self._may_add(queued)):
            return []
        ordered = in_order(name, candidates, self._memory(queued.queue))
        chosen = self._together(queued, ordered) if name == RING_ALL else ordered[:1]
        if chosen:
            self._memory(queued.queue).last = chosen[-1].place
        return [candidate.agent for candidate in chosen]

    def explain(self, queued: Turn, chosen: Iterable[Agent]) -> str:
        """Every other agent of the queue and why it was not them, packed."""
        taken = {agent.id for agent in chosen} | {agent.id for agent in queued.rung}
        look = _Look(self, queued)
        return pack(
            (agent.id, self._roster.hindrance(agent) or look.obstacle(agent) or Why.LATER)
            for agent in self._roster.of(queued.queue)
            if agent.id not in taken
        )

    def rule(self, queued: Turn) -> str:
        """The rule that chooses for this caller now: the queue's, or whose caller it is."""
        kept = self.preferred(queued)
        if kept is None:
            return queued.plan.strategy
        return next(rule for rule, agent in self._wished(queued) if agent is kept)

    def went_to(self, queue: str, agent_id: str) -> None:
        """A call of this queue went to that agent before the box started."""
        agent = self._roster.agents.get(agent_id)
        if agent is not None:
            self._memory(queue).last = Candidate(agent, tier_of(agent, queue)).place

    def _may_add(self, queued: Turn) -> bool:
        return queued.plan.strategy != RING_PROGRESSIVELY or queued.ring_more

    def _together(self, queued: Turn, ordered: list[Candidate]) -> list[Candidate]:
        """ring_all rings the lowest level that has anybody, and those whose turn has come by widening."""
        if queued.plan.widen_seconds:
            return ordered
        rung = [tier_of(agent, queued.queue).level for agent in queued.rung]
        lowest = min([*rung, ordered[0].tier.level])
        return [candidate for candidate in ordered if candidate.tier.level <= lowest]

    def _memory(self, queue: str) -> Memory:
        memory = self._memories.get(queue)
        if memory is None:
            memory = self._memories[queue] = Memory(self._kernel.chance)
        return memory

    # -------------------------------------------------------------------- tiers

    def levels(self, queue: str) -> list[int]:
        """The levels of a queue's agents, each once, the lowest first."""
        return sorted({tier_of(agent, queue).level for agent in self._roster.of(queue)})

    def turns(self, queued: Turn) -> dict[int, float]:
        """Seconds until each level of agents is asked; lower levels without anybody there are not waited
        for. Empty when the levels are not waited for at all."""
        step = queued.plan.widen_seconds
        if not step:
            return {}
        staffed = {
            tier_of(agent, queued.queue).level
            for agent in self._roster.of(queued.queue)
            if agent.status is AgentStatus.AVAILABLE
        }
        found, place = {}, 0
        for level in self.levels(queued.queue):
            found[level] = place * step - queued.waited
            place += level in staffed
        return found

    # ------------------------------------------------------------------- sticky

    def preferred(self, queued: Turn) -> Agent | None:
        """The agent for whom this caller is kept now: who tried to reach them, their own, else the last;
        None when for nobody. Who rings back an agent that is free gets them, also where nobody is waited for.
        """
        kept = queued.waited < queued.plan.sticky_seconds
        for rule, agent in self._wished(queued):
            if kept and self._can_come(agent):
                return agent
            if rule == RINGS_BACK and not self._roster.hindrance(agent):
                return agent
        return None

    def _wished(self, queued: Turn) -> Iterator[tuple[str, Agent]]:
        """Agents this caller would rather have, and the rule that says so."""
        wants = queued.call.wants
        last = (RINGS_BACK if wants.last_tried else LAST_AGENT, wants.last_agent)
        own = (OWN_AGENT, wants.own_agent)
        for rule, name in (last, own) if wants.last_tried else (own, last):
            agent = self._roster.agents.get(name or "")
            if agent is not None and queued.queue in agent.plan.queues and agent.id not in wants.tried:
                yield rule, agent

    def _can_come(self, agent: Agent) -> bool:
        """Is it worth waiting for them?"""
        here = agent.status is AgentStatus.AVAILABLE and not agent.removed and not agent.skipped
        return here and not self._roster.of_handset(agent)


class _Look:
    """One look at one caller: what does not change from agent to agent is found out once."""

    def __init__(self, chooser: Chooser, queued: Turn) -> None:
        self._queue = queued.queue
        self._only = queued.only
        self._tried = queued.call.wants.tried
        self._needs = needed(queued.plan, queued.call.wants.skills, queued.waited)
        self._kept = chooser.preferred(queued)
        self._left = queued.plan.sticky_seconds - queued.waited
        self._turns = chooser.turns(queued)

    def candidate(self, agent: Agent) -> Candidate:
        able = sum(agent.plan.skills.get(name, 0) for name in self._needs)
        return Candidate(agent, tier_of(agent, self._queue), able)

    def obstacle(self, agent: Agent) -> str:
        """Why this caller is not for a free agent; empty when they are."""
        if self._only is not None:
            return "" if agent.id == self._only else reason(Why.STICKY, self._only, 0.0)
        if agent.id in self._tried:
            return Why.TRIED
        if self._kept is not None:
            if agent is self._kept:
                return ""
            return reason(Why.STICKY, self._kept.id, self._left) if self._left > 0 else Why.LATER
        for name, level in self._needs.items():
            has = agent.plan.skills.get(name, 0)
            if has < level:
                return reason(Why.SKILL, name, has, level)
        left = self._turns.get(tier_of(agent, self._queue).level, 0.0)
        return reason(Why.TIER, tier_of(agent, self._queue).level, left) if left > 0 else ""
