"""A line that rings: counting the rings, reading who calls, and holding an answer until the id is safe."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.clock import Clock, Timer
from appliance.contract.events import CallerId, EventSink, RingStarted
from appliance.contract.ids import LegId, new_id
from drivers.fxo.caller_id import CallerIdReader
from drivers.fxo.leg import Leg

_SETTLE = 0.6  # a caller id without a name ends in silence
_EARLY = 10.0  # some networks send it before the first ring
_SAME_RING = 1.0  # RING and <DLE>R may both report one burst


class Ringing:
    """The ringing leg of a line. `pick_up` is called once, when an answer was asked for and is due."""

    def __init__(
        self, name: str, rings: int, clock: Clock, post: EventSink, pick_up: Callable[[], None]
    ) -> None:
        self._name, self._enough = name, rings
        self._clock, self._post, self._pick_up = clock, post, pick_up
        self._leg: Leg | None = None
        self._early = CallerIdReader()
        self._early_at = 0.0
        self._timer: Timer | None = None

    def begin(self) -> Leg:
        """A new call: its leg."""
        self._leg = Leg(LegId(new_id()), outbound=False, rings=1, last_ring=self._clock.now())
        return self._leg

    def first(self, leg: Leg) -> None:
        """Tell of the first ring, and of a caller id that came before it."""
        self._post(RingStarted(self._name, leg.id))
        early, self._early = self._early, CallerIdReader()
        if early.begun and self._clock.now() - self._early_at < _EARLY:
            leg.caller = early
            self._settle()

    def again(self) -> None:
        """A further ring."""
        leg, now = self._leg, self._clock.now()
        if leg is None:
            return
        apart, leg.last_ring = now - leg.last_ring, now
        if apart >= _SAME_RING:
            leg.rings += 1
            self._settle()

    def answer(self) -> None:
        """The core wants the call."""
        if self._leg is not None:
            self._leg.wanted = True
            self._answer_if_due()

    def text(self, line: str) -> bool:
        """Take a line of a caller id report; False when it is none, or comes again."""
        leg = self._leg
        if leg is None:
            return self._before_ring(line)
        if leg.id_settled or not leg.caller.line(line):
            return False
        self._cancel()
        if leg.caller.complete:
            self._settle()
        else:
            self._timer = self._clock.after(_SETTLE, self._settle)
        return True

    def _before_ring(self, line: str) -> bool:
        now = self._clock.now()
        if now - self._early_at >= _EARLY:
            self._early = CallerIdReader()
        taken = self._early.line(line)
        if taken:
            self._early_at = now
        return taken

    def stop(self) -> None:
        """Answered, released or given up: it rings no more."""
        self._cancel()
        self._leg = None

    def _settle(self) -> None:
        """Nothing more of the id is to come."""
        self._cancel()
        leg = self._leg
        if leg is None:
            return
        caller = leg.caller.caller()
        if caller is not None and not leg.id_settled:
            leg.id_settled = True
            self._post(CallerId(self._name, leg.id, caller.number, caller.name, caller.withheld))
        self._answer_if_due()

    def _answer_if_due(self) -> None:
        leg = self._leg
        if leg is None or not leg.wanted:
            return
        if leg.rings >= self._enough or (leg.id_settled and self._enough == 2):
            self._pick_up()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
