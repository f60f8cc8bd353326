"""What a campaign shows those who judge: its question to the gate, its agents and settings to the pacer."""

from __future__ import annotations

from dataclasses import replace

from appliance.contract.campaigns import STATED_ERROR, CampaignPlan, DialMethod
from appliance.contract.dialling import Callee, DialKind, DialRequest, Hand
from appliance.contract.leads import Candidate, Known, LeadState
from appliance.core.acd.agent import Agent, AgentState, AgentStatus
from appliance.core.dialer.pacing import AgentPhase, AgentView, PacingMethod, PacingSettings
from appliance.core.floor.seat import Seat, SeatState
from appliance.core.kernel import Kernel

_METHODS = {
    DialMethod.PROGRESSIVE: PacingMethod.PROGRESSIVE,
    DialMethod.POWER: PacingMethod.POWER,
    DialMethod.PREDICTIVE: PacingMethod.PREDICTIVE,
}


def question(
    plan: CampaignPlan, kernel: Kernel, candidate: Candidate, held: bool, drops_spent: bool
) -> DialRequest:
    """What the gate is asked about a lead at this moment; `held`: an agent waits for this very call."""
    lead = candidate.lead
    asked = lead.callee.asked_at is not None and lead.state is not LeadState.FRESH
    return replace(
        by_hand(plan, kernel, lead.phone.number, candidate),
        callee=lead.callee,
        kind=DialKind.CALLBACK if asked else DialKind.CAMPAIGN,
        by=Hand.AGENT if plan.method.by_agent else Hand.MACHINE,
        recorded=plan.recorded,
        agent_held=held,
        drops_spent=drops_spent,
        lead=lead.id,
    )


def by_hand(plan: CampaignPlan, kernel: Kernel, number: str, known: Candidate | Known | None) -> DialRequest:
    """What it is asked about a number that is no lead's and that an agent dials."""
    now = kernel.clock.wall()
    return DialRequest(
        number=number,
        at=now,
        matter=plan.matter,
        limits=plan.limits,
        callee=Callee(),
        history=known.history if known is not None else None,
        blocked=known.blocked if known is not None else None,
        read_at=known.read_at if known is not None else now,
        caller_id=plan.caller_id,
        caller_id_answered=plan.caller_id is not None,
        clock_trusted=kernel.services.clock_trusted(),
        kind=DialKind.CAMPAIGN,
        by=Hand.AGENT,
        agent_held=True,
        campaign=plan.name,
    )


def sits_inside(kernel: Kernel, agent: Agent) -> bool:
    """Can their telephone stay connected between two calls? One outside would hold a line all day."""
    line = kernel.handsets.get(agent.handset or "")
    return line is None or not line.borrows_audio


def lines_in_service(kernel: Kernel) -> int:
    """Lines of the whole box that work, busy or not."""
    now = kernel.clock.now()
    return sum(line.usable(now) for line in kernel.trunks.values())


def agent_view(seat: Seat, owes: bool) -> AgentView | None:
    """What the pacer sees of an agent; None of one who is not on the line. `owes`: must still say how the
    last call went."""
    agent = seat.agent
    leaving = agent.pending is not None or agent.status is not AgentStatus.AVAILABLE
    if seat.state is SeatState.TALKING:
        return AgentView(AgentPhase.TALKING, seat.since, leaving)
    if seat.state is not SeatState.STANDING:
        return None
    if agent.state is AgentState.WRAP_UP or owes:
        return AgentView(AgentPhase.WRAP_UP, agent.since, leaving)
    if agent.state is AgentState.WAITING:
        return AgentView(AgentPhase.WAITING, max(seat.since, agent.since), leaving)
    return AgentView(AgentPhase.TALKING, agent.since, leaving=True)


def pacing_of(plan: CampaignPlan) -> PacingSettings:
    """What the pacer holds to."""
    return PacingSettings(
        method=_METHODS.get(plan.method, PacingMethod.PROGRESSIVE),
        limit=plan.drop_limit,
        false_machine=STATED_ERROR if plan.machines is not None else 0.0,
        ratio=plan.ratio,
        ring_seconds=plan.ring_seconds,
    )
