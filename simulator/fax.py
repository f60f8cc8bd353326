"""A fax machine's signals on the line (ITU-T T.30, V.21): what answers, and what calls."""

from __future__ import annotations

import numpy as np

from simulator import sound

_BITS = 300  # a second
_MARK, _SPACE = 1650.0, 1850.0  # V.21 channel 2, which the answering machine uses
_DBM0 = -14.0


def called() -> bytes:
    """CED (2100 Hz for 3 s), 75 ms of silence, then the preamble of flags before its first frame."""
    return sound.tone((2100.0,), 3.0, _DBM0) + sound.silence(0.075) + preamble()


def calling() -> bytes:
    """CNG: 1100 Hz for half a second in every 3.5 s."""
    return sound.tone((1100.0,), 0.5, _DBM0) + sound.silence(3.0)


def preamble(seconds: float = 1.0) -> bytes:
    """HDLC flags at 300 bit/s in V.21."""
    flags = [0, 1, 1, 1, 1, 1, 1, 0] * round(seconds * _BITS / 8)
    places = np.arange(round(len(flags) * sound.RATE / _BITS)) * _BITS // sound.RATE
    pitch = np.where(np.array(flags)[places] == 1, _MARK, _SPACE)
    wave = np.sin(2 * np.pi * np.cumsum(pitch) / sound.RATE) * 32767 * 10 ** ((_DBM0 - 3.14) / 20)
    return bytes(wave.astype("<i2").tobytes())
