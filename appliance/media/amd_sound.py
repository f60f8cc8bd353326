"""The sound of an answered call, 20 ms at a time: when somebody speaks, how loud it is, and lone tones.

Three judges of voice, for no one rule serves a still line and a noisy one: the `sure` and the `likely` one go
by `amd_voice`'s probability, the `loud` one hears only what is nearly as loud as the voice itself.
"""

from __future__ import annotations

import math
from functools import lru_cache

from appliance.contract.audio import FRAME_SAMPLES, FRAME_SECONDS
from appliance.contract.events import Tone
from appliance.media.amd_spectrum import FIRST, STEP, Source, Window
from appliance.media.amd_tones import BEEP_LIKE, Run, Tones
from appliance.media.amd_trees import Trees
from appliance.media.amd_voice import LEAST, Levels, Voice
from appliance.media.cadences import signals
from appliance.media.spandsp import Pcm
from appliance.media.spectrum import base_of
from appliance.media.vectors import Floats, exact_energy

JUDGES = ("likely", "sure", "loud")
_LIKELY, _SURE = 0.3, 0.6  # probability of voice
_LOUD_OVER, _LOUD_UNDER = 9.0, 9.0  # dB over the floor, under the voice
_PHRASE_GAP = round(0.2 / FRAME_SECONDS)
_ONSET = 3  # frames in a row begin a phrase
_TONE_OVER, _EARLY = 2.0, 60  # dB over the floor; frames before that is known
_NETWORK, _NETWORK_LONE = 0.85, 0.25  # of the power in the country's own tones; near one pitch
_KEPT = 4  # phrases and gaps that are remembered
_DIP = 3.0  # dB: what parts two syllables


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
        self.last_gaps: list[int] = []  # between the last phrases; and how long those were
        self.last_lengths: list[int] = []
        self.longest_gap = 0
        self._row = 0

    def feed(self, now: int, voice: bool) -> None:
        """`now` counts frames from 1."""
        if not voice:
            self._row = 0
            return
        self._row += 1
        if self._row < _ONSET:
            return
        if self._row == _ONSET:
            self._onset(now - _ONSET)
        self.voiced += 1
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
            self.last_gaps = [at - self.ended_at, *self.last_gaps[: _KEPT - 1]]
            self.last_lengths = [self.ended_at - self.began_at, *self.last_lengths[: _KEPT - 1]]
            self.longest_gap = max(self.longest_gap, self.last_gaps[0])
        else:
            self.first_at = at
        self.phrases += 1
        self.began_at = at

    def quiet(self, now: int) -> int:
        """Frames since the last voice; 0 before the first."""
        return now - self.ended_at if self.phrases else 0


class Syllables:
    """Swells of a voice: how many, by the dips between them."""

    def __init__(self) -> None:
        self.count = 0
        self._high = self._low = 0.0
        self._rising = False

    def feed(self, level: float, voice: bool) -> None:
        if self._rising:
            self._high = max(self._high, level)
            if level < self._high - _DIP:
                self._rising, self._low = False, level
            return
        self._low = min(self._low, level)
        if voice and level > self._low + _DIP:
            self._rising, self._high = True, level
            self.count += 1


@lru_cache(maxsize=4)
def _network(country: str) -> list[tuple[tuple[int, int], list[Floats]]]:
    """The pairs of pitches that the country's tones are made of, and what makes any mixture of them."""
    pairs = {burst.pitches for signal in signals(country).values() for burst in signal.bursts}
    return [(pair, base_of(pitch for pitch in pair if pitch)) for pair in sorted(pairs)]


class Colour:
    """Means and spreads of level (dB) and brightness (kHz) of what was loud."""

    def __init__(self) -> None:
        self.count = 0
        self._sums = [0.0, 0.0, 0.0, 0.0]

    def feed(self, level: float, lines: list[float]) -> None:
        bright = sum(number * line for number, line in enumerate(lines)) / (sum(lines) + 1e-9)
        bright = (FIRST + 2 * bright) * STEP / 1000
        self.count += 1
        for place, value in enumerate((level, level * level, bright, bright * bright)):
            self._sums[place] += value

    @property
    def numbers(self) -> tuple[float, float, float]:
        """Spread of the level, brightness and its spread."""
        level, squares, bright, bright_squares = (one / max(1, self.count) for one in self._sums)
        return (
            math.sqrt(max(0.0, squares - level * level)),
            bright,
            math.sqrt(max(0.0, bright_squares - bright * bright)),
        )


class Sound:
    """All that is heard of one call. Feed it every frame."""

    def __init__(self, country: str, window: Source | None = None, voice: Trees | None = None) -> None:
        self._pairs = _network(country)
        self._ringback = {burst.pitches for burst in signals(country)[Tone.RINGBACK].bursts}
        self._window: Source = window if window is not None else Window()
        self.speaks = Voice(voice)
        self.frames = 0
        self.levels = Levels()
        self.likely, self.voice, self.loud = self.judges = Phrases(), Phrases(), Phrases()
        self.syllables = Syllables()
        self.colour = Colour()
        self.tones = Tones()
        self.beeps: list[Run] = []  # tones that were like one
        self.chance = 0.0  # that somebody speaks, now
        self.doubt = 0.0  # the mean of that in this pause
        self.network = 0  # frames of the network's tones
        self.signals = 0  # those of them that are not ringback's
        self.before = 0.0  # dB: the floor before the first voice

    def feed(self, block: Pcm) -> None:
        """One frame."""
        self.frames += 1
        level = self.levels.feed(exact_energy(block) / FRAME_SAMPLES)
        self._window.feed(block)
        lines = self._lines(level)
        tonal = self._tonal(level)
        levels = self.levels
        self.chance = self.speaks.feed(levels, lines, self.tones.share)
        self._judge(tonal, max(LEAST, levels.floor + _LOUD_OVER, levels.top - _LOUD_UNDER))
        self.syllables.feed(levels.now, not tonal and self.chance > _SURE)
        if lines is not None and self.chance > _SURE and not tonal:
            self.colour.feed(level, lines)
        if not self.voice.phrases:
            self.before = levels.floor

    def _lines(self, level: float) -> list[float] | None:
        if level < LEAST:
            return None
        self._window.look()
        return self._window.lines

    def _judge(self, tonal: bool, loud: float) -> None:
        now, chance = self.frames, self.chance
        self.likely.feed(now, not tonal and chance > _LIKELY)
        self.voice.feed(now, not tonal and chance > _SURE)
        self.loud.feed(now, not tonal and self.levels.now > loud)
        quiet = self.voice.quiet(now)
        self.doubt = self.doubt + (chance - self.doubt) / quiet if quiet else 0.0

    def _tonal(self, level: float) -> bool:
        """Whether this frame is part of a lone tone, or of the network's."""
        tones = self.tones
        heard = level >= max(LEAST, self.levels.floor + _TONE_OVER)
        known = len(tones.over)
        tones.feed(self.frames, self._window if heard else None)
        if len(tones.over) > known and tones.over[-1].likeness >= BEEP_LIKE:
            self.beeps.append(tones.over[-1])
        early = self.frames <= _EARLY and level >= LEAST
        if (early or (heard and tones.share > _NETWORK_LONE)) and self._networks():
            return True
        return heard and tones.now is not None and tones.now.steady

    def _networks(self) -> bool:
        inside, pair = max((self._window.share_in(base), pair) for pair, base in self._pairs)
        if inside <= _NETWORK:
            return False
        self.network += 1
        self.signals += pair not in self._ringback
        return True
