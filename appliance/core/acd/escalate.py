"""Tiered support: an agent gives a caller on to the next tier, with what came before."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.core.acd.queue import QueuedCall, Queues
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call
from appliance.core.call.conversation import Conversation


def escalate(call: Call, queues: Queues, roster: Roster) -> None:
    """Let the caller of a queue wait for the next tier; raises CallboxError with a sentence.

    The whole wait of the call counts there, and whoever had the call before is not asked again.
    """
    step, plan = call.step, call.kernel.plan.queues.get(call.queue or "")
    if not isinstance(step, Conversation) or plan is None:
        raise CallboxError("Only a queue's caller who talks with an agent can be given to the next tier.")
    if plan.escalate_to not in call.kernel.plan.queues:
        raise CallboxError(f"Queue {plan.label} has no next tier.")
    caller, handset = step.caller, step.agent
    agent = roster.at(handset.line.name)
    if agent is not None and agent.id not in call.wants.tried:
        call.wants.tried = (*call.wants.tried, agent.id)
    who = agent.id if agent is not None else handset.line.name
    call.note(EntryKind.TRANSFERRED, by=who, target=plan.escalate_to, kind="escalated")
    call.enter(QueuedCall(queues, call, caller, plan.escalate_to), f"agent {who} asked for the next tier")
    handset.release(HangupCause.NORMAL_CLEARING, "The call went to the next tier.")
