"""Ports of the bridge that Python feeds: lines that are not SIP, and taps that listen.

A `FramePort` is never destroyed while the bridge's clock runs: the clock's thread may be inside its
callback just then. It goes back into a pool instead, and the pool is emptied when the clock has stopped.
Frame callbacks neither block nor log; an error in one is kept for the engine's thread to tell.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

import pjsua2

from appliance.contract.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.contract.ids import PortId
from appliance.media import native, priority
from appliance.media.drift import DriftBuffer
from appliance.media.echo import EchoCanceller
from appliance.media.spandsp import Pcm

Give = Callable[[], bytes | None]
Take = Callable[[Pcm], None]  # what it is given is used again for the next frame

_AUDIO = pjsua2.PJMEDIA_FRAME_TYPE_AUDIO
_NONE = pjsua2.PJMEDIA_FRAME_TYPE_NONE
_SILENCE = bytes(FRAME_BYTES)


class FramePort(pjsua2.AudioMediaPort):
    """20 ms frames to and from whatever is plugged in: `give` makes one for the bridge, `take` gets one
    from it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.give: Give | None = None
        self.take: Take | None = None
        self.error = ""
        self._store = bytearray(FRAME_BYTES)
        layout = pjsua2.MediaFormatAudio()
        layout.init(pjsua2.PJMEDIA_FORMAT_PCM, SAMPLE_RATE, 1, 20000, 16)
        self.createPort(name, layout)

    def onFrameRequested(self, frame: Any) -> None:
        try:
            block = None if self.give is None else self.give()
            if block is None:
                frame.type = _NONE
            else:
                frame.buf.assign_from_bytes(block)
                frame.type = _AUDIO
        except Exception as error:  # noqa: BLE001 - the top of the clock thread's visit
            self.error = _describe(error)

    def onFrameReceived(self, frame: Any) -> None:
        if self.take is None:
            return
        try:
            if frame.size == FRAME_BYTES:  # 0 when nobody speaks to this port
                frame.buf.copy_to_bytearray(self._store)
                self.take(self._store)
            else:
                self.take(_SILENCE)
        except Exception as error:  # noqa: BLE001 - the top of the clock thread's visit
            self.error = _describe(error)


def transmit(source: Any, sink: Any, call: str) -> None:
    """Let `sink` hear `source`; MediaError names the call when PJSIP refuses."""
    try:
        source.startTransmit(sink)
    except pjsua2.Error as error:
        raise MediaError(f"PJSIP refused to connect two ports: {error.reason}", call) from None


def stop_transmit(source: Any, sink: Any) -> None:
    """Undo `transmit`. A port whose call has ended has left by itself: that is no error."""
    try:
        source.stopTransmit(sink)
    except pjsua2.Error:
        return


def _describe(error: Exception) -> str:
    return "".join(traceback.format_exception(error))


class FramePorts:
    """The pool. On the engine's thread only."""

    def __init__(self) -> None:
        self._all: list[FramePort] = []
        self._free: list[FramePort] = []

    def obtain(self) -> FramePort:
        if self._free:
            return self._free.pop()
        port = FramePort(f"frames-{len(self._all)}")
        self._all.append(port)
        return port

    def give_back(self, port: FramePort) -> None:
        port.give = port.take = None
        self._free.append(port)

    def errors(self) -> list[str]:
        """What went wrong in callbacks since the last look."""
        found = [port.error for port in self._all if port.error]
        for port in self._all:
            port.error = ""
        return found

    def count(self) -> int:
        return len(self._all)

    def destroy(self) -> None:
        """Only when the bridge's clock has stopped."""
        for port in self._all:
            native.destroy(port)
        self._free.clear()
        self._all.clear()


_KEPT = SAMPLE_RATE * 2  # bytes: a second
_UNDERWAY = 2 * FRAME_BYTES  # of them in the drift buffer: it holds 40 ms at most


class LinePort:
    """The line's side of a port (contract AudioPort): the driver's thread on one side, the clock on the
    other.
    """

    def __init__(self, port: PortId, echo_cancel: bool = False) -> None:
        self.port = port
        self.listener: Take | None = None
        self._echo = EchoCanceller() if echo_cancel else None
        self._feeder = 0  # the thread that keeps pace with the device
        self._from: DriftBuffer | None = None
        self._to: DriftBuffer | None = None
        self._lately = b""  # what the line gave last, made anew with each frame: read by another thread

    # The driver's side: its own I/O thread.

    def open(self) -> None:
        if self._echo is not None:
            self._echo.restart()
        self._lately = b""
        self._to = DriftBuffer()
        self._from = DriftBuffer()

    def close(self) -> None:
        self._from = self._to = None

    def from_line(self, pcm: bytes) -> None:
        buffer = self._from
        if buffer is None:
            return
        if self._feeder != threading.get_ident():
            self._feeder = threading.get_ident()
            priority.raise_this_thread()
        if self._echo is not None:
            pcm = self._echo.clean(pcm)
        listener = self.listener
        if listener is not None and pcm:
            listener(pcm)
        self._lately = (self._lately + pcm)[-_KEPT:]
        buffer.write(pcm)

    def to_line(self, samples: int) -> bytes:
        buffer = self._to
        if buffer is None:
            return bytes(2 * samples)
        pcm = buffer.read(samples)
        if self._echo is not None:
            self._echo.played(pcm)
        return pcm

    # The bridge's side: the clock's thread.

    def lately(self, seconds: float) -> bytes:
        """Whole frames of what the line gave last, but for what the bridge is still to hear."""
        heard = self._lately[:-_UNDERWAY]
        size = min(len(heard), round(seconds * SAMPLE_RATE) * 2) // FRAME_BYTES * FRAME_BYTES
        return heard[len(heard) - size :]

    def give(self) -> bytes | None:
        buffer = self._from
        return None if buffer is None else buffer.read(FRAME_SAMPLES)

    def take(self, block: Pcm) -> None:
        buffer = self._to
        if buffer is not None:
            buffer.write(block)

    def figures(self) -> dict[str, int]:
        """Samples and events since `open`, for a fault page: shortages, skipped and stretched, both ways."""
        from_line, to_line = self._from, self._to
        if from_line is None or to_line is None:
            return {}
        return {
            "from_line_shortages": from_line.shortages,
            "from_line_skipped": from_line.skipped,
            "from_line_stretched": from_line.stretched,
            "to_line_shortages": to_line.shortages,
            "to_line_skipped": to_line.skipped,
            "to_line_stretched": to_line.stretched,
        }
