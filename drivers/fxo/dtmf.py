"""DTMF as audio into the voice stream: ITU-T Q.23 pairs, 100 ms on, 100 ms off, -6 and -4 dBm0.

Leaving +VTR for AT+VTS would cut both directions for every digit and lose what the modem hears meanwhile;
tones in the stream cut only what we say. The high group is 2 dB above the low one against the line's loss
(ETSI ES 201 235-2); full scale of G.711 is +3.14 dBm0.
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache

from appliance.contract.audio import SAMPLE_RATE

ON_SAMPLES = SAMPLE_RATE // 10
OFF_SAMPLES = SAMPLE_RATE // 10
_LOW = (697, 770, 852, 941)
_HIGH = (1209, 1336, 1477, 1633)
_ROWS = ("123A", "456B", "789C", "*0#D")
_PAIRS = {key: (_LOW[row], _HIGH[col]) for row, keys in enumerate(_ROWS) for col, key in enumerate(keys)}
_RAMP = 24  # 3 ms, so that a digit does not click


def _amplitude(dbm0: float) -> float:
    return float(32767 * 10 ** ((dbm0 - 3.14) / 20))


@lru_cache(maxsize=16)
def tone(digit: str) -> bytes:
    """One digit and the pause after it, s16le. An unknown digit is a pause as long."""
    low, high = _PAIRS.get(digit, (0, 0))
    samples = []
    for n in range(ON_SAMPLES):
        angle = 2 * math.pi * n / SAMPLE_RATE
        value = _amplitude(-6.0) * math.sin(low * angle) + _amplitude(-4.0) * math.sin(high * angle)
        samples.append(round(value * min(1.0, (n + 1) / _RAMP, (ON_SAMPLES - n) / _RAMP)))
    return struct.pack(f"<{ON_SAMPLES}h", *samples) + bytes(2 * OFF_SAMPLES)
