"""The book of callbacks: promises to call somebody, each with its place, its line, and its next try.

A promise waits among the callers on the line by the moment its wait counts from. When its turn comes an agent
is rung and held; then the customer is called. Every change is a journal entry first: what was promised is
found again by a box that starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from appliance.contract.callbacks import Callback, CallbackKind, Closed
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.errors import CallboxError
from appliance.contract.ids import CallId, new_id
from appliance.contract.journal import EntryKind
from appliance.contract.plan import QueuePlan
from appliance.core.acd.agent import Agent
from appliance.core.acd.callback_try import Attempt
from appliance.core.acd.callback_turn import CallbackTurn, Promise
from appliance.core.acd.queue import Queues
from appliance.core.acd.waiting import QueuedCall
from appliance.core.call.call import Call
from appliance.core.call.emergency import emergency_number
from appliance.core.call.holds import Hold
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed
from appliance.core.call.trunk_group import free_line, idle_lines
from appliance.core.kernel import Kernel, LastCall
from appliance.core.numbers import for_callback

#: Puts a call that an agent has answered through to a number outside: call, leg, number, lines, whether one
#: of them is held for it, when it was promised, connected, failed.
Dial = Callable[[Call, Leg, str, tuple[str, ...], bool, datetime, Callable[[], None], Failed], None]
#: The first moment, from this one on, at which the office is open.
Opens = Callable[[datetime], datetime]

LOOK_SECONDS = 30.0  # how often it is looked what has become due; what is known to come due is not waited for
NO_LINE_SECONDS = 30.0
UNDO_MOST = 50  # promises taken off by hand that can be put back, until the box stops
#: An agent who is not there so long after the time they have named: whoever of the queue is free will do.
LATE = timedelta(minutes=15)


class Callbacks:
    """Every open promise, by its id. Methods belong to the core's thread."""

    def __init__(self, kernel: Kernel, queues: Queues, opens: Opens, dial: Dial) -> None:
        self.kernel = kernel
        self.queues = queues
        self._opens = opens
        self._dial = dial
        self.open: dict[str, Promise] = {}
        self._taken_off: dict[str, Promise] = {}  # by hand, the newest last
        self._timer: Timer | None = None
        queues.claim = self._rang_again
        queues.promised = lambda queue: len(self._of(queue))

    # ----------------------------------------------------------------- promising

    def hold(self, queue: str) -> Hold | None:
        """A line for one more promise of this queue; None when none can be had. `drop` it, or promise."""
        plan = self._plan(queue)
        if plan.callback_most and len(self._of(queue)) >= plan.callback_most:
            return None
        return self.kernel.holds.take(plan.callback_group)

    def promise(self, told: Callback, hold: Hold | None, rank: float, saved: Callable[[bool], None]) -> None:
        """Promise it. `saved` is called once, perhaps at once: is it on the disk? If not, it is none."""
        promise = self.open[told.id] = Promise(told, rank, hold)

        def settle(good: bool) -> None:
            self._saved(promise, good)
            saved(good)

        self.kernel.note_surely(
            settle,
            EntryKind.CALLBACK_PROMISED,
            CallId(told.call),
            callback=told.id,
            kind=told.kind.value,
            number=told.number,
            since=told.since.isoformat(),
            due=told.due.isoformat(),
            waited=told.waited,
            reason=told.reason,
            queue=told.queue or None,
            name=told.name,
            contact=told.contact,
            agent=told.agent,
            language=told.language or None,
            wants=told.wants,
        )

    def schedule(self, agent: Agent, last: LastCall, at: datetime) -> bool:
        """An agent wants to ring the customer of their last call then; False when the number is none that
        can be called."""
        plan, kernel = self.kernel.plan, self.kernel
        number = for_callback(last.number, plan.country, abroad=True)
        if number is None or emergency_number(number, plan) is not None:
            return False
        queue = last.queue if last.queue in plan.queues else next(iter(agent.plan.queues), "")
        kernel.note(EntryKind.RING_BACK, last.call, agent=agent.id, number=number, at=at.isoformat())
        now = kernel.clock.wall()
        told = Callback(
            id=new_id(),
            kind=CallbackKind.SCHEDULED,
            number=number,
            since=at,
            due=at,
            promised=now,
            call=last.call,
            reason="agent",
            queue=queue or "",
            agent=agent.id,
        )
        self.promise(told, None, kernel.clock.now() + (at - now).total_seconds(), lambda good: None)
        return True

    def _saved(self, promise: Promise, good: bool) -> None:
        if promise.told.id not in self.open:
            return
        promise.saved = good
        if good:
            self.look()
        else:
            self.close(promise, Closed.NOT_SAVED)

    def restore(self, known: Iterable[Callback]) -> None:
        """Promises that were open when the box stopped. Call it after the plan was applied."""
        now, wall = self.kernel.clock.now(), self.kernel.clock.wall()
        for told in known:
            if told.id in self.open:
                continue
            kept = told.kind is CallbackKind.CALLBACK
            hold = self.kernel.holds.restore(self._plan(told.queue).callback_group) if kept else None
            rank = now - (wall - told.since).total_seconds()
            self.open[told.id] = Promise(told, rank, hold, saved=True)
        self.look()

    def stop(self) -> None:
        """The box stops: nothing is promised or broken by that."""
        self._disarm()
        for promise in self.open.values():
            if promise.turn is not None:
                promise.turn.cancel_timers()
                self.queues.remove(promise.turn)
        self.open.clear()

    # -------------------------------------------------------------------- asking

    def ahead(self, queue: str, rank: float) -> int:
        """How many callbacks of this queue come before one of this rank."""
        return sum(promise.rank < rank for promise in self._of(queue))

    def of_number(self, number: str | None, queue: str) -> Promise | None:
        """The open promise to call this number for this queue."""
        return next((one for one in self._of(queue) if number and one.told.number == number), None)

    def _of(self, queue: str) -> list[Promise]:
        return [
            one
            for one in self.open.values()
            if one.told.queue == queue and one.told.kind is CallbackKind.CALLBACK
        ]

    def _plan(self, queue: str) -> QueuePlan:
        return self.kernel.plan.queues.get(queue) or QueuePlan(queue, queue)

    def lines(self, told: Callback) -> tuple[str, ...]:
        """The lines that it may be called on."""
        return self.kernel.plan.trunk_groups.get(self._plan(told.queue).callback_group, ())

    def line_is_free(self, promise: Promise) -> bool:
        """Is there an idle line for it, after those whose agents are being rung?"""
        lines = self.lines(promise.told)
        if promise.hold is None:
            return free_line(self.kernel, lines, frozenset()) is not None
        turns = (one.turn for one in self.open.values() if one is not promise)
        rung = sum(turn is not None and bool(turn.offers) for turn in turns)
        return sum(1 for _ in idle_lines(self.kernel, lines)) > rung

    def late(self, promise: Promise) -> bool:
        """Has the agent who named the time let it pass?"""
        told = promise.told
        return bool(told.queue) and self.kernel.clock.wall() - told.due > LATE

    # -------------------------------------------------------------------- people

    def cancel(self, which: str) -> None:
        """Take one off the list by hand. Raises CallboxError when it is gone, or being called now."""
        promise = self._known(which)
        if promise.attempt is not None:
            raise CallboxError("The customer is being called right now.")
        self.close(promise, Closed.CANCELLED)
        self._taken_off[which] = promise
        while len(self._taken_off) > UNDO_MOST:
            del self._taken_off[next(iter(self._taken_off))]

    def put_back(self, which: str) -> None:
        """Promise anew what was taken off by hand: the place is the old one, a line is held again. Raises
        CallboxError when that is long ago, or no line can be kept for it.
        """
        promise = self._taken_off.get(which)
        if promise is None:
            raise CallboxError("This callback cannot be put back any more. Ring the customer instead.")
        hold = None
        if promise.told.kind is CallbackKind.CALLBACK:
            if self.of_number(promise.told.number, promise.told.queue) is not None:
                raise CallboxError("The customer was promised another callback meanwhile.")
            hold = self.hold(promise.told.queue)
            if hold is None:
                raise CallboxError("No line can be kept for this callback now. Try again later.")
        del self._taken_off[which]
        told = replace(promise.told, id=new_id(), promised=self.kernel.clock.wall(), tries=0)
        self.promise(told, hold, promise.rank, lambda good: None)

    def try_now(self, which: str) -> None:
        """It need not wait for its time any more. Raises CallboxError when it is gone, or must wait."""
        promise, now = self._known(which), self.kernel.clock.wall()
        if self._opens(now) > now:
            raise CallboxError("The office is closed; nobody is called back before it opens.")
        if promise.told.due > now:
            self._move(promise, now, "page")
        self.look()

    def _known(self, which: str) -> Promise:
        promise = self.open.get(which)
        if promise is None:
            raise CallboxError("This callback is not on the list any more.")
        return promise

    def _rang_again(self, queued: QueuedCall) -> float | None:
        """A caller comes to a queue that was to call them back: they have their place, in person."""
        promise = self.of_number(queued.call.number, queued.queue)
        return None if promise is None else self.give_up(promise, queued.call)

    def give_up(self, promise: Promise, for_call: Call) -> float:
        """The customer rang again; the rank they keep."""
        attempt = promise.attempt
        self.close(promise, Closed.RANG_AGAIN, for_call)
        if attempt is not None and not attempt.met:
            attempt.call.end(HangupCause.NORMAL_CLEARING, "The customer rang the box meanwhile.", "box")
        return promise.rank

    # --------------------------------------------------------------------- turns

    def look(self) -> None:
        """Let those who have become due take their turns, and those whose hours are over wait."""
        self._disarm()
        now = self.kernel.clock.wall()
        for promise in list(self.open.values()):
            self._tend(promise, now)
        if self.open:
            self.kernel.wake()
            dues = [(one.told.due - now).total_seconds() for one in self.open.values()]
            next_due = min((due for due in dues if due > 0), default=LOOK_SECONDS)
            self._timer = self.kernel.after(min(LOOK_SECONDS, next_due + 0.001), self.look)

    def _tend(self, promise: Promise, now: datetime) -> None:
        turn = promise.turn
        if not promise.saved or promise.attempt is not None or (turn is not None and turn.offers):
            return
        if promise.told.due > now:
            self._take_out(promise)
            return
        opens = self._opens(now)
        if opens > now:
            self._take_out(promise)
            self._move(promise, opens, "hours")
        elif turn is None:
            promise.turn = CallbackTurn(self, promise)
            self.queues.add(promise.turn)

    def _take_out(self, promise: Promise) -> None:
        turn, promise.turn = promise.turn, None
        if turn is not None:
            turn.cancel_timers()
            self.queues.remove(turn)

    def _move(self, promise: Promise, due: datetime, why: str) -> None:
        promise.told = replace(promise.told, due=due)
        self.kernel.note(EntryKind.CALLBACK_MOVED, callback=promise.told.id, due=due.isoformat(), why=why)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def left(self, turn: CallbackTurn) -> None:
        """A turn ended before anybody was called."""
        promise = turn.promise
        if promise.turn is not turn:
            return
        promise.turn = None
        if promise.told.id in self.open and not turn.gave_up:  # somebody ended the call on purpose
            again = timedelta(seconds=turn.plan.callback_retry_seconds)
            self._move(promise, self._opens(self.kernel.clock.wall() + again), "page")
        self.look()

    # --------------------------------------------------------------------- tries

    def call(self, turn: CallbackTurn, agent: Agent, leg: Leg) -> None:
        """The agent is held: call the customer."""
        promise = turn.promise
        promise.turn, promise.attempt = None, Attempt(self, turn, agent)
        if promise.hold is not None:
            promise.hold.used = True
        attempt, told = promise.attempt, promise.told
        turn.call.watchers.append(attempt.watch)
        lines, held = self.lines(told), promise.hold is not None
        self._dial(turn.call, leg, told.number, lines, held, told.promised, attempt.connected, attempt.failed)

    def tried(self, attempt: Attempt, why: str) -> None:
        """The customer was not reached."""
        promise, plan = attempt.promise, attempt.turn.plan
        if promise.attempt is attempt:
            promise.attempt = None
        if promise.hold is not None:
            promise.hold.used = False
        if promise.told.id not in self.open:
            return
        counts = why != "no_line"
        tries = promise.told.tries + counts
        again = plan.callback_retry_seconds if counts else NO_LINE_SECONDS
        due = self._opens(self.kernel.clock.wall() + timedelta(seconds=again))
        promise.told = replace(promise.told, tries=tries, due=due)
        attempt.call.note(
            EntryKind.CALLBACK_TRIED,
            callback=promise.told.id,
            why=why,
            tries=tries,
            due=due.isoformat(),
            agent=attempt.agent.id,
            queue=promise.told.queue or None,
        )
        if tries >= plan.callback_tries:
            self.close(promise, Closed.NOT_REACHED, attempt.call, attempt.agent)
        else:
            self.look()

    def close(
        self, promise: Promise, why: Closed, call: Call | None = None, agent: Agent | None = None
    ) -> None:
        """It is no promise any more. Harmless when it was none already."""
        if self.open.pop(promise.told.id, None) is None:
            return
        if promise.hold is not None:
            self.kernel.holds.drop(promise.hold)
        turn = promise.turn
        self._take_out(promise)
        self.kernel.note(
            EntryKind.CALLBACK_CLOSED,
            call.id if call is not None else None,
            callback=promise.told.id,
            why=why.value,
            agent=agent.id if agent is not None else None,
            queue=promise.told.queue or None,
        )
        if turn is not None and turn.begun:
            turn.call.end(HangupCause.NORMAL_CLEARING, f"The callback is closed: {why.value}.", "box")
        self.look()
