"""ATD on an analog line: dial tone, digits, and the guesses by which a modem thinks it was answered."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from simulator.at import LATER, Final
from simulator.loop import Timer

if TYPE_CHECKING:
    from simulator.voice.modem import VoiceModem

TONE_WAIT = 2.0  # seconds a modem waits for the dial tone
DIGIT_SECONDS = 0.15
RING_SECONDS = 6.0
BUSY_SECONDS = 2.0  # of busy tone before it is believed
DIALLED = "0123456789*#ABCD"


class Stage(Enum):
    """How far ATD is."""

    IDLE = "idle"
    DIALLING = "dialling"
    WAITING = "waiting"  # for ringback, +VRN
    RINGING = "ringing"


class Dialer:
    """One ATD at a time. +VRN and +VRA (tenths of a second) decide when it says VCON.

    A loop-start line does not tell that the far end answered: the modem concludes it from ringback
    that stopped (+VRA) or never came (+VRN). With either at 0 it says VCON without waiting.
    """

    def __init__(self, modem: VoiceModem) -> None:
        self._modem = modem
        self._stage = Stage.IDLE
        self._timers: dict[str, Timer] = {}
        self._last_ring = 0.0

    @property
    def active(self) -> bool:
        """ATD is running: tones are its business and no events."""
        return self._stage is not Stage.IDLE

    def dial(self, text: str) -> Final:
        """Start. Answers later, unless the number ends in a semicolon."""
        number = "".join(char for char in text.upper().lstrip("TP") if char in DIALLED)
        modem = self._modem
        self._stage = Stage.DIALLING
        if "!" in text:
            modem.flash()
        wait_tone = not modem.off_hook or "W" in text.upper()
        modem.seize()
        modem.at.on_abort = lambda: self._fail("NO CARRIER")  # a byte while dialling (V.250)
        if wait_tone and not (modem.dial_tone and modem.call is None):  # off hook, it took who rang
            self._later("tone", TONE_WAIT, lambda: self._fail(modem.family.no_dial_tone))
        elif not number:
            self._later("digits", DIGIT_SECONDS, lambda: self._end("OK"))
        else:
            seconds = 0.4 + DIGIT_SECONDS * len(number)
            self._later("tone", 0.3, modem.quieten)
            self._later("digits", seconds, lambda: self._dialled(number, text.endswith(";")))
        return LATER

    # -------------------------------------------------------------------------- from the exchange

    def ringing(self) -> None:
        """Ringback is heard."""
        if self._stage is not Stage.WAITING:
            return
        if not self._tenths("+VRA"):
            self._end("VCON")
            return
        self._cancel("never")
        self._stage = Stage.RINGING
        self._ring()

    def answered(self) -> None:
        """Ringback stopped: sure only when the next burst did not come."""
        if self._stage is Stage.RINGING:
            self._cancel("ring")
            since = (self._modem.loop.now() - self._last_ring) * self._modem.exchange.speed
            self._later("gone", max(0.0, self._tenths("+VRA") - since), lambda: self._end("VCON"))

    def refused(self) -> None:
        """Busy or reorder tone."""
        if self._stage in (Stage.WAITING, Stage.RINGING):
            self.forget()
            self._stage = Stage.WAITING
            self._later("busy", BUSY_SECONDS, lambda: self._fail("BUSY"))

    def forget(self) -> None:
        """The modem lost its power, or went on hook."""
        for name in list(self._timers):
            self._cancel(name)
        self._stage = Stage.IDLE

    # ---------------------------------------------------------------------------------------- inside

    def _dialled(self, number: str, at_once: bool) -> None:
        modem = self._modem
        modem.quieten()
        modem.call = modem.exchange.dial(modem, number)
        self._stage = Stage.WAITING
        never = self._tenths("+VRN")
        if at_once:
            self._end("OK")
        elif not never:
            self._end("VCON")
        else:
            patience = modem.commands.settings.number("S7") or 60
            self._later("never", max(never, 1.0), lambda: self._end("VCON"))
            self._later("patience", patience, lambda: self._fail("NO ANSWER"))

    def _ring(self) -> None:
        self._last_ring = self._modem.loop.now()
        self._modem.at.intermediate("RINGING")
        self._later("ring", RING_SECONDS, self._ring)

    def _tenths(self, name: str) -> float:
        return self._modem.commands.settings.number(name) / 10

    def _later(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._timers[name] = self._modem.exchange.later(seconds, action)

    def _fail(self, result: str) -> None:
        self.forget()
        self._modem.hang_up()
        self._modem.at.finish(result)

    def _end(self, result: str) -> None:
        self.forget()
        self._modem.at.finish(result)

    def _cancel(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
