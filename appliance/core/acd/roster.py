"""All agents: who sits at which handset, their status, and whether a call may be offered to them."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.contract.errors import CallboxError
from appliance.contract.explained import OF_HANDSET, Why, reason
from appliance.contract.plan import AgentPlan, outside_seat
from appliance.core.acd.agent import Agent, AgentState, AgentStatus, StatusChange
from appliance.core.call.leg import Leg, LegState
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine

_SPEAKING = frozenset({LegState.UP, LegState.ANSWERING, LegState.RINGING})


class Roster:
    """Agents by id. Their state follows the legs at their handset, so the two can never disagree."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.agents: dict[str, Agent] = {}

    def apply(self, plans: Mapping[str, AgentPlan]) -> None:
        """Take the agents of a new plan; who is gone finishes the call first."""
        for agent_id, plan in plans.items():
            agent = self.agents.get(agent_id)
            if agent is None:
                self.agents[agent_id] = Agent(self._kernel, plan)
            else:
                agent.plan, agent.removed = plan, False
        for agent in [agent for agent_id, agent in self.agents.items() if agent_id not in plans]:
            agent.removed = True
            if not agent.busy:
                self._remove(agent)
        self._kernel.wake()

    def at(self, handset: str) -> Agent | None:
        """Who is logged in at a handset."""
        for agent in self.agents.values():
            if agent.handset == handset:
                return agent
        return None

    def seat(self, agent_id: str) -> str | None:
        """The handset an agent sits at, or would."""
        agent = self.agents.get(agent_id)
        return None if agent is None else agent.handset or agent.plan.handset

    # -------------------------------------------------------------------- status

    def set_status(
        self, agent_id: str, status: str, pause_code: str | None, handset: str | None, by: str
    ) -> Agent | None:
        """Carry out what a person chose; returns the agent who was logged out for it, if any.

        While the agent is in a call it waits until after that. Raises CallboxError with a sentence.
        """
        agent = self.agents.get(agent_id)
        if agent is None or agent.removed:
            raise CallboxError(f"There is no agent {agent_id}.")
        change = self._change(agent, status, pause_code, handset, by)
        if agent.busy:
            agent.pending = change
            return None
        return self._carry_out(agent, change)

    def _change(
        self, agent: Agent, status: str, pause_code: str | None, handset: str | None, by: str
    ) -> StatusChange:
        if status not in set(AgentStatus):
            raise CallboxError(f"{status!r} is no status: it is logged_out, available or on_break.")
        chosen = AgentStatus(status)
        if chosen is AgentStatus.LOGGED_OUT:
            if agent.plan.always:
                raise CallboxError(f"Agent {agent.id} is always there; a break is possible.")
            return StatusChange(chosen, None, None, by)
        if chosen is AgentStatus.ON_BREAK and agent.status is AgentStatus.LOGGED_OUT:
            raise CallboxError(f"Agent {agent.id} is logged out and cannot take a break.")
        seat = handset or agent.handset or agent.plan.handset
        if seat is None:
            raise CallboxError(f"Agent {agent.id} has no handset to log in at; name one.")
        if seat not in self._kernel.handsets:
            raise CallboxError(f"There is no handset {seat}.")
        if seat.startswith(outside_seat("")) and seat != outside_seat(agent.id):
            raise CallboxError(f"{seat} is the telephone of another agent.")
        return StatusChange(chosen, pause_code if chosen is AgentStatus.ON_BREAK else None, seat, by)

    def _carry_out(self, agent: Agent, change: StatusChange) -> Agent | None:
        replaced = self._make_room(agent, change)
        if agent.status is AgentStatus.LOGGED_OUT:
            agent.work.begin(
                self._kernel.clock.now() - agent.since,
                (other.work for other in self.agents.values() if other.status is not AgentStatus.LOGGED_OUT),
            )
        agent.choose(change)
        if change.handset is not None and change.handset in self._kernel.handsets:
            self.update(self._kernel.handsets[change.handset])
        return replaced

    def _make_room(self, agent: Agent, change: StatusChange) -> Agent | None:
        sitting = self.at(change.handset) if change.handset is not None else None
        if sitting is None or sitting is agent:
            return None
        if sitting.busy:
            raise CallboxError(f"Agent {sitting.id} is in a call at handset {change.handset}.")
        out = StatusChange(AgentStatus.LOGGED_OUT, None, None, "box")
        sitting.choose(out, why=f"Agent {agent.id} logged in at handset {change.handset}.")
        return sitting

    def bring(self) -> None:
        """Agents who are always there come, and come back once nobody else sits at their handset."""
        for agent in self.agents.values():
            seat, out = agent.plan.handset, agent.status is AgentStatus.LOGGED_OUT
            if not (agent.plan.always and out) or agent.removed or agent.busy or agent.pending is not None:
                continue
            if seat in self._kernel.handsets and self.at(seat) is None:
                self._carry_out(agent, StatusChange(AgentStatus.AVAILABLE, None, seat, "box"))

    # --------------------------------------------------------------------- state

    def update(self, line: HandsetLine) -> None:
        """The legs at a handset changed: the agent's state follows."""
        self._kernel.wake()
        agent = self.at(line.name)
        if agent is None:
            return
        legs = [leg for leg in line.legs if not leg.service]
        state = _state_of(legs)
        if state is not None:
            agent.move(state, f"handset {line.name} is in use")
        elif not legs and agent.busy:
            self._freed(agent)

    def _freed(self, agent: Agent) -> None:
        pending, agent.pending = agent.pending, None
        agent.freed("the call ended")
        if pending is not None:
            self._catch_up(agent, pending)
        if agent.removed:
            self._remove(agent)

    def _catch_up(self, agent: Agent, change: StatusChange) -> None:
        try:
            self._carry_out(agent, change)
        except CallboxError as refused:
            agent.choose(StatusChange(AgentStatus.LOGGED_OUT, None, None, "box"), why=str(refused))

    def _remove(self, agent: Agent) -> None:
        if agent.status is not AgentStatus.LOGGED_OUT:
            out = StatusChange(AgentStatus.LOGGED_OUT, None, None, "box")
            agent.choose(out, why="The agent was taken out of the settings.")
        agent.rest("the agent was taken out of the settings")
        self.agents.pop(agent.id, None)

    def rest(self) -> None:
        """The box stops: no timer of an agent is left behind."""
        for agent in self.agents.values():
            agent.rest("the box stops")

    # ------------------------------------------------------------------ eligible

    def eligible(self, queue: str) -> list[Agent]:
        """Agents of a queue who may be offered a call now."""
        return [agent for agent in self.free() if queue in agent.plan.queues]

    def free(self) -> list[Agent]:
        """All agents who may be offered a call now."""
        return [
            agent
            for agent in self.agents.values()
            if agent.state is AgentState.WAITING
            and agent.status is AgentStatus.AVAILABLE
            and not self.hindrance(agent)
        ]

    def of(self, queue: str) -> list[Agent]:
        """All agents of a queue, whatever they do."""
        return [agent for agent in self.agents.values() if queue in agent.plan.queues]

    def staffed(self, queue: str, rule: str) -> bool:
        """Is anybody of the queue there? `rule` "logged_in" counts breaks, "available" does not; every
        other rule is always kept."""
        if rule not in ("logged_in", "available"):
            return True
        return any(
            agent.status is AgentStatus.AVAILABLE
            or (rule == "logged_in" and agent.status is AgentStatus.ON_BREAK)
            for agent in self.of(queue)
        )

    def why_not(self, agent: Agent) -> str:
        """Why an agent is offered no call now, in words; empty when they may be."""
        why = self.hindrance(agent)
        return _WORDS[Why(why.split(":")[0])].format(handset=agent.handset) if why else ""

    def of_handset(self, agent: Agent) -> bool:
        """Is it the handset that keeps them from being offered calls?"""
        return self.hindrance(agent).split(":")[0] in OF_HANDSET

    def hindrance(self, agent: Agent) -> str:
        """Why an agent is offered no call now, as `contract.explained.reason`; empty when they may be."""
        if agent.status is not AgentStatus.AVAILABLE:
            if agent.status is AgentStatus.LOGGED_OUT:
                return Why.OUT
            return reason(Why.BREAK, agent.pause_code) if agent.pause_code else Why.BREAK
        if agent.state is not AgentState.WAITING:
            return self._at_work(agent)
        if agent.removed or agent.pending is not None:
            return Why.LEAVING
        now = self._kernel.clock.now()
        if agent.skipped:
            return reason(Why.RETRY, agent.retry_at - now)
        most = agent.plan.maximum_calls_an_hour
        if most and agent.work.within_hour(now) >= most:
            return reason(Why.LOAD, most)
        return self._handset_trouble(agent.handset)

    def _at_work(self, agent: Agent) -> str:
        if agent.state is AgentState.WRAP_UP:
            left = agent.wrap_up_until - self._kernel.clock.now()
            return reason(Why.WRAP_UP, left, *([agent.serving] if agent.serving else []))
        ringing = agent.state in (AgentState.RESERVED, AgentState.RINGING)
        return Why.RINGING if ringing else Why.CALL

    def _handset_trouble(self, handset: str | None) -> str:
        line = self._kernel.handsets.get(handset or "")
        if line is None:
            return Why.GONE
        if not line.status.registered:
            return Why.UNREGISTERED
        if line.do_not_disturb:
            return Why.QUIET
        if not line.idle:
            return Why.IN_USE
        return Why.NO_LINE if line.barred() else ""


_WORDS = {
    Why.OUT: "logged out",
    Why.BREAK: "on a break",
    Why.WRAP_UP: "in wrap-up",
    Why.CALL: "in a call",
    Why.RINGING: "in a call",
    Why.LEAVING: "about to leave",
    Why.RETRY: "just missed a call",
    Why.LOAD: "at the limit of calls an hour",
    Why.GONE: "handset {handset} is gone",
    Why.UNREGISTERED: "handset {handset} is not registered",
    Why.QUIET: "handset {handset} does not want to be disturbed",
    Why.IN_USE: "handset {handset} is in use",
    Why.NO_LINE: "no line is free to call {handset}",
}


def _state_of(legs: list[Leg]) -> AgentState | None:
    """What legs at a handset make of its agent; None when they say nothing (none, or all being released)."""
    if any(leg.state in _SPEAKING for leg in legs):
        return AgentState.IN_CALL
    calling = [leg for leg in legs if leg.state is LegState.CALLING]
    if not calling:
        return None
    return AgentState.RINGING if any(leg.ringing for leg in calling) else AgentState.RESERVED
