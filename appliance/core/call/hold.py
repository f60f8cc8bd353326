"""A customer on hold is not forgotten: the agent's handset rings, or beeps, until the hold is over."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.handset import Party
from appliance.contract.media import CallTone
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.line import HandsetLine

#: For so long the handset rings each time.
RING_SECONDS = 20.0

Returned = Callable[[Leg], None]


class HoldReminder:
    """Watches the hold of one agent's leg. `returned` gets the leg on which the agent came back."""

    def __init__(self, agent: Leg, returned: Returned) -> None:
        self._agent = agent
        self._kernel = agent.call.kernel
        self._returned = returned
        self._timer: Timer | None = None
        self.leg: Leg | None = None  # rings to remind

    def hold(self, held: bool) -> None:
        """The agent holds, or not."""
        seconds = self._kernel.plan.talk.hold_reminder_seconds
        if not held:
            self.stop()
        elif self._timer is None and self.leg is None and seconds > 0:
            self._timer = self._kernel.after(seconds, self._due)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        leg, self.leg = self.leg, None
        if leg is not None:
            leg.release(HangupCause.NORMAL_CLEARING, "The held party is not on hold any more.")

    def answered(self, leg: Leg) -> bool:
        """The agent picked the reminder up; is it ours?"""
        if leg is not self.leg:
            return False
        self.leg = None
        self.stop()
        self._returned(leg)
        return True

    def released(self, leg: Leg) -> bool:
        """The reminder was refused, or not answered: the next one comes later. Is it ours?"""
        if leg is not self.leg:
            return False
        self.leg = None
        self._again()
        return True

    def _again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._kernel.after(self._kernel.plan.talk.hold_reminder_seconds, self._due)

    def _due(self) -> None:
        self._timer = None
        line = self._agent.line
        if not isinstance(line, HandsetLine):
            return
        # A telephone outside hears its line on hold, too; to ring it would be one more call to it.
        hearing = [leg for leg in line.legs if leg.ready and (not leg.held or line.borrows_audio)]
        if hearing:
            hearing[0].play(CallTone.BEEP)
            self._again()
        elif line.status.registered and not line.leaving and not self._rung(line):
            self._ring(line)
        else:
            self._again()

    @staticmethod
    def _rung(line: HandsetLine) -> bool:
        return any(leg.state in (LegState.CALLING, LegState.RINGING) for leg in line.legs)

    def _ring(self, line: HandsetLine) -> None:
        call = self._agent.call
        self.leg = leg = call.add_leg(line, LegState.CALLING, Role.AGENT)
        self._timer = self._kernel.after(RING_SECONDS, self._rang_out)
        leg.command_failed(line.ring(leg.id, Party(call.number, call.name, "On hold")))

    def _rang_out(self) -> None:
        self._timer = None
        if self.leg is not None:
            self.leg.release(HangupCause.NO_ANSWER, "The agent did not come back to the held party.")
