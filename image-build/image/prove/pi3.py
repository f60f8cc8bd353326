"""Boots the image on QEMU's Raspberry Pi 3B, from its card reader: `prove/pi3.py IMAGE`.

Slow (minutes) and without sound, so only on request. Kernel, RAM disk and device tree are those a Pi 3B would
load; the Pi's own firmware is not emulated.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from guest import Guest, GuestError
from page import Page

SECONDS = 2400.0
# QEMU resets the machine at the moment its watchdog is armed, instead of when nobody feeds it.
WORDS = "modprobe.blacklist=bcm2835_wdt"


def main() -> int:
    """The command line; 1 when it does not start whole."""
    work = Path(tempfile.mkdtemp(prefix="callbox-pi3-"))
    card = work / "card.img"
    subprocess.run(["cp", "--sparse=always", sys.argv[1], card], check=True, timeout=300)
    with card.open("r+b") as file:
        file.truncate(4 << 30)  # QEMU wants a power of two
    guest = Guest(card, work, WORDS, pi3=True)
    try:
        guest.expect(r"Reached target \S*multi-user", SECONDS)
        code = guest.expect(r"one-time code +(\S+)", 600)[1]
        page = Page(guest.https, None)
        guest.wait(lambda: _answers(page), 600, "the login page by USB network")
        if page.log_in(code)[0] != 303:
            raise GuestError("the code does not open the page")
        if failed := guest.saw(r"FAILED.*"):
            raise GuestError(f"a unit failed: {failed[0]}")
    except GuestError as problem:
        sys.stdout.write(f"[image-test-pi3] FAILED: {problem}\n")
        return 1
    finally:
        guest.kill()
        shutil.rmtree(work, ignore_errors=True)
    sys.stdout.write("[image-test-pi3] ok\n")
    return 0


def _answers(page: Page) -> bool:
    try:
        return page.ask("GET", "/login")[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
