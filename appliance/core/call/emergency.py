"""Emergency numbers: over any line that may carry one, before any rule, at need taken from another call."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage as Progressed
from appliance.contract.events import TrunkState
from appliance.contract.ids import DialString
from appliance.contract.plan import Plan
from appliance.core.call.call import Call, Purpose
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed, Reached
from appliance.core.call.trunk_group import Hunt
from appliance.core.line import TrunkLine


def emergency_number(dialled: str, plan: Plan) -> DialString | None:
    """The emergency number that was dialled, with or without the office's prefix; None when it is none."""
    if dialled in plan.emergency_numbers:
        return DialString(dialled)
    rest = dialled.removeprefix(plan.outside_prefix)
    return DialString(rest) if rest in plan.emergency_numbers else None


class EmergencyHunt(Hunt):
    """Tries every line there is, the handset's own group first; a busy line is taken from its call."""

    def __init__(
        self,
        call: Call,
        origin: Leg,
        number: DialString,
        group: tuple[str, ...],
        reached: Reached,
        failed: Failed,
    ) -> None:
        super().__init__(call, origin, number, group, reached, failed)
        self._waiting_for: TrunkLine | None = None

    def leave(self) -> None:
        self._unreserve()
        super().leave()

    def pick(self) -> TrunkLine | None:
        """An idle line: those in service first, then those that may find another network."""
        return next((line for line in self._candidates() if line.idle), None)

    def next_line(self, cause: HangupCause, reason: str, by: str) -> None:
        line = self.pick()
        if line is not None:
            self.dial(line)
            return
        taken = self._line_to_take()
        if taken is not None:
            self._take(taken)
        else:
            self.fail(cause, reason, by)

    def limit(self) -> None:
        """A line that does not even ring in the usual time is given up for the next; one that rings, not."""
        self.after(self.kernel.plan.dial_seconds, self._stuck)

    def retries(self, leg: Leg) -> bool:
        """Whatever the reason, another line may reach help."""
        return True

    def progress(self, leg: Leg, stage: Progressed) -> None:
        super().progress(leg, stage)
        if leg is self.leg and leg.ringing:
            self.cancel_timers()
            self._infer_later()

    # ------------------------------------------------------------------ choosing

    def _candidates(self) -> list[TrunkLine]:
        lines = [
            line
            for line in self.kernel.trunks.values()
            if line.name not in self._tried and line.usable_for_emergency()
        ]
        return sorted(lines, key=self._preference)

    def _preference(self, line: TrunkLine) -> tuple[bool, bool, int]:
        in_service = line.status.state is TrunkState.IN_SERVICE
        order = self.group.index(line.name) if line.name in self.group else len(self.group)
        return not in_service, line.fault is not None, order

    def _line_to_take(self) -> TrunkLine | None:
        """The line of a campaign's call, else of the newest call; never of another emergency call."""
        busy = [line for line in self._candidates() if not line.idle and self._may_take(line)]
        return min(busy, key=lambda line: self._rank(line.legs[0].call), default=None)

    @staticmethod
    def _may_take(line: TrunkLine) -> bool:
        return all(leg.call.purpose is not Purpose.EMERGENCY for leg in line.legs)

    @staticmethod
    def _rank(call: Call) -> tuple[bool, float]:
        return call.purpose is not Purpose.CAMPAIGN, -call.started

    def _take(self, line: TrunkLine) -> None:
        line.reserved = True
        self._waiting_for = line
        reason = "An emergency call needed the line."
        for leg in list(line.legs):
            leg.call.end(HangupCause.PRE_EMPTED, reason, "box")
        line.when_idle(lambda: self._freed(line))

    def _freed(self, line: TrunkLine) -> None:
        if self._waiting_for is line:
            self._unreserve()
            self.dial(line)

    def _unreserve(self) -> None:
        if self._waiting_for is not None:
            self._waiting_for.reserved = False
            self._waiting_for = None

    def _stuck(self) -> None:
        if self.leg is not None and not self.leg.ringing:
            self.leg.release(HangupCause.NO_ANSWER, "The line got nowhere with the emergency call.")
