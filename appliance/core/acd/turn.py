"""A turn in a queue: who waits is next by rank, is offered to agents, may be rung at several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.events import Stage as Progressed
from appliance.contract.plan import Choice, QueuePlan
from appliance.core.acd.agent import Agent
from appliance.core.acd.choosing import needed
from appliance.core.acd.offer import Offer
from appliance.core.acd.strategy import RING_PROGRESSIVELY
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step

if TYPE_CHECKING:
    from appliance.core.acd.queue import Queues


class Turn(Step):
    """What a caller who waits on the line and one who waits to be called back have in common.

    `entered` is when the turn began, `rank` the moment the wait counts from.
    """

    stage = Stage.WAITING
    #: Is the party on the line?
    here = True
    #: What the journal calls one who is not; "" for one who is.
    kind = ""

    def __init__(self, queues: Queues, call: Call, queue: str, entered: float, rank: float) -> None:
        super().__init__(call)
        self._queues = queues
        self._last_plan = self.kernel.plan.queues.get(queue) or QueuePlan(queue, queue)
        self.queue = queue
        self.entered = entered
        self.rank = rank
        self.offers: list[Offer] = []
        self.explained = False  # a decision about this turn is in the journal
        self.ring_more = False  # ring_progressively: it is time for one more agent
        self._armed: QueuePlan | None = None
        self._turn: Timer | None = None

    # ------------------------------------------------------------------- looking

    @property
    def only(self) -> str | None:
        """The one agent for whom it is kept, of the queue or not; None: whoever of the queue may have it."""
        return None

    def servable(self) -> bool:
        """Could it be served now, if an agent was there?"""
        return True

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

    # ------------------------------------------------------------------------ time

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

    # -------------------------------------------------------------------- offers

    def chosen(self) -> None:
        """Agents were found: they are about to be asked."""

    def unanswered(self, why: str) -> None:
        """Nobody is rung any more, and nobody answered."""

    def leave_for(self, choice: Choice, code: str, why: str) -> None:
        """The queue wants it to go elsewhere."""

    def offer_to(self, agent: Agent) -> None:
        """Ring an agent for this caller."""
        line = self.kernel.handsets[agent.handset or ""]
        offer = Offer(self.call, self.plan, agent, line)
        self.offers.append(offer)
        self.call.move(Stage.OFFERING, f"offered to agent {agent.id}")
        self.after(self.plan.ring_seconds + line.patience, lambda: self._rang_out(offer))
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
            self.unanswered(why)
        self.kernel.wake()

    def _withdraw(self, why: str) -> None:
        offers, self.offers = self.offers, []
        for offer in offers:
            offer.withdraw(why)

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg.alive and stage is Progressed.RINGING and self._of(leg) is not None:
            leg.rings()
