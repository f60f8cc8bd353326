"""One try to call somebody back, by an agent who is held: it ends connected, or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.callbacks import Closed
from appliance.contract.cause import HangupCause
from appliance.core.acd.agent import Agent
from appliance.core.acd.callback_turn import CallbackTurn
from appliance.core.call.reach import Reach

if TYPE_CHECKING:
    from appliance.core.acd.callback import Callbacks

_WHY = {
    HangupCause.USER_BUSY: "busy",
    HangupCause.NO_ANSWER: "no_answer",
    HangupCause.NO_USER_RESPONDING: "no_answer",
    HangupCause.CALL_REJECTED: "rejected",
    HangupCause.NO_CIRCUIT_AVAILABLE: "no_line",
}


class Attempt:
    """One call to the customer, by an agent who is held."""

    def __init__(self, book: Callbacks, turn: CallbackTurn, agent: Agent) -> None:
        self._book = book
        self._over = False
        self.turn = turn
        self.promise = turn.promise
        self.call = turn.call
        self.agent = agent

    def connected(self) -> None:
        """Customer and agent have met."""
        if not self._over:
            self._over = True
            self.promise.attempt = None
            self.agent.took(self.turn.plan)
            self._book.queues.connected(self.turn, self.agent)
        self._book.close(self.promise, Closed.SERVED, self.call, self.agent)

    def failed(self, reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        """The customer was not reached: the agent is let go at once."""
        self._end(_WHY.get(cause, "failed"))
        reach.call.end(cause, reason, by)

    def watch(self) -> None:
        """Did the call end before either?"""
        if not self.call.open:
            self._end("agent_left")

    def _end(self, why: str) -> None:
        if not self._over:
            self._over = True
            self._book.tried(self, why)
