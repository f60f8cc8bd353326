"""What a frame of sound is made of: its power, its spectrum, and what of it lies in given pitches."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property, lru_cache
from operator import mul

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.media.spandsp import Pcm, library
from appliance.media.vectors import Floats, dot, floats, samples

_LINES = FRAME_SAMPLES // 2 + 1  # of a spectrum, 50 Hz apart, from 0 Hz to half the sample rate


class Frame:
    """20 ms as floats; what was found out about them is kept."""

    def __init__(self, pcm: Pcm) -> None:
        self._wide = floats(samples(pcm))

    @cached_property
    def power(self) -> float:
        return dot(self._wide, self._wide, FRAME_SAMPLES)

    def power_in(self, base: Iterable[Floats]) -> float:
        """How much of the power lies in what the base can make."""
        return sum(dot(self._wide, one, FRAME_SAMPLES) ** 2 for one in base)

    @cached_property
    def spectrum(self) -> list[float]:
        """The amplitude of each line, under a Hann window. Takes twice as long as all the rest."""
        product, wide = library().vec_dot_prodf, self._windowed
        return [
            math.hypot(product(wide, sine, FRAME_SAMPLES), product(wide, cosine, FRAME_SAMPLES))
            for sine, cosine in _lines()
        ]

    @cached_property
    def spectral_power(self) -> float:
        """The sum of the spectrum's squares: by Parseval's theorem, without making the spectrum."""
        wide = self._windowed
        ends = (dot(wide, _lines()[line][1], FRAME_SAMPLES) ** 2 for line in (0, _LINES - 1))
        return (FRAME_SAMPLES * dot(wide, wide, FRAME_SAMPLES) + sum(ends)) / 2

    def likeness(self, other: Frame) -> float:
        """1 when both spectra are the same but for their level, 0 when they have nothing in common."""
        scale = math.sqrt(self.spectral_power * other.spectral_power)
        return math.fsum(map(mul, self.spectrum, other.spectrum)) / scale

    def pitch(self) -> float:
        """Hz, were it one tone in white noise (Pisarenko's method): quick, and wrong for anything else."""
        wide, count = self._wide, FRAME_SAMPLES - 2
        near, far = dot(wide, wide + 1, count), dot(wide, wide + 2, count)
        if near == 0.0:
            return SAMPLE_RATE / 4
        turn = (far + math.sqrt(far * far + 8 * near * near)) / (4 * near)
        return math.acos(max(-1.0, min(1.0, turn))) * SAMPLE_RATE / (2 * math.pi)

    def share_near(self, pitch: float) -> tuple[float, float]:
        """How much of the power lies within 75 Hz of a pitch, 0 to 1, and the pitch that is its middle."""
        if self.spectral_power <= 0.0:
            return 0.0, pitch
        middle = max(1, min(_LINES - 2, round(pitch * FRAME_SAMPLES / SAMPLE_RATE)))
        wide = self._windowed
        powers = [
            dot(wide, sine, FRAME_SAMPLES) ** 2 + dot(wide, cosine, FRAME_SAMPLES) ** 2
            for sine, cosine in _lines()[middle - 1 : middle + 2]
        ]
        total = sum(powers)
        centre = middle + (powers[2] - powers[0]) / total if total > 0.0 else middle
        return total / self.spectral_power, centre * SAMPLE_RATE / FRAME_SAMPLES

    @cached_property
    def _windowed(self) -> Floats:
        out = floats(_NOTHING)
        library().vec_mulf(out, self._wide, _window(), FRAME_SAMPLES)
        return out


_NOTHING = [0.0] * FRAME_SAMPLES


def base_of(pitches: Iterable[float]) -> list[Floats]:
    """Vectors of length 1, upright on each other, that make any mixture of these pitches (Gram, Schmidt)."""
    base: list[list[float]] = []
    for vector in (list(wave) for pitch in pitches for wave in _wave(pitch)):
        for known in base:
            along = math.fsum(map(mul, vector, known))
            vector = [one - along * other for one, other in zip(vector, known, strict=True)]
        length = math.sqrt(math.fsum(map(mul, vector, vector)))
        base.append([one / length for one in vector])
    return [floats(vector) for vector in base]


def _wave(pitch: float) -> tuple[list[float], list[float]]:
    """A frame of its sine and of its cosine."""
    turns = [2 * math.pi * pitch * sample / SAMPLE_RATE for sample in range(FRAME_SAMPLES)]
    return [math.sin(turn) for turn in turns], [math.cos(turn) for turn in turns]


@lru_cache(maxsize=1)
def _lines() -> list[tuple[Floats, Floats]]:
    pitches = (line * SAMPLE_RATE / FRAME_SAMPLES for line in range(_LINES))
    return [(floats(sine), floats(cosine)) for sine, cosine in map(_wave, pitches)]


@lru_cache(maxsize=1)
def _window() -> Floats:
    turns = (2 * math.pi * sample / (FRAME_SAMPLES - 1) for sample in range(FRAME_SAMPLES))
    return floats(0.5 - 0.5 * math.cos(turn) for turn in turns)
