"""Made-up answered calls of 12 s: who speaks when, the beep, and the telephone in between.

Whatever the line adds (noise, its gating, comfort noise, codec, level, lost frames, a tail of ringback, the
wait before the first word) is drawn from the same chances for persons and machines: it must tell nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.amd import material
from bench.amd.material import RATE, Speaker
from bench.speech import sets, telephone
from bench.speech.voices import Samples

SECONDS = 12.0
SNRS = (40.0, 30.0, 20.0, 15.0, 10.0)
PERSONS, MACHINES = ("short", "two", "desk"), ("long", "brief", "screen", "network", "fax")
_NEVER = float("nan")
Pcm = NDArray[np.int16]
Chance = np.random.Generator


@dataclass
class Call:
    """`end` of the greeting, of its `first` phrase, and of the `beep`, in seconds (NaN: none)."""

    kind: str
    speaker: str
    natural: bool
    person: bool  # recorded people
    snr: float
    codec: str
    first: float
    end: float
    beep: float
    pcm: Pcm


class Track:
    """12 s of samples, filled from the left."""

    def __init__(self, at: float) -> None:
        self.samples = np.zeros(round(SECONDS * RATE), np.float32)
        self.at = at
        self.busy = np.zeros(self.samples.size, bool)

    def say(self, sound: Samples, gain: float = 1.0) -> None:
        start = round(self.at * RATE)
        part = sound[: max(0, self.samples.size - start)]
        self.samples[start : start + part.size] += np.float32(gain) * part
        self.busy[start : start + part.size] = True
        self.at += sound.size / RATE

    @property
    def full(self) -> bool:
        return self.at >= SECONDS


class Maker:
    """Draws calls from one side's speakers; the same number gives the same call."""

    def __init__(self, speakers: list[Speaker], music: Samples, test: bool) -> None:
        self._people = speakers
        self._music = music
        self._test = test
        self._babble = _babble(speakers)
        self._makers: dict[str, Callable[[Track, Speaker, Chance], tuple[float, float, float]]] = {
            "short": self._short,
            "two": self._two,
            "desk": self._desk,
            "long": self._machine,
            "brief": self._machine,
            "screen": self._machine,
            "network": self._machine,
            "fax": self._fax,
            "silence": lambda track, speaker, chance: (_NEVER, _NEVER, _NEVER),
            "tone": self._tone,
        }

    def make(self, kind: str, natural: bool, number: int) -> Call:
        chance = np.random.default_rng([zlib.crc32(f"{kind}{natural}{self._test}".encode()), number])
        speaker = self._speaker(kind, natural, chance)
        track = Track(float(chance.uniform(0.2, 2.0)))
        self._role = kind
        first, end, beep = self._makers[kind](track, speaker, chance)
        snr = float(chance.choice(SNRS))
        codec = "mulaw" if chance.random() < 0.7 else "gsm"
        pcm = self._line(track, snr, codec, kind, chance)
        return Call(kind, speaker.name, speaker.natural, speaker.person, snr, codec, first, end, beep, pcm)

    def _speaker(self, kind: str, natural: bool, chance: Chance) -> Speaker:
        """Recorded people in 45 of 100 natural calls, where they have the role."""
        role = {"two": "short", "fax": "short", "silence": "short", "tone": "short"}.get(kind, kind)
        able = [
            one
            for one in self._people
            if one.natural == natural and (one.pieces.get(role) or _chains(one, role))
        ]
        people = [one for one in able if one.person]
        if natural and people and chance.random() < 0.45:
            able = people
        elif natural:
            able = [one for one in able if not one.person] or able
        return able[int(chance.integers(len(able)))]

    # Persons.

    def _short(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        track.say(_any(speaker, "short", chance))
        end = track.at
        self._asks_again(track, speaker, chance, 0.6)
        return end, end, _NEVER

    def _two(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        track.say(_any(speaker, "short", chance))
        first = track.at
        track.at += float(chance.uniform(0.35, 1.2))
        track.say(_any(speaker, "short" if chance.random() < 0.5 else "again", chance))
        end = track.at
        self._asks_again(track, speaker, chance, 0.5)
        return first, end, _NEVER

    def _desk(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        track.say(_any(speaker, "desk", chance))
        end = track.at
        self._asks_again(track, speaker, chance, 0.4)
        return end, end, _NEVER

    def _asks_again(self, track: Track, speaker: Speaker, chance: Chance, often: float) -> None:
        while not track.full and chance.random() < often:
            track.at += float(chance.uniform(1.4, 4.0))
            if not track.full:
                track.say(_any(speaker, "again", chance))

    # Machines.

    def _machine(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        role, start = self._role, track.at
        for place, sound in enumerate(_words(speaker, role, chance)):
            if place:
                track.at += float(chance.uniform(0.1, 0.5))
            track.say(sound)
        if role == "network" and chance.random() < 0.6:
            track.at += float(chance.uniform(0.6, 1.6))
            if not track.full:
                track.say(_words(speaker, role, chance)[0])
        end = track.at
        beep = (
            self._beep(track, chance)
            if chance.random() < {"network": 0.0, "screen": 0.3}.get(role, 0.9)
            else _NEVER
        )
        if role in ("long", "brief") and chance.random() < 0.15:
            self._bed(track, start, end, chance)
        return end, end, beep

    def _beep(self, track: Track, chance: Chance) -> float:
        """Pitches of the test lie between those of training."""
        track.at += float(chance.uniform(0.15, 2.0))
        step = 2 * int(chance.integers(9, 46)) + int(self._test)
        length, times = (
            float(chance.choice((0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0))),
            1 + int(chance.random() < 0.06),
        )
        gain = loudness(track.samples) * 10 ** (float(chance.uniform(-6, 6)) / 20)
        other = step + 2 * int(chance.integers(3, 12)) if chance.random() < 0.04 else 0
        end = _NEVER
        for place in range(times):
            track.at += 0.15 if place else 0.0
            if track.at + length > SECONDS - 0.6:
                return end
            track.say(_tone_of((22.0 * step, 22.0 * other), length), gain)
            end = track.at
        return end

    def _bed(self, track: Track, start: float, end: float, chance: Chance) -> None:
        """Music under the greeting; it stops before the beep."""
        begin, stop = round(start * RATE), min(round(end * RATE), track.samples.size)
        place = int(chance.integers(0, self._music.size - track.samples.size))
        part = self._music[place : place + stop - begin]
        gain = loudness(track.samples) * 10 ** (-float(chance.uniform(12, 25)) / 20)
        track.samples[begin:stop] += part * np.float32(gain / (loudness(part) + 1e-9))
        track.busy[begin:stop] = True

    def _fax(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        if chance.random() < 0.4:
            while track.at < SECONDS - 1:
                track.say(_tone_of((1100.0, 0.0), 0.5), 0.3)
                track.at += 3.0
        else:
            track.say(_tone_of((2100.0, 0.0), 3.0), 0.3)
            track.at += 0.075
            bits = np.repeat(chance.integers(0, 2, 300), round(RATE / 300))
            turns = np.cumsum(np.where(bits, 1650.0, 1850.0)) / RATE
            track.say((0.3 * np.sin(2 * np.pi * turns)).astype(np.float32))
        return _NEVER, _NEVER, _NEVER

    def _tone(self, track: Track, speaker: Speaker, chance: Chance) -> tuple[float, float, float]:
        """Busy or congestion after the answer, as the box's country (US) has them; or special information."""
        which = int(chance.integers(3))
        while not track.full:
            if which == 2:
                for pitch in (950.0, 1400.0, 1800.0):
                    track.say(_tone_of((pitch, 0.0), 0.33), 0.3)
                track.at += 1.0
            else:
                track.say(_tone_of((480.0, 620.0), (0.5, 0.25)[which]), 0.2)
                track.at += (0.5, 0.25)[which]
        return _NEVER, _NEVER, _NEVER

    # The line.

    def _line(self, track: Track, snr: float, codec: str, kind: str, chance: Chance) -> Pcm:
        level = 10 ** (float(chance.uniform(-35, -15)) / 20)
        whole = track.samples
        loud = loudness(whole) if track.busy.any() else 1.0
        noise = self._noise(whole.size, chance)
        noise *= np.float32(loud * 10 ** (-snr / 20) / (np.sqrt(float((noise**2).mean())) + 1e-12))
        if chance.random() < 0.3:
            noise = gated(noise, track.busy, chance)
        if chance.random() < 0.05:
            tail = float(chance.uniform(0.1, 0.8))
            pitches = ((440.0, 480.0), (425.0, 0.0), (400.0, 450.0))[int(chance.integers(3))]
            tone = _tone_of(pitches, tail) * np.float32(loud * 0.5)
            whole[: tone.size] += tone
        narrow = _band(whole + noise) * np.float32(level / loud)
        pcm = telephone.coded((np.clip(narrow, -1, 1) * 32767).astype(np.int16), codec)
        return _lost(pcm, chance) if chance.random() < 0.1 else pcm

    def _noise(self, size: int, chance: Chance) -> Samples:
        kind = telephone.NOISES[int(chance.integers(len(telephone.NOISES)))]
        if kind != "babble":
            return coloured(kind, size, chance)
        start = int(chance.integers(0, self._babble.size - size))
        return self._babble[start : start + size].copy()


def music(test: bool) -> Samples:
    """Of two pieces each."""
    pieces = sorted(sets.MUSIC.glob("*.wav"))[int(test) :: 2]
    return np.concatenate([material.load(path)[: 90 * RATE] for path in pieces[:2]])


def _any(speaker: Speaker, role: str, chance: Chance) -> Samples:
    pieces = speaker.pieces.get(role) or speaker.pieces["short"]
    return pieces[int(chance.integers(len(pieces)))]


def _chains(speaker: Speaker, role: str) -> bool:
    return role == "long" and "part" in speaker.pieces


def _words(speaker: Speaker, role: str, chance: Chance) -> list[Samples]:
    """One recorded text, or a chain of prompts that lasts 3 to 10 s."""
    if role != "long" or not _chains(speaker, role):
        found = [_any(speaker, role, chance)]
        return (
            [*found, _any(speaker, "brief", chance)] if role == "long" and chance.random() < 0.25 else found
        )
    found, wanted = [], float(chance.uniform(3.0, 10.0))
    while sum(sound.size for sound in found) < wanted * RATE:
        found.append(_any(speaker, "part", chance))
    return found


def _babble(speakers: list[Speaker]) -> Samples:
    """Six people of the same side at once."""
    parts = [sound for one in speakers if "part" in one.pieces for sound in one.pieces["part"]]
    whole = np.concatenate([parts[place] for place in np.random.default_rng(6).permutation(len(parts))])
    length = min(whole.size // 6, 60 * RATE)
    mixed: Samples = whole[: 6 * length].reshape(6, length).sum(axis=0).astype(np.float32)
    return mixed


def _tone_of(pitches: tuple[float, float], seconds: float) -> Samples:
    """With edges of 4 ms."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * pitch * time) for pitch in pitches if pitch)
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.004)
    found: Samples = (wave * edge).astype(np.float32)
    return found


def loudness(samples: Samples) -> float:
    """RMS of the loud part."""
    return float(np.sqrt(_power(samples))) if samples.any() else 1.0


def _power(samples: Samples) -> float:
    """Of the loud part: the blocks within 20 dB of the loudest (ITU-T P.56 in spirit)."""
    power = (samples[: samples.size // 80 * 80].reshape(-1, 80) ** 2).mean(axis=1)
    return float(power[power > power.max() * 0.01].mean())


def _band(samples: Samples) -> Samples:
    """300 to 3400 Hz, soft at the edges."""
    pitch = np.fft.rfftfreq(samples.size, 1 / RATE)
    gain = np.clip((pitch - 180) / 120, 0, 1) * np.clip((3750 - pitch) / 300, 0, 1)
    found: Samples = np.fft.irfft(np.fft.rfft(samples) * gain, samples.size).astype(np.float32)
    return found


def coloured(kind: str, size: int, chance: Chance) -> Samples:
    slope = {"white": 0.0, "pink": 0.5, "car": 1.0}[kind]
    pitch = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 60.0)
    found: Samples = np.fft.irfft(np.fft.rfft(chance.standard_normal(size)) / pitch**slope, size).astype(
        np.float32
    )
    return found


def gated(noise: Samples, busy: NDArray[np.bool_], chance: Chance) -> Samples:
    """The far end sends its noise only with speech (and 0.2 s after); else little, or comfort noise."""
    hold = round(0.2 * RATE)
    count = np.concatenate([np.zeros(hold, np.int64), np.cumsum(busy)])
    open_ = count[hold:] > count[: busy.size]
    quiet = noise * np.float32(10 ** (-float(chance.uniform(12, 40)) / 20))
    if chance.random() < 0.5:
        rms = float(np.sqrt((quiet**2).mean()))
        quiet = (chance.standard_normal(noise.size) * rms).astype(np.float32)
    found: Samples = np.where(open_, noise, quiet).astype(np.float32)
    return found


def _lost(pcm: Pcm, chance: Chance) -> Pcm:
    """One frame in a hundred never came."""
    kept = np.repeat(chance.random(pcm.size // 160 + 1) > 0.01, 160)[: pcm.size]
    return pcm * kept
