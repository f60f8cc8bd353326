"""The voice data states of V.253 (+VTX, +VRX, +VTR): samples both ways on the command port, DLE shielded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from simulator.dle import CAN, ETX, Unshielder, event, shield
from simulator.sound import FRAME_SAMPLES, SILENCE, Coding
from simulator.terminal import Terminal

BUFFER_BYTES = 1024  # +VBQ: 128 ms of the box's voice
BYTES_PER_MS = 8
_ESC = 0x1B
_END_OF_RECEIVE = {ord("!"), _ESC}
_END_OF_DUPLEX = {ord("^"), ord("!"), _ESC, ETX}


class Mode(Enum):
    """What the bytes on the port mean."""

    COMMAND = "command"
    TRANSMIT = "transmit"
    RECEIVE = "receive"
    DUPLEX = "duplex"


@dataclass(slots=True)
class StreamStats:
    """How well the box kept the modem's clock since the last CONNECT."""

    frames: int = 0
    underruns: int = 0  # ticks without a whole frame from the box, after its first
    unread_bytes: int = 0  # of ours, lost because the box did not read
    most_ahead_ms: float = 0.0  # how far the box ever was ahead; beyond 600 the kernel does not tell


class VoiceStream:
    """One voice modem's data states. `done` is called with the result code when a state ends.

    What the box writes is taken at the pace of the line's clock: the modem's buffer and then the
    kernel's hold it back, as CTS would.
    """

    def __init__(self, terminal: Terminal, done: Callable[[str], None], overdue: Callable[[], int]) -> None:
        self.mode = Mode.COMMAND
        self.stats = StreamStats()
        self.reports_underrun = False
        self._terminal = terminal
        self._done = done
        self._overdue = overdue
        self._coding: Coding | None = None
        self._unshielder = Unshielder()
        self._buffer = bytearray()
        self._events = bytearray()
        self._started = self._ending = self._starved = False

    def begin(self, mode: Mode, coding: Coding) -> None:
        self.mode, self._coding = mode, coding
        self.stats = StreamStats()
        self._unshielder = Unshielder()
        self._buffer.clear()
        self._events.clear()
        self._started = self._ending = self._starved = False
        self._terminal.pause(True)

    def stop(self) -> None:
        """Back to commands without a word (power lost)."""
        self.mode = Mode.COMMAND
        self._terminal.pause(False)

    def report(self, code: str) -> None:
        """Put an event into the stream."""
        self._events += event(code)

    @property
    def sends(self) -> bool:
        return self.mode in (Mode.TRANSMIT, Mode.DUPLEX)

    @property
    def receives(self) -> bool:
        return self.mode in (Mode.RECEIVE, Mode.DUPLEX)

    # -------------------------------------------------------------------------- 20 ms of the line

    def take(self) -> bytes:
        """What the box says in these 20 ms."""
        self._read()
        if not self.sends or self._coding is None:
            return SILENCE
        self.stats.frames += 1
        data = bytes(self._buffer[:FRAME_SAMPLES])
        del self._buffer[:FRAME_SAMPLES]
        if len(data) < FRAME_SAMPLES:
            self._run_dry()
        if self._ending and not self._buffer and self.mode is Mode.TRANSMIT:
            self._finish(b"")
        return self._coding.decode(data).ljust(len(SILENCE), b"\0")

    def give(self, frame: bytes) -> None:
        """What the box hears in these 20 ms, and the events since the last."""
        events, self._events = bytes(self._events), bytearray()
        if self.mode is Mode.COMMAND:
            return
        data = shield(self._coding.encode(frame)) if self.receives and self._coding is not None else b""
        wanted = events + data
        taken = self._terminal.write_now(wanted) if wanted else 0
        if taken < len(wanted):
            self.stats.unread_bytes += len(wanted) - taken
            cut = Unshielder()
            cut.feed(wanted[:taken])
            if cut.pending:  # never half of a shielded pair
                self._terminal.write(wanted[taken : taken + 1])

    def _read(self) -> None:
        if self.mode is Mode.COMMAND:
            return
        late = self._overdue() * FRAME_SAMPLES
        ahead = len(self._buffer) + self._terminal.waiting() - late
        self.stats.most_ahead_ms = max(self.stats.most_ahead_ms, ahead / BYTES_PER_MS)
        room = BUFFER_BYTES - len(self._buffer) if self.sends else BUFFER_BYTES
        for part in self._unshielder.feed(self._terminal.read(room)) if room > 0 else ():
            if isinstance(part, bytes):
                self._accept(part)
            elif self._command(part):
                return

    def _accept(self, data: bytes) -> None:
        if self.sends and not self._ending:
            self._started = True
            self._starved = False
            self._buffer += data

    def _command(self, code: int) -> bool:
        """A DLE command of the box. True when it ended the state."""
        if code == CAN:
            self._buffer.clear()
        elif self.mode is Mode.TRANSMIT and code == ETX:
            self._ending = True
        elif (self.mode is Mode.RECEIVE and code in _END_OF_RECEIVE) or (
            self.mode is Mode.DUPLEX and code in _END_OF_DUPLEX
        ):
            self._finish(event(chr(ETX)))
            return True
        return False

    def _run_dry(self) -> None:
        if not self._started or self._ending:
            return
        self.stats.underruns += 1
        if self.reports_underrun and not self._starved:
            self._starved = True
            self.report("u")

    def _finish(self, last: bytes) -> None:
        self.mode = Mode.COMMAND
        self._terminal.write(bytes(self._events) + last)
        self._events.clear()
        self._terminal.pause(False)
        self._done("OK")
