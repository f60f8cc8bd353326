"""The spectra of a whole call at once, by numpy: what `amd_spectrum.Window` gives, in less time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from appliance.contract.audio import FRAME_SAMPLES
from appliance.media.amd_spectrum import FIRST, LAST, SIZE
from appliance.media.spandsp import Pcm
from appliance.media.spectrum import Frame
from appliance.media.vectors import Floats

_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)


class Spectra:
    """Stands for a `Window`: it is fed with blocks and gives the call's spectra, one after the other."""

    def __init__(self, pcm: NDArray[np.int16]) -> None:
        wide = np.concatenate([np.zeros(SIZE - FRAME_SAMPLES), pcm.astype(np.float64)])
        frames = np.lib.stride_tricks.sliding_window_view(wide, SIZE)[::FRAME_SAMPLES] * _HANN
        self._bins = np.abs(np.fft.rfft(frames)[:, : LAST + 2]) ** 2 / (_HANN**2).sum()
        self._whole = ((frames**2).sum(axis=1) / (_HANN**2).sum()).tolist()
        self._lines = self._bins[:, FIRST : LAST + 1 : 2].tolist()
        self._at = -1
        self._block: Pcm = b""
        self.lines: list[float] = []
        self.whole = 0.0

    def feed(self, block: Pcm) -> None:
        self._at += 1
        self._block = block

    def look(self) -> None:
        self.lines, self.whole = self._lines[self._at], self._whole[self._at]

    def share_in(self, base: Iterable[Floats]) -> float:
        frame = Frame(self._block)
        return frame.power_in(base) / (frame.power + 1e-9)

    def bin(self, number: int) -> float:
        return float(self._bins[self._at, number])
