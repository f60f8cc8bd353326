"""Line audio as every room speaks of it: 8,000 samples a second, mono, signed 16 bit, little endian."""

from __future__ import annotations

from typing import Protocol

from appliance.contract.ids import PortId

SAMPLE_RATE = 8000  # samples a second
FRAME_SECONDS = 0.020
FRAME_SAMPLES = 160  # one 20 ms frame
FRAME_BYTES = 2 * FRAME_SAMPLES


class AudioPort(Protocol):
    """The line's side of one port of the bridge; media implements it, a line driver uses it.

    The driver's own I/O thread calls both methods at its device's pace. The port holds the (at most
    40 ms) buffer between the device's clock and the bridge's and hides their drift: a driver never
    resamples, never waits and never buffers more than its device needs.
    """

    port: PortId

    def open(self) -> None:
        """The device's audio starts now: old samples are dropped, the buffer begins at its target."""

    def from_line(self, pcm: bytes) -> None:
        """Give the samples the far end just spoke (s16le, any length of whole samples). Never blocks."""

    def to_line(self, samples: int) -> bytes:
        """Take exactly `samples` samples (2 bytes each) to play to the far end; silence fills a shortage."""

    def close(self) -> None:
        """The device's audio ended; the bridge hears silence until the next `open`."""
