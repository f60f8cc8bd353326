"""Who speaks in the benchmark: synthetic voices, rendered once and kept by content.

espeak-ng, flite and festival are Debian's; Piper's "joe" and Hibari's "heart" come from PyPI into an
environment of their own (`requirements-voices.txt`): what they are made by is never part of the box.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.own_python import own_python

Samples = NDArray[np.float32]
RATE = 16000
CACHE = Path(os.environ.get("CALLBOX_CACHE", Path.home() / ".cache/callbox")) / "voices"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Voice:
    """`engine` and its own name of the voice; `pace` over 1 is slower."""

    engine: str
    name: str
    pace: float = 1.0

    @property
    def label(self) -> str:
        return f"{self.engine}:{self.name}:{self.pace:g}"

    @property
    def natural(self) -> bool:
        """Made from a person's recordings, not by a synthesizer's rules."""
        return self.engine != "espeak"

    def file(self, text: str) -> Path:
        key = hashlib.sha256(f"{self.label}\0{text}".encode()).hexdigest()[:24]
        return CACHE / f"{key}.wav"


def espeak(*names: str) -> tuple[Voice, ...]:
    return tuple(Voice("espeak", name) for name in names)


#: Known to the calibration.
CALIBRATION = (
    *espeak("en-us", "en-gb+f4", "en-gb-scotland+m3"),
    *(Voice("flite", "rms", pace) for pace in (0.9, 1.0, 1.15)),
    *(Voice("flite", "slt", pace) for pace in (0.9, 1.0, 1.15)),
    Voice("flite", "kal16"),
    Voice("festival", "ked_diphone"),
)
#: Unknown to it: other people, other engines.
UNSEEN = (
    *(Voice("piper", "joe", pace) for pace in (0.9, 1.0, 1.15)),
    *(Voice("hibari", "heart", pace) for pace in (0.9, 1.0, 1.15)),
    *(Voice("flite", "awb", pace) for pace in (1.0, 1.15)),
)
UNSEEN_ROBOTS = espeak("en-us+f5", "en-gb-x-gbcwmd+m4")


def say(wanted: Iterable[tuple[Voice, str]]) -> None:
    """Render what is not there yet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = [(voice, text) for voice, text in dict.fromkeys(wanted) if not voice.file(text).is_file()]
    neural = [(voice, text) for voice, text in missing if voice.engine in ("piper", "hibari")]
    for voice, text in missing:
        if voice.engine not in ("piper", "hibari"):
            _by_program(voice, text)
    if neural:
        jobs = [
            {"engine": voice.engine, "pace": voice.pace, "text": text, "file": str(voice.file(text))}
            for voice, text in neural
        ]
        subprocess.run(
            [own_python(CACHE / "venv", HERE / "requirements-voices.txt"), HERE / "neural.py"],
            input=json.dumps(jobs),
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _by_program(voice: Voice, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.wav"
        if voice.engine == "espeak":
            command = ["espeak-ng", "-v", voice.name, "-w", str(part), text]
        elif voice.engine == "flite":
            stretch = f"duration_stretch={voice.pace}"
            command = ["flite", "-voice", voice.name, "--setf", stretch, "-o", str(part), "-t", text]
        else:
            command = ["text2wave", "-o", str(part), "-eval", f"(voice_{voice.name})"]
        subprocess.run(command, input=text, text=True, check=True, capture_output=True)
        part.replace(voice.file(text)) if part.stat().st_dev == CACHE.stat().st_dev else _move(
            part, voice.file(text)
        )


def _move(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


def load(path: Path) -> Samples:
    """Any sound file's first channel at 16 kHz, without the silence at its ends; kept by path and size."""
    name = hashlib.sha256(f"{path}\0{path.stat().st_size}".encode()).hexdigest()[:24]
    kept = CACHE / f"{name}.loaded.npy"
    if not kept.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = CACHE / f"{name}.{os.getpid()}.npy"
        np.save(part, _load(path))
        part.replace(kept)
    found: Samples = np.load(kept)
    return found


def _load(path: Path) -> Samples:
    made = subprocess.run(
        ["sox", str(path), "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(RATE), "-"],
        check=True,
        capture_output=True,
    ).stdout
    return trimmed(np.frombuffer(made, np.int16).astype(np.float32) / np.float32(32768))


def trimmed(samples: Samples) -> Samples:
    """Without what is 40 dB below the loudest 20 ms at either end."""
    block = RATE // 50
    whole = samples[: len(samples) // block * block].reshape(-1, block)
    power = (whole**2).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 1e-4)
    return samples[loud[0] * block : (loud[-1] + 1) * block] if loud.size else samples


def sound(voice: Voice, text: str) -> Samples:
    """What was rendered."""
    return load(voice.file(text))


def wave_of(path: Path, samples: Samples, rate: int) -> None:
    """Write 16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
