"""The turn of one who is to be called back: waits in the queue without a call until an agent is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from appliance.contract.callbacks import Callback, CallbackKind
from appliance.contract.cause import HangupCause
from appliance.core.acd.turn import Turn
from appliance.core.call.call import Call, Direction
from appliance.core.call.holds import Hold
from appliance.core.call.leg import Leg
from appliance.core.call.wants import Wants

if TYPE_CHECKING:
    from appliance.core.acd.callback import Callbacks
    from appliance.core.acd.callback_try import Attempt


class Promise:
    """An open promise: what stands in the records, and what goes on with it. `rank` is monotonic."""

    def __init__(self, told: Callback, rank: float, hold: Hold | None, saved: bool = False) -> None:
        self.told = told
        self.rank = rank
        self.hold = hold
        self.saved = saved
        self.turn: CallbackTurn | None = None  # it waits among the callers
        self.attempt: Attempt | None = None  # the customer is being called


class CallbackTurn(Turn):
    """Its call begins with the first agent who is rung, and ends when nobody is rung any more."""

    here = False

    def __init__(self, book: Callbacks, promise: Promise) -> None:
        told = promise.told
        call = Call(book.kernel, Direction.OUTBOUND)
        call.number, call.name, call.language = told.number, told.name, told.language
        call.queue = told.queue or None
        call.wants = unpacked(told.wants)
        super().__init__(book.queues, call, told.queue, promise.rank, promise.rank)
        self._book = book
        self.promise = promise
        self.kind = told.kind.value
        self.explained = True  # that nobody was free is why it was promised
        self.begun = False
        self.gave_up = False  # agents were rung, and nobody answered
        self._dialling = False

    @property
    def only(self) -> str | None:
        return None if self._book.late(self.promise) else self.promise.told.agent

    @property
    def head_start(self) -> float:
        """Who was given a time comes before those who came at that time."""
        scheduled = self.promise.told.kind is CallbackKind.SCHEDULED
        return super().head_start + (self.plan.vip_seconds if scheduled else 0.0)

    def servable(self) -> bool:
        return self._book.line_is_free(self.promise)

    def chosen(self) -> None:
        if not self.begun:
            self.begun = True
            self.call.start(number=self.call.number, callback=self.promise.told.id)
            self.call.enter(self, "the turn of a callback has come")

    def unanswered(self, why: str) -> None:
        self.gave_up = True
        self.call.end(HangupCause.NORMAL_UNSPECIFIED, f"No agent took the callback: {why}", "box")

    def leave(self) -> None:
        super().leave()
        self._queues.remove(self)
        self._withdraw("The callback does not wait any more.")
        if not self._dialling:
            self._book.left(self)

    def answered(self, leg: Leg) -> None:
        offer = self._of(leg)
        if offer is None:
            return
        self._dialling = True
        self.offers.remove(offer)
        offer.answered()
        self._withdraw(f"Agent {offer.agent.id} answered first.")
        self._book.call(self, offer.agent, leg)

    def released(self, leg: Leg) -> None:
        offer = self._of(leg)
        if offer is not None:
            self._missed(offer, leg.cause, leg.reason)


def packed(wants: Wants) -> str:
    """What a caller needs of agents, to be kept with a promise."""
    kept = {"skills": wants.skills, "vip": wants.vip, "head_start": wants.head_start}
    return json.dumps({**kept, "own_agent": wants.own_agent, "tried": wants.tried}, separators=(",", ":"))


def unpacked(text: str) -> Wants:
    """What `packed` made; what cannot be understood asks for nothing."""
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None
    wants = Wants()
    if not isinstance(kept, dict):
        return wants
    skills, tried, own, start = (kept.get(name) for name in ("skills", "tried", "own_agent", "head_start"))
    if isinstance(skills, dict):
        wants.skills = {str(name): level for name, level in skills.items() if isinstance(level, int)}
    if isinstance(tried, list):
        wants.tried = tuple(str(agent) for agent in tried)
    if isinstance(start, int | float):
        wants.head_start = float(start)
    wants.vip, wants.own_agent = kept.get("vip") is True, own if isinstance(own, str) else None
    return wants
