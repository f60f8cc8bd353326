"""Callers who wait, in order, and the moment one of them meets a free agent."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage as Progressed
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Sound
from appliance.contract.plan import Choice, QueuePlan
from appliance.core.acd.agent import Agent
from appliance.core.acd.offer import Offer
from appliance.core.acd.roster import Roster
from appliance.core.acd.strategy import strategy
from appliance.core.call.call import Call, Stage
from appliance.core.call.conversation import Meeting, meet
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.kernel import Kernel

Overflow = Callable[[Call, Leg, Choice, str], None]


class QueuedCall(Step):
    """A caller in a queue: hears music, is offered to one agent after the other, until one answers."""

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
        self.entered = self.kernel.clock.now() if entered is None else entered
        self.rank = self.entered if rank is None else rank  # who has the lowest, is next
        self.offer: Offer | None = None
        self._overflow_due = False

    @property
    def plan(self) -> QueuePlan:
        """The queue as the settings have it now; as it was, when it was taken out of them."""
        self._last_plan = self.kernel.plan.queues.get(self.queue, self._last_plan)
        return self._last_plan

    def begin(self) -> None:
        position = self._queues.add(self)
        self.call.queue = self.queue
        waited = self.kernel.clock.now() - self.entered
        if not self._returns:
            self.call.note(EntryKind.QUEUE_ENTERED, queue=self.queue, position=position)
        self.after(max(0.0, self.plan.maximum_wait_seconds - waited), self._waited_too_long)
        self.caller.listen()
        if self._returns:
            self._music()
        else:
            self.caller.play(self.plan.welcome, done=self._music)

    def leave(self) -> None:
        super().leave()
        self._queues.remove(self)
        if self.offer is not None:
            self.offer.withdraw("The caller is not waiting any more.")
        self.caller.quiet()

    def offer_to(self, agent: Agent) -> None:
        """Ring an agent for this caller."""
        line = self.kernel.handsets[agent.handset or ""]
        self.offer = offer = Offer(self.call, self.plan, agent, line)
        self.call.move(Stage.OFFERING, f"offered to agent {agent.id}")
        self.after(self.plan.ring_seconds, lambda: self._rang_out(offer))
        offer.ring()

    def withdraw(self, leg: Leg, why: str) -> None:
        """The agent began to dial while this offer rang."""
        if self.offer is not None and self.offer.leg is leg:
            self._missed(self.offer, HangupCause.USER_BUSY, why)

    # -------------------------------------------------------------------- events

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg.alive and stage is Progressed.RINGING and self.offer is not None and leg is self.offer.leg:
            leg.rings()

    def answered(self, leg: Leg) -> None:
        offer = self.offer
        if offer is None or leg is not offer.leg:
            return
        offer.answered()
        now = self.kernel.clock.now()
        meeting = Meeting(
            call=self.call,
            caller=self.caller,
            agent=leg,
            record=self.kernel.plan.record and self.plan.record,
            music=self.plan.music,
            agent_id=offer.agent.id,
            waited=round(now - self.entered, 3),
            connected=lambda: self._connected(offer.agent),
            lost=self._return,
        )
        meet(meeting, f"agent {offer.agent.id} answered")

    def released(self, leg: Leg) -> None:
        if leg is self.caller:
            super().released(leg)
        elif self.offer is not None and leg is self.offer.leg:
            self._missed(self.offer, leg.cause, leg.reason)

    # ------------------------------------------------------------------- courses

    def _connected(self, agent: Agent) -> None:
        agent.wrap_up_owed = self.plan.wrap_up_seconds

    def _return(self) -> None:
        """The agent went while the recording notice was played: the caller keeps the place in the queue."""
        again = QueuedCall(self._queues, self.call, self.caller, self.queue, entered=self.entered)
        self.call.enter(again, "The agent went before they were connected.")

    def _rang_out(self, offer: Offer) -> None:
        if self.offer is offer:
            self._missed(offer, HangupCause.NO_ANSWER, "The agent did not answer in time.")

    def _missed(self, offer: Offer, cause: HangupCause | None, why: str) -> None:
        self.offer = None
        offer.missed(cause, why)
        self.call.move(Stage.WAITING, why)
        self.kernel.wake()
        if self._overflow_due:
            self._overflow()

    def _waited_too_long(self) -> None:
        if self.offer is None:
            self._overflow()
        else:
            self._overflow_due = True  # let the agent who is being rung have a chance

    def _overflow(self) -> None:
        why = f"waited {self.plan.maximum_wait_seconds:.0f} s"
        self._queues.overflow(self.call, self.caller, self.plan.overflow, why)

    def _music(self) -> None:
        music: Prompt = (Sound(self.plan.music),)
        self.caller.play(music, loop=True)


class Queues:
    """All who wait, whoever waits longest first. `match` is run after every event that may free somebody."""

    def __init__(self, kernel: Kernel, roster: Roster, overflow: Overflow) -> None:
        self._kernel = kernel
        self._roster = roster
        self.overflow = overflow
        self.waiting: list[QueuedCall] = []

    def add(self, queued: QueuedCall) -> int:
        """Let a caller wait; returns the place in its queue, from 1."""
        insort(self.waiting, queued, key=lambda other: other.rank)
        self._kernel.wake()
        return 1 + [other for other in self.waiting if other.queue == queued.queue].index(queued)

    def remove(self, queued: QueuedCall) -> None:
        if queued in self.waiting:
            self.waiting.remove(queued)

    def match(self) -> None:
        """Give free agents to callers, the longest waiting first."""
        full: set[str] = set()  # queues without a free agent
        for queued in list(self.waiting):
            if queued.offer is not None or queued.queue in full or queued not in self.waiting:
                continue
            agent = strategy(queued.plan.strategy)(self._roster.eligible(queued.queue))
            if agent is None:
                full.add(queued.queue)
            else:
                queued.offer_to(agent)
