"""What an answered call is heard by: pitches, lone tones and beeps, voice in noise, and what words say."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.media import amd_words
from appliance.media.amd_sound import Sound
from appliance.media.amd_spectrum import STEP, Window, lone
from appliance.media.amd_tones import BEEP_LIKE
from bench.amd.quick import Spectra
from tests.media.rig import Samples, silence, sine

_CHANCE = np.random.default_rng(8)


def _noisy(*parts: Samples, noise: float = 100.0) -> Samples:
    whole = np.concatenate(parts)
    return np.clip(whole + _CHANCE.normal(0, noise, len(whole)), -32768, 32767).astype(np.int16)


def _sound(samples: Samples) -> Sound:
    sound = Sound("US")
    for start in range(0, len(samples) - 159, 160):
        sound.feed(samples[start : start + 160].tobytes())
    return sound


@pytest.mark.parametrize("pitch", [440.0, 617.0, 1003.0, 1988.0])
def test_a_lone_pitch_is_known_to_two_hertz_and_its_power_to_a_tenth(pitch: float) -> None:
    window = Window()
    for start in range(0, 1600, 160):
        window.feed(sine(pitch, 0.2, 3000)[start : start + 160].tobytes())
    window.look()
    found, power = lone(window, int(np.argmax(window.lines)))
    assert found == pytest.approx(pitch, abs=2)
    assert power == pytest.approx(3000**2 / 2, rel=0.1)
    assert window.whole == pytest.approx(3000**2 / 2, rel=0.1)
    assert STEP == 31.25


def test_training_hears_what_the_box_hears() -> None:
    call = _noisy(silence(0.2), sine(700, 0.3, 3000), silence(0.2))
    window, spectra = Window(), Spectra(call)
    for start in range(0, len(call) - 159, 160):
        for one in (window, spectra):
            one.feed(call[start : start + 160].tobytes())
            one.look()
        assert window.lines == pytest.approx(spectra.lines, rel=1e-3, abs=1e-3)
        assert window.bin(33) == pytest.approx(spectra.bin(33), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("pitches", [(400,), (1000,), (1980,), (800, 1200)])
@pytest.mark.parametrize("noise", [20.0, 800.0])
def test_a_beep_of_one_pitch_or_two_is_told_soon_after_its_end(
    pitches: tuple[int, ...], noise: float
) -> None:
    tone = sum((sine(pitch, 0.2, 3000).astype(np.int32) for pitch in pitches), np.zeros(1600, np.int32))
    sound = _sound(_noisy(silence(0.6), tone.astype(np.int16), silence(0.16), noise=noise))
    (beep,) = sound.beeps
    assert beep.ended * 0.02 == pytest.approx(0.8, abs=0.05)
    assert beep.length * 0.02 == pytest.approx(0.2, abs=0.05)
    assert beep.pitch == pytest.approx(pitches[0], abs=5)


def test_a_pitch_that_glides_or_swells_is_no_beep() -> None:
    time = np.arange(2400) / 8000
    gliding = 4000 * np.sin(2 * np.pi * (400 * time + 150 * time**2))
    swelling = 6000 * np.sin(2 * np.pi * 420 * time) * np.sin(np.pi * time / 0.3)
    for voice in (gliding, swelling):
        sound = _sound(_noisy(silence(0.6), voice.astype(np.int16), silence(0.4)))
        assert all(run.likeness < BEEP_LIKE for run in sound.tones.over)


@pytest.mark.parametrize("noise", [10.0, 300.0, 2000.0])
def test_steady_noise_is_no_voice(noise: float) -> None:
    assert _sound(_noisy(silence(4.0), noise=noise)).voice.phrases == 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Hi, this is Mary, leave me a message.", 1),
        ("We're closed.", 1),
        ("Northside Dental, how can I help you?", -1),
        ("Good morning, Anna speaking.", -1),
        ("Blue Star Insurance, warehouse.", -1),
        ("Oh.", 0),
        ("", 0),
    ],
)
def test_words_speak_for_a_machine_or_for_a_person(text: str, sign: int) -> None:
    odds = amd_words.odds(text)
    assert (odds > 0) - (odds < 0) == sign
