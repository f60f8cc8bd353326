"""Texts are spoken by Piper where the program and a voice of the language are there; else by espeak-ng.

The program here takes what Piper takes on its command line and whistles: which voice was asked to say what is
what is tested. With the real one (piper-tts 1.3, voice joe) it was tried by hand.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.media import Speech
from appliance.media.speech import SoundLibrary
from tests.media.rig import read_wav, strongest

PROGRAM = f"""#!{sys.executable}
import argparse, json, sys, wave
from array import array
from math import pi, sin
said = argparse.ArgumentParser()
said.add_argument("--model", required=True)
said.add_argument("--output_file", required=True)
given = said.parse_args()
text = sys.stdin.read()
with open(given.model) as model:
    hertz = json.load(model)["hertz"]
with wave.open(given.output_file, "wb") as out:
    out.setnchannels(1)
    out.setsampwidth(2)
    out.setframerate(22050)
    out.writeframes(array("h", [int(9000 * sin(2 * pi * hertz * n / 22050)) for n in range(400 * len(text))]))
"""
TEXT = "Welcome. Thank you for calling."


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "bin"
    place.mkdir()
    (place / "piper").write_text(PROGRAM)
    (place / "piper").chmod(0o755)
    monkeypatch.setenv("PATH", str(place), prepend=":")
    return place / "piper"


def voice(folder: Path, name: str, hertz: int) -> Path:
    folder.mkdir(exist_ok=True)
    model = folder / f"{name}.onnx"
    model.write_text(json.dumps({"hertz": hertz}))
    model.with_name(f"{model.name}.json").write_text("{}")
    return model


def whistled(sounds: SoundLibrary, text: str, language: str) -> int | None:
    """The tone of whichever voice said it; None for speech."""
    said = read_wav(sounds.prepare((Speech(text, language),)))
    assert len(said) > 4000
    hertz, loud = strongest(said)
    return round(hertz / 100) * 100 if loud > 0.8 * np.abs(said).max() else None


def test_a_voice_beside_the_sounds_speaks_its_language(tmp_path: Path, program: Path) -> None:
    folder = tmp_path / "voices"
    voice(folder, "en_GB-alan-low", 900)
    voice(folder, "en_US-joe-medium", 1500)
    sounds = SoundLibrary(tmp_path / "cache", tmp_path / "uploads")
    assert whistled(sounds, TEXT, "en-US") == 1500
    assert whistled(sounds, TEXT, "en") == whistled(sounds, TEXT, "en-AU") == 900, "the first of the language"
    assert whistled(sounds, TEXT, "de") is None
    made = read_wav(sounds.prepare((Speech(TEXT, "en"),)))
    assert abs(len(made) - 400 * len(TEXT) * 8000 / 22050) < 80 and 12000 < np.abs(made).max() < 17000


@pytest.mark.parametrize("lacks", ["program", "model's own file", "name"])
def test_without_all_of_it_espeak_speaks(tmp_path: Path, program: Path, lacks: str) -> None:
    model = voice(tmp_path / "voices", "joe" if lacks == "name" else "en_US-joe-medium", 1500)
    if lacks == "program":
        program.unlink()
    if lacks == "model's own file":
        model.with_name(f"{model.name}.json").unlink()
    assert whistled(SoundLibrary(tmp_path / "cache", tmp_path / "uploads"), TEXT, "en") is None


def test_a_new_voice_is_heard_and_one_that_is_gone_is_not(tmp_path: Path, program: Path) -> None:
    def heard() -> int | None:
        return whistled(SoundLibrary(tmp_path / "cache", tmp_path / "uploads"), TEXT, "en")

    assert heard() is None
    model = voice(tmp_path / "voices", "en_US-joe-medium", 700)
    assert heard() == 700
    voice(tmp_path / "voices", "en_US-joe-medium", 1800)
    assert heard() == 1800, "kept by content: another file is another voice"
    model.unlink()
    assert heard() is None


def test_a_voice_that_cannot_be_used_costs_nobody_the_prompt(
    tmp_path: Path, program: Path, caplog: pytest.LogCaptureFixture
) -> None:
    voice(tmp_path / "voices", "en_US-joe-medium", 700).write_text("no model")
    with caplog.at_level(logging.WARNING):
        assert whistled(SoundLibrary(tmp_path / "cache", tmp_path / "uploads"), TEXT, "en") is None
    assert "en_US-joe-medium.onnx are of no use" in caplog.text
