"""Inside the guest, as root: a lamp and a key on the kernel's simulated chip, by gpiozero and our pins."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import gpiozero

from drivers.panel import GpiodFactory

SIM = Path("/sys/kernel/config/gpio-sim/callbox")
LAMP, KEY = 17, 27


def chip() -> tuple[str, Path]:
    """Make a chip of 28 lines: its device, and the folder where its lines are looked at from outside."""
    subprocess.run(["modprobe", "gpio-sim"], check=True)
    if not SIM.parent.is_dir():
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
    (SIM / "bank0").mkdir(parents=True)
    (SIM / "bank0" / "num_lines").write_text("28")
    (SIM / "live").write_text("1")
    name = (SIM / "bank0" / "chip_name").read_text().strip()
    device = (SIM / "dev_name").read_text().strip()
    return f"/dev/{name}", Path("/sys/devices/platform") / device / name


def main() -> None:
    """Light the lamp, press the key."""
    path, lines = chip()
    factory = GpiodFactory(path)
    seen = []
    with gpiozero.LED(LAMP, pin_factory=factory) as lamp:
        for lit in (True, False):
            lamp.value = lit
            seen.append((lines / f"sim_gpio{LAMP}" / "value").read_text().strip())
    pressed, released = threading.Event(), threading.Event()
    with gpiozero.Button(KEY, pin_factory=factory) as key:
        key.when_pressed, key.when_released = pressed.set, released.set
        (lines / f"sim_gpio{KEY}" / "pull").write_text("pull-down")
        felt = pressed.wait(30)
        (lines / f"sim_gpio{KEY}" / "pull").write_text("pull-up")
        let_go = released.wait(30)
    factory.close()
    good = seen == ["1", "0"] and felt and let_go
    sys.stdout.write(f"PANEL {'ok' if good else f'lamp {seen}, key {felt} {let_go}'}\n")


if __name__ == "__main__":
    main()
