"""What the trees are asked about: numbers that say how an answered call has sounded so far."""

from __future__ import annotations

import math

from appliance.contract.audio import FRAME_SECONDS
from appliance.media.amd_sound import JUDGES, Phrases, Sound

_PHRASES = (
    "first", "voiced", "span", "share", "phrases", "words", "quiet", "last", "first_phrase", "longest",
    "gap", "longest_gap",
)  # fmt: skip
_TONES = ("tone_now", "tone_last", "tone_longest", "tone_pitch", "tone_ago", "tones", "network")
#: What depends on the noise of the line; one model of the benchmark goes without.
NOISE = ("over_floor", "before", "top_over_floor", "level_spread", "pitch", "pitch_spread")
NAMES = (
    "seconds",
    *(f"{judge}_{name}" for judge in JUDGES for name in _PHRASES),
    *_TONES,
    *NOISE,
)
_NEVER = 99.0


def features(sound: Sound) -> list[float]:
    """As `NAMES`; times in seconds, levels in dB."""
    found = [sound.frames * FRAME_SECONDS]
    for phrases, _, _ in sound.judges:
        found += _of_phrases(phrases, sound.frames)
    found += _of_tones(sound)
    found += _of_levels(sound)
    return found


def _of_phrases(heard: Phrases, now: int) -> list[float]:
    if not heard.phrases:
        return [_NEVER, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    span = heard.ended_at - heard.first_at
    return [
        heard.first_at * FRAME_SECONDS,
        heard.voiced * FRAME_SECONDS,
        span * FRAME_SECONDS,
        heard.voiced / span,
        float(heard.phrases),
        float(heard.words),
        heard.quiet(now) * FRAME_SECONDS,
        (heard.ended_at - heard.began_at) * FRAME_SECONDS,
        heard.first_length * FRAME_SECONDS,
        heard.longest * FRAME_SECONDS,
        heard.gap * FRAME_SECONDS,
        heard.longest_gap * FRAME_SECONDS,
    ]


def _of_tones(sound: Sound) -> list[float]:
    tones = sound.tones
    return [
        tones.length * FRAME_SECONDS,
        tones.last_length * FRAME_SECONDS,
        tones.longest * FRAME_SECONDS,
        tones.pitch if tones.length > tones.last_length else tones.last_pitch,
        (sound.frames - tones.ended_at) * FRAME_SECONDS if tones.count else _NEVER,
        float(tones.count),
        sound.network * FRAME_SECONDS,
    ]


def _of_levels(sound: Sound) -> list[float]:
    levels, count = sound.levels, max(1, sound.loud)
    mean, bright = sound.sum / count, sound.bright / count
    return [
        levels.now - levels.floor,
        levels.floor - sound.before,
        levels.top - levels.floor,
        math.sqrt(max(0.0, sound.squares / count - mean * mean)),
        bright,
        math.sqrt(max(0.0, sound.bright_squares / count - bright * bright)),
    ]
