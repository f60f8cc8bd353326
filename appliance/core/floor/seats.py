"""Who sits where: the standing lines of all campaigns' agents, made when there is somebody to dial, given up
for callers, breaks, and when nobody is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.handset import Party
from appliance.core.acd.agent import Agent, AgentState, AgentStatus
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.seat import Seat, SeatState
from appliance.core.floor.sight import sits_inside
from appliance.core.line import HandsetLine

if TYPE_CHECKING:
    from appliance.core.acd.turn import Turn
    from appliance.core.floor.floor import Floor


class Seats:
    """One of these a floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._kernel, self._roster, self._queues = floor.kernel, floor.roster, floor.queues
        self._seats: dict[str, tuple[Seat, str]] = {}  # agent -> standing line, campaign

    def stop(self) -> None:
        """The box stops."""
        for seat, _ in list(self._seats.values()):
            seat.let_go("The box is being stopped.")

    def registered(self, line: HandsetLine) -> None:
        """A telephone registered anew, or from elsewhere: it may have been switched off meanwhile, and nobody
        be on the standing line that the box has to it, nor hear it ring. It is rung when it is wanted."""
        for agent_id, (seat, _name) in list(self._seats.items()):
            if seat.line is line and seat.state in (SeatState.RINGING, SeatState.STANDING):
                del self._seats[agent_id]
                seat.let_go("The telephone registered anew.")

    def let_go(self) -> None:
        """Standing lines of agents who left, or whom no campaign needs."""
        for agent_id, (seat, name) in list(self._seats.items()):
            if seat.state is SeatState.GONE:
                del self._seats[agent_id]
                continue
            agent, campaign = seat.agent, self._floor.campaigns.get(name)
            off = (
                agent.status is not AgentStatus.AVAILABLE or agent.removed or agent.handset != seat.line.name
            )
            if seat.state is SeatState.TALKING:
                continue
            if off or campaign is None or not self._needed(campaign, agent):
                del self._seats[agent_id]
                seat.let_go("The campaign does not need the agent now.")

    def _needed(self, campaign: Campaign, agent: Agent) -> bool:
        one = self._floor.work.presents.get(agent.id)
        if one is not None and one.campaign is campaign:
            return True
        if any(dial.waits_for_agent for dial in campaign.dials):
            return True
        return campaign.running and not (campaign.automatic and campaign.hopper.resting)

    def callers_first(self) -> None:
        """Somebody waits in a queue, and only agents on a campaign's line could take the call."""
        for turn in self._queues.waiting:
            if turn.offers or not turn.servable():
                continue
            if any(turn.queue in agent.plan.queues for agent in self._roster.free()):
                continue
            self._release_one(turn)

    def _release_one(self, turn: Turn) -> None:
        for agent_id, (seat, name) in self._seats.items():
            agent = seat.agent
            fits = turn.only in (None, agent.id) and (
                turn.only is not None or turn.queue in agent.plan.queues
            )
            if fits and self.is_free(seat) and self._spare(self._floor.campaigns.get(name)):
                del self._seats[agent_id]
                seat.let_go("A caller comes first.")
                return

    def _spare(self, campaign: Campaign | None) -> bool:
        """Is there an agent more than calls that are out?"""
        if campaign is None:
            return True
        return len(campaign.free_seats()) > sum(dial.waits_for_agent for dial in campaign.dials)

    def seat_agents(self, campaign: Campaign) -> None:
        """Agents who wait are taken in, for there is somebody to dial."""
        if not campaign.wants_agents() or self._floor.law is None:
            return
        for agent in self.idle_agents(campaign):
            if (
                agent.id not in self._floor.work.presents
                or self._floor.work.presents[agent.id].campaign is not campaign
            ):
                self._take_in(agent, campaign)

    def _take_in(self, agent: Agent, campaign: Campaign) -> Seat | None:
        line = self._kernel.handsets.get(agent.handset or "")
        if line is None or line.borrows_audio:
            return None
        plan = campaign.plan
        shown = Party(queue=plan.label, auto_answer=plan.work.auto_answer)
        seat = Seat(self._kernel, agent, line, shown, self._kernel.wake)
        seat.misses = campaign.automatic  # who dials by hand may hang up in between
        self._seats[agent.id] = (seat, plan.name)
        seat.ring()
        return seat

    def idle_agents(self, campaign: Campaign) -> list[Agent]:
        """Agents of its queue who do nothing and are on no campaign's line; not those whom callers need."""
        wanted = {turn.queue for turn in self._queues.waiting}
        return [
            agent
            for agent in self._roster.free()
            if campaign.plan.queue in agent.plan.queues
            and agent.id not in self._seats
            and sits_inside(self._kernel, agent)
            and not wanted & set(agent.plan.queues)
        ]

    def who_may_look(self, campaign: Campaign) -> list[Agent]:
        """Agents who could have a lead to look at: those who do nothing, on a line of the campaign or not."""
        return [*self.idle_agents(campaign), *(seat.agent for seat in campaign.free_seats())]

    def holds(self, agent: Agent) -> bool:
        """Is the agent on a campaign's line?"""
        return agent.id in self._seats

    def of(self, campaign: str) -> list[Seat]:
        """Standing lines of a campaign."""
        return [seat for seat, name in self._seats.values() if name == campaign]

    def is_free(self, seat: Seat) -> bool:
        """Could this agent be joined with somebody now?"""
        agent = seat.agent
        return (
            seat.state is SeatState.STANDING
            and agent.state is AgentState.WAITING
            and agent.status is AgentStatus.AVAILABLE
            and agent.pending is None
            and agent.id not in self._floor.work.presents
        )

    def seat_of(self, agent: Agent, campaign: Campaign) -> Seat | None:
        """The agent's standing line, rung if there is none; None when that cannot be."""
        found = self._seats.get(agent.id)
        if found is not None and found[0].state is not SeatState.GONE:
            self._seats[agent.id] = (found[0], campaign.plan.name)
            return found[0]
        agent.end_wrap_up("dials")
        return None if self._roster.hindrance(agent) else self._take_in(agent, campaign)
