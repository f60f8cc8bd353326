"""Listening to one port: digits, supervisory and fax tones, voice and silence, as `MediaBridge.detect`
asks.
"""

from __future__ import annotations

from functools import lru_cache

from appliance.contract.audio import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE
from appliance.contract.events import DigitHeard, EventSink, SilenceHeard, ToneHeard, VoiceHeard
from appliance.contract.ids import PortId
from appliance.contract.media import Detect
from appliance.media.cadences import cadences, signals
from appliance.media.sit import SitReceiver
from appliance.media.spandsp import DtmfReceiver, FaxReceiver, Pcm, ToneReceiver
from appliance.media.spectrum import Frame, base_of
from appliance.media.vectors import Floats, energy


def _mean_square_at(dbm0: float) -> float:
    """Of s16 samples; 0 dBm0 is 3.14 dB under a full-scale sine (ITU-T G.711)."""
    return float(32768**2 / 2 * 10 ** ((dbm0 - 3.14) / 10))


VOICE_POWER = _mean_square_at(-43)  # louder may be somebody who speaks
#: Quieter counts as silence. Above what an echo canceller leaves of the other party while it learns the
#: line (-42 dBm0 was seen for 3 s), below any speech that is meant to be heard. Both are far below the level
#: from which `energy` tells only the peak's share.
_SILENCE = _mean_square_at(-37)


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
def _bases(country: str) -> list[list[Floats]]:
    """For each pair of pitches a country's tones use, what a frame of any mixture of them is made of."""
    pairs = {burst.pitches for signal in signals(country).values() for burst in signal.bursts}
    return [base_of(pitch for pitch in pair if pitch) for pair in sorted(pairs)]


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
        self._before: Frame | None = None
        self._silent = 0.0
        self._speaking = False

    def feed(self, frame: Pcm, loud: bool) -> float | None:
        """One 20 ms frame; the seconds of quiet before, when speech begins with it."""
        lively = loud and self._lives(Frame(frame))
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

    def _lives(self, frame: Frame) -> bool:
        before, self._before = self._before, frame
        return self._outside_tones(frame) and (before is None or _changed(before, frame))

    def _outside_tones(self, frame: Frame) -> bool:
        inside = max(frame.power_in(base) for base in self._pairs)
        return frame.power - inside > self.OUTSIDE * frame.power


def _changed(before: Frame, frame: Frame) -> bool:
    if before.spectral_power == 0.0 or not 0.8 < frame.spectral_power / before.spectral_power < 1.25:
        return True
    return before.likeness(frame) < 0.97


class Listener:
    """All that is asked for at one port. Fed by one thread, in blocks of any length; posts events itself."""

    def __init__(
        self, port: PortId, what: Detect, silence_seconds: float, country: str, post: EventSink
    ) -> None:
        self._port, self._post = port, post
        self._digits = DtmfReceiver() if Detect.DIGITS in what else None
        self._tones = (ToneReceiver(cadences(country)), FaxReceiver()) if Detect.TONES in what else ()
        self._sit = SitReceiver() if Detect.TONES in what else None
        self._voice = VoiceOnset(country) if Detect.VOICE in what else None
        self._silence = SilenceTimer(silence_seconds) if Detect.SILENCE in what else None
        self._rest = b""

    def __call__(self, block: Pcm) -> None:
        if self._digits is not None:
            for digit in self._digits.feed(block):
                self._post(DigitHeard(self._port, digit))
        for receiver in self._tones:
            for tone in receiver.feed(block):
                self._post(ToneHeard(self._port, tone))
        if self._silence is not None or self._voice is not None or self._sit is not None:
            self._frames(block)

    def _frames(self, block: Pcm) -> None:
        if self._rest:
            block = self._rest + block
        whole = len(block) // FRAME_BYTES * FRAME_BYTES
        for start in range(0, whole, FRAME_BYTES):
            self._frame(block[start : start + FRAME_BYTES])
        self._rest = bytes(block[whole:])

    def _frame(self, frame: Pcm) -> None:
        level = energy(frame) / FRAME_SAMPLES
        if self._sit is not None and (tone := self._sit.feed(frame, level > VOICE_POWER)) is not None:
            self._post(ToneHeard(self._port, tone))
        if self._voice is not None and (silent := self._voice.feed(frame, level > VOICE_POWER)) is not None:
            self._post(VoiceHeard(self._port, silent))
        if self._silence is not None:
            quiet = self._silence.feed(level > _SILENCE, FRAME_SAMPLES / SAMPLE_RATE)
            if quiet is not None:
                self._post(SilenceHeard(self._port, quiet))
