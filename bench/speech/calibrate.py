"""Makes `appliance/speech/confidence.json`: `python -m bench.speech.calibrate` (wants scikit-learn beside).

Small boosted trees on what both models say of made-up voices, with the direction of what is known given
(a likelier word is never less sure). Thresholds are chosen out of fold by speaker, so no voice judges itself.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.speech.confidence import SHIPPED, Confidence
from appliance.speech.recogniser import FEATURES, Recogniser
from bench.speech import sets, voices
from bench.speech.hear import Answer, answer, lines_of
from bench.speech.sets import Clip

Array = NDArray[np.float64]
KEPT = voices.CACHE / "calibration.npz"
_RISES = {"best": 1, "over_free": 1, "margin": 1, "agrees": 1, "fit": 1, "same_text": 1, "silence": -1}
_SNRS = (24.0, 12.0)
_TREES, _LEAVES, _RATE = 60, 6, 0.1
_FOLDS = 5  # of speakers


def clips() -> Iterator[Clip]:
    """All that the calibration hears."""
    menus = sets.CALIBRATION_MENUS
    yield from sets.spoken(voices.CALIBRATION, menus, sets.OTHER_CALIBRATION)
    yield from sets.sentences(menus, test=False, most=160)
    yield from sets.foreign(menus, test=False, most=40)
    yield from sets.noises(menus, test=False, most=120)


def gather() -> None:
    """Features of everything, kept for the fit."""
    silent = Confidence(FEATURES, 0.0, (), 1.0, 1.0)
    recogniser = Recogniser(silent)
    found: list[Answer] = []
    said = list(clips())
    random.Random(7).shuffle(said)  # so that any part of it is like the whole
    for number, clip in enumerate(said):
        snrs = _SNRS if clip.natural and clip.kind in ("menu", "digits") else _SNRS[number % 2 :][:1]
        for line, seed in lines_of(clip, snrs, salt=1):
            found.append(answer(recogniser, clip, line, seed))
        if number % 100 == 99:
            sys.stderr.write(f"{number + 1} of {len(said)}\n")
            keep(found)
    keep(found)


def keep(found: list[Answer]) -> None:
    """On the disk, for `fit`."""
    heard = [one for one in found if one.features is not None]
    np.savez(
        KEPT,
        features=np.array([one.features for one in heard]),
        right=np.array([one.right for one in heard]),
        said=np.array([one.clip.word != "" for one in heard]),
        kind=np.array([one.clip.kind for one in heard]),
        speaker=np.array([one.clip.speaker.rpartition(":")[0] or one.clip.speaker for one in heard]),
        natural=np.array([one.clip.natural for one in heard]),
        snr=np.array([one.line.snr for one in heard]),
    )
    sys.stderr.write(f"{len(found) - len(heard)} of {len(found)} not found by the endpointer\n")


def model() -> Any:
    """The learner."""
    return import_module("sklearn.ensemble").HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=30,
        l2_regularization=1.0,
        monotonic_cst=[_RISES.get(name, 0) for name in FEATURES],
        early_stopping=False,
        random_state=0,
    )


def weights(kept: dict[str, Any]) -> Array:
    """People and their recordings count more than robots."""
    return np.where(kept["natural"], 1.0, 0.3)


def out_of_fold(kept: dict[str, Any]) -> Array:
    """Each one judged by a model that never heard the speaker."""
    found = np.zeros(kept["right"].size)
    speakers = sorted(set(kept["speaker"]))
    for fold in range(_FOLDS):
        mine = np.isin(kept["speaker"], speakers[fold::_FOLDS])
        fitted = model().fit(
            kept["features"][~mine], kept["right"][~mine], sample_weight=weights(kept)[~mine]
        )
        found[mine] = fitted.predict_proba(kept["features"][mine])[:, 1]
    return found


def thresholds(kept: dict[str, Any], sure: Array) -> tuple[float, float]:
    """The lowest confidence at which wrong words and other speech stay within a margin of their goals."""
    people = kept["natural"]

    def within(limit: float, wrong_most: float, other_most: float) -> bool:
        said, other = kept["said"] & people, ~kept["said"] & people
        wrong = (sure[said] >= limit) & ~kept["right"][said]
        return bool(wrong.mean() <= wrong_most and (sure[other] >= limit).mean() <= other_most)

    steps = np.arange(0.3, 0.99, 0.01)
    taken = next((limit for limit in steps if within(limit, 0.005, 0.018)), 0.98)
    asked = next((limit for limit in steps if within(limit, 0.03, 0.06)), taken)
    return round(float(taken), 2), round(float(min(asked, taken - 0.05)), 2)


def table(fitted: Any) -> list[list[list[float]]]:
    """The trees as plain numbers."""
    trees = []
    for (tree,) in fitted._predictors:
        rows = []
        for node in tree.nodes:
            if node["is_leaf"]:
                rows.append([-1, 0, 0, 0, round(float(node["value"]), 5)])
            else:
                limit = float(node["num_threshold"])
                rows.append([int(node["feature_idx"]), limit, int(node["left"]), int(node["right"]), 0])
        trees.append(rows)
    return trees


def fit() -> None:
    """From the kept features to the table."""
    with np.load(KEPT) as file:
        kept = {name: file[name] for name in file.files}
    sure = out_of_fold(kept)
    taken, asked = thresholds(kept, sure)
    fitted = model().fit(kept["features"], kept["right"], sample_weight=weights(kept))
    made = {
        "features": list(FEATURES),
        "start": round(float(np.ravel(fitted._baseline_prediction)[0]), 5),
        "sure": taken,
        "ask": asked,
        "trees": table(fitted),
    }
    Path(SHIPPED).write_text(json.dumps(made, separators=(",", ":")) + "\n", encoding="utf-8")
    again = Confidence.shipped()
    mine = np.array([again.of(row) for row in kept["features"]])
    drift = np.abs(mine - fitted.predict_proba(kept["features"])[:, 1]).max()
    report(kept, sure, taken, asked)
    sys.stdout.write(f"table against learner: {drift:.2e}\n")


def report(kept: dict[str, Any], sure: Array, taken: float, asked: float) -> None:
    """What the choice means for those it was made with."""
    people, said = kept["natural"], kept["said"]
    for limit in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98):
        over = sure >= limit
        right = 100 * (over & kept["right"])[said & people].mean()
        wrong = 100 * (over & ~kept["right"])[said & people].mean()
        sys.stdout.write(
            f"{limit}: {right:5.1f} {wrong:5.2f} other {100 * over[~said & people].mean():5.2f}\n"
        )
    sys.stdout.write(f"taken from {taken}, asked from {asked}; out of fold by speaker:\n")
    for kind in sorted(set(kept["kind"])):
        for natural in (True, False):
            for snr in sorted(set(kept["snr"])):
                mine = (kept["kind"] == kind) & (kept["natural"] == natural) & (kept["snr"] == snr)
                if not mine.any():
                    continue
                accepted = sure[mine] >= taken
                right = kept["right"][mine]
                sys.stdout.write(
                    f"{kind:8} {'people' if natural else 'robots'} {snr:4.0f} dB n {mine.sum():4} "
                    f"best is right {100 * right.mean():5.1f} "
                    f"taken right {100 * (accepted & right).mean():5.1f} "
                    f"taken wrong {100 * (accepted & ~right).mean():5.2f} "
                    f"asked {100 * ((sure[mine] >= asked) & ~accepted).mean():5.1f}\n"
                )


if __name__ == "__main__":
    if "fit" not in sys.argv or not KEPT.is_file():
        gather()
    fit()
