"""The ear of the scenarios: a sentence is known again on a busy machine, and taken for no other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.office import prompt
from tests.support.sounds import RATE, SAME, Samples, likeness

WANTED = ("Welcome. Thank you for calling.", "Press 1 for sales.")
OTHERS = ("All our agents are busy. Please hold the line.", "Good morning, this is our office.")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Samples]:
    folder = tmp_path_factory.mktemp("said")
    return {text: prompt(folder, text) for text in (*WANTED, *OTHERS)}


def spoiled(samples: Samples, every: float, most: float, seed: int) -> Samples:
    """Pieces of at most `most` seconds are lost, or silence comes between, about `every` seconds."""
    chance, found, at = np.random.default_rng(seed), [np.zeros(RATE // 2)], 0
    while at < samples.size:
        until = at + int(chance.uniform(0.5, 1.5) * every * RATE)
        found.append(samples[at:until])
        gap = int(chance.uniform(0.3, 1.0) * most * RATE)
        lost = bool(chance.integers(2))
        if not lost:
            found.append(np.zeros(gap))
        at = until + (gap if lost else 0)
    return np.concatenate([*found, np.zeros(RATE // 2)])


@pytest.mark.parametrize("text", WANTED)
def test_a_sentence_is_known_however_busy_the_machine(said: dict[str, Samples], text: str) -> None:
    assert likeness(said[text], said[text]) > 0.99
    for seed in range(4):
        assert likeness(spoiled(said[text], 0.5, 0.06, seed), said[text]) > SAME + 0.05


@pytest.mark.parametrize("text", WANTED)
def test_no_other_sentence_is_taken_for_it(said: dict[str, Samples], text: str) -> None:
    others = [samples for other, samples in said.items() if other != text]
    assert max(likeness(samples, said[text]) for samples in others) < SAME - 0.1
    assert likeness(np.concatenate(others), said[text]) < SAME - 0.1
    assert likeness(said[text][: said[text].size // 2], said[text]) < SAME, "half of it is not all"
    assert likeness(said[text][::-1], said[text]) < SAME - 0.1


def test_nothing_is_like_nothing() -> None:
    assert likeness(np.zeros(0), np.ones(RATE)) == 0.0
    assert likeness(np.zeros(RATE), np.sin(np.arange(RATE))) < SAME - 0.1
    assert likeness(np.ones(RATE), np.zeros(10)) == 0.0
