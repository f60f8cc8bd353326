"""Inside the guest, as root: a USB stick is plugged in, and the box puts a backup on it.

The stick is a gadget of the kernel's own, with a file as its disk.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import rig

from appliance.control.client import ControlClient

GADGET = rig.GADGET.with_name("stick")
DISK = Path("/run/prove/stick.img")
FOLDER = Path("/media/usb")


def plug_in() -> None:
    """Plug the stick, as it comes from a shop, into the second of the kernel's dummy ports."""
    with DISK.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.vfat", "-n", "BACKUP", DISK], check=True, capture_output=True)
    function, config = GADGET / "functions/mass_storage.0", GADGET / "configs/c.1"
    for folder in (function, config, GADGET / "strings/0x409"):
        folder.mkdir(parents=True)
    for name, text in {
        "idVendor": "0x0781",
        "idProduct": "0x5567",
        "strings/0x409/serialnumber": "stick",
        "functions/mass_storage.0/lun.0/file": str(DISK),
    }.items():
        (GADGET / name).write_text(text)
    (config / "mass_storage.0").symlink_to(function)
    (GADGET / "UDC").write_text("dummy_udc.1")


def main() -> None:
    """One backup; its name."""
    rig.modules()
    plug_in()
    rig.until(lambda: FOLDER.is_mount(), 60, "the stick is mounted")
    with contextlib.closing(ControlClient(rig.CONTROL)) as control:
        control.care.new_key("prove")
        version, settings = control.settings()
        settings["backup"]["destination"] = "usb"
        control.save_settings(version, settings, "prove")
        control.care.start_backup("usb", recordings=False)
    copy = rig.until(lambda: next(FOLDER.glob("callbox-*.tar.age"), None), 240, "a backup on the stick")
    with copy.open("rb") as file:
        begins = file.readline()
    (GADGET / "UDC").write_text("\n")  # pulled
    rig.until(lambda: not FOLDER.is_mount(), 60, "the stick is gone")
    sys.stdout.write(f"STICK {copy.name} {begins!r}\n")


if __name__ == "__main__":
    main()
