"""`python -m bench.amd.train` makes the box's tables, with scikit-learn in a place of its own.

First `appliance/media/amd_voice.txt`, whether somebody speaks; then, with that, `amd_trees.txt`, who
answered. The features are those of the box; `fit.py` makes the trees of them. With a number, of every such
call.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from appliance.contract.audio import FRAME_SAMPLES
from appliance.media import amd_trees, amd_voice
from appliance.media.amd_features import NAMES, NOISE, features
from appliance.media.amd_sound import Sound
from appliance.media.amd_trees import Trees
from bench.amd import noisy, sets
from bench.amd.quick import Spectra
from bench.amd.sets import Set
from bench.own_python import own_python

HERE = Path(__file__).parent
_EVERY, _MOST = 5, 415  # frames: as the box looks, and how long
_WAITS = 3.0  # s after its greeting a person's call has told all it will
_VOICE_CALLS, _VOICE_EVERY = 500, 3  # of whose every third frame the voice is taught
_NOBODY = Trees(amd_voice.NAMES, 0.0, {}, ())


def _frame(pcm: bytes, number: int) -> bytes:
    return pcm[2 * FRAME_SAMPLES * number : 2 * FRAME_SAMPLES * (number + 1)]


def gather_voice(made: Set) -> Path:
    """Frames, and whether somebody speaks in each."""
    rows: list[list[float]] = []
    spoken: list[bool] = []
    speaker: list[str] = []
    for label, pcm, voiced in noisy.calls(made, _VOICE_CALLS):
        sound, whole = Sound("US", Spectra(pcm), _NOBODY), pcm.tobytes()
        for frame in range(_MOST):
            sound.feed(_frame(whole, frame))
            if frame % _VOICE_EVERY == 0 and sound.speaks.numbers:
                rows.append(sound.speaks.numbers)
                spoken.append(bool(voiced[max(0, frame - 1) : frame + 1].any()))
                speaker.append(label.speaker)
    target = sets.CACHE / "voice.npz"
    np.savez(
        target,
        names=np.array(amd_voice.NAMES),
        rows=np.array(rows, np.float32),
        spoken=np.array(spoken),
        speaker=np.array(speaker),
    )
    return target


def gather(made: Set) -> Path:
    """Rows of features, and which call each is of."""
    rows: list[list[float]] = []
    calls: list[int] = []
    for number, label in enumerate(made.labels):
        if label.answered not in ("person", "machine"):
            continue
        sound, pcm = Sound("US", Spectra(made.pcm[number])), made.pcm[number].tobytes()
        most = _MOST if label.answered == "machine" else min(_MOST, round((label.end + _WAITS) * 50))
        for frame in range(most):
            sound.feed(_frame(pcm, frame))
            if sound.frames % _EVERY == 0 and sound.voice.phrases:
                rows.append(features(sound))
                calls.append(number)
        if number % 200 == 199:
            print(f"heard {number + 1} of {len(made.labels)}", file=sys.stderr, flush=True)
    target = sets.CACHE / "rows.npz"
    np.savez(
        target,
        names=np.array(NAMES),
        noise=np.array(NOISE),
        rows=np.array(rows, np.float32),
        call=np.array(calls),
        machine=np.array([label.answered == "machine" for label in made.labels]),
        kind=np.array([label.kind for label in made.labels]),
        speaker=np.array([label.speaker for label in made.labels]),
        natural=np.array([label.natural for label in made.labels]),
        end=np.array([label.end for label in made.labels]),
        snr=np.array([label.snr for label in made.labels]),
    )
    return target


def fit(*arguments: object) -> None:
    """The trees, from scikit-learn's environment."""
    alone = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
    }  # threads that wait for each other starve on a busy machine
    python = own_python(sets.CACHE / "venv", HERE / "requirements-train.txt")
    subprocess.run([python, HERE / "fit.py", *map(str, arguments)], check=True, env=alone)


def main(part: int) -> None:
    made = sets.load("train", part)
    fit("voice", gather_voice(made), amd_voice.SHIPPED)
    rows = gather(made)
    fit("who", rows, amd_trees.SHIPPED)
    fit("blind", rows, HERE / "without_noise.txt")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
