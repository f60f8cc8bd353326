"""Runs calls through the box's own detection, as the bridge's clock would."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.contract.answering import AnsweredBy, AnswerWatch, AnswerWish
from appliance.contract.audio import FRAME_BYTES
from appliance.contract.events import AnswerHeard, BeepHeard, Event
from appliance.contract.ids import PortId
from appliance.media.amd import AnswerListener, Reading
from appliance.media.amd_trees import Trees
from bench.amd.quick import Spectra
from bench.amd.sets import Label, Set

_PORT = PortId("call")


@dataclass(frozen=True)
class Verdict:
    """What was said of a call and when, the beeps told of (when they were told), and the time computed."""

    label: Label
    kind: AnsweredBy
    at: float
    how: str
    beeps: tuple[float, ...]
    cpu: float

    @property
    def person(self) -> bool:
        return self.kind is AnsweredBy.PERSON

    @property
    def after(self) -> float:
        """Seconds from the greeting's end to the decision; under 0 before it."""
        return self.at - self.label.end


def hear(
    label: Label,
    pcm: NDArray[np.int16],
    trees: Trees | None,
    wish: AnswerWish,
    reading: Reading | None = None,
    quick: bool = False,
) -> Verdict:
    """One call, from the answer on; `quick` with spectra from numpy, which are the same."""
    events: list[Event] = []
    watch = AnswerWatch(wish=wish, beep=True)
    source = Spectra(pcm) if quick else None
    listener = AnswerListener(_PORT, watch, "US", events.append, trees, reading, source)
    sound, beeps = pcm.tobytes(), []
    began = time.thread_time()
    for start in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        before = len(events)
        listener(sound[start : start + FRAME_BYTES])
        if len(events) > before and isinstance(events[-1], BeepHeard):
            beeps.append((start + FRAME_BYTES) / 16000)
        if listener.over:
            break
    cpu = time.thread_time() - began
    heard = next(event for event in events if isinstance(event, AnswerHeard))
    return Verdict(label, heard.kind, heard.seconds, heard.how, tuple(beeps), cpu)


def hear_all(
    made: Set, trees: Trees | None = None, wish: AnswerWish = AnswerWish.BALANCED
) -> Sequence[Verdict]:
    """Every call of a set, by as many processes as there are processors."""
    found = []
    with ProcessPoolExecutor() as workers:
        jobs = (
            (label, made.pcm[number], trees, wish, None, True) for number, label in enumerate(made.labels)
        )
        for verdict in workers.map(_hear, jobs, chunksize=20):
            found.append(verdict)
            if len(found) % 500 == 0:
                print(f"heard {len(found)} of {len(made.labels)}", file=sys.stderr, flush=True)
    return found


def _hear(job: Any) -> Verdict:
    return hear(*job)
