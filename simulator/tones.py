"""Supervisory tones of a country's exchanges, ready to be looped (ITU-T E.180 supplement 2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulator import sound
from simulator.script import Frames
from simulator.voices import recorded


@dataclass(frozen=True, slots=True)
class Cadence:
    """Frequencies with on and off times in seconds; no times: for ever."""

    frequencies: tuple[float, ...]
    times: tuple[float, ...] = ()
    dbm0: float = -16.0

    def loop(self) -> bytes:
        if not self.times:
            return sound.tone(self.frequencies, 1.0, self.dbm0)
        parts = []
        for index, seconds in enumerate(self.times):
            on = index % 2 == 0
            parts.append(sound.tone(self.frequencies, seconds, self.dbm0) if on else sound.silence(seconds))
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class ToneSet:
    """What an exchange lets a subscriber hear."""

    dial: Cadence
    ringback: Cadence
    busy: Cadence
    reorder: Cadence
    waiting: Cadence


TONE_SETS = {
    "us": ToneSet(
        dial=Cadence((350.0, 440.0)),
        ringback=Cadence((440.0, 480.0), (2.0, 4.0)),
        busy=Cadence((480.0, 620.0), (0.5, 0.5)),
        reorder=Cadence((480.0, 620.0), (0.26, 0.24)),
        waiting=Cadence((440.0,), (0.3, 9.7)),
    ),
    "eu": ToneSet(
        dial=Cadence((425.0,)),
        ringback=Cadence((425.0,), (1.0, 4.0)),
        busy=Cadence((425.0,), (0.5, 0.5)),
        reorder=Cadence((425.0,), (0.26, 0.24)),
        waiting=Cadence((425.0,), (0.2, 0.6, 0.2, 9.0)),
    ),
}


#: Special information tones (Telcordia SR-2275): pitch in Hz and seconds of each of the three, by the cause
#: that is announced after them (Q.850).
SIT = {
    1: ((985.2, 0.380), (1370.6, 0.274), (1776.7, 0.380)),
    22: ((913.8, 0.274), (1370.6, 0.274), (1776.7, 0.380)),
    34: ((985.2, 0.380), (1428.5, 0.380), (1776.7, 0.380)),
}
#: What is said then, of the recorded prompts.
_ANNOUNCED = {1: "ss-noservice", 22: "check-number-dial-again", 34: "all-circuits-busy-now"}


@lru_cache(maxsize=8)
def announcement(cause: int) -> bytes:
    """The special information tone for a cause of `SIT`, what is said after it, and a pause."""
    tones = b"".join(sound.tone((pitch,), seconds, -14.0) for pitch, seconds in SIT[cause])
    return tones + sound.silence(0.3) + recorded(_ANNOUNCED[cause]) + sound.silence(1.0)


def endless(pcm: bytes) -> Frames:
    """The samples over and over."""
    while True:
        yield from sound.frames(pcm)
