"""A caller in a queue: hears music and news, is offered to agents until one answers, may leave by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Sound
from appliance.contract.plan import Choice
from appliance.core.acd import announce
from appliance.core.acd.agent import Agent
from appliance.core.acd.offer import SHORTEST_RETRY_SECONDS, Offer, OfferState, retry_after
from appliance.core.acd.turn import Turn
from appliance.core.acd.whisper import Whisper, words
from appliance.core.call.call import Call
from appliance.core.call.conversation import Meeting, meet
from appliance.core.call.leg import Leg

if TYPE_CHECKING:
    from appliance.core.acd.queue import Queues

MOST_HOPS = 20  # from queue to queue within one call; more is a ring of overflows
CLOSING_SECONDS = 15.0  # how often it is looked whether the office has closed


class QueuedCall(Turn):
    """A caller who waits. `entered` is when they came to this queue, `rank` the moment their wait counts
    from: who comes back, or from another queue, has waited already."""

    def __init__(
        self,
        queues: Queues,
        call: Call,
        caller: Leg,
        queue: str,
        *,
        entered: float | None = None,
        rank: float | None = None,
    ) -> None:
        came = call.kernel.clock.now() if entered is None else entered
        super().__init__(queues, call, queue, came, came if rank is None else rank)
        self._returns = entered is not None or rank is not None
        self.caller = caller
        self._due: tuple[Choice, str, str] | None = None  # leaves when nobody is rung any more

    # -------------------------------------------------------------------- coming

    def begin(self) -> None:
        wants, now = self.call.wants, self.kernel.clock.now()
        self.call.queue = self.queue
        if not self._returns:
            wants.hops += 1
            wants.take(self.call.variables)
            self._queues.recall(self)
            self.rank = min(self.rank, now if wants.since is None else wants.since)
            refused = self._queues.refuses(self)
            if refused:
                self._leave_for(*refused)
                return
        wants.since = self.rank if wants.since is None else min(wants.since, self.rank)
        position = self._queues.add(self)
        if not self._returns:
            self.call.note(EntryKind.QUEUE_ENTERED, queue=self.queue, position=position)
        self.arm()
        self._begin_timers()
        self.caller.listen(digits=bool(self.plan.exits or self.plan.callback_key))
        if self._returns:
            self._music()
        else:
            self.caller.play(self.plan.welcome, done=self._welcomed)

    def again(self, why: str) -> None:
        """The caller comes back from elsewhere, and has the place as before."""
        again = QueuedCall(
            self._queues, self.call, self.caller, self.queue, entered=self.entered, rank=self.rank
        )
        again.explained = self.explained
        self.call.enter(again, why)

    def _begin_timers(self) -> None:
        plan = self.plan
        self.after(max(0.0, plan.maximum_wait_seconds - self.waited), self._waited_too_long)
        if plan.comfort and plan.comfort_seconds:
            self._every(plan.comfort_seconds, self._comfort)
        if plan.say_position or plan.say_wait:
            self._every(plan.say_seconds, self._say)
        if plan.closing is not None:
            self._every(CLOSING_SECONDS, self._look_at_hours)
        if plan.callback_wait_seconds:
            self.after(max(0.0, plan.callback_wait_seconds - self.waited), self._offer_callback)

    def _every(self, seconds: float, action: Callable[[], None]) -> None:
        def again() -> None:
            self.after(seconds, again)
            action()

        self.after(seconds, again)

    # --------------------------------------------------------------------- going

    def leave(self) -> None:
        super().leave()
        self._queues.remove(self)
        self._withdraw("The caller is not waiting any more.")
        self.caller.quiet()

    def leave_for(self, choice: Choice, code: str, why: str) -> None:
        """Go elsewhere, but let an agent who is being rung have a chance first."""
        if self.offers:
            self._due = (choice, code, why)
        else:
            self._leave_for(choice, code, why)

    def _leave_for(self, choice: Choice, code: str, why: str) -> None:
        self.cancel_timers()
        self._queues.remove(self)
        self._withdraw(why)
        self.call.note(EntryKind.QUEUE_LEFT, queue=self.queue, why=code, to=choice.kind, target=choice.target)
        message = self.plan.overflow_message if code in ("timeout", "full", "unstaffed") else ()

        def go() -> None:
            self._queues.overflow(self.call, self.caller, choice, why)

        self.caller.play(message, done=go)

    def unanswered(self, why: str) -> None:
        if self._due is not None:
            self._leave_for(*self._due)

    def _waited_too_long(self) -> None:
        plan = self.plan
        self.leave_for(plan.overflow, "timeout", f"waited {plan.maximum_wait_seconds:.0f} s")

    def _look_at_hours(self) -> None:
        closing = self.plan.closing
        if closing is not None and self._queues.closed(self.call):
            self.leave_for(closing, "closing", "the office closed")

    # -------------------------------------------------------------------- events

    def answered(self, leg: Leg) -> None:
        offer = self._of(leg)
        if offer is None:
            return
        self.offers.remove(offer)
        offer.answered()
        meeting = Meeting(
            call=self.call,
            caller=self.caller,
            agent=leg,
            record=self.kernel.plan.record and self.plan.record,
            music=self.plan.music,
            agent_id=offer.agent.id,
            waited=round(self.waited, 3),
            connected=lambda: self._connected(offer.agent),
            lost=self._return,
        )
        self._withdraw(f"Agent {offer.agent.id} answered first.")
        self._meet(meeting, offer)

    def _meet(self, meeting: Meeting, offer: Offer) -> None:
        """At once, or when the agent has heard whose caller it is; at a telephone outside they know."""
        agent, why = offer.agent, f"agent {offer.agent.id} answered"
        if not (self.plan.whisper and agent.plan.whisper) or offer.line.borrows_audio:
            meet(meeting, why)
            return

        def gone() -> None:
            agent.skip(max(retry_after(self.plan, OfferState.REJECTED), SHORTEST_RETRY_SECONDS))
            self._return()

        said = words(self.kernel.plan.language, self.plan.label, self.waited)
        self.call.enter(Whisper(meeting, said, gone), why)

    def released(self, leg: Leg) -> None:
        offer = self._of(leg)
        if leg is self.caller:
            self._queues.gone(self)
            super().released(leg)
        elif offer is not None:
            self._missed(offer, leg.cause, leg.reason)

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        choice = self.plan.exits.get(digit)
        if leg is self.caller and digit == self.plan.callback_key:
            if not self.offers:
                self._queues.call_back(self, "key")
        elif leg is self.caller and choice is not None:
            self.call.note(EntryKind.DIGITS, menu=self.queue, digits=digit)
            self._leave_for(choice, "key", f"key {digit} was pressed")

    def _connected(self, agent: Agent) -> None:
        agent.took(self.plan)
        self._queues.connected(self, agent)

    def _return(self) -> None:
        """The agent went while the recording notice was played: the caller keeps the place in the queue."""
        self.again("The agent went before they were connected.")

    # ------------------------------------------------------------------ callback

    def _welcomed(self) -> None:
        """Who will wait for long hears at once that they may be called back."""
        most = self.plan.callback_wait_seconds
        if most and self._queues.will_wait(self) >= most:
            self._offer_callback()
        if self.call.step is self:
            self._music()

    def _offer_callback(self) -> None:
        """Once for each caller."""
        if not self.offers and not self.call.wants.offered_callback:
            self.call.wants.offered_callback = True
            self._queues.call_back(self, "wait")

    # --------------------------------------------------------------------- sound

    def _music(self) -> None:
        music: Prompt = (Sound(self.plan.music),)
        self.caller.play(music, loop=True)

    def _comfort(self) -> None:
        if not self.offers:
            self.caller.play(self.plan.comfort, done=self._music)

    def _say(self) -> None:
        """Say the place and, when it is known well enough, the wait."""
        if self.offers:
            return
        language = self.call.language or self.kernel.plan.language
        place = self._queues.place(self)
        said = announce.position(language, place) if self.plan.say_position else ()
        wait = self._queues.expected(self) if self.plan.say_wait else None
        if wait is not None:
            said += announce.expected(language, wait)
        if said:
            self.caller.play(said, done=self._music)
