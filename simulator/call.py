"""One call between a line of the box and a subscriber."""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import sound
from simulator.script import HangUpWay, Script, play

if TYPE_CHECKING:
    from simulator.exchange import Exchange
    from simulator.line import Line

KEEP_SECONDS = 1800  # of what a subscriber heard
FAINT = sound.tone((180.0,), sound.FRAME_SECONDS, -62.0)  # the hum of an open line


class CallState(StrEnum):
    """Where a call is, seen from the network."""

    SETUP = "setup"
    RINGING = "ringing"
    CONNECTED = "connected"
    GONE = "gone"  # the subscriber left, the box was not told
    ENDED = "ended"


class Call:
    """A call as a test sees it. All its methods may be called from any thread.

    `to_box`: the subscriber called. `cause` is the Q.850 value once ended; `ended_by` is "box",
    "far end" or "fault".
    """

    def __init__(
        self, exchange: Exchange, line: Line, number: str, *, to_box: bool,
        script: Script = (), name: str = "", record: Path | str | None = None,
    ) -> None:  # fmt: skip
        self.exchange = exchange
        self.line = line
        self.number = number
        self.name = name
        self.to_box = to_box
        self.script = script
        self.record = record
        self.state = CallState.SETUP
        self.cause: int | None = None
        self.ended_by: str | None = None
        self.digits = ""
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self._heard = bytearray()
        self._source: Generator[bytes, bytes, None] | None = None
        self._begun = False
        self._ear = sound.DigitEar() if line.digits_are_audio else None

    def __repr__(self) -> str:
        way = "from" if self.to_box else "to"
        return f"<Call {way} {self.number} on {self.line.name}: {self.state}>"

    # ------------------------------------------------------------------------------- for tests

    @property
    def heard(self) -> bytes:
        """What the subscriber has heard from the box since the call was connected (8 kHz s16le)."""
        return self.exchange.loop.call(lambda: bytes(self._heard))

    def hang_up(self, way: HangUpWay = HangUpWay.SIGNALLED) -> None:
        """The subscriber hangs up, in any state."""
        self.exchange.loop.call(lambda: self.exchange.far_hangs_up(self, way))

    def wait_for(self, state: CallState, timeout: float = 10.0) -> bool:
        """Wait until the call is in `state`, or past it. False when it took longer."""
        order = list(CallState)
        return self.exchange.wait(lambda: order.index(self.state) >= order.index(state), timeout)

    # -------------------------------------------------------------------- for the line's clock

    def frame(self, heard: bytes) -> bytes:
        """20 ms go by: give what the box said, take what the box hears."""
        if self.state is CallState.CONNECTED:
            if len(self._heard) < KEEP_SECONDS * sound.RATE * 2:
                self._heard += heard
            if self._ear is not None and (digit := self._ear.frame(heard)):
                self.exchange.box_digit(self, digit)
        source = self._source
        if source is None:
            return FAINT if self.state is CallState.GONE else sound.SILENCE
        try:
            if self._begun:
                return source.send(heard)
            self._begun = True
            return next(source)
        except StopIteration:
            if source is self._source:
                self._source = None
            return sound.SILENCE

    def hear(self, source: Generator[bytes, bytes, None] | None) -> None:
        """From now on the box hears this."""
        self._source, self._begun = source, False

    # ----------------------------------------------------------------------- for the exchange

    def connect(self) -> None:
        self.state = CallState.CONNECTED
        self.answered_at = self.exchange.loop.now()
        self.hear(play(self.script, self))

    def end(self, ended_by: str, cause: int) -> None:
        self.hear(None)
        if self.record is not None and self.answered_at is not None:
            sound.write_wav(self.record, bytes(self._heard))  # before anybody can see that it has ended
        self.ended_by, self.cause = ended_by, cause
        self.ended_at = self.exchange.loop.now()
        self.state = CallState.ENDED

    def forget_sound(self) -> None:
        self._heard.clear()

    # ---------------------------------------------------------------------- for the script

    def press(self, digit: str, down: bool) -> None:
        """The subscriber's key went down or up."""
        if down:
            self.exchange.note(self.line.name, "subscriber pressed", digit=digit)
        self.line.far_digit(self, digit, down)
