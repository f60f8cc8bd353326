"""An agent's telephone outside is called: dialled, asked for key 1, then joined to whoever rang it.

Each step belongs to a call of its own, beside the caller's. What comes of it is told to a `Rung`. Only key 1
joins: an answering machine presses none, and on a line that cannot see the answer the key is one.
"""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import Tone
from appliance.contract.ids import DialString
from appliance.contract.media import CallTone, Pause, Prompt
from appliance.contract.trunk import AnswerSupervision
from appliance.core.acd.bridge import Bridge
from appliance.core.acd.rung import ForRung, Rung
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.reach import Reach
from appliance.core.call.step import HANG_UP_TONES
from appliance.core.call.trunk_group import Hunt
from appliance.core.kernel import Kernel
from appliance.core.line import TrunkLine

ACCEPT = "1"
_PAUSE: Prompt = (Pause(1.0),)


class Nobody(Leg):
    """Stands where a call has who called: the box itself calls, and neither hears nor says anything."""

    def __init__(self, call: Call) -> None:
        self._kernel, self.call = call.kernel, call
        self.state, self.role = LegState.OVER, Role.CALLER
        self.port, self.held, self.ringing = None, False, False

    def __repr__(self) -> str:
        return f"nobody (call {self.call.id})"

    def answer(self, reason: str) -> None:
        """It has no line."""

    def show_ringing(self) -> None:
        """Nobody sees it."""

    def quiet(self) -> None:
        """It hears nothing."""

    def listen(self, *, digits: bool = False, silence: bool = False, answer: bool = False) -> None:
        """It says nothing."""

    def play(self, what: Prompt | CallTone, done: object = None, loop: bool = False) -> None:
        """Nobody hears it."""


class CallOut(ForRung, Hunt):
    """Dials the telephone on a line of `group`; with `spare` never on the last one that is free."""

    def __init__(
        self,
        call: Call,
        rung: Rung,
        number: DialString,
        group: tuple[str, ...],
        spare: bool,
        screening: Screening,
    ) -> None:
        super().__init__(call, Nobody(call), number, group, self._picked_up, self._failed_call)
        self.rung, self._spare, self._screening = rung, spare, screening

    def pick(self) -> TrunkLine | None:
        line = super().pick()
        if line is not None and self._spare and not another_free(self.kernel, line):
            return None
        return line

    def dial(self, line: TrunkLine) -> None:
        super().dial(line)
        if self.leg is not None and line.capabilities.answer is AnswerSupervision.INFERRED:
            self.leg.listen(digits=True, answer=True)

    def rings(self) -> None:
        leg = self.leg
        before = leg is None or leg.ringing
        super().rings()
        if leg is not None and leg.ringing and not before:
            self.rung.rings()

    def hear(self, leg: Leg) -> None:
        """Nobody is there to hear the line."""

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        """Who presses a key has answered, whether the line saw it or not."""
        if leg is self.leg and leg.state is LegState.CALLING and self.hears_early(leg):
            leg.answered(inferred=True, reason="A key was pressed.")
            self.answered(leg)
            self.call.step.digit(leg, digit, signalled)

    def _picked_up(self, reach: Reach, leg: Leg) -> None:
        self._screening.leg = leg
        self.call.enter(self._screening, "the telephone was picked up")

    def _failed_call(self, reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        self.call.end(cause, reason, by)


def another_free(kernel: Kernel, line: TrunkLine) -> bool:
    """Is another line of all the box has free beside this one?"""
    now = kernel.clock.now()
    others = (other for other in kernel.trunks.values() if other is not line)
    return any(other.idle and other.usable(now) and not other.resting(now) for other in others)


class Screening(ForRung):
    """Whoever picked up hears whose call it is, and may take it by key."""

    stage = Stage.DIALLING
    leg: Leg

    def __init__(self, call: Call, rung: Rung, said: Prompt, seconds: float) -> None:
        super().__init__(call)
        self.rung, self._said, self._seconds = rung, said, seconds

    def begin(self) -> None:
        self.leg.listen(digits=True)
        self.leg.play((*self._said, *_PAUSE), loop=True)
        self.after(self._seconds, self._nobody)

    def leave(self) -> None:
        self.leg.quiet()
        super().leave()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.leg and digit == ACCEPT:
            self.call.enter(Bridge(self.call, self.rung, leg), "key 1 was pressed")

    def tone(self, leg: Leg, tone: Tone) -> None:
        if tone in HANG_UP_TONES:
            self._hung_up()

    def released(self, leg: Leg) -> None:
        self._hung_up()

    def _hung_up(self) -> None:
        self.call.end(HangupCause.CALL_REJECTED, "Hung up without key 1.", "far_end")

    def _nobody(self) -> None:
        self.call.end(HangupCause.NO_ANSWER, "Nobody pressed key 1.", "box")


def seat_of(call: Call) -> str | None:
    """The outside telephone that a call of the box's own is for."""
    step = call.step
    return step.rung.seat if isinstance(step, CallOut | Screening | Bridge) else None
