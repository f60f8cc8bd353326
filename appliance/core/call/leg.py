"""One party's connection: a state machine over a trunk's or a handset's leg, with its audio."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from appliance.contract.answering import AnswerWatch
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.errors import ContractError
from appliance.contract.events import PlayEnded, Released
from appliance.contract.ids import LegId, PlayId, PortId, new_id
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Detect, Prompt
from appliance.contract.trunk import DigitSource
from appliance.core.kernel import Kernel
from appliance.core.line import AnyLine, HandsetLine, TrunkLine

if TYPE_CHECKING:
    from appliance.core.call.call import Call

log = logging.getLogger(__name__)

#: A line that was told to release and never says `Released` is treated as released after so long.
RELEASE_SECONDS = 5.0
#: A line that answered, and a handset that was told to, has audio within so long.
AUDIO_SECONDS = 10.0
#: An outside line answers after as many rings as its settings say: at most 10, one in 6 s.
TRUNK_ANSWER_SECONDS = 75.0


class LegState(StrEnum):
    """Where a leg stands."""

    RINGING = "ringing"  # it calls us: an outside caller rings, a handset has dialled
    ANSWERING = "answering"
    CALLING = "calling"  # we call it: dialled or rung, not yet answered
    UP = "up"
    RELEASING = "releasing"
    OVER = "over"


class Role(StrEnum):
    """Whom a leg speaks for; the word the journal uses for who ended a call."""

    CALLER = "caller"
    AGENT = "agent"
    FAR_END = "far_end"


_MOVES: dict[LegState, frozenset[LegState]] = {
    LegState.RINGING: frozenset({LegState.ANSWERING, LegState.RELEASING, LegState.OVER}),
    LegState.ANSWERING: frozenset({LegState.UP, LegState.RELEASING, LegState.OVER}),
    LegState.CALLING: frozenset({LegState.UP, LegState.RELEASING, LegState.OVER}),
    LegState.UP: frozenset({LegState.RELEASING, LegState.OVER}),
    LegState.RELEASING: frozenset({LegState.OVER}),
    LegState.OVER: frozenset(),
}


@dataclass(slots=True)
class _Play:
    """What the party should hear; waits for a port, and starts again on a new one."""

    what: Prompt | CallTone
    loop: bool
    done: Callable[[], None] | None
    id: PlayId | None = None


class Leg:
    """A leg of `call` on `line`. Its moves are its methods; each is logged with its reason."""

    def __init__(
        self, kernel: Kernel, call: Call, line: AnyLine, leg: LegId, state: LegState, role: Role
    ) -> None:
        self._kernel = kernel
        self.call = call
        self.line = line
        self.id = leg
        self.state = state
        self.role = role
        self.port: PortId | None = None
        self.held = False
        self.ringing = False  # the far end of a CALLING leg is known to ring
        self.dismissed = False  # its call goes on without it
        self.service = call.service  # speaks with the box itself (star codes), not with a person
        self.cause: HangupCause | None = None  # set by who ended it first
        self.reason = ""
        self.by: str = role.value  # who ended it: the party, or the box
        self._play: _Play | None = None
        self._listening: tuple[Detect, float] = (Detect.NOTHING, 0.0)
        self._words: tuple[tuple[str, ...], str] = ((), "")  # that are listened for, and their language
        self._who: AnswerWatch | None = None  # to be begun with the next audio
        self._watch: Timer | None = None
        line.legs.append(self)
        kernel.legs[leg] = self
        kernel.leg_changed(self)

    def __repr__(self) -> str:
        return f"leg {self.id} ({self.line.kind} {self.line.name}, call {self.call.id}, {self.state})"

    @property
    def outside(self) -> bool:
        return isinstance(self.line, TrunkLine)

    @property
    def up(self) -> bool:
        return self.state is LegState.UP

    @property
    def ready(self) -> bool:
        """Answered and with audio."""
        return self.up and self.port is not None

    @property
    def alive(self) -> bool:
        return self.state not in (LegState.RELEASING, LegState.OVER)

    def _move(self, state: LegState, reason: str) -> None:
        if state not in _MOVES[self.state]:
            raise ContractError(f"A leg cannot go from {self.state} to {state} ({reason}).")
        log.debug("%r -> %s: %s", self, state, reason)
        self.state = state
        self._kernel.leg_changed(self)

    # ------------------------------------------------------------------ commands

    def answer(self, reason: str) -> None:
        """Answer a leg that calls us. Harmless when that was done already."""
        if self.state is not LegState.RINGING:
            return
        self._move(LegState.ANSWERING, reason)
        self._expect(TRUNK_ANSWER_SECONDS if self.outside else AUDIO_SECONDS, self._never_answered)
        self._failed(self.line.answer(self.id))

    def show_ringing(self) -> None:
        """Let a handset that dialled know that the far end rings."""
        if self.state is LegState.RINGING and isinstance(self.line, HandsetLine):
            self._failed(self.line.progress(self.id))

    def send_digits(self, digits: str) -> None:
        """Send DTMF to an outside party."""
        if isinstance(self.line, TrunkLine) and self.alive:
            self._failed(self.line.send_digits(self.id, digits))

    def release(self, cause: HangupCause, reason: str) -> None:
        """End the leg. Harmless when that was done already."""
        if not self.alive:
            return
        calling = self.state is LegState.CALLING
        self.cause, self.reason, self.by = cause, reason, "box"
        self.quiet()
        self._move(LegState.RELEASING, reason)
        self._expect(RELEASE_SECONDS, self._never_released)
        self._failed(self.line.release(self.id, cause, calling=calling))

    def dismiss(self, reason: str) -> None:
        """End the leg; its call goes on without it, whatever it does then."""
        self.dismissed = True
        self.release(HangupCause.NORMAL_CLEARING, reason)

    def release_again(self) -> None:
        """It was answered in the moment we stopped ringing it: end the answered leg."""
        self._failed(self.line.release(self.id, self.cause or HangupCause.NORMAL_CLEARING, calling=False))

    def expect_release(self) -> None:
        """Its line is dead: it reports `Released` any moment, or is taken for released."""
        self._expect(RELEASE_SECONDS, self._never_released)

    def command_failed(self, problem: str | None) -> None:
        """A command for this leg, given on the line itself, went wrong (None: it did not)."""
        self._failed(problem)

    # -------------------------------------------------------------------- events

    def answered(self, inferred: bool, reason: str) -> None:
        """The line says, or its audio lets us infer, that the party is there."""
        self._move(LegState.UP, reason)
        self.call.note(EntryKind.LEG_ANSWERED, leg=self.id, line=self.line.name, inferred=inferred)
        if self.port is None:
            self._expect(AUDIO_SECONDS, self._never_answered)
        else:
            self._expect_nothing()

    def rings(self) -> None:
        """The far end rings."""
        self.ringing = True
        self._kernel.leg_changed(self)

    def audio_ready(self, port: PortId) -> None:
        """The leg's audio is at `port` from now on."""
        self.audio_gone()
        self.port = port
        if not self.line.borrows_audio:
            self._kernel.ports[port] = self
        if self.up:
            self._expect_nothing()
        if self.outside:
            self.listen_afresh()  # a port keeps listening as the call before wanted it
        if self._words[0]:
            self._hear_afresh()
        if self._who is not None:
            self.watch_answer(self._who)
        self._start_play()

    def audio_gone(self) -> None:
        """The leg has no audio until the next `audio_ready`."""
        if self.port is not None:
            if self._kernel.ports.get(self.port) is self:
                del self._kernel.ports[self.port]
            self.port = None
        if self._play is not None and self._play.id is not None:
            self._kernel.plays.pop(self._play.id, None)
            self._play.id = None

    def over(self, cause: HangupCause, reason: str) -> None:
        """The line is on hook again; the leg's last move."""
        if self.cause is None:
            self.cause, self.reason = cause, reason
        if self.cause is HangupCause.LINE_FAULT:
            self.by = "box"
        self.quiet()
        self.audio_gone()
        self._expect_nothing()
        self._kernel.legs.pop(self.id, None)
        self.call.note(
            EntryKind.LEG_RELEASED,
            leg=self.id,
            line=self.line.name,
            cause=int(self.cause),
            reason=self.reason,
        )
        self.line.dropped(self)
        self._move(LegState.OVER, reason)

    # --------------------------------------------------------------------- audio

    def play(
        self, what: Prompt | CallTone, done: Callable[[], None] | None = None, loop: bool = False
    ) -> None:
        """Let the party hear `what`, instead of what it heard; `done` runs when it ended by itself."""
        self.quiet()
        if what == ():
            if done is not None:
                done()
            return
        self._play = _Play(what, loop, done)
        self._start_play()

    def quiet(self) -> None:
        """Stop what the party hears."""
        play, self._play = self._play, None
        if play is not None and play.id is not None:
            play_id = play.id
            self._kernel.plays.pop(play_id, None)
            self._kernel.tell_media(lambda: self._kernel.media.stop_play(play_id))

    def play_ended(self, event: PlayEnded) -> None:
        """The media finished or failed what was played."""
        play = self._play
        if play is None or play.id != event.play:
            return
        if event.problem:
            log.warning("%r: a prompt could not be played: %s", self, event.problem)
        self._play = None
        if play.done is not None:
            play.done()

    def _start_play(self) -> None:
        play, port = self._play, self.port
        if play is None or port is None or play.id is not None:
            return
        play.id = play_id = PlayId(new_id())
        self._kernel.plays[play_id] = self
        self._kernel.tell_media(lambda: self._command_play(play_id, port, play), play_id, port)

    def _command_play(self, play_id: PlayId, port: PortId, play: _Play) -> None:
        if isinstance(play.what, CallTone):
            self._kernel.media.play_tone(play_id, port, play.what)
        else:
            self._kernel.media.play(play_id, port, play.what, play.loop)

    def listen(self, *, digits: bool = False, silence: bool = False, answer: bool = False) -> None:
        """Hear in the audio what this line does not signal: digits, a far end that has gone, an answer."""
        wanted = self._wanted(digits, silence, answer)
        if wanted != self._listening:
            self._listening = wanted
            self.listen_afresh()

    def listens_for(self, what: Detect) -> bool:
        return bool(self._listening[0] & what)

    def _wanted(self, digits: bool, silence: bool, answer: bool) -> tuple[Detect, float]:
        if not isinstance(self.line, TrunkLine):
            return Detect.NOTHING, 0.0
        able = self.line.capabilities
        what = Detect.NOTHING
        if digits and able.digits is DigitSource.AUDIO:
            what |= Detect.DIGITS
        if answer:
            what |= Detect.TONES | Detect.VOICE
        if not able.hangup_signalled:
            what |= Detect.TONES | (Detect.SILENCE if silence else Detect.NOTHING)
        return what, self._kernel.plan.silence_seconds if what & Detect.SILENCE else 0.0

    def listen_afresh(self) -> None:
        """Begin to listen anew: a tone that still goes on is reported again."""
        port, (what, silence) = self.port, self._listening
        if port is not None:
            self._kernel.tell_media(lambda: self._kernel.media.detect(port, what, silence))

    def hear(self, words: tuple[str, ...], language: str = "") -> None:
        """Listen for these words; for none: no longer."""
        if words or self._words[0]:
            self._words = (words, language)
            self._hear_afresh()

    def _hear_afresh(self) -> None:
        port, (words, language) = self.port, self._words
        if port is not None:
            self._kernel.tell_media(lambda: self._kernel.services.hearing.hear(port, words, language))

    def watch_answer(self, watch: AnswerWatch) -> None:
        """Find out who answered, from now on or as soon as there is audio."""
        port, self._who = self.port, watch
        if port is not None:
            self._who = None
            self._kernel.tell_media(lambda: self._kernel.media.watch_answer(port, watch))

    # --------------------------------------------------------------------- watch

    def _expect(self, seconds: float, otherwise: Callable[[], None]) -> None:
        self._expect_nothing()
        self._watch = self._kernel.after(seconds, otherwise)

    def _expect_nothing(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _never_answered(self) -> None:
        self._watch = None
        self.release(HangupCause.RECOVERY_ON_TIMER_EXPIRY, "The line gave no audio in time.")

    def _never_released(self) -> None:
        self._watch = None
        self.line.given_up = self.id
        self._failed(f"{self.line.kind.capitalize()} {self.line.name} did not report the end of its call")

    def _failed(self, problem: str | None) -> None:
        """A command went wrong: the line is marked, and the leg treated as ended by a fault of the line."""
        if problem is not None:
            self.line.mark(problem, self._kernel.clock.now())
            self.line.release(self.id, HangupCause.LINE_FAULT, calling=False)  # never leave it off hook
            self._kernel.post(Released(self.line.name, self.id, HangupCause.LINE_FAULT, problem))
