"""Who is joined late hears what was said before, a little faster, at the same pitch, and all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.answering import AnswerWatch
from appliance.contract.ids import PortId
from appliance.media.engine import Engine
from appliance.media.first_words import TimeScale, Words
from tests.media.rig import Line, Samples, amplitude_at, on_thread, silence, sine, strongest, until

CALLS = sorted((Path(__file__).parent / "answered").glob("person-*.ulaw"))
SPEED = 1.25
_LONG = 15.0  # seconds, on a busy machine


def _of_ulaw(path: Path) -> Samples:
    coded = ~np.frombuffer(path.read_bytes(), np.uint8) & 0xFF
    sizes = (((coded & 15).astype(int) << 3) + 132 << (coded >> 4 & 7)) - 132
    return np.where(coded & 128, -sizes, sizes).astype(np.int16)


def _voice(pitch: float, seconds: float) -> Samples:
    """A buzz of a voice's kind: five harmonics."""
    at = np.arange(round(seconds * 8000)) / 8000
    sound = sum(np.sin(2 * np.pi * pitch * n * at) / n for n in range(1, 6))
    return np.asarray(np.rint(4000 * sound), np.int16)


def _frames(samples: Samples) -> list[bytes]:
    return [samples[start : start + 160].tobytes() for start in range(0, len(samples) - 159, 160)]


def _late(before: Samples, after: Samples) -> tuple[Samples, float | None]:
    """What is heard of both, and when it had caught up; `before` was kept, `after` comes meanwhile."""
    words, done = Words(10.0), list[float]()
    for frame in _frames(before):
        words.take(frame)
    heard: list[bytes] = []
    words.go(SPEED, lambda: done.append(0.02 * len(heard)))
    for frame in _frames(after):
        heard.append(frame if done else words.give())
        words.take(frame)
    return np.frombuffer(b"".join(heard), np.int16), done[0] if done else None


def _pitch_of(samples: Samples) -> float:
    """A voice's pitch: the median of its loud parts, by autocorrelation."""
    found = []
    loudest = max(
        np.abs(samples[at : at + 320].astype(float)).mean() for at in range(0, len(samples) - 320, 320)
    )
    for at in range(0, len(samples) - 480, 160):
        part = samples[at : at + 480].astype(float)
        if np.abs(part).mean() > 0.5 * loudest:
            likes = [np.dot(part[:320], part[lag : lag + 320]) / np.linalg.norm(part[lag : lag + 320])
                     for lag in range(25, 125)]  # fmt: skip
            found.append(8000 / (25 + int(np.argmax(likes))))
    return float(np.median(found))


@pytest.mark.parametrize("pitch", [90, 140, 210, 300])
def test_faster_at_the_same_pitch(pitch: int) -> None:
    scale, sound = TimeScale(SPEED), _voice(pitch, 3.0)
    made = np.frombuffer(b"".join(map(scale.feed, _frames(sound))), np.int16)
    assert len(made) / len(sound) == pytest.approx(1 / SPEED, abs=0.03)
    assert strongest(made)[0] == pytest.approx(strongest(sound)[0], rel=0.01)
    assert np.abs(np.diff(made.astype(int))).max() < 1.5 * np.abs(np.diff(sound.astype(int))).max(), (
        "no clicks"
    )


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_a_real_greeting_keeps_its_pitch(path: Path) -> None:
    call = _of_ulaw(path)
    said = call[: round(float(path.stem.split("-")[1]) * 8000)]
    heard, _ = _late(said, call[len(said) :])
    assert _pitch_of(heard[: len(said)]) == pytest.approx(_pitch_of(said), rel=0.06)


@pytest.mark.parametrize("path", [one for one in CALLS if "short" in one.stem or "two" in one.stem],
                         ids=lambda path: path.stem)  # fmt: skip
def test_who_says_hello_and_waits_is_heard_directly_after_a_second(path: Path) -> None:
    call, decided = _of_ulaw(path), round(float(path.stem.split("-")[1]) * 8000) + 3200
    _, caught_up = _late(call[:decided][-12000:], call[decided:])
    assert caught_up is not None and caught_up < 1.3


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(5, 20), st.sampled_from([0, 0, 3, 10, 40])), min_size=2, max_size=8),
    st.integers(0, 100),
)
def test_every_word_is_heard_once_in_order(words: list[tuple[int, int]], decided: int) -> None:
    """Words are tones, each of its own pitch; nothing of them is lost wherever the decision falls."""
    pitches = [500 + 400 * place for place in range(len(words))]
    parts = [
        part
        for pitch, (voice, pause) in zip(pitches, words, strict=True)
        for part in (sine(pitch, 0.02 * voice), silence(0.02 * pause))
    ]
    call = np.concatenate(parts)
    cut = min(decided, len(call) // 160) * 160
    heard, _ = _late(call[:cut], np.concatenate((call[cut:], silence(3.0))))
    order = [_loudest_pitch(heard[at : at + 240], pitches) for at in range(0, len(heard) - 240, 120)]
    run = [one for place, one in enumerate(order) if one and (place == 0 or order[place - 1] != one)]
    assert run == pitches


def _loudest_pitch(samples: Samples, pitches: list[int]) -> int:
    levels = [amplitude_at(samples, pitch) for pitch in pitches]
    best = int(np.argmax(levels))
    return pitches[best] if levels[best] > 4000 else 0


def test_who_never_pauses_is_heard_directly_in_the_end() -> None:
    _, caught_up = _late(_voice(140, 1.5), _voice(140, 20.0))
    assert caught_up is not None and 1.5 / 0.25 - 1.0 < caught_up < 1.5 / 0.25 + 6.0


def test_only_the_last_seconds_are_kept() -> None:
    words = Words(1.5)
    for frame in _frames(np.concatenate((sine(500, 5.0), sine(1000, 1.5)))):
        words.take(frame)
    words.go(SPEED, lambda: None)
    heard = np.frombuffer(b"".join(words.give() for _ in range(60)), np.int16)
    assert amplitude_at(heard, 500) < 50 < amplitude_at(heard, 1000)


# ------------------------------------------------------------------------ in the bridge


def _kept(engine: Engine, one: Line) -> None:
    engine.bridge.watch_answer(one.port, AnswerWatch(keep=1.5))
    assert until(lambda: on_thread(engine, lambda: one.port in engine._bridge._words._kept), _LONG)


def _parted(engine: Engine) -> bool:
    return on_thread(engine, lambda: not engine._bridge._words._kept)


def test_hello_is_heard_by_who_is_joined_after_it_then_all_directly(
    engine: Engine, line: Callable[..., Line]
) -> None:
    person, agent = line("person"), line("agent")
    _kept(engine, person)
    person.say(np.concatenate((sine(700, 0.6), silence(0.3))))
    assert until(lambda: not len(person._say), _LONG)
    engine.bridge.connect(person.port, agent.port)
    engine.bridge.catch_up(person.port, agent.port, SPEED)
    agent.say(sine(400, 0.5))
    assert until(lambda: amplitude_at(agent.hears(3.0), 700) > 300, _LONG), "the agent hears the first word"
    assert until(lambda: amplitude_at(person.hears(3.0), 400) > 300, _LONG), "and is heard at once"
    assert until(lambda: _parted(engine), _LONG), "it has caught up"
    person.say(sine(900, 0.6))
    assert until(lambda: amplitude_at(agent.hears(3.0), 900) > 300, _LONG), "directly"


@pytest.mark.parametrize("how", ["disconnect", "drop person", "drop agent"])
def test_parted_in_the_middle_of_it(engine: Engine, line: Callable[..., Line], how: str) -> None:
    person, agent = line("person"), line("agent")
    before = engine._bridge.counts()["frame_ports"]
    _kept(engine, person)
    person.say(sine(700, 30.0))
    assert until(lambda: len(person._say) < 29 * 8000, _LONG)
    engine.bridge.connect(person.port, agent.port)
    engine.bridge.catch_up(person.port, agent.port, SPEED)
    assert until(lambda: amplitude_at(agent.hears(0.5), 700) > 2000, _LONG)
    if how == "disconnect":
        engine.bridge.disconnect(person.port, agent.port)
    else:
        engine.drop_line(person.port if how == "drop person" else agent.port)
    assert until(lambda: _parted(engine), _LONG)
    assert until(lambda: amplitude_at(agent.hears(0.2), 700) < 50, _LONG), "nothing more is heard"
    assert (
        len(on_thread(engine, lambda: engine.frame_ports._free))
        >= engine._bridge.counts()["frame_ports"] - before - 1
    )


def test_what_was_kept_is_let_go_where_nobody_is_joined(engine: Engine, line: Callable[..., Line]) -> None:
    person, agent = line("person"), line("agent")
    _kept(engine, person)
    engine.bridge.catch_up(person.port, agent.port, SPEED)
    assert until(lambda: _parted(engine), _LONG)
    assert PortId("person") in engine._bridge._ports
