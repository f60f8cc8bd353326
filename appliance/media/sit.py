"""Special information tones (ITU-T E.180, E.182): three pitches one after the other, before an announcement.

North American exchanges say by pitch and length of the first two which announcement follows (Telcordia
SR-2275): 1428.5 Hz for 380 ms means that no circuit is free or that the network failed, which passes; 1370.6
Hz for 274 ms, or E.180's own 1400 Hz for 330 ms, means that the number is not in use or was changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.events import Tone
from appliance.media.spandsp import Pcm
from appliance.media.vectors import dot, floats, samples

_BANDS = ((880.0, 1020.0), (1330.0, 1470.0), (1730.0, 1870.0))  # Hz; E.180 allows 50 Hz, noise some more
_SHORTEST = 10  # frames of each pitch: 200 ms, E.180 sends 330 +- 70 ms
_LONGEST = 23
_GAP = 3  # frames between two pitches, E.180 allows 30 ms
_NOISE = 0.1  # of a frame's power may be no part of the tone
_CIRCUIT_HZ, _CIRCUIT_FRAMES = 1414.0, 18  # half way between 1400 and 1428.5 Hz; more than 330 ms
_WITHIN = FRAME_SAMPLES - 2


def pitch_of(frame: Pcm) -> float | None:
    """The pitch in Hz of 20 ms that are one sine, else None.

    A sine obeys x[n-1] + x[n+1] = 2 cos(w) x[n]; the w that fits best, and what is left over, tell.
    """
    before = floats(samples(frame))
    here, after = before + 1, before + 2
    power = dot(here, here, _WITHIN)
    if power <= 0.0:
        return None
    forth, back, around = dot(here, after, _WITHIN), dot(here, before, _WITHIN), dot(before, after, _WITHIN)
    twice = (forth + back) / power
    left = dot(before, before, _WITHIN) + dot(after, after, _WITHIN) + 2 * around - twice * twice * power
    if abs(twice) >= 2 or left > _NOISE * (2 + twice * twice) * power:
        return None
    return math.acos(twice / 2) * SAMPLE_RATE / (2 * math.pi)


@dataclass(slots=True)
class _Part:
    """One of the three, as heard so far."""

    frames: int = 0
    pitches: float = 0.0

    @property
    def long_enough(self) -> bool:
        return _SHORTEST <= self.frames <= _LONGEST


class SitReceiver:
    """Fed with 20 ms frames and whether each is loud; a tone is reported once, before its last part ends."""

    def __init__(self) -> None:
        self._parts = [_Part()]
        self._gap = 0

    def feed(self, frame: Pcm, loud: bool) -> Tone | None:
        """What became certain with this frame."""
        pitch = pitch_of(frame) if loud else None
        now = len(self._parts) - 1
        if pitch is not None and _in(pitch, now):
            return self._goes_on(pitch)
        if pitch is not None and now < 2 and _in(pitch, now + 1) and self._parts[now].long_enough:
            self._parts.append(_Part(1, pitch))
            self._gap = 0
            return None
        self._gap += 1
        if self._gap > _GAP:
            self._afresh()
        return None

    def _goes_on(self, pitch: float) -> Tone | None:
        part = self._parts[-1]
        part.frames += 1
        part.pitches += pitch
        self._gap = 0
        if len(self._parts) < 3 or part.frames < _SHORTEST:
            return None
        second = self._parts[1]
        self._afresh()
        circuit = second.pitches / second.frames > _CIRCUIT_HZ and second.frames >= _CIRCUIT_FRAMES
        return Tone.SIT_CIRCUIT if circuit else Tone.SIT

    def _afresh(self) -> None:
        self._parts, self._gap = [_Part()], 0


def _in(pitch: float, part: int) -> bool:
    low, high = _BANDS[part]
    return low <= pitch <= high
