"""What a call is doing: one step at a time, told of what its legs report, undone as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.events import AnswerHeard, BeepHeard, RecordEnded, SpeechEvent, Tone
from appliance.contract.events import Stage as Progressed

if TYPE_CHECKING:
    from appliance.core.call.call import Call
    from appliance.core.call.leg import Leg

#: Heard on an outside line that was answered, these mean that the far end has hung up (ITU-T E.180). Dial
#: tone does not, by itself: a long chord of somebody's music on hold is taken for it.
HANG_UP_TONES = frozenset({Tone.BUSY, Tone.REORDER})


class Step:
    """The base: nothing happens, and a leg that goes ends the call. `stage` is the word of the live page."""

    stage = "ringing"

    def __init__(self, call: Call) -> None:
        self.call = call
        self.kernel = call.kernel
        self._timers: list[Timer] = []

    def begin(self) -> None:
        """The call entered this step."""

    def leave(self) -> None:
        """The call goes on to another step, or ends: undo all that this one had going."""
        self.cancel_timers()

    # ------------------------------------------------------------------- looking

    def talkers(self) -> tuple[Leg, ...]:
        """Who is in conversation with each other at this step."""
        return ()

    def audible(self) -> tuple[Leg, ...]:
        """Those of them who can be heard now: nobody while one is on hold."""
        return ()

    # -------------------------------------------------------------------- events

    def ready(self, leg: Leg) -> None:
        """`leg` is answered and has audio; again whenever its audio moved to another port."""

    def answered(self, leg: Leg) -> None:
        """`leg` was answered; its audio may still be to come."""

    def progress(self, leg: Leg, stage: Progressed) -> None:
        """A leg we call went on."""

    def audio_changed(self, leg: Leg) -> None:
        """`leg`'s port came or went."""

    def caller_id(self, leg: Leg) -> None:
        """The caller's number is known."""

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        """A key was pressed; `signalled` when the line reported it, else it was heard in the audio."""

    def held(self, leg: Leg) -> None:
        """`leg.held` changed."""

    def voice(self, leg: Leg) -> None:
        """Somebody speaks at `leg`."""

    def speech(self, leg: Leg, event: SpeechEvent) -> None:
        """Something about what is said at `leg`, which is listened to for words."""

    def answer_heard(self, leg: Leg, event: AnswerHeard) -> None:
        """It is known who answered at `leg`, which is watched for that."""

    def beep(self, leg: Leg, event: BeepHeard) -> None:
        """A machine at `leg` beeped."""

    def record_ended(self, event: RecordEnded) -> None:
        """The media closed a recording of this call; perhaps by itself, and it says why."""

    def withdraw(self, leg: Leg, why: str) -> None:
        """The handset that `leg` rings is being used for something else."""
        leg.release(HangupCause.USER_BUSY, why)

    def tone(self, leg: Leg, tone: Tone) -> None:
        """A tone was heard from `leg`."""
        if leg.up and leg.outside and tone in HANG_UP_TONES:
            reason = f"The far end hung up: {tone} tone on the line."
            self.call.end(HangupCause.NORMAL_CLEARING, reason, leg.role)

    def silence(self, leg: Leg, seconds: float) -> None:
        """Nothing was heard from `leg` for `seconds`."""
        if leg.up and leg.outside:
            self.call.end(HangupCause.SILENCE, f"The line was silent for {seconds:.0f} s.", "box")

    def released(self, leg: Leg) -> None:
        """`leg` is over; `leg.cause` says why."""
        self.call.end(leg.cause or HangupCause.NORMAL_UNSPECIFIED, leg.reason, leg.by)

    # -------------------------------------------------------------------- timers

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """A timer that ends with the step."""
        timer = self.kernel.after(seconds, action)
        self._timers.append(timer)
        return timer

    def cancel_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


class Idle(Step):
    """No step: before the first, and after the last."""

    def released(self, leg: Leg) -> None:
        """An ending call only waits for its legs."""
