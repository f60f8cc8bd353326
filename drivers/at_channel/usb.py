"""Serial ports on USB that are plugged in now: where they are, and who their descriptors say they are.

Read from Linux's sysfs; nothing is opened, so a port that is in use is not disturbed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYS, DEV = Path("/sys"), Path("/dev")


@dataclass(frozen=True, slots=True)
class UsbPort:
    """One serial interface of a USB device. `device` names the place it is plugged into, such as 1-1.2."""

    path: str  # by its place, where udev gives it such a name: it stays over restarts
    device: str
    interface: int
    vendor: str  # four hexadecimal digits, as in the USB-IF's list
    product: str
    title: str  # the maker's and the product's own words


def plugged_in(sys: Path = SYS, dev: Path = DEV) -> list[UsbPort]:
    """Every USB serial port, ordered by its place and interface. What cannot be read is left out."""
    places = _places(dev)
    found = []
    for tty in _entries(sys / "class" / "tty"):
        with contextlib.suppress(OSError, ValueError):
            port = _port(tty, places.get(tty.name, str(dev / tty.name)))
            found += [port] if port is not None else []
    return sorted(found, key=lambda port: (port.device, port.interface))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _places(dev: Path) -> dict[str, str]:
    """Kernel name -> name by place. udev makes two for some ports; the first by the alphabet is taken."""
    found: dict[str, str] = {}
    for link in _entries(dev / "serial" / "by-path"):
        with contextlib.suppress(OSError):
            found.setdefault(link.resolve(strict=True).name, str(link))
    return found


def _port(tty: Path, path: str) -> UsbPort | None:
    for folder in _upwards((tty / "device").resolve(strict=True)):
        if (folder / "bInterfaceNumber").is_file():
            device = folder.parent
            words = [_text(device / name) for name in ("manufacturer", "product")]
            return UsbPort(
                path,
                device.name,
                int(_text(folder / "bInterfaceNumber"), 16),
                _text(device / "idVendor").lower(),
                _text(device / "idProduct").lower(),
                " ".join(filter(None, words)),
            )
    return None


def _upwards(path: Path) -> Iterator[Path]:
    """The folder and the few above it: a port lies two or three below its interface at most."""
    yield from (path, *list(path.parents)[:3])


def _text(path: Path) -> str:
    try:
        return " ".join(path.read_text(encoding="utf-8", errors="replace").split())[:80]
    except FileNotFoundError:
        return ""
