"""Lines, handsets and sound that are not there, for the core to carry a caller through a flow."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.answering import AnswerWatch
from appliance.contract.cause import HangupCause
from appliance.contract.clock import SteppedClock, Timer
from appliance.contract.contacts import Answer, Contact, Unidentified
from appliance.contract.events import (
    Answered,
    AudioGone,
    AudioReady,
    CallerId,
    DigitReceived,
    Event,
    EventSink,
    HandsetStatus,
    PlayEnded,
    Progress,
    RecordEnded,
    Released,
    RingStarted,
    Stage,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.handset import Party
from appliance.contract.ids import DialString, LegId, PlayId, PortId, RecordingId, new_id
from appliance.contract.journal import Entry
from appliance.contract.media import CallTone, Detect, Prompt, Sound, Speech
from appliance.contract.trunk import AnswerSupervision, DigitSource, TrunkCapabilities

_CAPABILITIES = TrunkCapabilities(
    answer=AnswerSupervision.SEEN,
    digits=DigitSource.REPORTED,
    hangup_signalled=True,
    caller_id=True,
    progress=True,
)
_LETTERS_A_SECOND = 15.0


class Post:
    """Events on their way to the core: they arrive after the command that caused them has returned."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self.sink: EventSink = lambda event: None

    def __call__(self, event: Event) -> None:
        self._clock.after(0.0, lambda: self.sink(event))


class Silence:
    """Media that only knows who hears what."""

    def __init__(self, clock: SteppedClock, post: Post, heard: Callable[[PortId, str], None]) -> None:
        self._clock = clock
        self._post = post
        self._heard = heard
        self._playing: dict[PlayId, tuple[PortId, Timer | None]] = {}
        self._recorded: set[RecordingId] = set()
        self.pairs: set[frozenset[PortId]] = set()

    def hears(self, port: PortId | None) -> bool:
        """Is anything that will end being played there?"""
        return any(where == port and timer is not None for where, timer in self._playing.values())

    def connect(self, a: PortId, b: PortId) -> None:
        self.pairs.add(frozenset((a, b)))

    def disconnect(self, a: PortId, b: PortId) -> None:
        self.pairs.discard(frozenset((a, b)))

    def feed(self, source: PortId, sink: PortId) -> None:
        return

    def stop_feed(self, source: PortId, sink: PortId) -> None:
        return

    def play(self, play: PlayId, port: PortId, prompt: Prompt, loop: bool = False) -> None:
        text = spoken(prompt)
        if not loop:
            self._heard(port, text)
        seconds = 1.0 + len(text) / _LETTERS_A_SECOND
        timer = None if loop else self._clock.after(seconds, lambda: self._end(play, True))
        self._playing[play] = (port, timer)

    def play_tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        timer = self._clock.after(1.0, lambda: self._end(play, True)) if tone is CallTone.BEEP else None
        self._playing[play] = (port, timer)

    def stop_play(self, play: PlayId) -> None:
        self._end(play, False)

    def detect(self, port: PortId, what: Detect, silence_seconds: float = 0.0) -> None:
        return

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        return

    def stop_watching_answer(self, port: PortId) -> None:
        return

    def catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        return

    def record(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        self._recorded.add(recording)

    def pause_record(self, recording: RecordingId, paused: bool) -> None:
        return

    def stop_record(self, recording: RecordingId) -> None:
        if recording in self._recorded:
            self._recorded.discard(recording)
            self._post(RecordEnded(recording, 1.0))

    def _end(self, play: PlayId, completed: bool) -> None:
        found = self._playing.pop(play, None)
        if found is not None:
            port, timer = found
            if timer is not None:
                timer.cancel()
            self._post(PlayEnded(play, port, completed))


def spoken(prompt: Prompt) -> str:
    """A prompt to be read: its words, and the names of its recordings."""
    parts = [part.text for part in prompt if isinstance(part, Speech)]
    return " ".join([*parts, *(f"[{part.name}]" for part in prompt if isinstance(part, Sound))])


class OutsideLine:
    """An outside line; the script is its far end. `manner` is how a number that is dialled behaves."""

    def __init__(self, name: str, post: Post, manner: str = "answers") -> None:
        self.name = name
        self._post = post
        self._manner = manner
        self.leg: LegId | None = None
        self.port: PortId | None = None

    @property
    def capabilities(self) -> TrunkCapabilities:
        return _CAPABILITIES

    def start(self) -> None:
        self._post(TrunkStatus(self.name, TrunkState.IN_SERVICE))

    def stop(self) -> None:
        return

    def call_in(self, number: str | None, called: str | None = None) -> None:
        """Somebody rings, who dialled `called`."""
        self.leg = LegId(new_id())
        self._post(RingStarted(self.name, self.leg, called))
        self._post(CallerId(self.name, self.leg, number, withheld=number is None))

    def key(self, digit: str) -> None:
        if self.leg is not None:
            self._post(DigitReceived(self.name, self.leg, digit))

    def hang_up(self) -> None:
        self._end(HangupCause.NORMAL_CLEARING)

    def dial(self, leg: LegId, number: DialString) -> None:
        self.leg = leg
        if self._manner == "busy":
            self._end(HangupCause.USER_BUSY)
            return
        self._post(Progress(self.name, leg, Stage.RINGING))
        if self._manner == "answers":
            self._up(leg)

    def answer(self, leg: LegId) -> None:
        self._up(leg)

    def send_digits(self, leg: LegId, digits: str) -> None:
        return

    def flash(self, leg: LegId) -> None:
        return

    def release(self, leg: LegId, cause: HangupCause) -> None:
        if leg == self.leg:
            self._end(cause)

    def _up(self, leg: LegId) -> None:
        self.port = PortId(new_id())
        self._post(Answered(self.name, leg))
        self._post(AudioReady(self.name, leg, self.port))

    def _end(self, cause: HangupCause) -> None:
        leg, self.leg = self.leg, None
        port, self.port = self.port, None
        if leg is not None:
            if port is not None:
                self._post(AudioGone(self.name, leg, port))
            self._post(Released(self.name, leg, cause, ""))


class Desk:
    """A handset; `manner` is "free" (answers when it rings), "silent", or "busy": not to be rung now."""

    def __init__(self, name: str, post: Post, manner: str) -> None:
        self.name = name
        self._post = post
        self._manner = manner
        self._ports: dict[LegId, PortId] = {}
        self._legs: set[LegId] = set()

    def start(self) -> None:
        self._post(HandsetStatus(self.name, self._manner != "busy"))

    def stop(self) -> None:
        return

    def free(self) -> None:
        """Whoever sits there has time from now on."""
        self._manner = "free"
        self.start()

    def ring(self, leg: LegId, caller: Party) -> None:
        self._legs.add(leg)
        self._post(Progress(self.name, leg, Stage.RINGING))
        if self._manner != "silent":
            self._ports[leg] = port = PortId(new_id())
            self._post(Answered(self.name, leg))
            self._post(AudioReady(self.name, leg, port))

    def stop_ringing(self, leg: LegId, cause: HangupCause) -> None:
        self.release(leg, cause)

    def progress(self, leg: LegId) -> None:
        return

    def answer(self, leg: LegId) -> None:
        return

    def transfer_done(self, leg: LegId, accepted: bool) -> None:
        return

    def release(self, leg: LegId, cause: HangupCause) -> None:
        if leg in self._legs:
            self._legs.discard(leg)
            self._post(Released(self.name, leg, cause, ""))


class Notebook:
    """A journal in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.noted: Callable[[Entry], None] = lambda entry: None

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        self.entries.append(entry)
        self.noted(entry)
        if synced is not None:
            synced()


class OneContact:
    """Everybody is this contact, or nobody is known."""

    def __init__(self, contact: Contact | None) -> None:
        self._found: Contact | Unidentified = contact or Unidentified.UNKNOWN

    def by_number(self, number: str, answer: Answer) -> None:
        answer(self._found)

    def by_account(self, account: str, pin: str | None, answer: Answer) -> None:
        answer(self._found)
