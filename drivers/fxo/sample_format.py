"""The modem's 8-bit samples to and from s16le, in bulk: a 20 ms frame costs a few table look-ups in C.

mu-law and A-law are ITU-T G.711 (both scaled so that full scale is close to s16 full scale); the linear
ones are what voice modems call UNSIGNED PCM / 8-BIT LINEAR (80h is silence) and SIGNED PCM (00h is silence).
Decoding goes through two 256-byte tables, encoding through one of 65,536 that holds the nearest level.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache


def _ulaw(code: int) -> int:
    inverted = ~code & 0xFF
    magnitude = (((inverted & 0x0F) << 3) + 0x84 << ((inverted & 0x70) >> 4)) - 0x84
    return -magnitude if inverted & 0x80 else magnitude


def _alaw(code: int) -> int:
    even = code ^ 0x55
    segment = (even & 0x70) >> 4
    magnitude = ((even & 0x0F) << 4) + (8 if segment == 0 else 0x108)
    if segment > 1:
        magnitude <<= segment - 1
    return magnitude if even & 0x80 else -magnitude


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """One 8-bit sample format: `decode` and `encode` are each other's inverse, within its precision."""

    name: str
    low: bytes  # code -> low byte of s16
    high: bytes
    codes: bytes  # s16 (as unsigned 16 bit) -> code
    quiet: bytes  # the codes of samples below 1 % of full scale (-40 dB)
    silence: int  # the code of 0

    def decode(self, samples: bytes) -> bytes:
        """8-bit samples as s16le, twice as many bytes."""
        pcm = bytearray(2 * len(samples))
        pcm[0::2] = samples.translate(self.low)
        pcm[1::2] = samples.translate(self.high)
        return bytes(pcm)

    def encode(self, pcm: bytes) -> bytes:
        """s16le as 8-bit samples; a trailing odd byte is no sample and is left out."""
        whole = memoryview(pcm)[: len(pcm) & ~1]
        words = whole.cast("H") if sys.byteorder == "little" else memoryview(_swapped(whole)).cast("H")
        return bytes(map(self.codes.__getitem__, words))

    def loud_samples(self, samples: bytes) -> int:
        """How many samples are above -40 dB of full scale: speech, not a quiet line."""
        return len(samples.translate(None, self.quiet))


def _swapped(pcm: memoryview) -> bytes:
    swapped = bytearray(len(pcm))
    swapped[0::2], swapped[1::2] = pcm[1::2], pcm[0::2]
    return bytes(swapped)


def _nearest(levels: Sequence[int]) -> bytes:
    """s16 as unsigned index -> code of the nearest level; runs between midpoints, not 65,536 searches."""
    ordered = sorted(range(256), key=lambda code: (levels[code], code))
    by_value = bytearray()  # index: value + 32768
    for code, following in zip(ordered, [*ordered[1:], None], strict=True):
        end = 32767 if following is None else (levels[code] + levels[following] - 1) >> 1  # a tie goes up
        by_value += bytes((code,)) * max(0, end + 32768 + 1 - len(by_value))
    return bytes(by_value[32768:] + by_value[:32768])


def _format(name: str, levels: Sequence[int]) -> SampleFormat:
    words = [level & 0xFFFF for level in levels]
    codes = _nearest(levels)
    return SampleFormat(
        name=name,
        low=bytes(word & 0xFF for word in words),
        high=bytes(word >> 8 for word in words),
        codes=codes,
        quiet=bytes(code for code in range(256) if abs(levels[code]) < 328),
        silence=codes[0],
    )


@cache
def sample_format(name: str) -> SampleFormat:
    """The format "ulaw", "alaw", "unsigned" or "signed". Tables are made at the first call (some ms)."""
    levels = {
        "ulaw": lambda: [_ulaw(code) for code in range(256)],
        "alaw": lambda: [_alaw(code) for code in range(256)],
        "unsigned": lambda: [(code - 128) << 8 for code in range(256)],
        "signed": lambda: [(code - 256 if code > 127 else code) << 8 for code in range(256)],
    }[name]()
    return _format(name, levels)
