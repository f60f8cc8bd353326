"""Tones for the box's own handsets, in the country's pitches and cadence, as PJSIP's tone generator takes
them.
"""

from __future__ import annotations

from typing import Any

import pjsua2

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.events import Tone
from appliance.contract.media import CallTone
from appliance.media import native
from appliance.media.cadences import Burst, Signal, signals

_AMPLITUDE = 3600  # of each pitch; two together are about -13 dBm0, what E.180 asks of a network
_BEEP = Signal((Burst((1000, 0), 200, 0),))
_SOUNDS_AS = {
    CallTone.RINGBACK: Tone.RINGBACK,
    CallTone.BUSY: Tone.BUSY,
    CallTone.REORDER: Tone.REORDER,
    CallTone.DIAL: Tone.DIAL,
}


def signal_of(tone: CallTone, country: str) -> Signal:
    """What a tone sounds like in a country."""
    return _BEEP if tone is CallTone.BEEP else signals(country)[_SOUNDS_AS[tone]]


def seconds(tone: CallTone) -> float | None:
    """How long a tone lasts by itself; None for those that go on."""
    return sum(burst.on + burst.off for burst in _BEEP.bursts) / 1000 if tone is CallTone.BEEP else None


def describe(signal: Signal) -> Any:
    """The tone generator's own list of bursts."""
    bursts = pjsua2.ToneDescVector()
    for burst in signal.bursts:
        one = pjsua2.ToneDesc()
        one.freq1, one.freq2 = burst.pitches
        one.on_msec, one.off_msec = burst.on, burst.off
        one.volume = 2 * _AMPLITUDE  # PJSIP's oscillator gives half of it
        bursts.append(one)
    return bursts


class ToneGenerators:
    """A pool: PJSIP may still hold a destroyed generator's memory until its next tick, so none is
    destroyed.
    """

    def __init__(self) -> None:
        self._free: list[Any] = []

    def obtain(self) -> Any:
        if self._free:
            return self._free.pop()
        generator = pjsua2.ToneGenerator()
        generator.createToneGenerator(SAMPLE_RATE, 1)
        return generator

    def give_back(self, generator: Any) -> None:
        generator.stop()
        self._free.append(generator)

    def destroy(self) -> None:
        """Only when the bridge's clock has stopped."""
        for generator in self._free:
            native.destroy(generator)
        self._free.clear()
