"""The sound of an answered call, 20 ms at a time: when somebody speaks, how loud it is, and lone tones.

Three judges of voice, for no one rule serves a still line and a noisy one: the `keen` one hears all that
rises over the quietest of the last seconds, the others only what is nearly as loud as the voice itself.
"""

from __future__ import annotations

import math
from collections import deque
from functools import lru_cache

from appliance.contract.audio import FRAME_SAMPLES, FRAME_SECONDS
from appliance.contract.events import Tone
from appliance.media.cadences import signals
from appliance.media.spandsp import Pcm
from appliance.media.spectrum import Frame, base_of
from appliance.media.vectors import Floats, exact_energy

_LEAST = 22.0  # dB over one squared step (-65 dBm0): quieter is silence on any line
JUDGES = {
    "keen": (6.0, 60.0),
    "strict": (9.0, 14.0),
    "loud": (9.0, 9.0),
}  # dB over the floor, under the voice
_FADES = 3.0 * FRAME_SECONDS  # dB by frame: what the loudest voice is forgotten by
_BLOCK, _BLOCKS = 10, 14  # frames, and how many such: the floor is the quietest of them
_PHRASE_GAP = round(0.2 / FRAME_SECONDS)
_ONSET = 3  # frames in a row begin a phrase
_TONE_OVER = 6.0  # dB over the floor
_TONE_SHARE, _TONE_DRIFT, _TONE_STEP = 0.7, 30.0, 4.0  # of the power; Hz and dB from frame to frame
_LOWEST, _HIGHEST = 320.0, 2600.0  # Hz: beeps and signalling tones
BEEP_LEAST = 5  # whole frames
_NETWORK = 0.85  # of the power in the country's own tones


class Phrases:
    """What one judge heard: phrases and the gaps between them, in frames."""

    def __init__(self) -> None:
        self.voiced = 0
        self.phrases = 0
        self.words = 0  # stretches of voice, however short the gap between them
        self.first_at = 0
        self.began_at = 0
        self.ended_at = 0  # the last frame with voice
        self.first_length = 0
        self.longest = 0
        self.gap = 0  # the one between the last two phrases
        self.longest_gap = 0
        self._row = 0
        self._still = 0

    def feed(self, now: int, voice: bool) -> None:
        """`now` counts frames from 1."""
        if not voice:
            self._row = 0
            self._still += 1
            return
        self._row += 1
        if self._row < _ONSET:
            return
        if self._row == _ONSET:
            self._onset(now - _ONSET)
        self.voiced += 1
        self._still = 0
        self.ended_at = now
        length = now - self.began_at
        self.longest = max(self.longest, length)
        if self.phrases == 1:
            self.first_length = length

    def _onset(self, at: int) -> None:
        self.words += 1
        self.voiced += _ONSET - 1
        if self.phrases and at - self.ended_at < _PHRASE_GAP:
            return
        if self.phrases:
            self.gap = at - self.ended_at
            self.longest_gap = max(self.longest_gap, self.gap)
        else:
            self.first_at = at
        self.phrases += 1
        self.began_at = at

    def quiet(self, now: int) -> int:
        """Frames since the last voice; 0 before the first."""
        return now - self.ended_at if self.phrases else 0


class Tones:
    """Lone steady tones: the one that sounds, and what is to be known of those before."""

    def __init__(self) -> None:
        self.length = 0  # frames of the one that sounds
        self.pitch = 0.0
        self.level = 0.0
        self.last_length = 0
        self.last_pitch = 0.0
        self.ended_at = 0
        self.longest = 0
        self.count = 0
        self._missed = 0

    def feed(self, now: int, level: float, share: float, pitch: float) -> None:
        """One frame: its level in dB, how much of it is at one pitch, and which."""
        lone = share > _TONE_SHARE and _LOWEST < pitch < _HIGHEST
        if lone and self.length and self._goes_on(level, pitch):
            self.length += 1 + self._missed
            self._missed = 0
            self.pitch += (pitch - self.pitch) / min(self.length, 5)
            self.level += (level - self.level) / min(self.length, 5)
            return
        if self.length and self._missed < 1:
            self._missed += 1
            return
        self._over(now - 1 - self._missed)
        self._missed = 0
        if lone:
            self.length, self.pitch, self.level = 1, pitch, level

    def _goes_on(self, level: float, pitch: float) -> bool:
        return abs(pitch - self.pitch) < _TONE_DRIFT and abs(level - self.level) < _TONE_STEP

    def _over(self, at: int) -> None:
        if self.length >= BEEP_LEAST:
            self.last_length, self.last_pitch, self.ended_at = self.length, self.pitch, at
            self.longest = max(self.longest, self.length)
            self.count += 1
        self.length = 0


class Levels:
    """The floor, and how loud the voice is; dB over one squared step."""

    def __init__(self) -> None:
        self.now = 0.0  # over three frames
        self.floor = 90.0
        self.top = 0.0
        self._three: deque[float] = deque((0.0, 0.0, 0.0), 3)
        self._blocks: deque[float] = deque(maxlen=_BLOCKS)
        self._least = 90.0
        self._frames = 0

    def feed(self, power: float) -> float:
        """The mean square of a frame; its level."""
        self._three.append(power)
        self.now = _decibels(sum(self._three) / 3)
        self._frames += 1
        if self._frames >= 3:
            self._least = min(self._least, self.now)
        if self._frames % _BLOCK == 0:
            self._blocks.append(self._least)
            self._least = 90.0
        self.floor = min(self._least, min(self._blocks, default=90.0))
        self.top = max(self.top - _FADES, self.now)
        return _decibels(power)


def _decibels(power: float) -> float:
    return 10 * math.log10(power + 1.0)


@lru_cache(maxsize=4)
def _network(country: str) -> list[tuple[tuple[int, int], list[Floats]]]:
    """The pairs of pitches that the country's tones are made of, and what makes any mixture of them."""
    pairs = {burst.pitches for signal in signals(country).values() for burst in signal.bursts}
    return [(pair, base_of(pitch for pitch in pair if pitch)) for pair in sorted(pairs)]


class Sound:
    """All that is heard of one call. Feed it every frame."""

    def __init__(self, country: str) -> None:
        self._pairs = _network(country)
        self._ringback = {burst.pitches for burst in signals(country)[Tone.RINGBACK].bursts}
        self.frames = 0
        self.levels = Levels()
        self.judges = tuple((Phrases(), *limits) for limits in JUDGES.values())
        self.voice = self.judges[1][0]  # what is decided by
        self.tones = Tones()
        self.network = 0  # frames of the network's tones
        self.signals = 0  # those of them that are not ringback's
        self.before = 0.0  # dB: the floor before the first voice
        self.loud = 0  # frames over the floor; of these, sums of levels in dB, of pitches in kHz
        self.sum = self.squares = 0.0
        self.bright = self.bright_squares = 0.0

    def feed(self, block: Pcm) -> None:
        """One frame."""
        self.frames += 1
        power = exact_energy(block) / FRAME_SAMPLES
        levels = self.levels
        level = levels.feed(power)
        tonal = self._tonal(block, level)
        for phrases, over, under in self.judges:
            least = max(_LEAST, levels.floor + over, levels.top - under)
            phrases.feed(self.frames, not tonal and levels.now > least)
        if not self.voice.phrases:
            self.before = levels.floor

    def _tonal(self, block: Pcm, level: float) -> bool:
        """Whether this frame is part of a lone tone, or of the network's."""
        if level < max(_LEAST, self.levels.floor + _TONE_OVER):
            self.tones.feed(self.frames, level, 0.0, 0.0)
            return False
        frame = Frame(block)
        pitch = frame.pitch()
        share, pitch = frame.share_near(pitch)
        self.tones.feed(self.frames, level, share, pitch)
        self.loud += 1
        self.sum += level
        self.squares += level * level
        self.bright += pitch / 1000
        self.bright_squares += pitch * pitch / 1e6
        inside, pair = max((frame.power_in(base), pair) for pair, base in self._pairs)
        if inside > _NETWORK * frame.power:
            self.network += 1
            self.signals += pair not in self._ringback
            return True
        return self.tones.length >= BEEP_LEAST
