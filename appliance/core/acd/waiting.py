"""A caller in a queue: hears music and news, is offered to agents until one answers, may leave by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.events import Stage as Progressed
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Sound
from appliance.contract.plan import Choice, QueuePlan
from appliance.core.acd import announce
from appliance.core.acd.agent import Agent
from appliance.core.acd.choosing import needed
from appliance.core.acd.offer import Offer
from appliance.core.acd.strategy import RING_PROGRESSIVELY
from appliance.core.call.call import Call, Stage
from appliance.core.call.conversation import Meeting, meet
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step

if TYPE_CHECKING:
    from appliance.core.acd.queue import Queues

MOST_HOPS = 20  # from queue to queue within one call; more is a ring of overflows
CLOSING_SECONDS = 15.0  # how often it is looked whether the office has closed


class QueuedCall(Step):
    """A caller who waits. `entered` is when they came to this queue, `rank` the moment their wait counts
    from: who comes back, or from another queue, has waited already."""

    stage = Stage.WAITING

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
        super().__init__(call)
        self._queues = queues
        self._last_plan = self.kernel.plan.queues[queue]
        self._returns = entered is not None or rank is not None
        self.caller = caller
        self.queue = queue
        now = self.kernel.clock.now()
        self.entered = now if entered is None else entered
        self.rank = self.entered if rank is None else rank
        self.offers: list[Offer] = []
        self.explained = False  # a decision about this caller is in the journal
        self.ring_more = False  # ring_progressively: it is time for one more agent
        self._due: tuple[Choice, str, str] | None = None  # leaves when nobody is rung any more
        self._armed: QueuePlan | None = None
        self._turn: Timer | None = None

    # ------------------------------------------------------------------- looking

    @property
    def plan(self) -> QueuePlan:
        """The queue as the settings have it now; as it was, when it was taken out of them."""
        self._last_plan = self.kernel.plan.queues.get(self.queue, self._last_plan)
        return self._last_plan

    @property
    def offer(self) -> Offer | None:
        """The first of the offers that stand."""
        return self.offers[0] if self.offers else None

    @property
    def rung(self) -> list[Agent]:
        """The agents who are rung for this caller now."""
        return [offer.agent for offer in self.offers]

    @property
    def waited(self) -> float:
        """Seconds in this queue."""
        return self.kernel.clock.now() - self.entered

    @property
    def head_start(self) -> float:
        """Seconds this caller is treated as having waited longer."""
        wants, plan = self.call.wants, self.plan
        return plan.head_start_seconds + wants.head_start + (plan.vip_seconds if wants.vip else 0.0)

    def score(self, now: float) -> float:
        """Who has the highest is next. It grows with every second, so everybody's turn comes."""
        return self.head_start + self.plan.weight * (now - self.rank)

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
        self.caller.listen(digits=bool(self.plan.exits))
        if self._returns:
            self._music()
        else:
            self.caller.play(self.plan.welcome, done=self._music)

    def _begin_timers(self) -> None:
        plan = self.plan
        self.after(max(0.0, plan.maximum_wait_seconds - self.waited), self._waited_too_long)
        if plan.comfort and plan.comfort_seconds:
            self._every(plan.comfort_seconds, self._comfort)
        if plan.say_position or plan.say_wait:
            self._every(plan.say_seconds, self._say)
        if plan.closing is not None:
            self._every(CLOSING_SECONDS, self._look_at_hours)

    def _every(self, seconds: float, action: Callable[[], None]) -> None:
        def again() -> None:
            self.after(seconds, again)
            action()

        self.after(seconds, again)

    def arm(self) -> None:
        """Look again when the next thing that only time changes has come: a level of agents, a relaxed need,
        the end of a wait for one agent. Harmless when it was done for this plan already."""
        if self._armed is self.plan:
            return
        self._armed = self.plan
        self._arm_next()

    def _arm_next(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
        moments = [moment for moment in self._moments() if moment > self.waited + 0.001]
        if moments:
            self._turn = self.after(min(moments) - self.waited + 0.001, self._time_has_come)

    def _time_has_come(self) -> None:
        self.kernel.wake()
        self._arm_next()

    def _moments(self) -> list[float]:
        plan, waited = self.plan, self.waited
        found = [plan.sticky_seconds] if plan.sticky_seconds else []
        if plan.relax_seconds and any(v > 1 for v in needed(plan, self.call.wants.skills, waited).values()):
            found.append((int(waited / plan.relax_seconds) + 1) * plan.relax_seconds)
        if plan.widen_seconds:
            levels = len(self._queues.chooser.levels(self.queue))
            found += [place * plan.widen_seconds for place in range(1, levels)]
        return found

    # --------------------------------------------------------------------- going

    def leave(self) -> None:
        super().leave()
        self._queues.remove(self)
        self._withdraw("The caller is not waiting any more.")
        self.caller.quiet()

    def _withdraw(self, why: str) -> None:
        offers, self.offers = self.offers, []
        for offer in offers:
            offer.withdraw(why)

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

    def _waited_too_long(self) -> None:
        plan = self.plan
        self.leave_for(plan.overflow, "timeout", f"waited {plan.maximum_wait_seconds:.0f} s")

    def _look_at_hours(self) -> None:
        closing = self.plan.closing
        if closing is not None and self._queues.closed(self.call):
            self.leave_for(closing, "closing", "the office closed")

    # -------------------------------------------------------------------- offers

    def offer_to(self, agent: Agent) -> None:
        """Ring an agent for this caller."""
        line = self.kernel.handsets[agent.handset or ""]
        offer = Offer(self.call, self.plan, agent, line)
        self.offers.append(offer)
        self.call.move(Stage.OFFERING, f"offered to agent {agent.id}")
        self.after(self.plan.ring_seconds, lambda: self._rang_out(offer))
        if self.plan.strategy == RING_PROGRESSIVELY:
            self.ring_more = False
            self.after(self.plan.ring_step_seconds, self._ring_one_more)
        offer.ring()

    def _ring_one_more(self) -> None:
        self.ring_more = True
        self.kernel.wake()

    def _of(self, leg: Leg) -> Offer | None:
        return next((offer for offer in self.offers if offer.leg is leg), None)

    def withdraw(self, leg: Leg, why: str) -> None:
        """The agent began to dial while this offer rang."""
        offer = self._of(leg)
        if offer is not None:
            self._missed(offer, HangupCause.USER_BUSY, why)

    def _rang_out(self, offer: Offer) -> None:
        if offer in self.offers:
            self._missed(offer, HangupCause.NO_ANSWER, "The agent did not answer in time.")

    def _missed(self, offer: Offer, cause: HangupCause | None, why: str) -> None:
        self.offers.remove(offer)
        offer.missed(cause, why)
        if not self.offers:
            self.call.move(Stage.WAITING, why)
        self.kernel.wake()
        if not self.offers and self._due is not None:
            self._leave_for(*self._due)

    # -------------------------------------------------------------------- events

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg.alive and stage is Progressed.RINGING and self._of(leg) is not None:
            leg.rings()

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
        meet(meeting, f"agent {offer.agent.id} answered")

    def released(self, leg: Leg) -> None:
        offer = self._of(leg)
        if leg is self.caller:
            self._queues.gone(self)
            super().released(leg)
        elif offer is not None:
            self._missed(offer, leg.cause, leg.reason)

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        choice = self.plan.exits.get(digit)
        if leg is self.caller and choice is not None:
            self.call.note(EntryKind.DIGITS, menu=self.queue, digits=digit)
            self._leave_for(choice, "key", f"key {digit} was pressed")

    def _connected(self, agent: Agent) -> None:
        agent.took(self.plan)
        self._queues.connected(self, agent)

    def _return(self) -> None:
        """The agent went while the recording notice was played: the caller keeps the place in the queue."""
        again = QueuedCall(
            self._queues, self.call, self.caller, self.queue, entered=self.entered, rank=self.rank
        )
        self.call.enter(again, "The agent went before they were connected.")

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
