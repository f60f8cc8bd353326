"""`python -m bench.amd.clips` writes tests/media/answered: a few test calls by voices that may be given on.

Calls the box gets right, so that a change which loses them is noticed. G.711 mu-law, 8 kHz.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contract.answering import AnswerWish
from bench.amd import sets
from bench.amd.hear import hear

TARGET = Path(__file__).parents[2] / "tests/media/answered"
_VOICES = ("flite awb", "hibari heart")
_WANTED = {"short": 3, "two": 1, "desk": 2, "long": 2, "brief": 2}
_AFTER = 2.6  # s that are kept after the greeting or the beep
_SHORT = 7.5  # s: no longer call is taken


def ulaw(pcm: NDArray[np.int16]) -> bytes:
    """ITU-T G.711."""
    size = np.minimum(np.abs(pcm.astype(np.int32)), 32635) + 132
    power = np.floor(np.log2(size)).astype(np.int32) - 7
    code = (np.where(pcm < 0, 128, 0) | power << 4 | (size >> power + 3) & 15).astype(np.uint8)
    return bytes((~code).tobytes())


def main() -> None:
    made = sets.load("test")
    left = dict(_WANTED)
    TARGET.mkdir(exist_ok=True)
    for number, label in enumerate(made.labels):
        if label.speaker not in _VOICES or not left.get(label.kind) or label.snr < 15:
            continue
        person = label.answered == "person"
        ends = label.end if person else label.beep
        if not ends + _AFTER < _SHORT:
            continue
        heard = hear(label, made.pcm[number], None, AnswerWish.BALANCED)
        if heard.kind == label.answered and (0.4 < heard.after < 2.0 if person else len(heard.beeps) == 1):
            left[label.kind] -= 1
            part = made.pcm[number][: round((ends + _AFTER) * 8000)]
            name = f"{label.answered}-{ends:.2f}-{label.kind}-{label.snr:.0f}dB-{number}.ulaw"
            (TARGET / name).write_bytes(ulaw(part))


if __name__ == "__main__":
    main()
