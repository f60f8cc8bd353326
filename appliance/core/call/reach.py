"""Somebody waits while another party is being reached: what ringing a handset and dialling out share."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.media import CallTone
from appliance.core.call.call import Call, Stage
from appliance.core.call.joint import Joint
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step


class Reach(Step):
    """`origin` waits for another party. Ends in `reached(self, leg)` or `failed(self, cause, reason, by)`."""

    stage = Stage.DIALLING

    def __init__(self, call: Call, origin: Leg, reached: Reached, failed: Failed) -> None:
        super().__init__(call)
        self.origin = origin
        self.leg: Leg | None = None  # the party being reached
        self.joint: Joint | None = None  # the origin hears the line already
        self._reached = reached
        self._failed = failed
        self._answered = False

    def leave(self) -> None:
        super().leave()
        self.origin.quiet()
        if self._answered:
            return
        self.part()
        if self.leg is not None:
            self.leg.release(HangupCause.NORMAL_CLEARING, "The caller gave up before the answer.")

    def answered(self, leg: Leg) -> None:
        if leg is self.leg:
            self._answered = True
            self._reached(self, leg)

    def hand_over(self, call: Call, origin: Leg, failed: Failed) -> None:
        """Go on for another caller: who asked for this party has transferred that caller to it."""
        self._failed = failed
        early = self.joint is not None
        self.part()
        self.call, self.origin = call, origin
        if self.leg is not None:
            call.adopt(self.leg)
        if early and self.leg is not None:
            self.hear(self.leg)
        elif self.leg is not None and self.leg.ringing:
            self.ringback()

    def fail(self, cause: HangupCause, reason: str, by: str) -> None:
        self._failed(self, cause, reason, by)

    def rings(self) -> None:
        """The party's telephone rings: let the origin know."""
        if self.leg is None or self.leg.ringing or not self.leg.alive:
            return
        self.leg.rings()
        self.origin.show_ringing()
        if self.joint is None:
            self.ringback()

    def ringback(self) -> None:
        if self.origin.up:
            self.origin.play(CallTone.RINGBACK, loop=True)

    def hear(self, leg: Leg) -> None:
        """Let the origin hear the line from now on."""
        self.origin.quiet()
        self.joint = Joint(self.kernel, self.origin, leg)
        self.joint.sync()

    def part(self) -> None:
        if self.joint is not None:
            self.joint.part()
            self.joint = None


Reached = Callable[[Reach, Leg], None]
Failed = Callable[[Reach, HangupCause, str, str], None]  # cause, reason, by
