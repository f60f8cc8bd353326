"""The logic of one analog line: on hook, ringing, seizing, dialling, voice, and back on hook.

Runs on the line's worker only. It is always in one named state; commands are asked of the wire and their
replies lead on. A leg that is to end is marked, and ends as soon as the step under way allows it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto

from appliance.contract.audio import AudioPort
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Clock, Timer
from appliance.contract.events import (
    Answered,
    AudioReady,
    EventSink,
    Progress,
    Released,
    Stage,
)
from appliance.contract.ids import LegId
from drivers.at_channel import Reply
from drivers.fxo.caller_id import is_ring
from drivers.fxo.hearing import Hearing
from drivers.fxo.leg import Leg
from drivers.fxo.quirks import Family, Signal
from drivers.fxo.ringing import Ringing
from drivers.fxo.sample_format import SampleFormat
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.stream import Event
from drivers.fxo.wire import Wire

_log = logging.getLogger(__name__)

_NO_TONE = ("NO DIALTONE", "NO DIAL TONE", "NO LINE")
_DIAL_FINALS = ("VCON", "BUSY", "NO ANSWER", "NO CARRIER", "LINE IN USE", *_NO_TONE)
_DIAL_CAUSES = {
    "BUSY": (HangupCause.USER_BUSY, "Busy."),
    "NO ANSWER": (HangupCause.NO_ANSWER, "No answer."),
    "NO CARRIER": (HangupCause.NORMAL_UNSPECIFIED, "The modem gave the call up."),
    "LINE IN USE": (HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "Another telephone is using the line."),
}
_DIAL_SECONDS = 45.0  # 32 digits of DTMF, and the modem's own wait for dial tone
_DIAL_TONE_FOUND = "Dial tone."
_ABORT_SECONDS = 1.0
_LEAVE_SECONDS = 0.3  # how long one way out of the stream may take before the next is tried


class State(Enum):
    """Where the line stands."""

    DOWN = auto()  # no modem in service
    IDLE = auto()
    RINGING = auto()
    REJECTED = auto()  # still ringing, but nobody wants it: an analog line cannot refuse
    SEIZING = auto()
    DIALLING = auto()
    CONNECTING = auto()
    VOICE = auto()
    FLASHING = auto()
    LEAVING = auto()
    HANGING_UP = auto()


class Line:
    """One line. `on_fault` and `on_no_line` tell its service; `on_idle` that a leg is over."""

    def __init__(
        self, name: str, settings: VoiceModemSettings, clock: Clock, post: EventSink, audio: AudioPort
    ) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock
        self._post = post
        self._audio = audio
        self.on_fault: Callable[[str], None] = lambda why: None
        self.on_no_line: Callable[[], None] = lambda: None
        self.on_idle: Callable[[], None] = lambda: None
        self.state = State.DOWN
        self._leg: Leg | None = None
        self._timer: Timer | None = None  # the one pending time-out of the state
        self._ringing = Ringing(name, settings.answer_after_rings, clock, post, self._seize)
        self._hearing: Hearing | None = None

    # ------------------------------------------------------------------------------- in and out of service

    def up(self, wire: Wire, family: Family, samples: SampleFormat) -> None:
        """The modem is set up and on hook."""
        self._wire, self._family, self._samples = wire, family, samples
        self.state = State.IDLE

    def down(self, why: str) -> None:
        """The modem is gone or in trouble: the leg ends here, nothing is asked of the modem any more."""
        leg = self._leg
        self._quiet()
        self.state = State.DOWN
        if leg is not None:
            self._forget(*(leg.ending or (HangupCause.LINE_FAULT, why)))

    @property
    def has_leg(self) -> bool:
        return self._leg is not None

    # ------------------------------------------------------------------------------- what the core asks

    def dial(self, leg: LegId, number: str) -> None:
        if self.state is not State.IDLE:
            text = "The line is out of service." if self.state is State.DOWN else "The line is busy."
            self._post(Released(self.name, leg, HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, text))
            return
        digits = number.replace("+", self._settings.international_prefix, 1)
        self._leg = Leg(leg, outbound=True, number=digits)
        self._seize()

    def probe(self, found: Callable[[bool], None]) -> None:
        """Go off hook on an idle line, listen for dial tone, go back; `found` gets whether there was one."""
        if self.state is State.IDLE:
            self._leg = Leg(LegId(""), outbound=True, number="", probe=found)
            self._seize()

    def answer(self, leg: LegId) -> None:
        if self._leg is not None and self._leg.id == leg and self.state is State.RINGING:
            self._ringing.answer()

    def send_digits(self, leg: LegId, digits: str) -> None:
        if self._leg is not None and self._leg.id == leg:
            if self.state is State.VOICE:
                self._wire.send_tones(digits)
            elif self.state in (State.SEIZING, State.DIALLING, State.CONNECTING, State.FLASHING):
                self._leg.digits += digits

    def flash(self, leg: LegId) -> None:
        if self._leg is not None and self._leg.id == leg and self.state is State.VOICE and self._family.flash:
            self._leave(State.FLASHING)

    def release(self, leg: LegId, cause: HangupCause) -> None:
        if self._leg is not None and self._leg.id == leg:
            self.end(cause, "Released by the box.")

    def end(self, cause: HangupCause, why: str) -> None:
        """End the leg from whatever state it is in."""
        leg = self._leg
        if leg is None or leg.ending is not None:
            return
        leg.ending = (cause, why)
        if self.state is State.RINGING:
            self._quiet()
            self.state = State.REJECTED
            self._timer = self._clock.after(self._settings.ring_timeout, self._stopped_ringing)
            self._forget(cause, why)
        elif self.state is State.DIALLING:
            self._wire.abort()
            self._timer = self._clock.after(_ABORT_SECONDS, lambda: self.fault("It does not stop dialling."))
        elif self.state is State.VOICE:
            self._leave(State.LEAVING)

    def fault(self, why: str) -> None:
        """The modem failed in the middle of something."""
        self.on_fault(why)

    # ------------------------------------------------------------------------------- what the modem says

    def text(self, line: str) -> None:
        """A line the modem sent by itself."""
        if is_ring(line):
            self.ring()
        elif self.state not in (State.IDLE, State.RINGING) or not self._ringing.text(line):
            _log.debug("%s: ignored %r", self.name, line[:80])

    def code(self, code: int) -> None:
        """A <DLE> code outside the voice stream."""
        if self.state is not State.DOWN and self._family.codes.get(code) is Signal.RING:
            self.ring()

    def ring(self) -> None:
        """The line rings."""
        if self.state is State.IDLE:
            self._leg = self._ringing.begin()
            self.state = State.RINGING
            self._ringing.first(self._leg)
        elif self.state is State.RINGING:
            self._ringing.again()
        if self.state in (State.RINGING, State.REJECTED):
            self._restart(self._settings.ring_timeout, self._stopped_ringing)

    def _stopped_ringing(self) -> None:
        rejected = self.state is State.REJECTED
        self._quiet()
        self.state = State.IDLE
        if not rejected:
            self._forget(HangupCause.NORMAL_CLEARING, "The caller gave up.")

    # ------------------------------------------------------------------------------- off hook

    def _seize(self) -> None:
        self._quiet()
        self.state = State.SEIZING
        self._wire.ask(self._family.seize, 2.0, self._seized)

    def _seized(self, reply: Reply) -> None:
        leg = self._leg
        if leg is None or self.state is not State.SEIZING:
            return
        leg.seized_at = self._clock.now()
        if leg.ending is None and not reply.ok:
            leg.ending = (HangupCause.LINE_FAULT, "The modem does not pick up the line.")
        if leg.ending is not None:
            self._go_on_hook()
        elif leg.outbound:
            if leg.probe is None:
                self._post(Progress(self.name, leg.id, Stage.SEIZED))
            self.state = State.DIALLING
            self._wire.ask(f"ATDTW{leg.number};", _DIAL_SECONDS, self._dialled, _DIAL_FINALS)
        else:
            self._connect()

    def _dialled(self, reply: Reply) -> None:
        leg = self._leg
        if leg is None or self.state is not State.DIALLING:
            return
        self._quiet()
        if leg.ending is not None:
            self._go_on_hook()
        elif reply.final in ("OK", "VCON") and leg.probe is not None:
            leg.ending = (HangupCause.NORMAL_CLEARING, _DIAL_TONE_FOUND)
            self._go_on_hook()
        elif reply.final in ("OK", "VCON"):
            leg.dialled_at = self._clock.now()
            self._post(Progress(self.name, leg.id, Stage.DIALLED))
            self._connect()
        else:
            self._dial_failed(leg, reply.final)

    def _dial_failed(self, leg: Leg, final: str) -> None:
        if final in _NO_TONE:
            leg.ending = (HangupCause.NO_DIAL_TONE, "No dial tone.")
            if leg.probe is None:
                self.on_no_line()
        else:
            leg.ending = _DIAL_CAUSES.get(final, (HangupCause.LINE_FAULT, "The modem cannot dial."))
        self._go_on_hook()

    def _connect(self) -> None:
        self.state = State.CONNECTING
        self._wire.talk(self._family.duplex, self._samples, self._connected, self._heard, self._over)

    def _connected(self, reply: Reply) -> None:
        leg = self._leg
        if leg is None or self.state is not State.CONNECTING:
            return
        if not reply.final.startswith("CONNECT"):
            leg.ending = leg.ending or (HangupCause.LINE_FAULT, "The modem opens no voice stream.")
            self._go_on_hook()
            return
        self.state = State.VOICE
        if not leg.connected:
            leg.connected = True
            if not leg.outbound:
                self._post(Answered(self.name, leg.id))
            self._post(AudioReady(self.name, leg.id, self._audio.port))
        self._listen(leg)
        if leg.ending is not None:
            self._leave(State.LEAVING)

    def _listen(self, leg: Leg) -> None:
        if leg.digits:
            self._wire.send_tones(leg.digits)
            leg.digits = ""
        self._hearing = Hearing(self, leg, self._settings, self._clock, self._wire, self._post)

    def _heard(self, event: Event) -> None:
        if self.state is State.VOICE and self._hearing is not None:
            self._hearing.event(event, self._family.codes)

    # ------------------------------------------------------------------------------- and back on hook

    def _leave(self, state: State) -> None:
        self.state = state
        self._stop_hearing()
        self._try_leaving(0)

    def _try_leaving(self, attempt: int) -> None:
        if attempt < len(self._family.leave):
            self._wire.leave(self._family.leave[attempt])
            self._restart(_LEAVE_SECONDS, lambda: self._try_leaving(attempt + 1))
        else:
            self._timer = None
            self._wire.abandon()

    def _over(self, reply: Reply) -> None:
        """The voice stream is over, by us or by the modem."""
        leg = self._leg
        if leg is None or self.state not in (State.CONNECTING, State.VOICE, State.FLASHING, State.LEAVING):
            return
        self._quiet()
        if self.state is State.FLASHING and leg.ending is None and self._family.flash:
            self._wire.ask(self._family.flash, 3.0, self._flashed)
            return
        leg.ending = leg.ending or (HangupCause.NORMAL_CLEARING, "The modem ended the voice stream.")
        self._go_on_hook()

    def _flashed(self, reply: Reply) -> None:
        if self._leg is None or self.state is not State.FLASHING:
            return
        if self._leg.ending is not None:
            self._go_on_hook()
        else:
            self._connect()

    def _go_on_hook(self) -> None:
        self._quiet()
        self.state = State.HANGING_UP
        self._wire.ask(self._family.on_hook, 1.0, self._hung_up)

    def _hung_up(self, reply: Reply) -> None:
        if self.state is not State.HANGING_UP:
            return
        if reply.ok:
            self._done()
        else:
            self._wire.ask("ATH", 1.0, self._forced)

    def _forced(self, reply: Reply) -> None:
        if self.state is not State.HANGING_UP:
            return
        if reply.ok:  # H ends the voice class on many modems
            self._wire.ask("AT+FCLASS=8", 1.0, lambda after: self._done())
        else:
            self.fault("It does not go on hook.")

    def _done(self) -> None:
        leg = self._leg
        if leg is not None and self.state is State.HANGING_UP:
            self.state = State.IDLE
            self._forget(*(leg.ending or (HangupCause.NORMAL_CLEARING, "")))

    def _forget(self, cause: HangupCause, why: str) -> None:
        leg, self._leg = self._leg, None
        if leg is not None and leg.probe is not None:
            leg.probe(why == _DIAL_TONE_FOUND)
        elif leg is not None:
            self._post(Released(self.name, leg.id, cause, why))
        self.on_idle()

    # ------------------------------------------------------------------------------- timers

    def _restart(self, seconds: float, action: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._clock.after(seconds, action)

    def _stop_hearing(self) -> None:
        if self._hearing is not None:
            self._hearing.stop()
            self._hearing = None

    def _quiet(self) -> None:
        """Nothing of the state just left may still come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._ringing.stop()
        self._stop_hearing()
