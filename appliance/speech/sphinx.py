"""PocketSphinx (BSD) as second opinion: which of the words fits best by its sounds, and how well.

Alone it confuses too many words; its acoustic score against the best of all its sounds says something that
Moonshine's probabilities do not. Words that its dictionary does not know have no second opinion.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LEAST = 1e-300  # scores are linear: a long word's can underflow


@dataclass(frozen=True)
class Opinion:
    """The index of the word that fits best, and the logarithm of its score per second of it."""

    word: int
    fit: float


class Dictionary:
    """Pronunciations of CMU's dictionary, read when they are asked for; the file stays on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, tuple[str, ...]] = {}

    def sounds(self, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The phones of each word by all its pronunciations; words that are not there are left out."""
        missing = {word for word in words if word not in self._known}
        if missing:
            found: dict[str, list[str]] = {word: [] for word in missing}
            for word, phones in self._lines():
                if word in found:
                    found[word].append(phones)
            self._known |= {word: tuple(phones) for word, phones in found.items()}
        return {word: self._known[word] for word in words if self._known[word]}

    def _lines(self) -> Iterator[tuple[str, str]]:
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                word, _, phones = line.rstrip().partition(" ")
                yield word.partition("(")[0], phones.strip()


class Sphinx:
    """The decoder, with one grammar for each menu it was asked about."""

    def __init__(self) -> None:
        model = Path(pocketsphinx.get_model_path()) / "en-us"
        self._dictionary = Dictionary(model / "cmudict-en-us.dict")
        self._added: set[str] = set()
        self._grammar: tuple[str, ...] = ()
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as none:
            none.write("sil SIL\na AH\n")  # it wants one; ours grows with the menus
            none.flush()
            self._decoder = pocketsphinx.Decoder(
                pocketsphinx.Config(
                    hmm=str(model / "en-us"),
                    dict=none.name,
                    lm=None,
                    compallsen=True,
                    bestpath=False,
                    ds=2,  # every second frame: half the work
                    loglevel="FATAL",
                )
            )

    def prepare(self, words: Sequence[str]) -> None:
        """Look the words up and make their grammar: the first time it reads the whole dictionary."""
        self._choose(tuple(word.lower() for word in words))

    def listen(self, sound: Floats, words: Sequence[str]) -> Opinion | None:
        """What it thinks was said of these words; None when it knows too few of them or fits none."""
        lower = tuple(word.lower() for word in words)
        places = self._choose(lower)
        if len(places) < 2:
            return None
        pcm = (sound * 32767).astype(np.int16)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm.tobytes(), full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        if heard is None or heard.hypstr not in places:
            return None
        said = [part for part in self._decoder.seg() or () if not part.word.startswith(("<", "("))]
        frames = sum(part.end_frame - part.start_frame + 1 for part in said)
        score = sum(math.log(max(part.ascore, _LEAST)) for part in said)
        return Opinion(places[heard.hypstr], 100 * score / max(frames, 1))

    def _choose(self, words: tuple[str, ...]) -> dict[str, int]:
        """Make the grammar of these words the decoder's; which place in `words` each text of it has."""
        sounds = self._dictionary.sounds(sorted({part for word in words for part in word.split()}))
        places: dict[str, int] = {}
        for place, word in enumerate(words):
            if all(part in sounds for part in word.split()):
                places.setdefault(word, place)
        if words != self._grammar and len(places) > 1:
            self._learn({part: sounds[part] for word in places for part in word.split()})
            rule = " | ".join(places)
            self._decoder.add_jsgf_string("menu", f"#JSGF V1.0; grammar menu; public <word> = {rule};")
            self._decoder.activate_search("menu")
            self._grammar = words
        return places

    def _learn(self, sounds: Mapping[str, tuple[str, ...]]) -> None:
        for word, ways in sounds.items():
            for number, phones in enumerate(ways):
                name = word if number == 0 else f"{word}({number + 1})"
                if name not in self._added:
                    self._decoder.add_word(name, phones, True)
                    self._added.add(name)
