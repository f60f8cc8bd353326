"""The sets of calls: how many of which kind, made once and kept on the disk.

The headline of the test are natural voices (recorded people, and voices made of a person's recordings);
espeak-ng's are apart, they are unlike people.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.amd import material
from bench.amd.calls import PERSONS, SECONDS, Maker, music

CACHE = Path(os.environ.get("CALLBOX_CACHE", Path.home() / ".cache/callbox")) / "amd"
_SAMPLES = round(SECONDS * 8000)
VERSIONS = {"train": 2, "test": 1}  # of the recipes: sets of another are made anew

#: Kind and how many; natural voices, then espeak-ng's.
MIX: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "train": (
        {"short": 2600, "two": 500, "desk": 1700, "long": 2000, "brief": 1500, "screen": 160, "network": 160},
        {"short": 600, "two": 140, "desk": 400, "long": 500, "brief": 340, "screen": 60, "network": 40},
    ),
    "test": (
        {"short": 1000, "two": 160, "desk": 420, "long": 740, "brief": 200, "screen": 40, "network": 40}
        | {"fax": 80, "silence": 60, "tone": 60},
        {"short": 240, "two": 40, "desk": 100, "long": 180, "brief": 50, "screen": 10, "network": 10},
    ),
}


@dataclass(frozen=True)
class Label:
    """What is known of a call; see `calls.Call`."""

    kind: str
    speaker: str
    natural: bool
    person: bool
    snr: float
    codec: str
    first: float
    end: float
    beep: float

    @property
    def answered(self) -> str:
        """person, machine, or what it is besides (fax, silence, tone)."""
        if self.kind in PERSONS:
            return "person"
        return self.kind if self.kind in ("fax", "silence", "tone") else "machine"


@dataclass(frozen=True)
class Set:
    """Calls as rows of samples."""

    labels: Sequence[Label]
    pcm: NDArray[np.int16]


def load(name: str, part: int = 1) -> Set:
    """The set of that name, made when it is not there; of every `part`-th call."""
    stem = CACHE / f"{name}-{VERSIONS[name]}-{part}"
    listed = stem.with_suffix(".json")
    if not listed.is_file():
        _make(name, part, stem)
    rows: list[dict[str, Any]] = json.loads(listed.read_text())
    labels = [Label(**row) for row in rows]
    return Set(labels, np.load(stem.with_suffix(".npy"), mmap_mode="r"))


def _make(name: str, part: int, stem: Path) -> None:
    test = name == "test"
    material.render(test)
    maker = Maker(material.speakers(test), music(test), test)
    wanted = [
        (kind, natural, number)
        for natural, mix in zip((True, False), MIX[name], strict=True)
        for kind, count in mix.items()
        for number in range(0, count, part)
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    pcm = np.lib.format.open_memmap(
        stem.with_suffix(".npy"), mode="w+", dtype=np.int16, shape=(len(wanted), _SAMPLES)
    )
    labels = []
    for row, (kind, natural, number) in enumerate(wanted):
        call = maker.make(kind, natural, number)
        pcm[row, : call.pcm.size] = call.pcm
        labels.append({field.name: getattr(call, field.name) for field in fields(Label)})
        if row % 500 == 499:
            print(f"{row + 1} of {len(wanted)} calls of {name}", file=sys.stderr, flush=True)
    pcm.flush()
    stem.with_suffix(".json").write_text(json.dumps(labels))
