"""GSM modems that are plugged in, told by their USB descriptors, with the ports of commands and voice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from drivers.at_channel.usb import DEV, SYS, UsbPort, plugged_in


@dataclass(frozen=True, slots=True)
class _Maker:
    family: str
    title: str
    at: tuple[int, ...]  # interface numbers AT is spoken on, the best first
    voice: tuple[int, ...] = ()  # and those that carry voice as serial PCM


#: By USB vendor. The interfaces in their order: SIM7600 diagnostics, positions, AT, modem, sound; EC2x
#: diagnostics, positions, AT, modem (sound by ALSA); E1550, E173 and kin modem, sound, AT.
_MAKERS = {
    "1e0e": _Maker("simcom", "SIMCom", at=(2, 3), voice=(4,)),
    "2c7c": _Maker("quectel", "Quectel", at=(2, 3)),
    "12d1": _Maker("huawei", "Huawei", at=(2, 0), voice=(1,)),
}


@dataclass(frozen=True, slots=True)
class FoundModem:
    """What a trunk's settings need to know of it."""

    port: str
    audio_port: str | None
    family: str
    title: str


def modems(sys: Path = SYS, dev: Path = DEV) -> list[FoundModem]:
    """The modems of the makers the driver knows, by the place they are plugged into."""
    found = []
    for _device, ports in groupby(plugged_in(sys, dev), key=lambda port: port.device):
        modem = _modem(list(ports))
        found += [modem] if modem is not None else []
    return found


def _modem(ports: list[UsbPort]) -> FoundModem | None:
    maker = _MAKERS.get(ports[0].vendor)
    if maker is None:
        return None
    at = _first(ports, maker.at) or ports[0]
    voice = _first(ports, maker.voice)
    title = ports[0].title or maker.title
    return FoundModem(at.path, voice.path if voice else None, maker.family, title)


def _first(ports: list[UsbPort], wanted: tuple[int, ...]) -> UsbPort | None:
    by_number = {port.interface: port for port in ports}
    return next((by_number[number] for number in wanted if number in by_number), None)
