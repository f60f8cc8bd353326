"""Supervisory tones of a country's exchanges, ready to be looped (ITU-T E.180 supplement 2)."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import sound
from simulator.script import Frames


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


def endless(pcm: bytes) -> Frames:
    """The samples over and over."""
    while True:
        yield from sound.frames(pcm)
