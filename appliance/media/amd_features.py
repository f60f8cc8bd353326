"""What the trees are asked about: numbers that say how an answered call has sounded so far."""

from __future__ import annotations

from appliance.contract.audio import FRAME_SECONDS
from appliance.media.amd_sound import JUDGES, Phrases, Sound
from appliance.media.amd_tones import BEEP_LEAST

_PHRASES = (
    "first", "voiced", "span", "share", "phrases", "words", "quiet", "last", "first_phrase", "longest",
    "gap", "longest_gap",
)  # fmt: skip
_BEFORE = ("gap2", "gap3", "last2", "last3", "syllables", "pace")
_TONES = (
    "tone_now", "tone_last", "tone_pitch", "beep_like", "beep_ago", "beep_length", "beeps", "network",
)  # fmt: skip
#: What depends on the noise of the line; one model of the benchmark goes without.
NOISE = (
    "chance", "doubt", "over_floor", "before", "top_over_floor", "level_spread", "bright", "bright_spread",
)  # fmt: skip
NAMES = (
    "seconds",
    *(f"{judge}_{name}" for judge in JUDGES for name in _PHRASES),
    *_BEFORE,
    *_TONES,
    *NOISE,
)
_NEVER = 99.0


def features(sound: Sound) -> list[float]:
    """As `NAMES`; times in seconds, levels in dB."""
    found = [sound.frames * FRAME_SECONDS]
    for phrases in sound.judges:
        found += _of_phrases(phrases, sound.frames)
    found += _of_those_before(sound)
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
        (heard.last_gaps[0] if heard.last_gaps else 0) * FRAME_SECONDS,
        heard.longest_gap * FRAME_SECONDS,
    ]


def _of_those_before(sound: Sound) -> list[float]:
    """The gaps and phrases before the last, and how fast it is spoken."""
    heard, count = sound.voice, sound.syllables.count
    gaps, lengths = [*heard.last_gaps, 0, 0, 0], [*heard.last_lengths, 0, 0]
    return [
        gaps[1] * FRAME_SECONDS,
        gaps[2] * FRAME_SECONDS,
        lengths[0] * FRAME_SECONDS,
        lengths[1] * FRAME_SECONDS,
        float(count),
        count / max(1, heard.voiced) / FRAME_SECONDS,
    ]


def _of_tones(sound: Sound) -> list[float]:
    tones, beeps = sound.tones, sound.beeps
    now = tones.now if tones.now is not None and tones.now.length >= BEEP_LEAST else None
    last = tones.over[-1] if tones.over else None
    pitch = now.pitch if now is not None else last.pitch if last is not None else 0.0
    return [
        (tones.now.length if tones.now is not None else 0) * FRAME_SECONDS,
        (last.length if last is not None else 0) * FRAME_SECONDS,
        pitch,
        max((run.likeness for run in tones.over), default=0.0),
        (sound.frames - beeps[-1].ended) * FRAME_SECONDS if beeps else _NEVER,
        max((run.length for run in beeps), default=0) * FRAME_SECONDS,
        float(len(beeps)),
        sound.network * FRAME_SECONDS,
    ]


def _of_levels(sound: Sound) -> list[float]:
    levels = sound.levels
    return [
        sound.chance,
        sound.doubt,
        levels.now - levels.floor,
        levels.floor - sound.before,
        levels.top - levels.floor,
        *sound.colour.numbers,
    ]
