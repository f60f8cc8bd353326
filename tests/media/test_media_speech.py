"""The sound library: every kind of part becomes the bridge's own format, once, and bad files are refused
in words.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.contract.errors import PromptError
from appliance.contract.media import Pause, Prompt, Sound, Speech
from appliance.media import render, speech
from appliance.media.speech import SoundLibrary
from tests.media.rig import read_wav, sine, strongest, write_wav


def test_text_is_spoken_and_kept(
    sounds: SoundLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt: Prompt = (Speech("Welcome. Thank you for calling."),)
    assert sounds.resolve(prompt) is None
    path = sounds.prepare(prompt)
    said = read_wav(path)
    assert 1.0 < len(said) / 8000 < 6.0
    assert 12000 < np.abs(said).max() < 17000  # -6 dB
    assert sounds.resolve(prompt) == path
    monkeypatch.setattr(render, "speak", lambda *_: pytest.fail("rendered twice"))
    assert SoundLibrary(tmp_path / "cache", tmp_path / "uploads").prepare(prompt) == path


def test_another_text_or_voice_is_another_file(sounds: SoundLibrary) -> None:
    made = {sounds.prepare((Speech(text, voice),)) for text in ("One", "Two") for voice in ("en", "de")}
    assert len(made) == 4


def test_a_region_without_a_voice_speaks_its_language(sounds: SoundLibrary) -> None:
    assert sounds.prepare((Speech("Guten Tag", "de-AT"),)).is_file()


def test_parts_follow_each_other_without_a_gap(sounds: SoundLibrary, tmp_path: Path) -> None:
    first, _ = sounds.adopt_upload(write_wav(tmp_path / "a.wav", sine(500, 0.5)))
    second, _ = sounds.adopt_upload(write_wav(tmp_path / "b.wav", sine(1500, 0.25)))
    joined = read_wav(sounds.prepare((Sound(f"upload/{first}"), Pause(0.1), Sound(f"upload/{second}"))))
    assert len(joined) == 4000 + 800 + 2000
    assert abs(strongest(joined[:4000])[0] - 500) < 3
    assert not joined[4000:4800].any()
    assert abs(strongest(joined[4800:])[0] - 1500) < 5


def test_recorded_sets_and_music(sounds: SoundLibrary) -> None:
    assert len(read_wav(sounds.prepare((Sound("system/digits/3"),)))) > 2000
    assert sounds.prepare((Sound("system/digits/3", "hu"),)) == sounds.prepare((Sound("system/digits/3"),))
    assert len(read_wav(sounds.prepare((Sound("music/default"),)))) > 8000 * 30


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("channels", [1, 2])
def test_uploads_of_any_shape(sounds: SoundLibrary, tmp_path: Path, rate: int, channels: int) -> None:
    turns = 2 * np.pi * 1000 * np.arange(rate) / rate
    wave = np.repeat(np.rint(9000 * np.sin(turns)).astype(np.int16), channels)
    upload, seconds = sounds.adopt_upload(write_wav(tmp_path / "in.wav", wave, rate, channels))
    assert seconds == pytest.approx(1.0, abs=0.01)
    pitch, amplitude = strongest(read_wav(sounds.prepare((Sound(f"upload/{upload}"),))))
    assert pitch == pytest.approx(1000, abs=2)
    assert amplitude == pytest.approx(9000, rel=0.05)


def test_an_upload_is_named_by_its_sound(sounds: SoundLibrary, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", sine(600, 0.3))
    assert sounds.adopt_upload(path) == sounds.adopt_upload(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello" * 1000,
        b"RIFF",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"ID3" + bytes(500),
        b"OggS" + bytes(500),
    ],
)
def test_what_is_no_sound_is_refused(sounds: SoundLibrary, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(PromptError, match="sound"):
        sounds.adopt_upload(path)
    assert list((tmp_path / "uploads").iterdir()) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), junk=st.binary(min_size=1, max_size=40), at=st.integers(0, 60))
def test_any_bytes_are_a_sound_or_refused(
    sounds: SoundLibrary, tmp_path: Path, cut: int, junk: bytes, at: int
) -> None:
    content = bytearray(write_wav(tmp_path / "good.wav", sine(500, 0.02)).read_bytes()[: 400 - cut or None])
    content[at : at + len(junk)] = junk
    path = tmp_path / "upload"
    path.write_bytes(bytes(content))
    try:
        _, seconds = sounds.adopt_upload(path)
    except PromptError as error:
        assert str(error)
    else:
        assert seconds < 60


def test_too_long_and_too_large(
    sounds: SoundLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = write_wav(tmp_path / "long.wav", np.zeros(8000 * 601, np.int16))
    with pytest.raises(PromptError, match="longer than 10 minutes"):
        sounds.adopt_upload(long)
    monkeypatch.setattr(speech, "UPLOAD_BYTES", 1024 * 1024)
    with pytest.raises(PromptError, match="larger than 1 MB"):
        sounds.adopt_upload(long)


@pytest.mark.parametrize(
    "prompt",
    [
        (),
        (Speech("  "),),
        (Speech("x" * 5001),),
        (Speech("x", "../../etc"),),
        (Speech("x", "zz"),),
        (Sound("upload/absent"),),
        (Sound("system/../../../etc/passwd"),),
        (Sound("other/thing"),),
        (Sound("nothing"),),
    ],
)
def test_a_prompt_that_cannot_be_had_says_so(sounds: SoundLibrary, prompt: Prompt) -> None:
    with pytest.raises(PromptError) as caught:
        sounds.prepare(prompt)
    assert str(caught.value).endswith(".")


def test_text_that_looks_like_an_option_is_spoken(sounds: SoundLibrary) -> None:
    assert len(read_wav(sounds.prepare((Speech("--help"),)))) > 2000


def test_the_cache_makes_room(sounds: SoundLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "_CACHE_BYTES", 40_000)
    for number in range(4):
        sounds.prepare((Pause(1.0), Pause(number / 100)))
        time.sleep(0.01)  # files made in another instant
    assert 1 <= len(list((tmp_path / "cache").glob("*.wav"))) <= 2
    prompt = (Pause(1.0), Pause(0.0))
    assert sounds.resolve(prompt) is None
    assert sounds.prepare(prompt).is_file()


def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("sox", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(PromptError):
        render.speak("hello", "en", tmp_path / "out.wav")
    assert list(tmp_path.iterdir()) == []
