"""What the far end of a call lets us hear while the voice stream is open: digits, tones, silence, a knock.

Also watches that the stream flows: a modem that stops sending samples has stopped working.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Clock, Timer
from appliance.contract.events import CallWaiting, DigitReceived, EventSink, Progress, Stage
from drivers.fxo.caller_id import parse_text
from drivers.fxo.dle import Code, Packet
from drivers.fxo.leg import ENDING, Leg
from drivers.fxo.quirks import Signal
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.stream import Event
from drivers.fxo.wire import Wire

_log = logging.getLogger(__name__)

_WATCH_SECONDS = 1.0
_STILL = 2  # so many watches without one sample: the modem has stopped
MODEM_SILENCE = 25.5  # the longest silence +VSD can time, in seconds
_NOISE = 0.02  # of the samples may be loud and it still is silence
#: Most modems call every broken tone busy, and some are quick: so long the box's own ear, which tells busy
#: from reorder and hears special information tones, may end the call first.
OWN_EAR = 2.0


class Owner(Protocol):
    """What a hearing may do to its line."""

    name: str

    def end(self, cause: HangupCause, why: str) -> None:
        """End the leg."""

    def fault(self, why: str) -> None:
        """The modem failed."""


class Hearing:
    """Listens for one stream of one leg, until `stop`."""

    def __init__(
        self, owner: Owner, leg: Leg, settings: VoiceModemSettings, clock: Clock, wire: Wire, post: EventSink
    ) -> None:
        self._owner, self._leg, self._settings = owner, leg, settings
        self._clock, self._wire, self._post = clock, wire, post
        self._received = -1
        self._still = 0
        self._silence: Timer | None = None
        self._refused: Timer | None = None
        self._silent_since = (0, 0)  # samples received and loud ones when the silence was reported
        self._watch: Timer = clock.after(_WATCH_SECONDS, self._look)

    def stop(self) -> None:
        self._watch.cancel()
        self._voice()
        if self._refused is not None:
            self._refused.cancel()

    def event(self, event: Event, codes: Mapping[int, Signal]) -> None:
        """Something the stream reported besides samples."""
        if isinstance(event, str):
            self._leg.far_end_heard = True
            self._voice()
            self._post(DigitReceived(self._owner.name, self._leg.id, event))
        elif isinstance(event, Code):
            signal = codes.get(event.code)
            if signal is not None:
                self._signal(signal)
        elif isinstance(event, Packet):
            caller = parse_text(event.text)
            if caller is not None:
                self._post(CallWaiting(self._owner.name, self._leg.id, caller.number))

    def _signal(self, signal: Signal) -> None:
        if signal in ENDING:
            self._tone(signal)
        elif signal in (Signal.SILENCE, Signal.QUIET):
            self._silent()
        elif signal is Signal.VOICE:
            self._leg.far_end_heard = True
            self._voice()
        elif signal is Signal.RINGBACK:
            self._ringback()
        elif signal is Signal.CALL_WAITING:
            self._post(CallWaiting(self._owner.name, self._leg.id))
        elif signal in (Signal.UNDERRUN, Signal.OVERRUN):
            _log.warning(
                "%s: leg %s: the modem reports a buffer %s", self._owner.name, self._leg.id, signal.name
            )

    def _ringback(self) -> None:
        if self._leg.outbound and not self._leg.rang_at:
            self._post(Progress(self._owner.name, self._leg.id, Stage.RINGING))
        self._leg.rang_at = self._clock.now()
        self._voice()

    def _tone(self, signal: Signal) -> None:
        self._leg.reports[signal] += 1
        needed = 1 if signal is Signal.LOOP_DROP else self._settings.tone_reports
        over = self._leg.tone_ends(signal, self._clock.now())
        if over is None or self._leg.reports[signal] < needed:
            return
        if over[0] is not HangupCause.USER_BUSY:
            self._owner.end(*over)
        elif self._refused is None:
            self._refused = self._clock.after(OWN_EAR, lambda: self._owner.end(*over))

    # ---------------------------------------------------------------------------- silence

    def _silent(self) -> None:
        """The modem heard nothing for as long as +VSD says; the rest of the setting is timed here."""
        if self._settings.silence_seconds <= 0 or self._silence is not None:
            return
        self._silent_since = (self._wire.received, self._wire.loud)
        rest = max(0.0, self._settings.silence_seconds - MODEM_SILENCE)
        self._silence = self._clock.after(rest, self._silent_enough)

    def _silent_enough(self) -> None:
        self._silence = None
        received = self._wire.received - self._silent_since[0]
        loud = self._wire.loud - self._silent_since[1]
        if loud <= _NOISE * received:
            self._owner.end(HangupCause.SILENCE, f"Silence for {self._settings.silence_seconds:g} s.")

    def _voice(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    # ---------------------------------------------------------------------------- the stream itself

    def _look(self) -> None:
        received = self._wire.received
        self._still = self._still + 1 if received == self._received else 0
        self._received = received
        if self._still >= _STILL:
            self._owner.fault("Its voice stream stands still.")
        else:
            self._watch = self._clock.after(_WATCH_SECONDS, self._look)
