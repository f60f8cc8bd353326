"""The line echo canceller of two-wire ports: libspeexdsp (BSD) through cffi, a frame at a time.

Why not spandsp's G.168 canceller: Debian's build prints two lines a sample and takes one sample a call
(docs/decisions/0010-line-echo.md has the measurements).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from cffi import FFI

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.media.drift import Samples

_SET_SAMPLING_RATE = 24
_TAIL_SAMPLES = 512  # 64 ms: hybrid and the device's own delay
_BACKLOG = 4096  # samples played and not yet heard back, at most

ffi = FFI()
ffi.cdef(
    """
    void *speex_echo_state_init(int frame_size, int filter_length);
    void speex_echo_cancellation(void *st, const int16_t *rec, const int16_t *play, int16_t *out);
    int speex_echo_ctl(void *st, int request, void *ptr);
    void speex_echo_state_reset(void *st);
    void speex_echo_state_destroy(void *st);
    """
)


@lru_cache(maxsize=1)
def _library() -> Any:
    try:
        return ffi.dlopen("libspeexdsp.so.1")
    except OSError as error:
        raise MediaError("The library libspeexdsp1 is not installed.") from error


def _pointer(block: Samples) -> Any:
    buffer: Any = block
    return ffi.from_buffer("int16_t[]", buffer)


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
        self._played: Samples = np.zeros(0, np.int16)
        self._heard: Samples = np.zeros(0, np.int16)
        self._first = True

    def played(self, block: Samples) -> None:
        """These samples go out to the line now."""
        self._played = np.concatenate((self._played, block))[-_BACKLOG:]

    def clean(self, block: Samples) -> Samples:
        """What the line brought, without the echo; whole frames only, the rest with the next call."""
        if self._first:
            # What went out before the line was listened to is not in what it brings: an echo must never
            # seem to come before its cause. The tail has room for the little that still may be.
            self._played, self._first = self._played[-FRAME_SAMPLES:], False
        heard = np.concatenate((self._heard, block))
        frames = len(heard) // FRAME_SAMPLES
        out: Samples = np.empty(frames * FRAME_SAMPLES, np.int16)
        for start in range(0, len(out), FRAME_SAMPLES):
            self._cancel(heard[start : start + FRAME_SAMPLES], out[start : start + FRAME_SAMPLES])
        self._heard = heard[len(out) :]
        return out

    def _cancel(self, heard: Samples, out: Samples) -> None:
        played = self._played[:FRAME_SAMPLES]
        self._played = self._played[FRAME_SAMPLES:]
        if len(played) < FRAME_SAMPLES:
            played = np.concatenate((played, np.zeros(FRAME_SAMPLES - len(played), np.int16)))
        self._library.speex_echo_cancellation(self._state, _pointer(heard), _pointer(played), _pointer(out))
