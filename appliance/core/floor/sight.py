"""What a campaign shows those who judge: its question to the gate, its agents and settings to the pacer."""

from __future__ import annotations

from appliance.contract.campaigns import STATED_ERROR, CampaignPlan, DialMethod
from appliance.contract.dialling import DialKind, DialRequest, Hand
from appliance.contract.leads import Candidate, LeadState
from appliance.core.acd.agent import AgentState, AgentStatus
from appliance.core.dialer.pacing import AgentPhase, AgentView, PacingMethod, PacingSettings
from appliance.core.floor.seat import Seat, SeatState
from appliance.core.kernel import Kernel

#: Agents dial, not the box.
BY_AGENT = frozenset({DialMethod.MANUAL, DialMethod.PREVIEW})
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
    return DialRequest(
        number=lead.phone.number,
        at=kernel.clock.wall(),
        matter=plan.matter,
        limits=plan.limits,
        callee=lead.callee,
        history=candidate.history,
        blocked=candidate.blocked,
        read_at=candidate.read_at,
        caller_id=plan.caller_id,
        caller_id_answered=plan.caller_id is not None,
        clock_trusted=kernel.services.clock_trusted(),
        kind=DialKind.CALLBACK if asked else DialKind.CAMPAIGN,
        by=Hand.AGENT if plan.method in BY_AGENT else Hand.MACHINE,
        recorded=plan.recorded,
        agent_held=held,
        drops_spent=drops_spent,
        campaign=plan.name,
        lead=lead.id,
    )


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
