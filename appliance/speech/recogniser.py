"""Which of a menu's words was said, and how sure that is: both models' answers weighed by the calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.speech import moonshine
from appliance.speech.confidence import Confidence
from appliance.speech.endpoint import Utterance
from appliance.speech.moonshine import Branch, Moonshine
from appliance.speech.sound import doubled, leveled, purity, voicing
from appliance.speech.sphinx import Opinion, Sphinx
from appliance.speech.written import forms

#: What the confidence is made from, in this order.
FEATURES = (
    "best",  # log probability of the likeliest word
    "over_free",  # over that of the best free text
    "margin",  # over the next word
    "silence",  # log probability that nothing was said
    "agrees",  # the second opinion: 1 yes, 0 no, 0.5 has none
    "fit",  # its score a second
    "same_text",  # likeness of word and free text
    "spoken",  # seconds
    "pace",  # seconds a letter
    "snr",  # dB, as far as the endpointer could tell
    "words",  # in the menu
)
_FLOOR = -25.0  # log probabilities below are all the same
_PUREST = 0.75  # a word; purer is a tone
_LEAST_VOICED = 0.4  # a word that is not whispered; below is noise
_MARGIN_MOST = 10.0  # what is further behind is not looked at


@dataclass(frozen=True)
class Heard:
    """`word` is the index of the likeliest; `confidence` the probability that it is right."""

    word: int
    confidence: float


@dataclass(frozen=True)
class _Menu:
    words: tuple[str, ...]
    root: Branch


class Recogniser:
    """Both models, loaded; and the trees of the menus heard lately."""

    _KEPT = 32

    def __init__(self, confidence: Confidence | None = None) -> None:
        self._moonshine = Moonshine()
        self._sphinx = Sphinx()
        self._confidence = confidence or Confidence.shipped()
        self._menus: dict[tuple[str, ...], _Menu] = {}

    def prepare(self, words: Sequence[str]) -> None:
        """Learn a menu before somebody speaks: its texts' tokens, and how its words sound."""
        self._menu(tuple(words))
        self._sphinx.prepare(words)

    def hear(self, utterance: Utterance, words: Sequence[str]) -> Heard:
        """What was said of these words."""
        if refused(utterance):
            return Heard(0, 0.0)
        place, features = self.features(utterance, words)
        return Heard(place, self._confidence.of(features.tolist()))

    def read(self, pcm: NDArray[np.int16]) -> str:
        """What was said, when it may be anything."""
        return self._moonshine.read(doubled(leveled(pcm)))

    def features(self, utterance: Utterance, words: Sequence[str]) -> tuple[int, NDArray[np.float64]]:
        """The likeliest word, and `FEATURES`."""
        menu = self._menu(tuple(words))
        sound = doubled(leveled(utterance.pcm))
        scores = self._moonshine.score(sound, menu.root, len(words))
        second = self._sphinx.listen(sound, words)
        order = sorted(range(len(words)), key=lambda place: -scores.words[place])
        place = order[0]
        best = max(scores.words[place], _FLOOR)
        other = scores.words[order[1]] if len(order) > 1 else -math.inf
        found = (
            best,
            max(best - scores.free, _FLOOR),
            min(best - other, _MARGIN_MOST),
            max(scores.silence, _FLOOR),
            _agreement(second, place),
            second.fit if second is not None else -2.0,
            _likeness(words[place], scores.text),
            utterance.spoken,
            utterance.spoken / max(len(words[place]), 1),
            utterance.snr,
            float(len(words)),
        )
        return place, np.array(found)

    def _menu(self, words: tuple[str, ...]) -> _Menu:
        known = self._menus.pop(words, None)
        if known is None:
            known = _Menu(words, self._tree(words))
            while len(self._menus) >= self._KEPT:
                del self._menus[next(iter(self._menus))]
        self._menus[words] = known
        return known

    def _tree(self, words: tuple[str, ...]) -> Branch:
        encode = self._moonshine.tokenizer.encode
        texts = ((encode(form), place) for place, word in enumerate(words) for form in forms(word))
        return moonshine.tree(texts)


def refused(utterance: Utterance) -> bool:
    """What was cut off, what is a tone and what is noise is no word whatever the models say."""
    return utterance.cut or purity(utterance.pcm) > _PUREST or voicing(utterance.pcm) < _LEAST_VOICED


def _agreement(second: Opinion | None, place: int) -> float:
    return 0.5 if second is None else float(second.word == place)


def _likeness(word: str, text: str) -> float:
    """1: the same letters; less the more have to be changed (Levenshtein), 0 at least."""
    one = [letter for letter in word.lower() if letter.isalnum()]
    other = [letter for letter in text.lower() if letter.isalnum()]
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, compared in enumerate(other, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, before + (letter != compared))
            before, row[place] = row[place], cost
    return max(0.0, 1 - row[-1] / max(len(one), 1))
