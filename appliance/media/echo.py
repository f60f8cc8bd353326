"""The line echo canceller of two-wire ports: libspeexdsp (BSD) through cffi, a frame at a time.

Why not spandsp's G.168 canceller: Debian's build prints two lines a sample and takes one sample a call
(docs/decisions/0010-line-echo.md has the measurements).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from appliance.contract.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.media._libraries import ffi
from appliance.media.spandsp import Pcm

_SET_SAMPLING_RATE = 24
_TAIL_SAMPLES = 512  # 64 ms: hybrid and the device's own delay
_BACKLOG = 2 * 4096  # bytes played and not yet heard back, at most


@lru_cache(maxsize=1)
def _library() -> Any:
    try:
        return ffi.dlopen("libspeexdsp.so.1")
    except OSError as error:
        raise MediaError("The library libspeexdsp1 is not installed.") from error


class EchoCanceller:
    """Takes out of what the line brings what was played into it. One thread, the driver's."""

    def __init__(self) -> None:
        self._library = _library()
        state = self._library.speex_echo_state_init(FRAME_SAMPLES, _TAIL_SAMPLES)
        self._state = ffi.gc(state, self._library.speex_echo_state_destroy)
        self._library.speex_echo_ctl(self._state, _SET_SAMPLING_RATE, ffi.new("int *", SAMPLE_RATE))
        self.restart()

    def restart(self) -> None:
        """Another call: the line may have another echo."""
        self._library.speex_echo_state_reset(self._state)
        self._played = b""
        self._heard = b""
        self._first = True

    def played(self, block: Pcm) -> None:
        """These samples go out to the line now."""
        self._played = (self._played + block)[-_BACKLOG:]

    def clean(self, block: Pcm) -> bytes:
        """What the line brought, without the echo; whole frames only, the rest with the next call."""
        if self._first:
            # What went out before the line was listened to is not in what it brings: an echo must never
            # seem to come before its cause. The tail has room for the little that still may be.
            self._played, self._first = self._played[-FRAME_BYTES:], False
        heard = self._heard + block
        whole = len(heard) // FRAME_BYTES * FRAME_BYTES
        played = self._played[:whole].ljust(whole, b"\0")
        self._heard, self._played = heard[whole:], self._played[whole:]
        return self._cancelled(heard[:whole], played)

    def _cancelled(self, heard: bytes, played: bytes) -> bytes:
        out = bytearray(len(heard))
        came, went, left = (ffi.from_buffer("int16_t[]", pcm) for pcm in (heard, played, out))
        for start in range(0, len(came), FRAME_SAMPLES):
            self._library.speex_echo_cancellation(self._state, came + start, went + start, left + start)
        return bytes(out)
