"""Supervisors on their way into the calls of others: who may, where they sit, and whom they hear."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.handset import Party
from appliance.core.acd.agent import Agent
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg
from appliance.core.call.supervision import Mode, Summon, Supervising
from appliance.core.desk import Desk
from appliance.core.directory import Nowhere, inside
from appliance.core.line import AnyLine, HandsetLine

TAKE_OVER = "take_over"


class Supervision:
    """Each method raises CallboxError with a sentence when it cannot be, having changed nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def supervise(self, call_id: str, supervisor: str, mode: str) -> None:
        """The page: ring the supervisor's handset and go into the call; or go on there in another way."""
        call, who, how = self._desk.call(call_id), self._supervisor(supervisor), self._mode(mode)
        line = self._desk.kernel.handsets.get(who.handset or who.plan.handset or "")
        if line is None:
            raise CallboxError(f"Agent {who.id} has no handset to listen at.")
        going_on = self._supervising(line, call)
        if going_on is not None:
            self._change(going_on, how)
            return
        agent = self._agent_leg(call, line)
        there = inside(line)
        if isinstance(there, Nowhere):
            raise CallboxError(there.reason)
        mine = self._desk.own_call(line, who.id)
        party = Party(agent.line.name, self._name_of(agent.line))
        mine.enter(Summon(mine, line, party, lambda leg: self._come(mine, leg, who, agent, how)), "supervise")

    def listen_in(self, origin: Leg, supervisor: Agent, target: str, mode: str) -> None:
        """By star code: `origin` goes into the call of agent, or handset, `target`."""
        self._supervisor(supervisor.id)
        agent = self._talking_at(target, origin)
        mine = self._desk.own_call(origin.line, supervisor.id)
        self._desk.enlist(origin, mine, "goes into a call")
        self._come(mine, origin, supervisor, agent, self._mode(mode))

    def _come(self, mine: Call, origin: Leg, who: Agent, agent: Leg, how: Mode | None) -> None:
        if agent not in agent.call.step.talkers():
            mine.end(HangupCause.NORMAL_CLEARING, "The talk to be supervised is over.", "box")
            return
        step = Supervising(mine, origin, who.id, agent, how or Mode.LISTEN, self._desk.placer.join)
        mine.enter(step, f"agent {who.id} supervises")
        if how is None and mine.open:
            step.take_over()

    def _change(self, step: Supervising, how: Mode | None) -> None:
        if how is not None:
            step.change(how)
        elif not step.take_over():
            raise CallboxError("This call cannot be taken over now.")

    def _supervising(self, line: HandsetLine, target: Call) -> Supervising | None:
        for leg in line.legs:
            step = leg.call.step
            if isinstance(step, Supervising) and step.target is target:
                return step
        return None

    def _supervisor(self, agent_id: str) -> Agent:
        agent = self._desk.roster.agents.get(agent_id)
        if agent is None or not agent.plan.supervisor:
            raise CallboxError(f"Agent {agent_id} may not supervise; the agent's settings say who may.")
        return agent

    @staticmethod
    def _mode(mode: str) -> Mode | None:
        """None: take the call over."""
        if mode == TAKE_OVER:
            return None
        if mode not in set(Mode):
            raise CallboxError(f"{mode!r} is none of listen, whisper, barge and take_over.")
        return Mode(mode)

    def _agent_leg(self, call: Call, own: HandsetLine) -> Leg:
        """Whom to whisper to: the handset in the call, the agent's rather than the caller's."""
        legs = [leg for leg in call.step.talkers() if isinstance(leg.line, HandsetLine)]
        if not legs or any(leg.line is own for leg in legs):
            raise CallboxError("There is nobody to listen to in this call now.")
        return next((leg for leg in reversed(legs) if self._desk.roster.at(leg.line.name)), legs[-1])

    def _talking_at(self, target: str, origin: Leg) -> Leg:
        line = self._desk.directory.party_line(target) or self._desk.kernel.handsets.get(target)
        for leg in line.legs if line is not None and line is not origin.line else ():
            talkers = leg.call.step.talkers()
            if leg in talkers and all(other.line is not origin.line for other in talkers):
                return leg
        raise CallboxError(f"Agent {target} is not in a call.")

    def _name_of(self, line: AnyLine) -> str | None:
        agent = self._desk.roster.at(line.name) if isinstance(line, HandsetLine) else None
        return agent.plan.name if agent is not None else None
