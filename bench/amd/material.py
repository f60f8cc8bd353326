"""Who says what: pieces of sound by speaker and role, training's and the test's apart in voices and in words.

Recorded people are prompt speakers (asterisk's sets) and those of ktuberling and klettres; synthetic voices
made of a person's recordings count as natural, espeak-ng's do not and are told apart.
"""

from __future__ import annotations

import random
import subprocess
import wave
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.amd import texts
from bench.speech import voices
from bench.speech.voices import Samples, Voice

RATE = 8000
PROMPTS = Path("/usr/share/asterisk/sounds")
ROLES = ("short", "again", "desk", "long", "brief", "screen", "network")

_VOICES = {
    False: (
        *(Voice("flite", name, pace) for name in ("rms", "slt") for pace in (0.85, 0.95, 1.1, 1.25)),
        *(Voice("flite", "kal16", pace) for pace in (0.9, 1.0, 1.15)),
        Voice("festival", "ked_diphone"),
    ),
    True: (
        *(Voice("piper", "joe", pace) for pace in (0.95, 1.1)),
        *(Voice("hibari", "heart", pace) for pace in (0.95, 1.1)),
        *(Voice("flite", "awb", pace) for pace in (1.0, 1.15)),
    ),
}
_ITALIANS = {False: Voice("festival", "lp_diphone"), True: Voice("festival", "pc_diphone")}
_ACCENTS = {False: ("en-us", "en-gb", "en-gb-scotland"), True: ("en-029", "en-gb-x-rp", "en-gb-x-gbclan")}
_VARIANTS = {False: ("m3", "f1"), True: ("m5", "f2")}
_SETS = {
    False: ("en_US_f_Allison", "es_MX_f_Allison", "ru_RU_f_IvrvoiceRU", "it_IT_f_Menardi"),
    True: ("fr_CA_f_June", "it_IT_m_Carlo", "es", "fr"),
}
#: Languages of which somebody said single words; the same on one side in both packages, it may be one person.
_TONGUES = {
    False: ("da", "de", "fr", "it", "nn", "nl", "ru", "ro", "es", "sv", "sr", "cs", "hu", "ml", "tn", "nb"),
    True: ("en", "ca", "uk", "lt", "el", "sl", "wa", "gl", "fi", "pt", "ga", "nds", "he", "ar"),
}
_MOST_WORDS = 30  # of a language
_WORDS = (Path("/usr/share/ktuberling/sounds"), Path("/usr/share/klettres"))
#: Seconds: what lasts longer is no short answer, no receptionist's greeting.
_LONGEST = {"short": 1.3, "again": 1.5, "desk": 4.2, "brief": 3.0}


@dataclass
class Speaker:
    """`pieces` by role; a machine's long greeting may be a chain of several."""

    name: str
    natural: bool
    person: bool  # recorded, not synthetic
    pieces: dict[str, list[Samples]] = field(default_factory=dict)


def _said(test: bool) -> Iterator[tuple[Voice, str, str]]:
    """Voice, role and text of all that is synthetic."""
    for voice in (*_VOICES[test], *_robots("en", test)):
        for role in ROLES:
            for text in texts.said("en", role, test, voice.label):
                yield voice, role, text
    for language in texts.LANGUAGES[1:]:
        voices_ = (*_robots(language, test), *((_ITALIANS[test],) if language == "it" else ()))
        for voice in voices_:
            for role in ROLES:
                for text in texts.said(language, role, test, voice.label):
                    yield voice, role, text


def _robots(language: str, test: bool) -> Iterator[Voice]:
    for accent in _ACCENTS[test] if language == "en" else (language,):
        for variant in _VARIANTS[test]:
            yield Voice("espeak", f"{accent}+{variant}")


def render(test: bool) -> None:
    """The synthetic speech of one side, once."""
    voices.say((voice, text) for voice, _, text in _said(test))


def speakers(test: bool) -> list[Speaker]:
    """Everybody of one side."""
    found: dict[str, Speaker] = {}
    for voice, role, text in _said(test):
        name = f"{voice.engine} {voice.name}"
        speaker = found.setdefault(name, Speaker(name, voice.natural, False))
        piece = load(voice.file(text))
        if piece.size / RATE <= _LONGEST.get(role, 30.0):
            speaker.pieces.setdefault(role, []).append(piece)
    return [*found.values(), *_prompt_speakers(test), *_word_speakers(test)]


def _prompt_speakers(test: bool) -> Iterator[Speaker]:
    """A prompt is a receptionist's words, or part of a machine's: they differ by length alone."""
    for name in _SETS[test]:
        speaker = Speaker(f"prompts {name}", natural=True, person=True)
        for path in sorted([*(PROMPTS / name).glob("*.wav"), *(PROMPTS / name).glob("*.gsm")]):
            if zlib.crc32(path.stem.encode()) % 2 != int(test) or "beep" in path.stem or "tone" in path.stem:
                continue
            sound = load(path)
            for role in _roles(sound.size / RATE):
                speaker.pieces.setdefault(role, []).append(sound)
        yield speaker


def _roles(seconds: float) -> tuple[str, ...]:
    if seconds < 0.25 or seconds > 9.0:
        return ()
    if seconds <= 1.2:
        return ("short", "again")
    if seconds <= 2.5:
        return ("desk", "brief", "part")
    return ("desk", "part") if seconds <= 4.0 else ("part",)


def _word_speakers(test: bool) -> Iterator[Speaker]:
    for tongue in _TONGUES[test]:
        speaker = Speaker(f"words {tongue}", natural=True, person=True)
        files = sorted(path for folder in _WORDS for path in (folder / tongue).rglob("*.ogg"))
        for path in random.Random(tongue).sample(files, min(_MOST_WORDS, len(files))):
            sound = load(path)
            if 0.25 <= sound.size / RATE <= 1.5:
                speaker.pieces.setdefault("short", []).append(sound)
        if speaker.pieces:
            speaker.pieces["again"] = speaker.pieces["short"]
            yield speaker


def load(path: Path) -> Samples:
    """Any sound file at 8 kHz, without what is 40 dB under its loudest 20 ms at either end."""
    if path.suffix == ".wav":
        with wave.open(str(path), "rb") as file:
            rate, raw = file.getframerate(), file.readframes(file.getnframes())
    else:
        rate = RATE
        command = ["sox", str(path), "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(RATE), "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
    return _trimmed(_resampled(np.frombuffer(raw, np.int16).astype(np.float32) / np.float32(32768), rate))


def _resampled(samples: Samples, rate: int) -> Samples:
    """By its spectrum, cut at the half of the lower rate."""
    if rate == RATE:
        return samples
    size = round(samples.size * RATE / rate)
    found: Samples = np.fft.irfft(np.fft.rfft(samples)[: size // 2 + 1], size).astype(np.float32)
    return found * np.float32(size / samples.size)


def _trimmed(samples: Samples) -> Samples:
    block = RATE // 50
    whole = samples[: samples.size // block * block].reshape(-1, block)
    power = (whole**2).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 1e-4)
    return samples[loud[0] * block : (loud[-1] + 1) * block] if loud.size else samples
