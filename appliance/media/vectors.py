"""Sums of products at the speed of C: libspandsp's vector functions on arrays of floats.

For the little of it that the core needs; numpy would take 10 MB of the core for the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from appliance.media._libraries import ffi
from appliance.media.spandsp import Pcm, library

Floats = Any  # a cdata float[]; `floats + n` is the same from its n-th on


def floats(values: Iterable[float]) -> Floats:
    return ffi.new("float[]", list(values))


def samples(pcm: Pcm) -> list[int]:
    """The numbers in s16le samples."""
    return memoryview(pcm).cast("B").cast("h").tolist()


def dot(a: Floats, b: Floats, count: int) -> float:
    """The sum of the products of the first `count` of both."""
    return float(library().vec_dot_prodf(a, b, count))


def exact_energy(pcm: Pcm) -> float:
    """The sum of the samples' squares, however loud; ten times slower than `energy` for what is."""
    amp = ffi.from_buffer("int16_t[]", pcm)
    count, ends = len(amp), ffi.new("int16_t[2]")
    library().vec_min_maxi16(amp, count, ends)
    peak = max(ends[0], -ends[1])
    if peak * peak * count < 1 << 31:
        return float(library().vec_dot_prodi16(amp, amp, count))
    wide = floats(samples(pcm))
    return dot(wide, wide, count)


def energy(pcm: Pcm) -> int:
    """The sum of the samples' squares; of what is so loud that it could overflow, its peak's share alone."""
    amp = ffi.from_buffer("int16_t[]", pcm)
    count, ends = len(amp), ffi.new("int16_t[2]")
    library().vec_min_maxi16(amp, count, ends)
    peak = max(ends[0], -ends[1])
    if peak * peak * count >= 1 << 31:
        return int(peak * peak)
    return int(library().vec_dot_prodi16(amp, amp, count))
