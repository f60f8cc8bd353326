"""The words of a greeting, as the box's speech worker would write them down: its recogniser, in this process.

`python -m bench.amd.words` counts, on English training calls, what the words say of whom: the weights of
`appliance.media.amd_words` are these counts' logarithms.
"""

from __future__ import annotations

import math
import sys
from collections import Counter

import numpy as np

from appliance.media import amd_words
from appliance.media.spandsp import Pcm
from appliance.speech.recogniser import Recogniser
from bench.amd import sets
from bench.amd.sets import Label, Set

LATE = 15  # frames: a slow board's worker answers 0.3 s after it was asked
_ENGLISH = ("rms", "slt", "kal16", "ked_diphone", "joe", "heart", "awb")
_KINDS = ("desk", "brief")  # who cannot be told by sound
_AFTER = 0.24  # s after the greeting's end it is asked


class Written:
    """A greeting that is read while it sounds (`amd.Reading`)."""

    def __init__(self, ear: Recogniser) -> None:
        self.text: str | None = None
        self._ear, self._frames, self._coming = ear, list[bytes](), list[tuple[int, str]]()

    def hear(self, frame: Pcm) -> None:
        self._frames.append(bytes(frame))
        while self._coming and len(self._frames) >= self._coming[0][0]:
            self.text = self._coming.pop(0)[1]

    def ask(self) -> None:
        pcm = np.frombuffer(b"".join(self._frames), np.int16)
        self._coming.append((len(self._frames) + LATE, self._ear.read(pcm)))

    def close(self) -> None:
        self._frames.clear()


def english(label: Label) -> bool:
    """Whether its words are English sentences."""
    return label.natural and label.speaker.split()[-1] in _ENGLISH


def count(made: Set, most: int) -> None:
    """How often the words speak for a machine, a person, or neither; by who answered."""
    ear, found = Recogniser(), Counter[tuple[str, float]]()
    mine = [number for number, label in enumerate(made.labels) if english(label) and label.kind in _KINDS]
    for number in mine[:: max(1, len(mine) // most)]:
        label = made.labels[number]
        text = ear.read(made.pcm[number][: round((label.end + _AFTER) * 8000)])
        found[label.kind, amd_words.odds(text)] += 1
        if len(sys.argv) > 2:
            print(label.kind, repr(text))
    for kind in sorted({kind for kind, _ in found}):
        print(kind, {odds: number for (one, odds), number in sorted(found.items()) if one == kind})
    for odds in sorted({odds for _, odds in found}):
        desk, brief = (found[kind, odds] + 0.5 for kind in _KINDS)
        desks, briefs = (sum(many for (one, _), many in found.items() if one == kind) for kind in _KINDS)
        print(f"{odds:+.1f}: log of the ratio {math.log(brief / briefs / (desk / desks)):+.2f}")


if __name__ == "__main__":
    count(sets.load("train", int(sys.argv[1]) if len(sys.argv) > 1 else 1), 300)
