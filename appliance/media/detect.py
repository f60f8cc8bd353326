"""Listening to one port: digits, supervisory and fax tones, voice and silence, as `MediaBridge.detect`
asks.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from appliance.contract.audio import FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.events import DigitHeard, EventSink, SilenceHeard, ToneHeard, VoiceHeard
from appliance.contract.ids import PortId
from appliance.contract.media import Detect
from appliance.media.cadences import cadences, signals
from appliance.media.drift import Samples
from appliance.media.spandsp import DtmfReceiver, FaxReceiver, ToneReceiver


def _mean_square_at(dbm0: float) -> float:
    """Of s16 samples; 0 dBm0 is 3.14 dB under a full-scale sine (ITU-T G.711)."""
    return float(32768**2 / 2 * 10 ** ((dbm0 - 3.14) / 10))


_VOICE = _mean_square_at(-43)  # louder may be somebody who speaks
#: Quieter counts as silence. Above what an echo canceller leaves of the other party while it learns the
#: line (-42 dBm0 was seen for 3 s), below any speech that is meant to be heard.
_SILENCE = _mean_square_at(-37)


def mean_square(block: Samples) -> float:
    wide = block.astype(np.float32)
    return float(np.dot(wide, wide)) / max(1, len(block))


class SilenceTimer:
    """Says once in every `seconds` without sound how long it has been quiet."""

    def __init__(self, seconds: float) -> None:
        self._every = max(0.1, seconds)
        self._quiet = 0.0
        self._next = self._every

    def feed(self, loud: bool, seconds: float) -> float | None:
        if loud:
            self._quiet, self._next = 0.0, self._every
            return None
        self._quiet += seconds
        if self._quiet + 1e-9 < self._next:
            return None
        self._next += self._every
        return round(self._quiet, 2)


@lru_cache(maxsize=4)
def _bases(country: str) -> tuple[NDArray[np.float32], ...]:
    """For each pair of pitches a country's tones use, what a frame of any mixture of them is made of."""
    pairs = {burst.pitches for signal in signals(country).values() for burst in signal.bursts}
    time = np.arange(FRAME_SAMPLES) / SAMPLE_RATE
    bases = []
    for pair in sorted(pairs):
        turns = [2 * np.pi * pitch * time for pitch in pair if pitch]
        waves = np.stack([wave(turn) for turn in turns for wave in (np.sin, np.cos)], axis=1)
        bases.append(np.linalg.qr(waves)[0].astype(np.float32))
    return tuple(bases)


class VoiceOnset:
    """Tells speech from the network's tones: speech is loud, never the same for long, and not made of
    them.

    Of the last 15 frames (300 ms) at least 7 must be loud, unlike the frame before in level or in
    spectrum, and have a fifth of their power outside the pitches of the country's tones (two pitches
    beat, so they are not the same from frame to frame either). A new onset needs half a second of quiet
    first.
    """

    FRAMES, NEEDED = 15, 7
    PAUSE = 0.5  # seconds
    OUTSIDE = 0.2

    def __init__(self, country: str) -> None:
        self._pairs = _bases(country)
        self._lively = [False] * self.FRAMES
        self._position = 0
        self._before: NDArray[np.float32] = np.zeros(FRAME_SAMPLES // 2 + 1, np.float32)
        self._window = np.hanning(FRAME_SAMPLES).astype(np.float32)
        self._silent = 0.0
        self._speaking = False

    def feed(self, frame: Samples, loud: bool) -> float | None:
        """One 20 ms frame; the seconds of quiet before, when speech begins with it."""
        lively = loud and self._changed(frame) and self._outside_tones(frame)
        self._lively[self._position] = lively
        self._position = (self._position + 1) % self.FRAMES
        if not self._speaking:
            self._silent += FRAME_SAMPLES / SAMPLE_RATE
            return self._begin() if sum(self._lively) >= self.NEEDED else None
        self._quiet(lively)
        return None

    def _begin(self) -> float:
        self._speaking = True
        silent, self._silent = self._silent, 0.0
        return round(max(0.0, silent - self.NEEDED * FRAME_SAMPLES / SAMPLE_RATE), 2)

    def _quiet(self, lively: bool) -> None:
        self._silent = 0.0 if lively else self._silent + FRAME_SAMPLES / SAMPLE_RATE
        if self._silent >= self.PAUSE:
            self._speaking = False
            self._lively = [False] * self.FRAMES

    def _outside_tones(self, frame: Samples) -> bool:
        wide = frame.astype(np.float32)
        power = float(np.dot(wide, wide))
        inside = max(float(np.sum((wide @ basis) ** 2)) for basis in self._pairs)
        return power - inside > self.OUTSIDE * power

    def _changed(self, frame: Samples) -> bool:
        spectrum = np.abs(np.fft.rfft(frame * self._window)).astype(np.float32)
        before, self._before = self._before, spectrum
        power, power_before = float(np.dot(spectrum, spectrum)), float(np.dot(before, before))
        if power_before == 0.0 or not 0.8 < power / power_before < 1.25:
            return True
        alike = float(np.dot(spectrum, before)) / (power * power_before) ** 0.5
        return bool(alike < 0.97)


class Listener:
    """All that is asked for at one port. Fed by one thread, in blocks of any length; posts events itself."""

    def __init__(
        self, port: PortId, what: Detect, silence_seconds: float, country: str, post: EventSink
    ) -> None:
        self._port, self._post = port, post
        self._digits = DtmfReceiver() if Detect.DIGITS in what else None
        self._tones = (ToneReceiver(cadences(country)), FaxReceiver()) if Detect.TONES in what else ()
        self._voice = VoiceOnset(country) if Detect.VOICE in what else None
        self._silence = SilenceTimer(silence_seconds) if Detect.SILENCE in what else None
        self._rest: Samples = np.zeros(0, np.int16)

    def __call__(self, block: Samples) -> None:
        if self._digits is not None:
            for digit in self._digits.feed(block):
                self._post(DigitHeard(self._port, digit))
        for receiver in self._tones:
            for tone in receiver.feed(block):
                self._post(ToneHeard(self._port, tone))
        if self._silence is not None or self._voice is not None:
            self._frames(block)

    def _frames(self, block: Samples) -> None:
        if len(self._rest):
            block = np.concatenate((self._rest, block))
        whole = len(block) // FRAME_SAMPLES * FRAME_SAMPLES
        for start in range(0, whole, FRAME_SAMPLES):
            self._frame(block[start : start + FRAME_SAMPLES])
        self._rest = block[whole:].copy()

    def _frame(self, frame: Samples) -> None:
        level = mean_square(frame)
        if self._voice is not None and (silent := self._voice.feed(frame, level > _VOICE)) is not None:
            self._post(VoiceHeard(self._port, silent))
        if self._silence is not None:
            quiet = self._silence.feed(level > _SILENCE, FRAME_SAMPLES / SAMPLE_RATE)
            if quiet is not None:
                self._post(SilenceHeard(self._port, quiet))
