"""Training calls of still lines, made noisy: it is known of each 20 ms of them whether somebody speaks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.amd.calls import SNRS, Chance, coloured, gated, loudness
from bench.amd.material import RATE
from bench.amd.sets import Label, Set
from bench.speech import telephone

_STILL = 40.0  # dB
_KINDS = ("short", "two", "desk", "screen", "network")  # whom no music accompanies
_SPOKEN = 10 ** (-26 / 10)  # of the loud part's power
_FRAME = 160


def calls(made: Set, most: int) -> Iterator[tuple[Label, NDArray[np.int16], NDArray[np.bool_]]]:
    """The label, the noisy call, and which of its frames are spoken."""
    still = [
        number for number, label in enumerate(made.labels) if label.snr == _STILL and label.kind in _KINDS
    ]
    chance = np.random.default_rng(7)
    for number in sorted(chance.permutation(still)[:most]):
        label, clean = made.labels[number], made.pcm[number].astype(np.float32)
        loud = loudness(clean)
        power = (clean.reshape(-1, _FRAME) ** 2).mean(axis=1)
        spoken = power > _SPOKEN * loud**2
        if label.beep == label.beep:
            spoken[int(label.end * 50) + 2 :] = False
        noise = _noise(made, still, clean.size, chance)
        snr = float(chance.choice(SNRS))
        noise *= np.float32(loud * 10 ** (-snr / 20) / (np.sqrt(float((noise**2).mean())) + 1e-9))
        if chance.random() < 0.3:
            noise = gated(noise, np.repeat(spoken, _FRAME), chance)
        mixed = np.clip(clean + noise, -32768, 32767).astype(np.int16)
        yield label, telephone.coded(mixed, "mulaw" if chance.random() < 0.7 else "gsm"), spoken


def _noise(made: Set, still: list[int], size: int, chance: Chance) -> NDArray[np.float32]:
    kind = telephone.NOISES[int(chance.integers(len(telephone.NOISES)))]
    if kind != "babble":
        return coloured(kind, size, chance)
    found = np.zeros(size, np.float32)
    for number in chance.choice(still, 6):  # who talk at once, over and over
        end = int(made.labels[number].end * RATE)
        part = made.pcm[number][max(0, end - 2 * RATE) : end].astype(np.float32)
        found += np.resize(part / loudness(part), size)
    return found
