"""A modem of no known maker: 3GPP TS 27.007 and nothing more; +CLCC is asked for a call's progress."""

from __future__ import annotations

from drivers.gsm.quirks.vendor import AudioKind, AudioPlan, Vendor
from drivers.gsm.unsolicited import Urc


def parse(line: str) -> Urc | None:
    """No lines of its own."""
    return None


def plan(model: str, audio_port: str | None, alsa_device: str | None) -> AudioPlan | None:
    """The device the settings name, with no command: the modem's sound is taken to be always on."""
    if alsa_device:
        return AudioPlan(AudioKind.ALSA, alsa_device)
    return AudioPlan(AudioKind.SERIAL, audio_port) if audio_port else None


VENDOR = Vendor(family="generic", title="GSM modem", makers=(), parse=parse, plan=plan)
