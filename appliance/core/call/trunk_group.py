"""An outside number is dialled: the first idle line of the group, the next when the line itself fails."""

from __future__ import annotations

from collections.abc import Iterator, Set

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.events import Stage as Progressed
from appliance.contract.events import Tone
from appliance.contract.ids import DialString
from appliance.contract.trunk import AnswerSupervision
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.reach import Failed, Reach, Reached
from appliance.core.kernel import Kernel
from appliance.core.line import TrunkLine
from appliance.core.numbers import for_loop_start, to_e164

#: The line or the network behind it failed, not the called party: another line may do better.
LINE_CAUSES = frozenset(
    {
        HangupCause.LINE_FAULT,
        HangupCause.NO_CIRCUIT_AVAILABLE,
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
        HangupCause.NETWORK_OUT_OF_ORDER,
        HangupCause.CONGESTION,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.NO_DIAL_TONE,
    }
)

#: A line that ended so before it dialled refused to. Somebody may be ringing on it.
_REFUSALS = frozenset(
    {
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.NO_DIAL_TONE,
    }
)

#: Ringback that goes on is heard again within two of its longest cycles (2 s on, 4 s off).
RINGBACK_SECONDS = 12.0

#: Heard after dialling, before the answer (ITU-T E.180, E.182).
_TONE_CAUSES = {
    Tone.BUSY: HangupCause.USER_BUSY,
    Tone.REORDER: HangupCause.CONGESTION,
    Tone.SIT: HangupCause.UNALLOCATED_NUMBER,
    Tone.SIT_CIRCUIT: HangupCause.CONGESTION,
}


def free_line(kernel: Kernel, group: tuple[str, ...], without: Set[str]) -> TrunkLine | None:
    """The first line of a group that could take a call now, and need not be kept for another; one that
    refused to dial a moment ago only where there is no other."""
    free = [line for line in idle_lines(kernel, group, without) if kernel.holds.spares(line.name)]
    now = kernel.clock.now()
    return min(free, key=lambda line: line.resting(now), default=None)


def let_rest(kernel: Kernel, line: TrunkLine) -> None:
    """Leave a line alone for a while that refused to dial, or failed; campaigns look again then."""
    campaigns = bool(kernel.plan.campaigns)
    line.rest(kernel.clock, (lambda: kernel.run(kernel.wake)) if campaigns else None)


def idle_lines(
    kernel: Kernel, group: tuple[str, ...], without: Set[str] = frozenset()
) -> Iterator[TrunkLine]:
    """The lines of a group that could take a call now."""
    now = kernel.clock.now()
    for name in group:
        line = kernel.trunks.get(name)
        if line is not None and name not in without and line.idle and line.usable(now):
            yield line


class Hunt(Reach):
    """Dials `number` on one line of `group` after the other."""

    def __init__(
        self,
        call: Call,
        origin: Leg,
        number: DialString,
        group: tuple[str, ...],
        reached: Reached,
        failed: Failed,
        seconds: float | None = None,
    ) -> None:
        super().__init__(call, origin, reached, failed)
        self._seconds = seconds  # for the far end to answer; None: as the settings say
        self.number = number
        self.group = group
        self._tried: set[str] = set()
        self._dialled = False
        self._inference: Timer | None = None

    def begin(self) -> None:
        self.next_line(HangupCause.NO_CIRCUIT_AVAILABLE, "No outside line is free.", "box")

    # --------------------------------------------------------------------- lines

    def pick(self) -> TrunkLine | None:
        """The next line to try: in the group's order, in service, idle, not yet tried."""
        return free_line(self.kernel, self.group, self._tried)

    def next_line(self, cause: HangupCause, reason: str, by: str) -> None:
        """Try the next line; when there is none, the hunt failed for the reason of the last."""
        line = self.pick()
        if line is None:
            self.fail(cause, reason, by)
        else:
            self.dial(line)

    def dial(self, line: TrunkLine) -> None:
        self.cancel_timers()
        self._tried.add(line.name)
        self._dialled = False
        self._inference = None
        inferred = line.capabilities.answer is AnswerSupervision.INFERRED
        number = for_loop_start(self.number, self.kernel.plan.country) if inferred else self.number
        shown = to_e164(self.number, self.kernel.plan.country)
        self.leg = leg = self.call.add_leg(line, LegState.CALLING, Role.FAR_END, number=shown)
        self.limit()
        leg.listen(answer=inferred or not line.capabilities.progress)
        leg.command_failed(line.dial(leg.id, number))

    def limit(self) -> None:
        """The far end has so long to answer."""
        own, usual = self._seconds, self.kernel.plan.dial_seconds
        self.after(usual if own is None else own, self._rang_out)

    def retries(self, leg: Leg) -> bool:
        """Is it worth trying another line after this one ended?"""
        if leg.cause is HangupCause.DESTINATION_OUT_OF_ORDER:
            return not self._dialled  # it never came to dialling: the line itself
        return leg.cause in LINE_CAUSES

    # -------------------------------------------------------------------- events

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if leg is not self.leg or not leg.alive:
            return
        if stage is not Progressed.SEIZED:
            self._dialled = True
            self._rested(leg)
            self._hear_the_line()
        if stage is Progressed.RINGING:
            self.rings()

    def audio_changed(self, leg: Leg) -> None:
        if self.joint is not None:
            self.joint.sync()
        elif leg is self.leg and leg.port is not None:
            self._hear_the_line()

    def tone(self, leg: Leg, tone: Tone) -> None:
        if leg is not self.leg:
            super().tone(leg, tone)
        elif tone is Tone.RINGBACK:
            self.rings()
            leg.listen_afresh()  # a tone that goes on is reported once
            self._infer_later()
        elif tone in _TONE_CAUSES and leg.alive:
            leg.release(_TONE_CAUSES[tone], f"{tone} tone on the line".capitalize() + ".")

    def voice(self, leg: Leg) -> None:
        if leg is self.leg and leg.ringing:
            self._infer("A voice was heard after ringback.")

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        """Where the line is heard already, its far end may be a machine that asks for keys."""
        if signalled and leg is self.origin and self.joint is not None and self.leg is not None:
            self.leg.send_digits(digit)

    def silence(self, leg: Leg, seconds: float) -> None:
        """Silence before the answer means nothing."""

    def released(self, leg: Leg) -> None:
        if leg is self.origin:
            super().released(leg)
        elif leg is self.leg:
            self.leg = None
            self.cancel_timers()
            self.part()
            cause = leg.cause or HangupCause.NORMAL_UNSPECIFIED
            self._refused(leg, cause)
            if self.retries(leg):
                self.next_line(cause, leg.reason, "far_end")
            else:
                self.fail(cause, leg.reason, "far_end")

    def _refused(self, leg: Leg, cause: HangupCause) -> None:
        """Did its line not dial?"""
        if cause in _REFUSALS and not self._dialled and isinstance(leg.line, TrunkLine):
            let_rest(self.kernel, leg.line)

    def _rested(self, leg: Leg) -> None:
        if isinstance(leg.line, TrunkLine):
            leg.line.rested()

    # ----------------------------------------------------------------- inference

    def hears_early(self, leg: Leg) -> bool:
        """Does the origin hear the line itself before the answer? Where the line cannot see one, it must."""
        line = leg.line
        return isinstance(line, TrunkLine) and line.capabilities.answer is AnswerSupervision.INFERRED

    def _hear_the_line(self) -> None:
        leg = self.leg
        if leg is None or self.joint is not None or not self.hears_early(leg):
            return
        self.origin.answer("It hears the line while it is dialled.")
        self.hear(leg)
        self._infer_later()

    def _infer_later(self) -> None:
        if self.leg is None or self.leg.state is not LegState.CALLING or not self.hears_early(self.leg):
            return
        if self._inference is not None:
            self._inference.cancel()
        seconds = self.kernel.plan.answer_inference_seconds
        if self.leg.ringing:
            seconds = max(seconds, RINGBACK_SECONDS)
        self._inference = self.after(seconds, lambda: self._infer(f"No tone for {seconds:.0f} s."))

    def _infer(self, reason: str) -> None:
        leg = self.leg
        if leg is not None and leg.state is LegState.CALLING and self.hears_early(leg):
            leg.answered(inferred=True, reason=reason)
            self.answered(leg)

    def _rang_out(self) -> None:
        if self.leg is not None:
            self.leg.release(HangupCause.NO_ANSWER, "Nobody answered in time.")


class HeldHunt(Hunt):
    """For a call that was promised: the lines that are kept are kept for it."""

    def pick(self) -> TrunkLine | None:
        return next(idle_lines(self.kernel, self.group, self._tried), None)
