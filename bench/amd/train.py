"""`python -m bench.amd.train` makes `appliance/media/amd_trees.txt`, with scikit-learn in a place of its own.

The features are those of the box, every 100 ms of every call of the training set; `fit.py` makes the
trees of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from appliance.contract.audio import FRAME_SAMPLES
from appliance.media import amd_trees
from appliance.media.amd_features import NAMES, NOISE, features
from appliance.media.amd_sound import Sound
from bench.amd import sets
from bench.own_python import own_python

HERE = Path(__file__).parent
_EVERY, _MOST = 5, 450  # frames: as the box looks, and how long


def gather(part: int) -> Path:
    """Rows of features, and which call each is of."""
    made = sets.load("train", part)
    rows: list[list[float]] = []
    calls: list[int] = []
    for number, label in enumerate(made.labels):
        if label.answered not in ("person", "machine"):
            continue
        sound, pcm = Sound("US"), made.pcm[number].tobytes()
        for frame in range(_MOST):
            sound.feed(pcm[2 * FRAME_SAMPLES * frame : 2 * FRAME_SAMPLES * (frame + 1)])
            if sound.frames % _EVERY == 0 and sound.voice.phrases:
                rows.append(features(sound))
                calls.append(number)
        if number % 500 == 499:
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
    )
    return target


def fit(rows: Path, target: Path, *more: str) -> None:
    """The trees, from scikit-learn's environment."""
    alone = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
    }  # threads that wait for each other starve on a busy machine
    python = own_python(sets.CACHE / "venv", HERE / "requirements-train.txt")
    subprocess.run([python, HERE / "fit.py", str(rows), str(target), *more], check=True, env=alone)


def main(part: int) -> None:
    rows = gather(part)
    fit(rows, amd_trees.SHIPPED)
    fit(rows, HERE / "without_noise.txt", str(amd_trees.SHIPPED))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
