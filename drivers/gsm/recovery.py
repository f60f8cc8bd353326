"""The recovery ladder: what is tried, in which order, with what sentence, and how long we back off."""

from __future__ import annotations

import fcntl
import logging
import os
from enum import StrEnum
from pathlib import Path

_log = logging.getLogger(__name__)
_USBDEVFS_RESET = 0x5514  # linux/usbdevice_fs.h: _IO('U', 20)


class Step(StrEnum):
    """A step of the ladder, as `TrunkStatus.step` names it."""

    PING = "ping"
    RESTART = "restart"
    REOPEN = "reopen"
    USB_RESET = "usb_reset"
    BACK_OFF = "back_off"


SENTENCES = {
    Step.PING: "Asking the modem for a sign of life (AT).",
    Step.RESTART: "Restarting the modem (AT+CFUN=1,1).",
    Step.REOPEN: "Closing the modem's port and opening it again.",
    Step.USB_RESET: "Switching the modem's USB port off and on.",
    Step.BACK_OFF: "The modem does not answer. Next attempt in {seconds:.0f} s.",
}


class BackOff:
    """Waits that double from `first` to `most`."""

    def __init__(self, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        """The wait before the next attempt."""
        wait, self._next = self._next, min(self._most, self._next * 2)
        return wait

    def reset(self) -> None:
        """The line is well: the next trouble starts with a short wait."""
        self._next = self._first


def usb_device(sysfs: Path, port: str) -> Path | None:
    """The sysfs folder of the USB device a serial port hangs on; None for a PTY or a UART."""
    tty = sysfs / "class" / "tty" / Path(port).resolve().name / "device"
    try:
        folder = tty.resolve(strict=True)
    except OSError:
        return None
    for parent in (folder, *folder.parents):
        if (parent / "idVendor").is_file() and (parent / "authorized").is_file():
            return parent
    return None


def switch_usb(device: Path, on: bool) -> bool:
    """Authorise a USB device or not (kernel Documentation/usb/authorization.rst); False when we may not."""
    try:
        (device / "authorized").write_text("1" if on else "0")
    except OSError as problem:
        _log.debug("%s cannot be switched: %s", device, problem)
        return False
    return True


def reset_usb(device: Path, bus: Path = Path("/dev/bus/usb")) -> bool:
    """Reset the port a USB device hangs on; it wants no more than the device's node (systemd/udev.rules)."""
    try:
        number, place = ((device / name).read_text().strip().zfill(3) for name in ("busnum", "devnum"))
        handle = os.open(bus / number / place, os.O_WRONLY)
        try:
            fcntl.ioctl(handle, _USBDEVFS_RESET, 0)
        finally:
            os.close(handle)
    except OSError as problem:
        _log.warning("%s cannot be reset: %s", device, problem)
        return False
    return True
