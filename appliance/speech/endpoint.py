"""Where a word begins and ends: energy over a noise floor that follows the line.

The floor is the quietest of the last second and a half, so a steady hum or babble is soon background. A
word begins when three of five frames are well above it, and ends after `HANG` seconds that are not. Whoever
talks longer than `MOST` seconds is cut off: no menu has such a word.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

FRAME = 160  # samples: 20 ms at 8 kHz
HANG = 0.32  # seconds
MOST = 3.5
_BEFORE = 15  # frames kept from before the onset
_FLOOR_FRAMES = 75
_ABOVE, _STILL = 8.0, 5.5  # dB over the floor: to begin, to go on
_LEAST = -52.0  # dBFS: quieter is nobody
_BEGIN_FRAMES, _BEGIN_OF = 3, 5
_LOUD_LEAST = 4  # frames: shorter is a click


@dataclass(frozen=True)
class Utterance:
    """`pcm` with a little of the line before and after; `spoken` seconds of it are loud. `snr` in dB."""

    pcm: Pcm
    spoken: float
    snr: float
    cut: bool  # it went on after `MOST`


class Endpointer:
    """Fed with 20 ms frames of one listening; gives each utterance when it has ended."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=_FLOOR_FRAMES)
        self._recent: deque[Pcm] = deque(maxlen=_BEFORE)
        self._hot: deque[bool] = deque(maxlen=_BEGIN_OF)
        self._word: list[Pcm] = []
        self._loud: list[float] = []
        self._quiet = 0
        self._floor = _LEAST

    @property
    def speaking(self) -> bool:
        """Whether a word has begun and not ended."""
        return bool(self._word)

    def feed(self, frame: Pcm) -> Utterance | None:
        """One frame of `FRAME` samples."""
        level = 10 * float(np.log10(np.mean(frame.astype(np.float64) ** 2) / 2**30 + 1e-10))
        if self._word:
            return self._go_on(frame, level)
        self._levels.append(level)
        self._floor = max(_LEAST - _ABOVE, float(np.percentile(self._levels, 20)))
        self._recent.append(frame)
        self._hot.append(level > self._floor + _ABOVE and level > _LEAST)
        if sum(self._hot) >= _BEGIN_FRAMES:
            self._word = list(self._recent)
            self._loud = [level]
            self._quiet = 0
            self._hot.clear()
        return None

    def _go_on(self, frame: Pcm, level: float) -> Utterance | None:
        self._word.append(frame)
        if level > max(self._floor + _STILL, max(self._loud) - 26):
            self._loud.append(level)
            self._quiet = 0
        else:
            self._quiet += 1
        ended = self._quiet * FRAME / 8000 >= HANG
        cut = len(self._word) * FRAME / 8000 >= MOST
        return self._finish(cut and not ended) if ended or cut else None

    def _finish(self, cut: bool) -> Utterance | None:
        word, loud = self._word, self._loud
        self._word, self._loud = [], []
        self._recent.clear()
        if cut:  # what is loud for so long is the line's own
            self._levels.extend(loud)
        if len(loud) < _LOUD_LEAST:
            return None
        mean = 10 * float(np.log10(np.mean(10 ** (np.array(loud) / 10))))
        return Utterance(np.concatenate(word), len(loud) * FRAME / 8000, mean - self._floor, cut)
