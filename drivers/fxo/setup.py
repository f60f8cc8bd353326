"""Setting a voice modem up: from a port that answers AT to a line that waits for calls in voice class."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from appliance.contract.errors import LinePermanentError
from drivers.at_channel import Reply
from drivers.fxo.hearing import MODEM_SILENCE
from drivers.fxo.quirks import Family, best_format, family_named, identify
from drivers.fxo.sample_format import SampleFormat, sample_format
from drivers.fxo.settings import VoiceModemSettings

Ask = Callable[[str, float], Reply]  # raises LineTransientError when nothing answers

#: On hook before anything else: nobody knows what the box did when it was last cut off. Then plain results
#: in words, no echo, full call progress reports, speaker off, and never answer by itself.
_BASICS = ("ATH", "ATE0", "ATQ0V1", "ATX4", "ATM0", "ATS0=0")


@dataclass(frozen=True, slots=True)
class Modem:
    """What was found: the modem's own words, its family, and how voice goes in and out."""

    identity: str
    family: Family
    samples: SampleFormat
    caller_id: bool


def set_up(ask: Ask, settings: VoiceModemSettings) -> Modem:
    """Make the modem ready. Raises LinePermanentError with a sentence when it is none for voice."""
    for command in _BASICS:
        ask(command, 3.0)
    words = [line for command in ("ATI0", "ATI3") for line in ask(command, 3.0).lines]
    family = family_named(settings.family) or identify("\n".join(words))
    identity = _clean(words[-1]) if words else "a voice modem"
    if not ask("AT+FCLASS=8", 3.0).ok:
        raise LinePermanentError(f"{identity} has no voice class (+FCLASS=8 was refused).")
    if not ask(family.on_hook, 3.0).ok:
        raise LinePermanentError(f"{identity} cannot be put on hook ({family.on_hook} was refused).")
    for command in family.setup:
        ask(command, 3.0).check()
    samples = _choose_samples(ask, family, identity)
    caller_id = ask("AT+VCID=1", 3.0).ok
    for command in _optional(family, settings):
        ask(command, 3.0)
    return Modem(identity, family, samples, caller_id)


def _choose_samples(ask: Ask, family: Family, identity: str) -> SampleFormat:
    wanted = best_format(ask("AT+VSM=?", 3.0).lines, family)
    for method, name in dict.fromkeys((wanted, *family.methods)):
        if ask(f"AT+VSM={method},8000", 3.0).ok:
            return sample_format(name)
    raise LinePermanentError(f"{identity} offers no 8-bit voice at 8,000 samples a second (+VSM).")


def _optional(family: Family, settings: VoiceModemSettings) -> list[str]:
    """What a modem may refuse: no inactivity time-out, silence detection, flow control, gains."""
    tenths = round(10 * min(settings.silence_seconds, MODEM_SILENCE))
    flash = max(1, round(100 * settings.flash_seconds))
    commands = [*family.optional, "AT+VIT=0", family.silence.format(tenths=tenths), "AT+IFC=2,2"]
    commands.append(f"AT+VTD={flash}")  # times the hook flash only: digits are played into the stream
    if settings.receive_gain is not None:
        commands.append(f"AT+VGR={settings.receive_gain}")
    if settings.transmit_gain is not None:
        commands.append(f"AT+VGT={settings.transmit_gain}")
    return commands


def _clean(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "", text).strip()[:60] or "a voice modem"
