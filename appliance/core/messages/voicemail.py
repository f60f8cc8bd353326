"""A caller leaves a message: greeting, tone, message, review. Whoever hangs up meanwhile has left theirs."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import RecordEnded
from appliance.contract.ids import RecordingId, new_id
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Prompt, Sound
from appliance.contract.messages import VoicemailPlan
from appliance.core.call.asking import Asking
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.phrases import Phrase, say

REVIEW_SECONDS = 8.0
#: Messages that were too short, or taken back, until what there is must do.
MOST_TRIES = 5
#: How long a caller is waited for who has lost their audio.
AUDIO_SECONDS = 5.0


class Message:
    """One recording of a caller's voice. Ends in `keep` or `drop`, once."""

    def __init__(self, call: Call, caller: Leg, box: str) -> None:
        self._call = call
        self._box = box
        self._began = call.kernel.clock.now()
        self._seconds: float | None = None
        self.id = recording = RecordingId(new_id())
        call.kernel.recordings[recording] = call.id
        call.note(EntryKind.VOICEMAIL_BEGUN, box=box, recording=recording, number=call.number, name=call.name)
        port = caller.port
        if port is not None:  # both sides of the recording are the caller: one voice in both ears
            call.kernel.tell_media(lambda: call.kernel.media.record(recording, port, port))

    @property
    def seconds(self) -> float:
        now = self._call.kernel.clock.now()
        return round(now - self._began, 2) if self._seconds is None else self._seconds

    def stop(self) -> None:
        """Nothing more is recorded."""
        if self._seconds is None:
            self._seconds = self.seconds
            self._call.kernel.tell_media(lambda: self._call.kernel.media.stop_record(self.id))

    def over(self, seconds: float) -> None:
        """The media closed it by itself, after so many seconds."""
        self._seconds = seconds

    def keep(self) -> None:
        """It is a message."""
        self.stop()
        self._call.note(EntryKind.VOICEMAIL_LEFT, box=self._box, recording=self.id, seconds=self._seconds)

    def drop(self) -> None:
        """It is none."""
        self.stop()
        self._call.note(EntryKind.VOICEMAIL_DROPPED, box=self._box, recording=self.id)


class LeaveMessage(Step):
    """The whole way of one caller through a box; the call ends with it."""

    stage = Stage.GREETING

    def __init__(self, call: Call, caller: Leg, box: VoicemailPlan) -> None:
        super().__init__(call)
        self.caller = caller
        self.box = box
        self._message: Message | None = None
        self._recording = False
        self._asking = Asking(caller, self.after)
        self._tries = 0
        self._language = call.language or call.kernel.plan.language

    def begin(self) -> None:
        self.caller.answer("a message may be left")
        self.caller.listen(digits=True)
        self.caller.play(self.box.greeting, done=self._beep)

    def leave(self) -> None:
        self._asking.forget()
        message, self._message = self._message, None
        if message is not None:
            self._settle(message)
        super().leave()
        self.caller.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is not self.caller:
            return
        if self._recording:
            self._stop()
        elif not self._asking.take(digit) and self._message is None and digit == "#":
            self._beep()

    # -------------------------------------------------------------------- recording

    def _beep(self) -> None:
        self.caller.play(CallTone.BEEP, done=self._record)

    def _record(self) -> None:
        self.cancel_timers()
        if self.caller.port is None:
            self.after(AUDIO_SECONDS, self._no_audio)
            return
        self._tries += 1
        self._message = Message(self.call, self.caller, self.box.name)
        self._recording = self.call.recording = True
        self.caller.listen(digits=True, silence=True)
        self.after(self.box.longest_seconds, self._stop)

    def audio_changed(self, leg: Leg) -> None:
        """The caller's audio moved while they spoke: what was said until then is the message."""
        if leg is self.caller and self._recording:
            self._stop()

    def record_ended(self, event: RecordEnded) -> None:
        """The media gave up by itself: the disk is full, or the caller's audio went for good."""
        message = self._message
        if message is None or message.id != event.recording or not self._recording:
            return
        message.over(event.seconds)
        if event.seconds >= self.box.shortest_seconds:
            self._stop()
            return
        self._recording = self.call.recording = False
        self._message = None
        message.drop()
        self.call.end(HangupCause.TEMPORARY_FAILURE, "The message could not be recorded.", "box")

    def _no_audio(self) -> None:
        self.call.end(HangupCause.TEMPORARY_FAILURE, "The caller's audio was gone.", "box")

    def _stop(self) -> None:
        message = self._message
        if message is None or not self._recording:
            return
        self._recording = self.call.recording = False
        self.cancel_timers()
        self.caller.listen(digits=True)
        message.stop()
        if message.seconds < self.box.shortest_seconds:
            self._again(message, say(self._language, Phrase.MESSAGE_TOO_SHORT))
        elif self.box.review and self._tries < MOST_TRIES:
            self._review()
        else:
            self._keep()

    def _again(self, message: Message, said: Prompt) -> None:
        self._message = None
        message.drop()
        if self._tries >= MOST_TRIES:
            self.call.end(HangupCause.NORMAL_CLEARING, "The caller left no message.", "box")
        else:
            self.caller.play(said, done=self._beep)

    # ----------------------------------------------------------------------- review

    def _review(self, first: Prompt = ()) -> None:
        self.call.move(Stage.MENU, "the caller reviews the message")
        question = first + say(self._language, Phrase.MESSAGE_REVIEW)
        self._asking.ask(question, REVIEW_SECONDS, 1, self._keyed)

    def _keyed(self, key: str) -> None:
        message = self._message
        if message is None:
            return
        if key == "2":
            self._review((Sound(f"message/{message.id}"),))
        elif key == "3":
            self._again(message, ())
        else:
            self._keep()

    def _keep(self) -> None:
        message, self._message = self._message, None
        if message is not None:
            message.keep()
        kept = "A message was left."
        self.caller.play(
            say(self._language, Phrase.MESSAGE_KEPT),
            done=lambda: self.call.end(HangupCause.NORMAL_CLEARING, kept, "box"),
        )

    # -------------------------------------------------------------------------- end

    def _settle(self, message: Message) -> None:
        self.call.recording = False
        if message.seconds >= self.box.shortest_seconds:
            message.keep()
        else:
            message.drop()
