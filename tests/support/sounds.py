"""Listening: is this tone in what arrived, and is this prompt what was heard?"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]


def read_wav(path: Path, channel: int = 0) -> Samples:
    """Samples of one channel, -1..1; a file cut short by a kill is read as far as it goes."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2, f"{path} is not 16 bit"
        assert file.getframerate() == RATE, f"{path} has {file.getframerate()} samples a second"
        channels = file.getnchannels()
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return data[channel::channels].astype(np.float64) / 32768.0


def write_tone(path: Path, hertz: float, seconds: float, level: float = 0.3) -> Path:
    """A sine as a mono WAV."""
    time = np.arange(int(RATE * seconds)) / RATE
    write_wav(path, level * np.sin(2 * np.pi * hertz * time))
    return path


def write_wav(path: Path, samples: Samples) -> None:
    """Mono, 16 bit, 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def tone_seconds(samples: Samples, hertz: float, share: float = 0.5, floor: float = 0.003) -> float:
    """For how long `hertz` carries at least `share` of the energy, in 40 ms windows louder than `floor`."""
    size = RATE // 25
    count = len(samples) // size
    if count == 0:
        return 0.0
    blocks = samples[: count * size].reshape(count, size)
    time = np.arange(size) / RATE
    window = np.hanning(size)
    power = np.sum((blocks * window) ** 2, axis=1)
    probe = np.exp(-2j * np.pi * hertz * time) * window
    hit = np.abs(blocks @ probe) ** 2 * 2 / np.sum(window**2)
    loud = power > (floor**2) * size / 2
    return float(np.sum(loud & (hit > share * power))) * size / RATE


def _spectrogram(samples: Samples) -> NDArray[np.float64]:
    size, step = 256, 80
    count = max(0, (len(samples) - size) // step + 1)
    if count == 0:
        return np.zeros((0, 40))
    index = np.arange(size)[None, :] + step * np.arange(count)[:, None]
    spectrum = np.abs(np.fft.rfft(samples[index] * np.hanning(size), axis=1))[:, 10:110]  # 300-3400 Hz
    bands = spectrum.reshape(count, 20, 5).mean(axis=2)
    return np.asarray(np.log(bands + 1e-3), dtype=np.float64)


def likeness(heard: Samples, prompt: Samples, seconds: float = 1.0) -> float:
    """How much of `prompt` was heard, 0..1: mean over its pieces of the best spectral match, in order.

    Pieces of `seconds` are found each by itself, so a device clock's splice costs nothing; two different
    sentences score below 0.6, the same one through mu-law above 0.85.
    """
    there, wanted = _spectrogram(heard), _spectrogram(prompt)
    piece = int(seconds * 100)
    scores = [
        _best(there, wanted[at : at + piece]) for at in range(0, max(1, len(wanted) - piece // 2), piece)
    ]
    return float(np.mean(scores)) if scores else 0.0


def _best(there: NDArray[np.float64], piece: NDArray[np.float64]) -> float:
    if len(there) < len(piece) or len(piece) == 0:
        return 0.0
    flat = piece - piece.mean()
    norm = np.linalg.norm(flat)
    best = 0.0
    for at in range(len(there) - len(piece) + 1):
        window = there[at : at + len(piece)]
        other = window - window.mean()
        scale = float(norm * np.linalg.norm(other))
        if scale > 0:
            best = max(best, float(np.sum(flat * other)) / scale)
    return best
