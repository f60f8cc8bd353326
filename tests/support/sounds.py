"""Listening: is this tone in what arrived, and is this prompt what was heard?"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]
SAME = 0.75  # a likeness above is the same sentence
_PIECE, _EARLY, _LATE = 25, 4, 20  # steps of 10 ms


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


def likeness(heard: Samples, prompt: Samples) -> float:
    """How much of `prompt` was heard, 0..1: a quarter of a second of it after the other, each at its best
    spectral match shortly after the one before, weighted by how much it says.

    So a frame that a busy machine lost or came late with costs no more than the piece it is in. A sentence
    through mu-law scores above 0.95, with 60 ms lost or late twice a second above 0.85, other sentences of
    the same voice below 0.6: `SAME` is between.
    """
    there, wanted = _spectrogram(heard), _spectrogram(prompt)
    pieces = [wanted[at : at + _PIECE] for at in range(0, len(wanted) - _PIECE + 1, _PIECE)]
    if not pieces or len(there) < _PIECE:
        return 0.0
    weights = [float(np.linalg.norm(piece - piece.mean())) for piece in pieces]
    total = np.zeros(0)
    for piece, weight in zip(pieces, weights, strict=True):
        here = _match(there, piece) * weight
        if total.size:
            before = np.full(here.size, -np.inf)  # the best way to end the pieces before by each moment
            for step in range(_PIECE - _EARLY, min(_PIECE + _LATE + 1, here.size)):
                before[step:] = np.maximum(before[step:], total[: here.size - step])
            here = here + before
        total = here
    return max(0.0, float(total.max()) / sum(weights))


def _match(there: NDArray[np.float64], piece: NDArray[np.float64]) -> NDArray[np.float64]:
    """The correlation of `piece` with what was heard, at each moment; 0 where there is none."""
    windows = np.lib.stride_tricks.sliding_window_view(there, piece.shape)[:, 0]
    flat = piece - piece.mean()
    means = windows.mean(axis=(1, 2))
    power = np.maximum(np.einsum("tij,tij->t", windows, windows) - means**2 * flat.size, 1e-9)
    scale = np.sqrt(power * np.sum(flat**2)) + 1e-12
    found: NDArray[np.float64] = np.clip(np.einsum("tij,ij->t", windows, flat) / scale, 0.0, 1.0)
    return found
