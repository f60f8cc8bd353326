"""Runs clips through telephone, endpointer and recogniser, as the worker would."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.speech.endpoint import FRAME, Endpointer, Utterance
from appliance.speech.recogniser import Recogniser, refused
from bench.speech.sets import Clip
from bench.speech.telephone import NOISES, Line, Pcm, through

CODECS = ("mulaw", "mulaw", "gsm")


@dataclass(frozen=True)
class Answer:
    """What came of one clip on one line. `place` is -1 when no utterance was found."""

    clip: Clip
    line: Line
    place: int
    features: NDArray[np.float64] | None
    cut: bool  # refused: it went on too long, or is a tone
    late: float  # seconds from the word's end to the decision
    cpu: float  # of them computed

    @property
    def right(self) -> bool:
        return self.clip.word != "" and self.place >= 0 and self.clip.menu[self.place] == self.clip.word


def lines_of(clip: Clip, snrs: Iterable[float], salt: int) -> Iterator[tuple[Line, int]]:
    """A line for each SNR, with codec, noise and level by chance (the same each time)."""
    for number, snr in enumerate(snrs):
        seed = zlib.crc32(
            f"{clip.speaker}|{clip.menu}|{clip.word}|{clip.sound.size}|{number}|{salt}".encode()
        )
        chance = np.random.default_rng(seed)
        codec = CODECS[int(chance.integers(len(CODECS)))]
        noise = NOISES[int(chance.integers(len(NOISES)))]
        yield Line(codec, snr, noise, float(chance.uniform(-34, -18))), seed


@dataclass(frozen=True)
class Decided:
    """The sound that decides; at which second it is there, and at which the endpointer calls it ended."""

    utterance: Utterance
    begun: float
    ended: float


def decided(pcm: Pcm) -> Decided | None:
    """The first utterance, as the worker looks at it: while its end is waited for."""
    endpointer, early = Endpointer(), None
    for start in range(0, pcm.size - FRAME + 1, FRAME):
        at = (start + FRAME) / 8000
        found = endpointer.feed(pcm[start : start + FRAME])
        if found is not None:
            if early is not None and found.alike(early[0]):
                return Decided(*early, at)
            return Decided(found, at, at)
        if (likely := endpointer.likely()) is not None:
            early = likely, at
    return None


def answer(recogniser: Recogniser, clip: Clip, line: Line, seed: int) -> Answer:
    """The first utterance decides: in a call the menu goes on, or asks, at once."""
    pcm, ended = through(clip.sound, line, seed)
    found = decided(pcm)
    if found is None:
        return Answer(clip, line, -1, None, False, 0.0, 0.0)
    recogniser.prepare(clip.menu)
    began = time.thread_time()
    place, features = recogniser.features(found.utterance, clip.menu)
    cpu = time.thread_time() - began
    late = max(found.ended, found.begun + cpu) - ended
    return Answer(clip, line, place, features, refused(found.utterance), late, cpu)
