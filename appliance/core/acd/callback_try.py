"""One try to call somebody back, by an agent who is held: it ends connected, or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.answering import AnsweredBy, AnswerWatch, AnswerWish
from appliance.contract.callbacks import Closed
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.events import AnswerHeard
from appliance.contract.journal import EntryKind
from appliance.core.acd.agent import Agent
from appliance.core.acd.callback_turn import CallbackTurn
from appliance.core.call.leg import Role
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


#: What answers and is not the customer.
_NOBODY = {AnsweredBy.MACHINE: "machine", AnsweredBy.FAX: "machine", AnsweredBy.TONE: "failed"}
#: A customer who is called a machine is rung again for nothing: better a machine that counts as reached.
_WATCH = AnswerWatch(AnswerWish.LOSE_NO_PERSON, latest=8.0)
UNKNOWN_SECONDS = 12.0  # without a word from the media by then, it was the customer
TALK_SECONDS = 60.0  # nobody talks with a machine for longer


class Attempt:
    """One call to the customer, by an agent who is held."""

    def __init__(self, book: Callbacks, turn: CallbackTurn, agent: Agent) -> None:
        self._book = book
        self._over = False
        self.met = False  # the agent hears whoever answered
        self._nobody = ""  # what answered instead of the customer
        self._timer: Timer | None = None
        self.turn = turn
        self.promise = turn.promise
        self.call = turn.call
        self.agent = agent

    def connected(self) -> None:
        """The agent hears who answered. It is a promise still until that is known to be no machine."""
        if self.met or self._over:
            return
        self.met = True
        self.agent.took(self.turn.plan)
        self._book.queues.connected(self.turn, self.agent)
        self.call.who_answered = self._heard
        self._timer = self.call.kernel.after(UNKNOWN_SECONDS, self._served)
        for leg in self.call.legs:
            if leg.role is Role.FAR_END:
                leg.watch_answer(_WATCH)

    def failed(self, reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        """The customer was not reached: the agent is let go at once."""
        self._end(_WHY.get(cause, "failed"))
        reach.call.end(cause, reason, by)

    def watch(self) -> None:
        """Did the call end before either?"""
        if self.call.open:
            return
        if self.met and not self._nobody:
            self._served()
        else:
            self._end(self._nobody or "agent_left")

    def _heard(self, event: AnswerHeard) -> None:
        """A machine's agent may leave a message, and hangs up; then the customer's next try is due."""
        said = {"kind": event.kind.value, "seconds": event.seconds, "probability": event.probability}
        self.call.note(EntryKind.ANSWER_HEARD, **said)
        self._nobody = _NOBODY.get(event.kind, "")
        if not self._nobody:
            self._served()
        elif not self._over:
            self._disarm()
            self._timer = self.call.kernel.after(TALK_SECONDS, self._served)

    def _served(self) -> None:
        self._disarm()
        if not self._over:
            self._over = True
            self.promise.attempt = None
            self._book.close(self.promise, Closed.SERVED, self.call, self.agent)

    def _end(self, why: str) -> None:
        self._disarm()
        if not self._over:
            self._over = True
            self._book.tried(self, why)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
