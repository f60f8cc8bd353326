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


def utterances(pcm: Pcm) -> Iterator[tuple[Utterance, float]]:
    """What the endpointer finds, and when it says so."""
    endpointer = Endpointer()
    for start in range(0, pcm.size - FRAME + 1, FRAME):
        found = endpointer.feed(pcm[start : start + FRAME])
        if found is not None:
            yield found, (start + FRAME) / 8000


def answer(recogniser: Recogniser, clip: Clip, line: Line, seed: int) -> Answer:
    """The first utterance decides: in a call the menu goes on, or asks, at once."""
    pcm, ended = through(clip.sound, line, seed)
    for utterance, at in utterances(pcm):
        began = time.thread_time()
        place, features = recogniser.features(utterance, clip.menu)
        cpu = time.thread_time() - began
        return Answer(clip, line, place, features, refused(utterance), at - ended + cpu, cpu)
    return Answer(clip, line, -1, None, False, 0.0, 0.0)
