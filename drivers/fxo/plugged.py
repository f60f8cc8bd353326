"""Voice modems that are plugged in, told by their USB descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drivers.at_channel.usb import DEV, SYS, UsbPort, plugged_in

#: By USB vendor: the family, and what to call it when the device does not say.
_VENDORS = {
    "0572": ("conexant", "Conexant USB modem"),  # also sold by StarTech, TRENDnet, Hiro, Sewell
    "0baf": ("usr", "U.S. Robotics USB modem"),
    "0803": ("auto", "Zoom USB modem"),
}
#: Those whose vendor makes all sorts of things.
_DEVICES = {
    ("413c", "8134"): ("conexant", "Dell USB modem"),
    ("17ef", "7000"): ("conexant", "Lenovo USB modem"),
}


@dataclass(frozen=True, slots=True)
class FoundModem:
    """What a trunk's settings need to know of it."""

    port: str
    family: str
    title: str


def modems(sys: Path = SYS, dev: Path = DEV) -> list[FoundModem]:
    """The voice modems of known makers, by the place they are plugged into; one port a modem."""
    found: dict[str, FoundModem] = {}
    for port in plugged_in(sys, dev):
        known = _known(port)
        if known is not None:
            found.setdefault(port.device, FoundModem(port.path, known[0], port.title or known[1]))
    return list(found.values())


def _known(port: UsbPort) -> tuple[str, str] | None:
    return _DEVICES.get((port.vendor, port.product)) or _VENDORS.get(port.vendor)
