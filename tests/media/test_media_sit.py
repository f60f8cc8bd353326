"""Special information tones: every kind, level and noise they come in, and what is none."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.events import Tone, ToneHeard
from appliance.contract.ids import PortId
from appliance.contract.media import Detect
from appliance.media.cadences import signals
from appliance.media.detect import Listener
from appliance.media.sit import pitch_of
from appliance.media.speech import MUSIC, SOUND_SETS
from tests.media.rig import Events, Samples, silence

_FULL = 32767 * 10 ** (-3.14 / 20)  # 0 dBm0

#: Telcordia SR-2275 (pitch, milliseconds), and E.180 with what it tolerates.
_NOT_IN_USE = {
    "intercept": ((913.8, 274), (1370.6, 274), (1776.7, 380)),
    "vacant": ((985.2, 380), (1370.6, 274), (1776.7, 380)),
    "e180": ((950, 330), (1400, 330), (1800, 330)),
    "e180 low": ((905, 270), (1355, 270), (1755, 270)),
    "e180 high": ((995, 390), (1445, 330), (1845, 390)),
}
_NO_CIRCUIT = {
    "reorder": ((913.8, 274), (1428.5, 380), (1776.7, 380)),
    "no circuit": ((985.2, 380), (1428.5, 380), (1776.7, 380)),
}
_ALL = {name: (parts, Tone.SIT) for name, parts in _NOT_IN_USE.items()} | {
    name: (parts, Tone.SIT_CIRCUIT) for name, parts in _NO_CIRCUIT.items()
}
Parts = tuple[tuple[float, int], ...]


def _tone(pitch: float, milliseconds: int, dbm0: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    turns = 2 * np.pi * pitch * np.arange(milliseconds * 8) / 8000
    return np.sin(turns) * _FULL * 10 ** (dbm0 / 20)


def _sit(parts: Parts, gap: int, dbm0: float, snr: float) -> Samples:
    between = np.zeros(gap * 8)
    tones = [one for pitch, length in parts for one in (_tone(pitch, length, dbm0), between)]
    whole = np.concatenate([np.zeros(4000), *tones, np.zeros(8000)])
    noise = np.random.default_rng(5).normal(0, _FULL / np.sqrt(2) * 10 ** ((dbm0 - snr) / 20), len(whole))
    return np.rint(whole + noise).astype(np.int16)


def _heard(samples: Samples, block: int = 160) -> list[Tone]:
    events = Events()
    listener = Listener(PortId("port"), Detect.TONES, 0.0, "US", events)
    for start in range(0, len(samples), block):
        listener(samples[start : start + block].tobytes())
    return [event.tone for event in events.of(ToneHeard)]


@pytest.mark.parametrize("kind", _ALL)
@pytest.mark.parametrize(("gap", "dbm0", "snr"), [(0, -16, 30), (30, -10, 30), (10, -30, 30), (0, -24, 18)])
def test_every_kind_is_heard_once(kind: str, gap: int, dbm0: float, snr: float) -> None:
    parts, tone = _ALL[kind]
    assert _heard(_sit(parts, gap, dbm0, snr)) == [tone]
    assert _heard(_sit(parts, gap, dbm0, snr), block=333) == [tone]


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 1, 0), (1, 2, 0), (0, 1), (1, 2)])
def test_other_orders_are_none(order: tuple[int, ...]) -> None:
    parts = tuple(_NOT_IN_USE["e180"][place] for place in order)
    assert Tone.SIT not in _heard(_sit(parts, 0, -16, 30))


@pytest.mark.parametrize(("first", "gap"), [(120, 0), (330, 120), (700, 0)])
def test_too_short_too_long_or_torn_is_none(first: int, gap: int) -> None:
    parts = ((950, first), (1400, 330), (1800, 330))
    assert _heard(_sit(parts, gap, -16, 30)) == []


def test_it_is_heard_again_when_it_comes_again() -> None:
    assert _heard(np.concatenate([_sit(_NOT_IN_USE["vacant"], 0, -16, 30)] * 2)) == [Tone.SIT, Tone.SIT]


@pytest.mark.parametrize("country", ["US", "GB", "DE", "ES", "IT"])
@pytest.mark.parametrize("tone", [Tone.DIAL, Tone.RINGBACK, Tone.BUSY, Tone.REORDER])
def test_the_networks_other_tones_are_none(country: str, tone: Tone) -> None:
    parts: list[Samples] = []
    while sum(map(len, parts)) < 6 * 8000:
        for burst in signals(country)[tone].bursts:
            on = sum(
                (_tone(pitch, burst.on, -16) for pitch in burst.pitches if pitch), np.zeros(burst.on * 8)
            )
            parts += [on.astype(np.int16), silence(burst.off / 1000)]
    assert not {Tone.SIT, Tone.SIT_CIRCUIT} & set(_heard(np.concatenate(parts)))


def _recorded() -> list[Path]:
    english = next(SOUND_SETS.glob("en*"))
    return [*sorted(english.glob("vm-*.wav"))[:25], *sorted(MUSIC.glob("*.wav"))]


def test_speech_and_music_are_none() -> None:
    files = _recorded()
    assert len(files) > 25
    for path in files:
        with wave.open(str(path), "rb") as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)[: 8000 * 60]
        assert not {Tone.SIT, Tone.SIT_CIRCUIT} & set(_heard(samples)), path


def test_a_pitch_is_measured_within_5_hz_and_noise_has_none() -> None:
    for pitch in (350.0, 913.8, 1428.5, 1776.7, 3000.0):
        found = pitch_of(_tone(pitch, 20, -20).astype("<i2").tobytes())
        assert found is not None and abs(found - pitch) < 5
    chance = np.random.default_rng(3)
    assert all(pitch_of(chance.normal(0, 900, 160).astype("<i2").tobytes()) is None for _ in range(50))
    assert pitch_of(bytes(320)) is None
