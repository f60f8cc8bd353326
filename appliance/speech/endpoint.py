"""Where a word begins and ends: energy over a noise floor that follows the line.

The floor is the quietest of the last second and a half, so a steady hum or babble is soon background. A
word begins when three of five frames are well above it, and ends after `HANG` seconds that are not. Half of
them before, it is likely to have ended: what was said can be looked for while the rest is waited for. Whoever
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
LIKELY = 0.16  # of them: the word is likely over
MOST = 3.5
_BEFORE = 15  # frames kept from before the onset
_FLOOR_FRAMES = 75
_ABOVE, _STILL = 8.0, 5.5  # dB over the floor: to begin, to go on
_LEAST = -52.0  # dBFS: quieter is nobody
_BEGIN_FRAMES, _BEGIN_OF = 3, 5
_LIKELY_FRAMES, _HANG_FRAMES = round(LIKELY * 8000 / FRAME), round(HANG * 8000 / FRAME)
_LOUD_LEAST = 4  # frames: shorter is a click


@dataclass(frozen=True)
class Utterance:
    """`pcm` with a little of the line before and after; `spoken` seconds of it are loud. `snr` in dB."""

    pcm: Pcm
    spoken: float
    snr: float
    cut: bool  # it went on after `MOST`

    def alike(self, likely: Utterance) -> bool:
        """Whether nobody spoke on after `likely`."""
        return self.spoken == likely.spoken and not self.cut


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
        self._likely: Utterance | None = None

    @property
    def speaking(self) -> bool:
        """Whether a word has begun and not ended."""
        return bool(self._word)

    def likely(self) -> Utterance | None:
        """The word, when it has likely ended with the newest frame. If nobody speaks on, `feed` will
        give an utterance that is `alike`.
        """
        return self._likely

    def feed(self, frame: Pcm) -> Utterance | None:
        """One frame of `FRAME` samples."""
        self._likely = None
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
        if self._quiet == _LIKELY_FRAMES and len(self._loud) >= _LOUD_LEAST:
            self._likely = self._utterance(cut=False, quiet=_HANG_FRAMES - self._quiet)
        ended = self._quiet * FRAME / 8000 >= HANG
        cut = len(self._word) * FRAME / 8000 >= MOST
        return self._finish(cut and not ended) if ended or cut else None

    def _finish(self, cut: bool) -> Utterance | None:
        found = self._utterance(cut, quiet=0) if len(self._loud) >= _LOUD_LEAST else None
        if cut:  # what is loud for so long is the line's own
            self._levels.extend(self._loud)
        self._word, self._loud = [], []
        self._recent.clear()
        return found

    def _utterance(self, cut: bool, quiet: int) -> Utterance:
        """What there is; with so many frames of the line's quiet more, as if they had been waited for."""
        word = self._word + [frame[::-1] for frame in self._word[::-1][:quiet]]
        mean = 10 * float(np.log10(np.mean(10 ** (np.array(self._loud) / 10))))
        spoken = len(self._loud) * FRAME / 8000
        return Utterance(np.concatenate(word), spoken, mean - self._floor, cut)
