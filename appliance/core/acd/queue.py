"""All who wait, in order, and the moment one of them meets a free agent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from appliance.contract.journal import CallRecord, EntryKind
from appliance.contract.memory import CallThen
from appliance.contract.plan import Choice, QueuePlan
from appliance.core.acd.agent import Agent
from appliance.core.acd.choosing import Chooser
from appliance.core.acd.forecast import Forecast, Range
from appliance.core.acd.remembered import Remembered
from appliance.core.acd.roster import Roster
from appliance.core.acd.turn import Turn
from appliance.core.acd.waiting import MOST_HOPS, QueuedCall
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg
from appliance.core.kernel import Kernel

__all__ = ["Overflow", "QueuedCall", "Queues"]

Overflow = Callable[[Call, Leg, Choice, str], None]
Closed = Callable[[Call], bool]

#: For so long it is remembered who spoke with a caller last, and who tried to reach them.
LAST_AGENT_SECONDS, TRIED_SECONDS = 30 * 86400.0, 3 * 86400.0

_REFUSED = {
    "full": "the queue is full",
    "unstaffed": "no agent is there",
    "ring": "the queues overflow in a ring",
}


class Queues:
    """All who wait. `match` is run after every event that may free somebody."""

    def __init__(
        self, kernel: Kernel, roster: Roster, overflow: Overflow, closed: Closed = lambda call: False
    ) -> None:
        self._kernel = kernel
        self._roster = roster
        self.overflow = overflow
        self.closed = closed
        # Callers on the line, and those whose turn to be called back has come, in the order they came.
        self._waiting: dict[Turn, None] = {}
        #: Offer a caller to be called back; the reason is "key" or "wait".
        self.call_back: Callable[[QueuedCall, str], None] = lambda queued, reason: None
        #: How many callers of a queue are to be called back.
        self.promised: Callable[[str], int] = lambda queue: 0
        #: A caller comes to a queue.
        self.came: Callable[[str], None] = lambda queue: None
        #: The rank of a caller who was to be called back and rings again; None: there was no such promise.
        self.claim: Callable[[QueuedCall], float | None] = lambda queued: None
        self.chooser = Chooser(kernel, roster)
        self._forecasts: dict[str, Forecast] = {}
        self.places: Remembered[float] = Remembered()  # by number and queue: the rank
        self._last_agents: Remembered[tuple[str, bool]] = Remembered()  # by number: agent, only tried?

    # ------------------------------------------------------------- coming, going

    def add(self, queued: Turn) -> int:
        """Let a caller wait; returns the place in its queue, from 1."""
        self._waiting[queued] = None
        if queued.here:
            self.came(queued.queue)
        self._kernel.wake()
        return self.place(queued)

    def remove(self, queued: Turn) -> None:
        if queued in self._waiting:
            del self._waiting[queued]
            if not self._in(queued.queue):
                self._forecast(queued.queue).emptied()

    def recall(self, queued: QueuedCall) -> None:
        """What is known of this caller from calls before: the place they had, and who spoke with them."""
        number, now = queued.call.number, self._kernel.clock.now()
        if number is None:
            return
        place = self.places.take((number, queued.queue), now)
        if place is not None:
            queued.rank = min(queued.rank, place)
        promised = self.claim(queued)
        if promised is not None:
            queued.rank = min(queued.rank, promised)
        last = self._last_agents.get(number, now)
        if queued.call.wants.last_agent is None and last is not None:
            queued.call.wants.last_agent, queued.call.wants.last_tried = last

    def gone(self, queued: QueuedCall) -> None:
        """A caller was cut off, or hung up, while waiting: for a while the place is kept."""
        minutes, number = queued.plan.return_minutes, queued.call.number
        if minutes and number is not None:
            until = self._kernel.clock.now() + minutes * 60.0
            self.places.keep((number, queued.queue), until, queued.rank)

    def connected(self, queued: Turn, agent: Agent) -> None:
        """A caller and an agent have met."""
        now = self._kernel.clock.now()
        self._forecast(queued.queue).answered(now, len(self._in(queued.queue)))
        if queued.call.number is not None:
            self._last_agents.keep(queued.call.number, now + LAST_AGENT_SECONDS, (agent.id, False))

    def over(self, record: CallRecord) -> None:
        """A call has ended."""
        if record.ended is not None and record.agent is not None:
            self.learn(then(record, record.ended), self._kernel.clock.now())

    def learn(self, call: CallThen, ended: float) -> None:
        """Who spoke with a number outside, or tried to: the customer who rings back goes to that agent."""
        if call.agent is None or call.number is None or not call.number.startswith("+") or not call.outside:
            return
        if call.answered:
            self._last_agents.keep(call.number, ended + LAST_AGENT_SECONDS, (call.agent, False))
        elif call.direction == "outbound":
            self._last_agents.keep(call.number, ended + TRIED_SECONDS, (call.agent, True))

    def plan(self, queue: str) -> QueuePlan | None:
        """A queue of the settings."""
        return self._kernel.plan.queues.get(queue)

    def refuses(self, queued: QueuedCall) -> tuple[Choice, str, str] | None:
        """Where a caller goes who may not come in, with the code and the words why; None: they may."""
        plan = queued.plan
        if queued.call.wants.hops > MOST_HOPS:
            return Choice("hangup"), "ring", _REFUSED["ring"]
        if plan.maximum_waiting and sum(one.here for one in self._in(queued.queue)) >= plan.maximum_waiting:
            return plan.overflow, "full", _REFUSED["full"]
        if not self._roster.staffed(queued.queue, plan.join):
            return plan.unstaffed or plan.overflow, "unstaffed", _REFUSED["unstaffed"]
        return None

    # ------------------------------------------------------------------- looking

    @property
    def waiting(self) -> list[Turn]:
        """All who wait, in the order they came."""
        return list(self._waiting)

    def in_order(self) -> list[Turn]:
        """All who wait, who is next first: by score, and among equals who came first."""
        now = self._kernel.clock.now()
        return sorted(self._waiting, key=lambda queued: -queued.score(now))

    def place(self, queued: Turn) -> int:
        """The place of a caller in its queue, from 1."""
        return 1 + [other for other in self.in_order() if other.queue == queued.queue].index(queued)

    def expected(self, queued: Turn) -> Range | None:
        """How long this caller will still wait; None when nobody can tell."""
        if not self._roster.staffed(queued.queue, "available"):
            return None
        return self._forecast(queued.queue).spoken(self.place(queued), self._kernel.clock.now())

    def will_wait(self, queued: Turn) -> float:
        """Seconds this caller will probably still wait; 0 when nobody can tell."""
        found = self._forecast(queued.queue).seconds(self.place(queued), self._kernel.clock.now())
        return sum(found) / 2 if found is not None else 0.0

    def _in(self, queue: str) -> list[Turn]:
        return [queued for queued in self._waiting if queued.queue == queue]

    def _forecast(self, queue: str) -> Forecast:
        return self._forecasts.setdefault(queue, Forecast())

    # ------------------------------------------------------------------ matching

    def match(self) -> None:
        """Give free agents to callers, as the queues' rules say; callers whom nobody serves leave."""
        if not self._waiting:
            return
        self._leave_unstaffed()
        pools = _Pools(self._roster)
        order = self.waiting if pools.empty else self.in_order()
        for place, queued in enumerate(order):
            if queued not in self._waiting or (queued.explained and not pools.of(queued)):
                continue
            queued.arm()
            chosen = self.chooser.choose(queued, pools.of(queued)) if queued.servable() else []
            if chosen:
                self._route(queued, chosen, order[:place], order[place:])
                pools.take(chosen)
            elif not queued.offers:
                self._nobody(queued)

    def _nobody(self, queued: Turn) -> None:
        """Nobody can be asked: said once for each caller, when they come."""
        if queued.explained:
            return
        queued.explained = True
        self._note(queued, [], 0, None)

    def _route(self, queued: Turn, chosen: list[Agent], before: list[Turn], after: list[Turn]) -> None:
        """It is given these agents, which nobody of those `before` it could have."""
        queued.explained = True
        ahead = sum(not other.offers for other in before if other in self._waiting)
        overtaken = any(other.rank < queued.rank and not other.offers for other in after)
        queued.chosen()
        self._note(queued, chosen, ahead, "priority" if overtaken else "others" if ahead else "wait")
        for agent in chosen:
            queued.offer_to(agent)

    def _note(self, queued: Turn, chosen: list[Agent], ahead: int, by: str | None) -> None:
        queued.call.note(
            EntryKind.ROUTED,
            queue=queued.queue,
            agents=",".join(agent.id for agent in chosen),
            rule=self.chooser.rule(queued) if queued.only is None else "scheduled",
            left=self.chooser.explain(queued, chosen) or None,
            of=len(self._waiting),
            ahead=ahead or None,
            by=by,
            callback=queued.kind or None,
        )

    def _leave_unstaffed(self) -> None:
        rules = {
            name: plan for name, plan in self._kernel.plan.queues.items() if plan.leave not in ("never", "")
        }
        for queued in self.waiting if rules else ():
            plan = rules.get(queued.queue)
            if plan is None or queued not in self._waiting or self._roster.staffed(queued.queue, plan.leave):
                continue
            queued.leave_for(plan.unstaffed or plan.overflow, "unstaffed", _REFUSED["unstaffed"])


def then(record: CallRecord, ended: datetime) -> CallThen:
    """A record as the queues remember it."""
    return CallThen(
        direction=record.direction,
        ended=ended,
        number=record.number,
        queue=record.queue,
        agent=record.agent,
        waited=record.waited_seconds,
        talked=record.talk_seconds,
        answered=record.answered,
        outcome=record.outcome,
        outside=record.trunk is not None,
    )


class _Pools:
    """The free agents of each queue, as long as one match lasts."""

    def __init__(self, roster: Roster) -> None:
        self._free = roster.free()
        self._of: dict[str, list[Agent]] = {}

    @property
    def empty(self) -> bool:
        return not self._free

    def of(self, queued: Turn) -> list[Agent]:
        """Who may have it: the queue's agents, or the one for whom it is kept."""
        if not self._free:
            return self._free
        if queued.only is not None:
            return [agent for agent in self._free if agent.id == queued.only]
        queue = queued.queue
        found = self._of.get(queue)
        if found is None:
            found = self._of[queue] = [agent for agent in self._free if queue in agent.plan.queues]
        return found

    def take(self, agents: list[Agent]) -> None:
        """These are not free any more."""
        gone = {agent.id for agent in agents}
        self._free = [agent for agent in self._free if agent.id not in gone]
        self._of = {
            queue: [agent for agent in pool if agent.id not in gone] for queue, pool in self._of.items()
        }
