"""Who answered, on sounds made here and on calls that the trees have never heard (tests/media/answered)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.answering import AnsweredBy, AnswerWatch, AnswerWish
from appliance.contract.events import AnswerHeard, BeepHeard, Event, Tone
from appliance.contract.ids import PortId
from appliance.media.amd import AnswerListener
from appliance.media.amd_features import NAMES, features
from appliance.media.amd_sound import Sound
from appliance.media.amd_trees import Limits, Trees, shipped
from appliance.media.cadences import signals
from appliance.media.engine import Engine
from appliance.media.spandsp import Pcm
from tests.media.rig import Events, Line, Samples, silence, sine

_PORT = PortId("port")
_CHANCE = np.random.default_rng(5)
CALLS = sorted((Path(__file__).parent / "answered").glob("*.ulaw"))


def _voice(seconds: float, level: float = 3000.0) -> Samples:
    """Beats of a gliding pitch through two formants, which swell five times a second, as syllables do."""
    time = np.arange(round(seconds * 8000)) / 8000
    turns = 2 * np.pi * np.cumsum(130 + 25 * np.sin(2 * np.pi * 1.3 * time)) / 8000
    wave = np.zeros(time.size)
    for part in range(2, 26):
        pitch = 130 * part
        strength = np.exp(-(((pitch - 600) / 250) ** 2)) + 0.5 * np.exp(-(((pitch - 1700) / 400) ** 2)) + 0.03
        wave += strength * np.sin(part * turns + part)
    swelling = wave * (0.6 - 0.4 * np.cos(10 * np.pi * time)) + 0.2 * _CHANCE.normal(0, 1, time.size)
    voice: Samples = np.rint(swelling * level / np.sqrt((swelling**2).mean() + 1e-9)).astype(np.int16)
    return voice


def _line(*parts: Samples, noise: float = 10.0) -> Samples:
    whole = np.concatenate(parts)
    return np.clip(whole + _CHANCE.normal(0, noise, len(whole)), -32768, 32767).astype(np.int16)


def _frames(samples: Samples) -> Iterator[bytes]:
    for start in range(0, len(samples) - 159, 160):
        yield samples[start : start + 160].tobytes()


def _heard(samples: Samples) -> dict[str, float]:
    sound = Sound("US")
    for frame in _frames(samples):
        sound.feed(frame)
    return dict(zip(NAMES, features(sound), strict=True))


def _listen(samples: Samples, watch: AnswerWatch | None = None, trees: Trees | None = None) -> list[Event]:
    events: list[Event] = []
    listener = AnswerListener(_PORT, watch or AnswerWatch(beep=True), "US", events.append, trees)
    for frame in _frames(samples):
        listener(frame)
    return events


_LIMITS = Limits(0.9, 0.7, ((0.4, 0.1), (1.7, 0.5)))


def _always(probability: float) -> Trees:
    """Trees that say the same of everybody."""
    odds = float(np.log(probability / (1 - probability)))
    return replace(shipped(), start=odds, trees=(), wishes=dict.fromkeys(AnswerWish, _LIMITS))


def _answer(events: list[Event]) -> AnswerHeard:
    (found,) = (event for event in events if isinstance(event, AnswerHeard))
    return found


def test_phrases_and_gaps_are_measured() -> None:
    heard = _heard(_line(silence(0.5), _voice(0.8), silence(0.6), _voice(1.2), silence(1.0)))
    assert heard["seconds"] == pytest.approx(4.1)
    assert heard["sure_phrases"] == 2
    assert heard["sure_first"] == pytest.approx(0.5, abs=0.12)
    assert heard["sure_first_phrase"] == pytest.approx(0.8, abs=0.15)
    assert heard["sure_gap"] == pytest.approx(0.6, abs=0.15)
    assert heard["sure_last"] == pytest.approx(1.2, abs=0.15)
    assert heard["sure_quiet"] == pytest.approx(1.0, abs=0.12)
    assert heard["beeps"] == 0
    assert heard["syllables"] == pytest.approx(10, abs=3)


@pytest.mark.parametrize("level", [120.0, 12000.0])
def test_a_quiet_line_and_a_loud_one_sound_alike(level: float) -> None:
    heard = _heard(_line(silence(0.5), _voice(1.0, level), silence(1.0), noise=level / 100))
    assert heard["sure_phrases"] == 1
    assert heard["sure_last"] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("pitch", [425, 620, 1000, 1400, 1980])
@pytest.mark.parametrize("seconds", [0.15, 0.5])
def test_a_beep_is_no_voice(pitch: float, seconds: float) -> None:
    heard = _heard(_line(silence(1.0), sine(pitch, seconds, 6000), silence(0.5), noise=150))
    assert heard["beeps"] == 1
    assert heard["tone_last"] == pytest.approx(seconds, abs=0.05)
    assert heard["tone_pitch"] == pytest.approx(pitch, abs=5)
    assert heard["beep_ago"] == pytest.approx(0.5, abs=0.05)


def test_what_is_left_of_ringback_is_no_voice() -> None:
    ring = (sine(440, 0.8, 4000) + sine(480, 0.8, 4000)).astype(np.int16)
    assert _heard(_line(ring, silence(1.0)))["sure_voiced"] == 0


def test_who_cannot_be_told_is_a_person_at_the_latest_time() -> None:
    answer = _answer(
        _listen(_line(silence(0.4), _voice(0.8), silence(6.0)), AnswerWatch(latest=4.0), _always(0.6))
    )
    assert (answer.kind, answer.seconds, answer.probability) == (AnsweredBy.PERSON, 4.0, 0.5)


def test_nobody_who_speaks_is_silence_at_the_latest_time() -> None:
    answer = _answer(_listen(_line(silence(5.0)), AnswerWatch(latest=3.0)))
    assert (answer.kind, answer.seconds) == (AnsweredBy.SILENT, 3.0)


def test_a_person_is_told_in_a_pause_and_never_while_speaking() -> None:
    answer = _answer(_listen(_line(silence(0.4), _voice(1.6), silence(2.0)), trees=_always(0.05)))
    assert answer.kind is AnsweredBy.PERSON and 2.3 < answer.seconds < 2.7
    assert 0.4 <= answer.quiet < 0.6


def test_a_likely_person_who_waits_long_is_told() -> None:
    answer = _answer(_listen(_line(silence(0.4), _voice(1.0), silence(3.0)), trees=_always(0.4)))
    assert answer.kind is AnsweredBy.PERSON and 3.0 < answer.seconds < 3.4


def test_a_sure_machine_is_told_while_it_speaks_and_only_once() -> None:
    events = _listen(_line(silence(0.4), _voice(3.0), silence(1.0)), trees=_always(0.95))
    assert _answer(events).kind is AnsweredBy.MACHINE and _answer(events).seconds < 1.0


@pytest.mark.parametrize(("gap", "length", "pitch"), [(0.2, 0.15, 1000), (1.5, 0.5, 440), (0.6, 1.0, 1760)])
def test_the_beep_of_a_machine_is_told_soon_after_its_end(gap: float, length: float, pitch: float) -> None:
    call = _line(silence(0.4), _voice(2.0), silence(gap), sine(pitch, length, 5000), silence(1.0), noise=100)
    (beep,) = (event for event in _listen(call, trees=_always(0.95)) if isinstance(event, BeepHeard))
    assert beep.seconds == pytest.approx(2.4 + gap + length, abs=0.06)
    assert beep.late <= 0.2


def test_no_beep_is_told_where_none_is_wanted_or_a_person_answered() -> None:
    call = _line(silence(0.4), _voice(1.0), silence(0.8), sine(1000, 0.4), silence(1.0))
    assert len(_listen(call, AnswerWatch(beep=False), _always(0.95))) == 1
    assert len(_listen(call, AnswerWatch(beep=True), _always(0.05))) == 1


@pytest.mark.parametrize(("pitch", "length"), [(1100, 0.5), (2100, 3.0)])
def test_a_fax_is_known_by_its_tone(pitch: float, length: float) -> None:
    call = _line(silence(1.0), sine(pitch, length), silence(0.5))
    assert _answer(_listen(call)).kind is AnsweredBy.FAX


def test_busy_tone_after_the_answer_is_a_tone() -> None:
    (burst,) = signals("US")[Tone.BUSY].bursts
    one = sum((sine(pitch, burst.on / 1000, 3000) for pitch in burst.pitches), silence(burst.on / 1000))
    answer = _answer(_listen(_line(*[one.astype(np.int16), silence(burst.off / 1000)] * 6)))
    assert answer.kind is AnsweredBy.TONE and "busy" in answer.how


def test_special_information_tones_are_tones() -> None:
    call = [sine(pitch, 0.33, 6000) for pitch in (950, 1400, 1800)]
    answer = _answer(_listen(_line(silence(1.0), *call, silence(1.0))))
    assert answer.kind is AnsweredBy.TONE and "before an announcement" in answer.how
    assert answer.seconds < 2.1


class _Clerk:
    """Writes what it is told to, when it is asked."""

    def __init__(self, text: str) -> None:
        self.text: str | None = None
        self.frames = self.asked = self.closed = 0
        self._coming = text

    def hear(self, frame: Pcm) -> None:
        self.frames += 1

    def ask(self) -> None:
        self.asked += 1
        self.text = self._coming

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("text", "kind", "soonest", "latest"),
    [
        ("Please leave a message.", AnsweredBy.MACHINE, 1.6, 2.0),
        ("How may I help you?", AnsweredBy.PERSON, 1.7, 2.1),
        ("", AnsweredBy.PERSON, 3.0, 3.4),  # who waits long
    ],
)
def test_words_tell_who_cannot_be_told_by_sound(
    text: str, kind: AnsweredBy, soonest: float, latest: float
) -> None:
    clerk, events = _Clerk(text), list[Event]()
    listener = AnswerListener(_PORT, AnswerWatch(), "US", events.append, _always(0.4), clerk)
    for frame in _frames(_line(silence(0.4), _voice(1.0), silence(4.0))):
        listener(frame)
    answer = _answer(events)
    assert answer.kind is kind and soonest <= answer.seconds < latest
    assert (clerk.asked, clerk.closed) == (1, 1)
    assert clerk.frames == pytest.approx(answer.seconds / 0.02, abs=1)


def test_a_watch_that_is_over_posts_no_more() -> None:
    call = _line(silence(0.4), _voice(0.6), silence(8.0))
    assert len(_listen(np.concatenate((call, call)), AnswerWatch(), _always(0.05))) == 1


def _of_ulaw(path: Path) -> Samples:
    """ITU-T G.711."""
    code = ~np.frombuffer(path.read_bytes(), np.uint8)
    size = (((code & 15).astype(np.int32) << 3) + 132 << ((code >> 4) & 7)) - 132
    return np.where(code & 128, -size, size).astype(np.int16)


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_calls_the_trees_never_heard(path: Path) -> None:
    """person-1.25-….ulaw: who answered, and when the greeting ends; machine-…: when the beep ends."""
    kind, ends, _ = path.stem.split("-", 2)
    events = _listen(_of_ulaw(path))
    assert _answer(events).kind == kind
    if kind == "person":
        assert 0.3 < _answer(events).seconds - float(ends) < 2.0
    else:
        assert any(abs(event.seconds - float(ends)) < 0.1 for event in events if isinstance(event, BeepHeard))


def test_there_are_calls_to_hear() -> None:
    assert len(CALLS) >= 8


@pytest.mark.realtime
def test_a_port_is_watched_until_it_is_told(
    engine: Engine, events: Events, line: Callable[[str], Line]
) -> None:
    far = line("far")
    engine.bridge.watch_answer(far.port, AnswerWatch(latest=1.0))
    far.say(silence(3.0))
    answer = events.wait(AnswerHeard, 10.0, port=far.port)
    assert (answer.kind, answer.seconds) == (AnsweredBy.SILENT, 1.0)
    engine.bridge.stop_watching_answer(far.port)
    engine.bridge.stop_watching_answer(far.port)
    assert len(events.of(AnswerHeard)) == 1
