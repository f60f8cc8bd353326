"""Proves the image by booting it: `python image-build/image/prove IMAGE [--kills N]`. Emulated, never by KVM.

Every step prints a line; the first that fails ends the run with 1 and the guest's last words.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import figures
import kills
import looks
import office
from guest import BOOT_SECONDS, Guest, GuestError
from page import Page

HERE = Path(__file__).resolve().parent
KILLS = 20
FEWEST = 2  # a run with fewer power cuts does not count as a test of the image
PASSWORD = "nine green bottles hanging"  # noqa: S105 - of a box that lives for ten minutes


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"[image-test] {text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """A step and how long it took."""
    began = time.monotonic()
    yield
    say(f"ok   {what} ({time.monotonic() - began:.0f} s)")


def card(image: Path, work: Path) -> Path:
    """The image on a card of 4 GiB, which the box writes to."""
    copy = work / "card.img"
    subprocess.run(["cp", "--sparse=always", image, copy], check=True, timeout=300)
    with copy.open("r+b") as file:
        file.truncate(4 << 30)
    return copy


def bare(image: Path, work: Path) -> float:
    """Seconds to multi-user without Callbox's own units, from the same image."""
    guest = Guest(
        image, work / "bare", words="systemd.mask=callbox.target systemd.mask=callbox-firstboot.service"
    )
    try:
        guest.shell.connect()
        return looks.multi_user(guest)
    finally:
        guest.kill()


def first_page(guest: Guest) -> float:
    """Seconds from power-on to the first login page over HTTPS."""
    page = Page(guest.https, None)

    def answered() -> bool:
        with contextlib.suppress(OSError):
            return page.ask("GET", "/login")[0] == 200
        return False

    guest.wait(answered, BOOT_SECONDS, "the login page over HTTPS")
    return time.monotonic() - guest.started


def log_in(guest: Guest) -> Page:
    """The code of the console opens the page once; then a password of one's own."""
    code = guest.expect(r"one-time code +(\S+)")[1]
    authority = guest.shell.run("cat /var/lib/callbox/tls/ca.pem")
    page = Page(guest.https, authority)
    status, _ = page.log_in(code)
    if status != 303:
        raise GuestError(f"the first code was refused: {status}")
    again, _ = Page(guest.https, authority).log_in(code)
    if again == 303:
        raise GuestError("the first code opens the page a second time")
    status, place, body = page.send("/password", "/password", new=PASSWORD, again=PASSWORD)
    if status != 303:
        words = re.sub(r"<[^>]+>|\s+", " ", body.decode("utf-8", "replace"))
        raise GuestError(f"an own password was not taken: {status} {place} {words[-400:]}")
    status, place, _ = page.send("/first/place", "/first/skip")
    if status != 303:
        raise GuestError(f"the first-boot page cannot be left: {status} {place}")
    return page


def started(guest: Guest, bare_s: float) -> dict[str, float]:
    """How long it took, from power-on."""
    found = {}
    with step("login page over HTTPS"):
        found["image.page_s"] = first_page(guest)
    guest.shell.connect()
    with step("it has started"):
        found["image.multi_user_s"] = looks.multi_user(guest)
        found["image.answers_calls_s"] = looks.answers_calls(guest)
        found["image.slower_than_bare_s"] = found["image.answers_calls_s"] - bare_s
    return found


def used(guest: Guest, work: Path, write: bool) -> dict[str, float]:
    """A day's work with it; the memory it takes."""
    with step("no unit failed, root is an overlay, data partition grown, listeners as expected"):
        looks.look(guest, write)
    with step("the first code opens the page, once"):
        page = log_in(guest)
    found = looks.memory(guest)
    with step("a lamp and a key on gpio-sim"):
        office.panel(guest)
    with step("a whole call by USB modem and SIP telephone, its record and recording by the page"):
        office.whole_call(guest, page, work)
    with step("no unit failed after the call"):
        looks.no_failed_unit(guest)
    with step("a USB stick is mounted and takes a backup"):
        office.stick(guest)
    return found


def prove(image: Path, work: Path, kill_points: int, write: bool) -> dict[str, float]:
    """All steps; the figures."""
    values = dict(json.loads(image.with_name("callbox.build.json").read_text("utf-8")))
    found = {f"image.{name}": float(value) for name, value in values.items()}
    with step("the base starts without Callbox"):
        found["image.multi_user_bare_s"] = bare(image, work)
    disk = card(image, work)
    guest = Guest(disk, work / "box", keep=True)
    try:
        found |= started(guest, found["image.multi_user_bare_s"])
        found |= used(guest, work, write)
        if kill_points:
            guest.kill()
            with step(f"{kill_points} power cuts"):
                kills.cut(disk, work / "kills", kill_points, say)
        else:
            with step("it powers off"):
                guest.power_off()
    finally:
        guest.kill()
    with step("a damaged data partition and a wrong clock: it starts, and says both"):
        looks.damaged(disk, work / "damaged")
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Boots the image and makes a call in it.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--kills", type=int, default=KILLS, help="power cuts")
    parser.add_argument("--write", action="store_true", help="write expected-listeners.txt anew, to be read")
    parser.add_argument("--keep", type=Path, help="folder to leave consoles and card in")
    given = parser.parse_args()
    work = given.keep or Path(tempfile.mkdtemp(prefix="callbox-prove-"))
    try:
        found = prove(given.image.resolve(), work, given.kills, given.write)
    except GuestError as problem:
        say(f"FAILED: {problem}")
        return 1
    finally:
        if given.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    figures.keep(found)
    for name, value in sorted(found.items()):
        unit, goal = figures.GOALS.get(name, ("MB", None))
        words = "" if goal is None else f" (goal {goal:g}{', not met' if value > goal else ''})"
        say(f"{name} {value:.1f} {unit}{words}")
    if given.kills < FEWEST:
        return 0
    inputs = subprocess.run(
        [HERE.parent / "inputs.sh"], capture_output=True, text=True, check=True, timeout=60
    )
    (HERE.parents[1] / "tested.txt").write_text(inputs.stdout, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
