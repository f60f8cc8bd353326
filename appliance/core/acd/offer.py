"""One call offered to one agent: it ends in exactly one outcome."""

from __future__ import annotations

from enum import StrEnum

from appliance.contract.cause import HangupCause
from appliance.contract.errors import ContractError
from appliance.contract.handset import Party
from appliance.contract.journal import EntryKind
from appliance.contract.plan import QueuePlan
from appliance.core.acd.agent import Agent
from appliance.core.call.call import Call
from appliance.core.call.leg import LegState, Role
from appliance.core.line import HandsetLine

#: Shortest pause before an agent who missed a call gets another: a handset that refuses at once must
#: not make the box spin.
SHORTEST_RETRY_SECONDS = 1.0


class OfferState(StrEnum):
    """An offer stands, or ended with this outcome."""

    OPEN = "open"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BUSY = "busy"
    ABSENT = "absent"
    ABANDONED = "abandoned"


_OUTCOMES = {
    HangupCause.NO_ANSWER: OfferState.NO_ANSWER,
    HangupCause.CALL_REJECTED: OfferState.REJECTED,
    HangupCause.USER_BUSY: OfferState.BUSY,
}


def outcome_of(cause: HangupCause | None) -> OfferState:
    """What the end of an unanswered leg says of the agent; else the handset is not there."""
    return _OUTCOMES.get(cause or HangupCause.NORMAL_UNSPECIFIED, OfferState.ABSENT)


def retry_after(plan: QueuePlan, outcome: OfferState) -> float:
    """Seconds until an agent who let an offer end like this is offered another."""
    own = {
        OfferState.REJECTED: plan.reject_seconds,
        OfferState.BUSY: plan.busy_seconds,
        OfferState.NO_ANSWER: plan.no_answer_seconds,
    }.get(outcome)
    return plan.retry_seconds if own is None else own


class Offer:
    """The ringing of `agent` for `call`."""

    def __init__(self, call: Call, plan: QueuePlan, agent: Agent, line: HandsetLine) -> None:
        self._call = call
        self._plan = plan
        self.agent = agent
        self.line = line
        self.state = OfferState.OPEN
        self.leg = call.add_leg(line, LegState.CALLING, Role.AGENT)
        call.note(EntryKind.OFFERED, queue=plan.name, agent=agent.id, handset=line.name)

    def ring(self) -> None:
        party = Party(self._call.number, self._call.name, self._plan.label)
        self.leg.command_failed(self.line.ring(self.leg.id, party))

    def answered(self) -> None:
        self._end(OfferState.ANSWERED, "")

    def missed(self, cause: HangupCause | None, why: str) -> None:
        """The agent did not take it: none is offered to them for a while."""
        outcome = outcome_of(cause)
        self._end(outcome, why)
        self.agent.skip(max(retry_after(self._plan, outcome), SHORTEST_RETRY_SECONDS))
        self.leg.release(cause or HangupCause.NO_ANSWER, why)
        if cause is not HangupCause.NO_CIRCUIT_AVAILABLE:  # no line to their telephone: not their fault
            self.agent.missed(self._plan.pause_after_misses)

    def withdraw(self, why: str) -> None:
        """The caller is not there any more, or goes elsewhere: no fault of the agent's."""
        if self.state is OfferState.OPEN:
            self._end(OfferState.ABANDONED, why)
            self.leg.release(HangupCause.NORMAL_CLEARING, why)

    def _end(self, state: OfferState, why: str) -> None:
        if self.state is not OfferState.OPEN:
            raise ContractError(f"An offer that ended as {self.state} cannot end as {state}.")
        self.state = state
        self._call.note(
            EntryKind.OFFER_ENDED, queue=self._plan.name, agent=self.agent.id, outcome=state.value, why=why
        )
