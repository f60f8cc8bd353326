"""The serial port on which a GSM modem carries a call's voice: 8 kHz s16le, 16,000 bytes a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.sound import FRAME_BYTES, RATE, SILENCE
from simulator.terminal import Terminal

BUFFER_BYTES = 4800  # 300 ms: what the modem holds of the box's voice
BYTES_PER_MS = 2 * RATE // 1000


@dataclass(slots=True)
class PcmStats:
    """How well the box kept the modem's clock. Times in milliseconds."""

    frames: int = 0  # 20 ms ticks with the voice channel open
    underruns: int = 0  # ticks without a whole frame from the box, after its first
    overrun_bytes: int = 0  # of the box's, thrown away because the buffer was full
    unread_bytes: int = 0  # of ours, lost because the box did not read
    idle_bytes: int = 0  # of the box's, sent while no voice channel was open
    most_ahead_ms: float = 0.0  # how far the box ever was ahead of the clock


class PcmPort:
    """Takes and gives one frame each tick of the modem's clock.

    `overdue` tells how many ticks this process is behind: what the box sent for those is not ahead.
    """

    def __init__(self, overdue: Callable[[], int]) -> None:
        self.terminal: Terminal | None = None
        self.stats = PcmStats()
        self._overdue = overdue
        self._open = False
        self._started = False
        self._buffer = bytearray()
        self._half = (
            b""  # a sample of which one byte has come: a pseudo-terminal may end a read in its middle
        )

    @property
    def is_open(self) -> bool:
        return self._open

    def open(self, is_open: bool) -> None:
        """Connect the port to the call, or take it off."""
        if is_open == self._open:
            return
        self._open = is_open
        self._started = False
        self._buffer.clear()
        if is_open:
            self.stats = PcmStats()

    def feed(self, data: bytes) -> None:
        """Bytes from the box. Its samples stay whole, also when the call begins between their two bytes."""
        data = self._half + data
        whole = len(data) - len(data) % 2
        data, self._half = data[:whole], data[whole:]
        if not self._open:
            self.stats.idle_bytes += len(data)
            return
        self._started = True
        self._buffer += data
        ahead = len(self._buffer) - self._overdue() * FRAME_BYTES
        excess = ahead - BUFFER_BYTES
        if excess > 0:
            self.stats.overrun_bytes += excess
            del self._buffer[:excess]
        self.stats.most_ahead_ms = max(self.stats.most_ahead_ms, min(ahead, BUFFER_BYTES) / BYTES_PER_MS)

    def take(self) -> bytes:
        """The box's next 20 ms, silence where it sent none."""
        if not self._open:
            return SILENCE
        self.stats.frames += 1
        frame = bytes(self._buffer[:FRAME_BYTES])
        del self._buffer[:FRAME_BYTES]
        if len(frame) < FRAME_BYTES and self._started:
            self.stats.underruns += 1
        return frame.ljust(FRAME_BYTES, b"\0")

    def give(self, frame: bytes) -> None:
        """The subscriber's 20 ms for the box."""
        if self._open and self.terminal is not None:
            taken = self.terminal.write_now(frame)
            self.stats.unread_bytes += len(frame) - taken
