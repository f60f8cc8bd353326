"""An agent: what the person chose (status) and what the machine does with them (state)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.contract.clock import Timer
from appliance.contract.errors import ContractError
from appliance.contract.journal import EntryKind
from appliance.contract.plan import AgentPlan, QueuePlan
from appliance.core.acd.work import Work
from appliance.core.kernel import Kernel


class AgentStatus(StrEnum):
    """What the person chose."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    ON_BREAK = "on_break"


class AgentState(StrEnum):
    """What the machine does."""

    WAITING = "waiting"
    RESERVED = "reserved"
    RINGING = "ringing"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"


#: The pause code of a break that the box gave because calls were missed.
MISSED_CALLS = "missed_calls"

_BUSY = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.IN_CALL})
_MOVES: dict[AgentState, frozenset[AgentState]] = {
    AgentState.WAITING: _BUSY,
    AgentState.RESERVED: frozenset(
        {AgentState.RINGING, AgentState.IN_CALL, AgentState.WAITING, AgentState.WRAP_UP}
    ),
    AgentState.RINGING: frozenset(
        {AgentState.RESERVED, AgentState.IN_CALL, AgentState.WAITING, AgentState.WRAP_UP}
    ),
    # A transfer that fails rings back at the handset it came from: in_call -> reserved; what rang there
    # already when the talk ended (a held call's reminder): in_call -> ringing. The wrap-up they owe comes
    # after that.
    AgentState.IN_CALL: frozenset(
        {AgentState.WRAP_UP, AgentState.WAITING, AgentState.RESERVED, AgentState.RINGING}
    ),
    AgentState.WRAP_UP: frozenset({AgentState.WAITING, *_BUSY}),
}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A status that was asked for; it waits while the agent is in a call."""

    status: AgentStatus
    pause_code: str | None
    handset: str | None
    by: str


class Agent:
    """A person who takes calls."""

    def __init__(self, kernel: Kernel, plan: AgentPlan) -> None:
        self._kernel = kernel
        self.plan = plan
        self.status = AgentStatus.LOGGED_OUT
        self.state = AgentState.WAITING
        self.pause_code: str | None = None
        self.handset: str | None = None
        self.since = kernel.clock.now()
        self.idle_since = kernel.clock.now()
        self.work = Work()
        self.serving: str | None = None  # queue of the call they are in, or were in until their wrap-up ends
        self.wrap_up_owed: float | None = None  # seconds, once the call they are in has ended
        self.wrap_up_until = 0.0
        self.retry_at = 0.0
        self.pending: StatusChange | None = None
        self.removed = False  # no longer in the plan; goes when the call has ended
        self._wrap_up: Timer | None = None
        self._retry: Timer | None = None
        self._load: Timer | None = None  # looks again when a call of theirs is an hour old

    @property
    def id(self) -> str:
        return self.plan.id

    @property
    def busy(self) -> bool:
        return self.state in _BUSY

    @property
    def skipped(self) -> bool:
        """Did they just miss a call, and is it too early for the next?"""
        return self._retry is not None

    def move(self, state: AgentState, why: str) -> None:
        """Go to another state. Staying is no move."""
        if state is self.state:
            return
        if state not in _MOVES[self.state]:
            raise ContractError(f"Agent {self.id} cannot go from {self.state} to {state} ({why}).")
        worked = self.state in (AgentState.IN_CALL, AgentState.WRAP_UP)
        self._stop_wrap_up()
        self.state, self.since = state, self._kernel.clock.now()
        if worked:
            self.idle_since = self.since
        if state is AgentState.IN_CALL:
            self.work.talks(self.since)
        else:
            self.work.silent(self.since)
        queue = self.serving if state in (AgentState.IN_CALL, AgentState.WRAP_UP) else None
        self._kernel.note(EntryKind.AGENT_STATE, agent=self.id, state=state.value, queue=queue, why=why)
        if state is AgentState.WAITING:
            self.serving = None
        self._kernel.wake()

    def choose(self, change: StatusChange, why: str = "") -> None:
        """Take on a status now."""
        if self.status is not AgentStatus.AVAILABLE and change.status is AgentStatus.AVAILABLE:
            self.idle_since = self._kernel.clock.now()
            self.work.misses = 0
        self.status, self.pause_code = change.status, change.pause_code
        self.handset = None if change.status is AgentStatus.LOGGED_OUT else change.handset
        self.since = self._kernel.clock.now()
        self._kernel.note(
            EntryKind.AGENT_STATUS,
            agent=self.id,
            status=change.status.value,
            pause_code=change.pause_code,
            handset=self.handset,
            by=change.by,
            why=why or None,
        )
        if change.status is AgentStatus.LOGGED_OUT:
            self.end_wrap_up("logged out")
            self.forgive()
        self._kernel.wake()

    def freed(self, why: str) -> None:
        """The last leg at their handset is gone."""
        owed, self.wrap_up_owed = self.wrap_up_owed, None
        if owed and self.status is not AgentStatus.LOGGED_OUT and self.busy:
            self.move(AgentState.WRAP_UP, why)
            self._wrap_up_for(owed)
        elif self.busy:
            self.move(AgentState.WAITING, why)

    def end_wrap_up(self, why: str) -> None:
        if self.state is AgentState.WRAP_UP:
            self.move(AgentState.WAITING, why)

    def extend_wrap_up(self, seconds: float) -> bool:
        """Let the wrap-up they are in go on for so much longer; were they in one?"""
        if self.state is not AgentState.WRAP_UP:
            return False
        left = self.wrap_up_until - self._kernel.clock.now()
        self._stop_wrap_up()
        self._wrap_up_for(max(0.0, left) + seconds)
        return True

    def _wrap_up_for(self, seconds: float) -> None:
        self.wrap_up_until = self._kernel.clock.now() + seconds
        self._wrap_up = self._kernel.after(seconds, lambda: self.end_wrap_up("time is up"))

    def took(self, queue: QueuePlan) -> None:
        """A caller of `queue` was connected to them."""
        own = self.plan.wrap_up_seconds
        self.wrap_up_owed = queue.wrap_up_seconds if own is None else own
        self.serving = queue.name
        self.work.took(self._kernel.clock.now())
        self._mind_load()

    def recollect(self, before: Work) -> None:
        """They have done this already, before the box started."""
        self.work.recollect(before)
        self._mind_load()

    def _mind_load(self) -> None:
        """At the limit of calls an hour: look again when that is over."""
        most, now = self.plan.maximum_calls_an_hour, self._kernel.clock.now()
        if most and self.work.within_hour(now) >= most:
            self._stop_load()
            self._load = self._kernel.after(self.work.until_below(most, now), self._kernel.wake)

    def missed(self, limit: int) -> None:
        """They missed an offer; after `limit` of them in a row (0: never) they are put on a break."""
        self.work.misses += 1
        if limit and self.work.misses >= limit and self.status is AgentStatus.AVAILABLE:
            why = f"missed {self.work.misses} calls in a row"
            self.work.misses = 0
            self.choose(StatusChange(AgentStatus.ON_BREAK, MISSED_CALLS, self.handset, "box"), why)

    def skip(self, seconds: float) -> None:
        """They missed a call: none is offered for a while."""
        self.forgive()
        self.retry_at = self._kernel.clock.now() + seconds
        self._retry = self._kernel.after(seconds, self.forgive)

    def forgive(self) -> None:
        """They may be offered calls again."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
            self._kernel.wake()

    def rest(self, why: str) -> None:
        """They go, or the box does: nothing of theirs is left running."""
        self.end_wrap_up(why)
        self.forgive()
        self._stop_load()

    def _stop_load(self) -> None:
        if self._load is not None:
            self._load.cancel()
            self._load = None

    def _stop_wrap_up(self) -> None:
        if self._wrap_up is not None:
            self._wrap_up.cancel()
            self._wrap_up = None
