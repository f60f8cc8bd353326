"""Listening at a port: each detector posts what the contract says, and keeps still about the rest."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.events import DigitHeard, SilenceHeard, Tone, ToneHeard, VoiceHeard
from appliance.contract.ids import PortId
from appliance.contract.media import Detect
from appliance.media.cadences import signals
from appliance.media.detect import Listener
from appliance.media.speech import MUSIC, SOUND_SETS
from tests.media.rig import Events, Samples, silence, sine

_PORT = PortId("port")
_CHANCE = np.random.default_rng(2)


def _listen(what: Detect, samples: Samples, seconds: float = 1.0, block: int = 160) -> Events:
    events = Events()
    listener = Listener(_PORT, what, seconds, "US", events)
    for start in range(0, len(samples), block):
        listener(samples[start : start + block].tobytes())
    return events


def _speech() -> Samples:
    with wave.open(str(next(SOUND_SETS.glob("en*")) / "vm-intro.wav"), "rb") as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


@pytest.mark.parametrize("block", [160, 333, 37])
def test_silence_is_told_each_time_the_seconds_pass(block: int) -> None:
    quiet = np.rint(_CHANCE.normal(0, 20, 8000 * 5)).astype(np.int16)  # line noise of about -58 dBm0
    heard = _listen(Detect.SILENCE, np.concatenate((sine(500, 1), quiet)), 2.0, block).of(SilenceHeard)
    assert [event.seconds for event in heard] == [2.0, 4.0]


def test_sound_starts_the_silence_anew() -> None:
    blinks = np.concatenate([part for _ in range(5) for part in (silence(0.9), sine(500, 0.1))])
    assert _listen(Detect.SILENCE, blinks, 1.0).all == []


def test_voice_is_heard_once_with_the_silence_before_it() -> None:
    heard = _listen(Detect.VOICE, np.concatenate((silence(2.0), _speech()))).of(VoiceHeard)
    assert heard and 1.8 < heard[0].silence < 2.6


@pytest.mark.parametrize("tone", [Tone.DIAL, Tone.RINGBACK, Tone.BUSY, Tone.REORDER, Tone.SIT])
@pytest.mark.parametrize("country", ["US", "GB", "DE", "ES"])
def test_the_networks_tones_are_no_voice(tone: Tone, country: str) -> None:
    parts: list[Samples] = []
    while sum(map(len, parts)) < 8 * 8000:
        for burst in signals(country)[tone].bursts:
            on = sum(
                (sine(pitch, burst.on / 1000, 3000) for pitch in burst.pitches if pitch),
                silence(burst.on / 1000),
            )
            parts += [on.astype(np.int16), silence(burst.off / 1000)]
    whole = np.concatenate(parts)
    noisy = (whole + _CHANCE.normal(0, 20, len(whole))).astype(np.int16)
    assert _listen(Detect.VOICE, noisy).all == []


def test_only_what_was_asked_for_is_told() -> None:
    digit = (sine(770, 0.1, 5000) + sine(1336, 0.1, 5000)).astype(np.int16)
    samples = np.concatenate((digit, silence(1.5)))
    assert [type(event) for event in _listen(Detect.DIGITS, samples).all] == [DigitHeard]
    assert [type(event) for event in _listen(Detect.SILENCE, samples).all] == [SilenceHeard]
    assert _listen(Detect.NOTHING, samples).all == []
    everything = Detect.DIGITS | Detect.TONES | Detect.VOICE | Detect.SILENCE
    assert {type(event) for event in _listen(everything, samples).all} == {DigitHeard, SilenceHeard}


@pytest.mark.parametrize("path", sorted(MUSIC.glob("*.wav")), ids=lambda path: path.stem)
def test_music_on_hold_is_no_tone_and_no_digit(path: Path) -> None:
    """The box's own music must not hang up a line. A steady note is told from dial tone by nothing but
    time.
    """
    with wave.open(str(path), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    events = _listen(Detect.TONES | Detect.DIGITS, samples, block=1600)
    tones = {event.tone for event in events.of(ToneHeard)}
    assert tones <= {Tone.DIAL}
    assert len(events.of(DigitHeard)) <= 2
