"""A word through a telephone: band, level, noise, and the line's codec; 8 kHz samples at the far end."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.speech import sets, voices
from bench.speech.voices import RATE, Samples

Pcm = NDArray[np.int16]
BEFORE, AFTER = 0.6, 1.4  # seconds of line around the word
NOISES = ("white", "pink", "car", "babble")


@dataclass(frozen=True)
class Line:
    """`snr` in dB, `level` of the word in dBFS, `codec` "mulaw" or "gsm"."""

    codec: str
    snr: float
    noise: str = "pink"
    level: float = -24.0


@lru_cache(maxsize=1)
def _babble() -> Samples:
    """Six prompts at once."""
    files = sorted((sets.PROMPTS / "it_IT_m_Carlo").glob("vm-*.wav"))
    found = np.concatenate([voices.load(path) for path in files[:40]])
    length = found.size // 6
    mixed: Samples = found[: 6 * length].reshape(6, length).sum(axis=0).astype(np.float32)
    return mixed


def _noise(kind: str, length: int, chance: np.random.Generator) -> Samples:
    if kind == "babble":
        babble = _babble()
        start = int(chance.integers(0, babble.size - length))
        return babble[start : start + length]
    spectrum = np.fft.rfft(chance.standard_normal(length))
    pitch = np.fft.rfftfreq(length, 1 / RATE)
    slope = {"white": 0.0, "pink": 0.5, "car": 1.0}[kind]
    shaped = np.fft.irfft(spectrum / np.maximum(pitch, 60.0) ** slope, length)
    return shaped.astype(np.float32)


def _narrow(samples: Samples) -> Samples:
    """300 to 3400 Hz, at 8 kHz (a steep filter in the spectrum, soft at its edges)."""
    spectrum = np.fft.rfft(samples)
    pitch = np.fft.rfftfreq(samples.size, 1 / RATE)
    gain = np.clip((pitch - 180) / 120, 0, 1) * np.clip((3750 - pitch) / 300, 0, 1)
    found: Samples = np.fft.irfft(spectrum * gain, samples.size)[::2].astype(np.float32)
    return found


def _power(samples: Samples) -> float:
    """Of the loud part: the blocks within 20 dB of the loudest (ITU-T P.56 in spirit)."""
    blocks = samples[: samples.size // 160 * 160].reshape(-1, 160)
    power = (blocks**2).mean(axis=1)
    return float(power[power > power.max() * 0.01].mean())


def through(word: Samples, line: Line, seed: int) -> tuple[Pcm, float]:
    """What arrives, and at which second the word has ended."""
    chance = np.random.default_rng(seed)
    before, after = int(BEFORE * RATE), int(AFTER * RATE)
    whole = np.concatenate([np.zeros(before), word, np.zeros(after)]).astype(np.float32)
    voice = _narrow(whole)
    noise = _narrow(_noise(line.noise, whole.size, chance))
    voice = voice * (10 ** (line.level / 20) / np.sqrt(_power(voice) + 1e-12))
    noise = noise * (10 ** ((line.level - line.snr) / 20) / np.sqrt(float((noise**2).mean()) + 1e-12))
    mixed = np.clip(voice + noise, -1, 1) * 32767
    return coded(mixed.astype(np.int16), line.codec), BEFORE + word.size / RATE


def coded(pcm: Pcm, codec: str) -> Pcm:
    """There and back through the codec."""
    return _mulaw(pcm) if codec == "mulaw" else _gsm(pcm)


def _gsm(pcm: Pcm) -> Pcm:
    """GSM 06.10 full rate, by libgsm: 160 samples to 33 bytes and back."""
    library = ctypes.CDLL("libgsm.so.1")
    library.gsm_create.restype = ctypes.c_void_p
    states = [ctypes.c_void_p(library.gsm_create()) for _ in range(2)]
    packed, back = ctypes.create_string_buffer(33), (ctypes.c_int16 * 160)()
    found = []
    for start in range(0, pcm.size - 159, 160):
        library.gsm_encode(states[0], pcm[start : start + 160].tobytes(), packed)
        library.gsm_decode(states[1], packed, back)
        found.append(np.frombuffer(bytes(back), np.int16))
    for state in states:
        library.gsm_destroy(state)
    return np.concatenate(found)


def _mulaw(pcm: Pcm) -> Pcm:
    """ITU-T G.711: companded to 8 bits and back."""
    level = np.minimum(np.abs(pcm.astype(np.float64)), 32635) / 32768
    code = np.round(127 * np.log1p(255 * level) / np.log(256))
    back = np.sign(pcm) * (256 ** (code / 127) - 1) / 255 * 32768
    found: Pcm = np.clip(back, -32768, 32767).astype(np.int16)
    return found
