"""A handset is rung for somebody who waits, and the tone of a call that failed."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage as Progressed
from appliance.contract.handset import Party
from appliance.contract.media import CallTone
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.reach import Failed, Reach, Reached
from appliance.core.call.step import Step
from appliance.core.line import HandsetLine

#: How long a caller hears why their call failed.
FAIL_TONE_SECONDS = 4.0


class RingHandset(Reach):
    """Rings the handset `line` for at most `seconds`."""

    def __init__(
        self,
        call: Call,
        origin: Leg,
        line: HandsetLine,
        party: Party,
        seconds: float,
        reached: Reached,
        failed: Failed,
    ) -> None:
        super().__init__(call, origin, reached, failed)
        self.line = line
        self.party = party
        self.seconds = seconds

    def begin(self) -> None:
        self.leg = leg = self.call.add_leg(self.line, LegState.CALLING, Role.AGENT)
        self.after(self.seconds + self.line.patience, self._rang_out)
        self.origin.listen()
        self.ringback()
        leg.command_failed(self.line.ring(leg.id, self.party))

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg is self.leg and stage is Progressed.RINGING:
            self.rings()

    def released(self, leg: Leg) -> None:
        if leg is self.origin:
            super().released(leg)
        elif leg is self.leg:
            self.leg = None
            self.fail(leg.cause or HangupCause.NORMAL_UNSPECIFIED, leg.reason, "far_end")

    def _rang_out(self) -> None:
        if self.leg is not None:
            self.leg.release(HangupCause.NO_ANSWER, "Nobody answered in time.")


class FailTone(Step):
    """Who called hears that it failed; then the call ends with the reason of the failure."""

    stage = Stage.DIALLING

    def __init__(self, call: Call, origin: Leg, cause: HangupCause, reason: str, by: str) -> None:
        super().__init__(call)
        self.origin = origin
        self._end = cause, reason, by

    def begin(self) -> None:
        cause = self._end[0]
        self.origin.play(CallTone.BUSY if cause is HangupCause.USER_BUSY else CallTone.REORDER, loop=True)
        self.after(FAIL_TONE_SECONDS, lambda: self.call.end(*self._end))

    def leave(self) -> None:
        super().leave()
        self.origin.quiet()

    def released(self, leg: Leg) -> None:
        if leg is self.origin:
            self.call.end(*self._end)


def fail(call: Call, origin: Leg, cause: HangupCause, reason: str, by: str) -> None:
    """A handset's call failed: it hears why, by its own means while it was not answered, else by a tone."""
    if origin.up or origin.state is LegState.ANSWERING:
        call.enter(FailTone(call, origin, cause, reason, by), reason)
    else:
        call.end(cause, reason, by)
