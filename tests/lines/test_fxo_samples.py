"""Sample formats against their definitions, DTMF against its frequencies."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.fxo.dtmf import OFF_SAMPLES, ON_SAMPLES, tone
from drivers.fxo.sample_format import sample_format

NAMES = ("ulaw", "alaw", "unsigned", "signed")


def level(name: str, code: int) -> int:
    return int(struct.unpack("<h", sample_format(name).decode(bytes((code,))))[0])


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        # ITU-T G.711 tables 1 and 2, scaled to 16 bit.
        ("ulaw", 0xFF, 0),
        ("ulaw", 0x7F, 0),
        ("ulaw", 0x80, 32124),
        ("ulaw", 0x00, -32124),
        ("ulaw", 0xFE, 8),
        ("ulaw", 0xC0, 1884),
        ("alaw", 0xD5, 8),
        ("alaw", 0x55, -8),
        ("alaw", 0xAA, 32256),
        ("alaw", 0x2A, -32256),
        ("unsigned", 0x80, 0),
        ("unsigned", 0x00, -32768),
        ("unsigned", 0xFF, 32512),
        ("signed", 0x00, 0),
        ("signed", 0x80, -32768),
        ("signed", 0x7F, 32512),
    ],
)
def test_levels(name: str, code: int, value: int) -> None:
    assert level(name, code) == value


@pytest.mark.parametrize("name", NAMES)
def test_every_level_comes_back(name: str) -> None:
    samples = sample_format(name)
    levels = samples.decode(bytes(range(256)))
    assert samples.decode(samples.encode(levels)) == levels


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_almost_nothing(name: str) -> None:
    assert abs(level(name, sample_format(name).silence)) <= 8


@pytest.mark.parametrize("name", NAMES)
@given(value=st.integers(-32768, 32767))
def test_encoding_takes_the_nearest_level(name: str, value: int) -> None:
    code = sample_format(name).encode(struct.pack("<h", value))[0]
    best = min(abs(level(name, other) - value) for other in range(256))
    assert abs(level(name, code) - value) == best


@given(pcm=st.binary(max_size=700))
def test_any_length_is_taken(pcm: bytes) -> None:
    assert len(sample_format("ulaw").encode(pcm)) == len(pcm) // 2


@pytest.mark.parametrize("name", NAMES)
def test_loud_and_quiet(name: str) -> None:
    samples = sample_format(name)
    quiet = samples.encode(struct.pack("<160h", *([150, -150] * 80)))
    loud = samples.encode(struct.pack("<160h", *([4000, -4000] * 80)))
    assert samples.loud_samples(quiet) == 0
    assert samples.loud_samples(loud) == 160


def power(samples: tuple[int, ...], frequency: float) -> float:
    """Goertzel."""
    real = sum(s * math.cos(2 * math.pi * frequency * n / 8000) for n, s in enumerate(samples))
    imaginary = sum(s * math.sin(2 * math.pi * frequency * n / 8000) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples)


@pytest.mark.parametrize(
    ("digit", "low", "high"), [("1", 697, 1209), ("5", 770, 1336), ("#", 941, 1477), ("D", 941, 1633)]
)
def test_dtmf_pairs_and_levels(digit: str, low: int, high: int) -> None:
    samples = struct.unpack(f"<{ON_SAMPLES + OFF_SAMPLES}h", tone(digit))
    on, off = samples[:ON_SAMPLES], samples[ON_SAMPLES:]
    level_low = 20 * math.log10(power(on, low) / 32767) + 3.14
    level_high = 20 * math.log10(power(on, high) / 32767) + 3.14
    assert level_low == pytest.approx(-6, abs=0.4)
    assert level_high == pytest.approx(-4, abs=0.4)
    assert not any(off)
    assert max(map(abs, on)) < 32767


def test_dtmf_of_no_digit_is_a_pause() -> None:
    assert not any(tone("x"))
