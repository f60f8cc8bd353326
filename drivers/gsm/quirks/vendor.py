"""What one vendor's modems do in their own way: plain data and pure parsers, no I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drivers.gsm.unsolicited import Urc


class AudioKind(Enum):
    """How a call's sound leaves the modem."""

    SERIAL = "serial"  # raw 8 kHz s16 on a second serial port
    ALSA = "alsa"  # a sound card: USB audio class, or a codec wired to the modem


class AudioFrom(Enum):
    """From when on the modem lets its sound path be opened."""

    DIAL = "dial"
    ALERTING = "alerting"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class AudioPlan:
    """The sound path of one modem: the device, and the commands that open and close it for a call."""

    kind: AudioKind
    device: str
    since: AudioFrom = AudioFrom.DIAL
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vendor:
    """One family. A command that a model does not know is refused by it, and start-up goes on."""

    family: str
    title: str
    makers: tuple[str, ...]  # parts of +CGMI or ATI, lower case
    parse: Callable[[str], Urc | None]  # its own lines; None: not one of them
    plan: Callable[[str, str | None, str | None], AudioPlan | None]  # model, audio port, ALSA device
    setup: tuple[str, ...] = ()
    digits: str | None = None  # the command that makes the modem report DTMF; None: it cannot
    send_digit: str = "AT+VTS={digit}"
