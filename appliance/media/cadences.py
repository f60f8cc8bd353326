"""Supervisory tones by country, after ITU-T E.180 supplement 2 and TIA-464: what the box hears and what
it plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from appliance.contract.events import Tone


@dataclass(frozen=True, slots=True)
class Burst:
    """Part of a tone: one or two pitches in Hz (0: none) for `on` ms, then silence for `off` ms."""

    pitches: tuple[int, int]
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A tone as the network sends it; `bursts` repeat. A burst with off 0 runs into the next."""

    bursts: tuple[Burst, ...]

    @property
    def continuous(self) -> bool:
        return len(self.bursts) == 1 and self.bursts[0].off == 0


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a cadence as it is listened for; pitches (0, 0) is silence, durations in ms, maximum 0:
    no end.
    """

    pitches: tuple[int, int]
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Cadence:
    """A tone and all the parts it must show, one after the other, before it is believed."""

    tone: Tone
    steps: tuple[Step, ...]


def _on_off(first: int, second: int, *milliseconds: int) -> Signal:
    pairs = zip(milliseconds[::2], milliseconds[1::2], strict=True)
    return Signal(tuple(Burst((first, second), on, off) for on, off in pairs))


def _steady(first: int, second: int = 0) -> Signal:
    return _on_off(first, second, 1000, 0)


_SIT = Signal((Burst((950, 0), 330, 0), Burst((1400, 0), 330, 0), Burst((1800, 0), 330, 1000)))

_ETSI: dict[Tone, Signal] = {
    Tone.DIAL: _steady(425),
    Tone.RINGBACK: _on_off(425, 0, 1000, 4000),
    Tone.BUSY: _on_off(425, 0, 500, 500),
    Tone.REORDER: _on_off(425, 0, 250, 250),
    Tone.SIT: _SIT,
}

_TABLE: dict[str, dict[Tone, Signal]] = {
    "US": {
        Tone.DIAL: _steady(350, 440),
        Tone.RINGBACK: _on_off(440, 480, 2000, 4000),
        Tone.BUSY: _on_off(480, 620, 500, 500),
        Tone.REORDER: _on_off(480, 620, 250, 250),
        Tone.SIT: _SIT,
    },
    "GB": {
        Tone.DIAL: _steady(350, 440),
        Tone.RINGBACK: _on_off(400, 450, 400, 200, 400, 2000),
        Tone.BUSY: _on_off(400, 0, 375, 375),
        Tone.REORDER: _on_off(400, 0, 400, 350, 225, 525),
        Tone.SIT: _SIT,
    },
    "DE": {**_ETSI, Tone.BUSY: _on_off(425, 0, 480, 480), Tone.REORDER: _on_off(425, 0, 240, 240)},
    "FR": {
        Tone.DIAL: _steady(440),
        Tone.RINGBACK: _on_off(440, 0, 1500, 3500),
        Tone.BUSY: _on_off(440, 0, 500, 500),
        Tone.REORDER: _on_off(440, 0, 250, 250),
        Tone.SIT: _SIT,
    },
    "ES": {
        **_ETSI,
        Tone.RINGBACK: _on_off(425, 0, 1500, 3000),
        Tone.BUSY: _on_off(425, 0, 200, 200),
        Tone.REORDER: _on_off(425, 0, 200, 200, 200, 200, 200, 600),
    },
    "IT": {
        **_ETSI,
        Tone.DIAL: _on_off(425, 0, 200, 200, 600, 1000),
        Tone.REORDER: _on_off(425, 0, 200, 200),
    },
    # Hungary sends the same tone for busy and for congestion.
    "HU": {
        **_ETSI,
        Tone.RINGBACK: _on_off(425, 0, 1250, 3750),
        Tone.BUSY: _on_off(425, 0, 300, 300),
        Tone.REORDER: _on_off(425, 0, 300, 300),
    },
}
_TABLE["CA"] = _TABLE["US"]


def signals(country: str) -> dict[Tone, Signal]:
    """The tones of a country (ISO 3166 code); those ETSI recommends where the country is not in the table."""
    return _TABLE.get(country.upper(), _ETSI)


_SHORTEST_PROOF = (
    1600  # ms of cadence before a repeating tone is believed: speech and music do not keep it up
)
_PAUSE = 500  # ms of it show that a ring is over
_LONGEST = 8  # spandsp remembers ten parts
_STEADY_ALONE, _STEADY_SHARED = 1000, 2000  # a steady tone on ringback's pitch must outlast a ring


def cadences(country: str) -> tuple[Cadence, ...]:
    """What to listen for in a country; tones that sound alike are listed once, under the first name. SIT,
    which has no cadence, is `sit`'s.
    """
    found: dict[tuple[Step, ...], Cadence] = {}
    tones = signals(country)
    for tone, signal in tones.items():
        if tone is Tone.SIT:
            continue
        steps = _steady_steps(signal, tones) if signal.continuous else _steps(tone, signal)
        found.setdefault(steps, Cadence(tone, steps))
    return tuple(found.values())


def _steady_steps(signal: Signal, tones: dict[Tone, Signal]) -> tuple[Step, ...]:
    pitches = signal.bursts[0].pitches
    shared = any(
        burst.pitches == pitches for other in tones.values() if not other.continuous for burst in other.bursts
    )
    return (Step(pitches, _STEADY_SHARED if shared else _STEADY_ALONE, 0),)


def _steps(tone: Tone, signal: Signal) -> tuple[Step, ...]:
    cycle = tuple(chain.from_iterable(_burst_steps(burst) for burst in signal.bursts))
    if tone is Tone.RINGBACK:  # a long cadence: once through is proof, and its pause need not be waited for
        return (*cycle[:-1], Step((0, 0), _PAUSE, 0))
    length = sum(burst.on + burst.off for burst in signal.bursts)
    times = min(-(-_SHORTEST_PROOF // length), _LONGEST // len(cycle))
    return cycle * max(1, times)


def _burst_steps(burst: Burst) -> tuple[Step, ...]:
    on = Step(burst.pitches, *_tolerance(burst.on))
    return (on, Step((0, 0), *_tolerance(burst.off))) if burst.off else (on,)


def _tolerance(milliseconds: int) -> tuple[int, int]:
    """15 % of the network and 20 ms of the detector's own blocks."""
    slack = milliseconds * 15 // 100 + 20
    return max(20, milliseconds - slack), milliseconds + slack
