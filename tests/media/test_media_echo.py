"""The line echo canceller: how much of its own voice the far end still hears (ERLE), and what it leaves
alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from appliance.media.echo import EchoCanceller
from tests.media.rig import Samples, amplitude_at, sine

_CHANCE = np.random.default_rng(11)


def _hybrid(played: Samples, delay_ms: float, loss_db: float = 10.0) -> Samples:
    """What a two-wire line gives back: a decaying response after the device's delay, as G.168's models
    have.
    """
    response = _CHANCE.normal(0, 1, 96) * np.exp(-np.arange(96) / 20)
    response *= 10 ** (-loss_db / 20) / np.linalg.norm(response)
    echo = np.convolve(played, response)[: len(played)]
    delay = np.zeros(round(delay_ms * 8))
    return np.rint(np.concatenate((delay, echo))[: len(played)]).astype(np.int16)


def _run(played: Samples, heard: Samples, burst: int = 160) -> Samples:
    canceller = EchoCanceller()
    out = []
    for start in range(0, len(played), burst):
        canceller.played(played[start : start + burst].tobytes())
        out.append(canceller.clean(heard[start : start + burst].tobytes()))
    return np.frombuffer(b"".join(out), np.int16)


def _erle(echo: Samples, left: Samples, start: float, end: float) -> float:
    part = slice(round(start * 8000), round(end * 8000))
    before, after = echo[part].astype(float), left[part].astype(float)
    return float(10 * np.log10((np.mean(before**2) + 1) / (np.mean(after**2) + 1)))


@pytest.mark.parametrize("delay_ms", [0.0, 20.0])
@pytest.mark.parametrize("burst", [160, 100])
def test_echo_return_loss_enhancement(delay_ms: float, burst: int) -> None:
    played = np.rint(_CHANCE.normal(0, 1600, 8000 * 5)).astype(np.int16)
    echo = _hybrid(played, delay_ms)
    left = _run(played, echo, burst)
    assert _erle(echo[: len(left)], left, 0.9, 1.1) > 15
    assert _erle(echo[: len(left)], left, 4.0, 4.9) > 30


def test_the_near_end_is_heard_through_the_echo() -> None:
    played = np.rint(_CHANCE.normal(0, 1600, 8000 * 6)).astype(np.int16)
    echo = _hybrid(played, 5.0)
    voice = np.concatenate((np.zeros(8000 * 4, np.int16), sine(700, 2, 4000)))
    left = _run(played, (echo + voice).astype(np.int16))
    assert 2800 < amplitude_at(left[8000 * 5 :], 700) < 4600


def test_without_echo_nothing_is_changed_much() -> None:
    heard = sine(1000, 2.0)
    left = _run(np.zeros(len(heard), np.int16), heard)
    assert amplitude_at(left[8000:], 1000) > 7600


def test_what_was_played_before_the_line_was_heard_is_no_echo() -> None:
    canceller = EchoCanceller()
    for _ in range(20):
        canceller.played(sine(500, 0.02).tobytes())
    assert len(canceller.clean(bytes(640))) == 640
    assert len(canceller._played) == 0
