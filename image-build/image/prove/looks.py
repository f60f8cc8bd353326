"""Looks at a running guest: how it started, what failed, what listens, how much memory our services take."""

from __future__ import annotations

import re
import time
from pathlib import Path

import office
from guest import BOOT_SECONDS, SECTOR, Guest, GuestError
from page import Page

EXPECTED = Path(__file__).resolve().parents[1] / "expected-listeners.txt"
SERVICES = ("callbox-core", "callbox-web", "callbox-edge", "callbox-front")


def active_at(guest: Guest, unit: str) -> float:
    """Seconds from power-on until a unit was active."""

    def stamp() -> float | None:
        text = guest.shell.run(
            f"systemctl show {unit} -P ActiveState -P ActiveEnterTimestampMonotonic", check=False
        )
        words = text.split()
        return float(words[1]) / 1e6 if len(words) == 2 and words[0] == "active" and words[1] != "0" else None

    inside = guest.wait(stamp, BOOT_SECONDS, f"{unit} is active")
    uptime = float(guest.shell.run("cat /proc/uptime").split()[0])
    return time.monotonic() - guest.started - uptime + inside


def multi_user(guest: Guest) -> float:
    """Seconds to the end of the boot."""
    return active_at(guest, "multi-user.target")


def answers_calls(guest: Guest) -> float:
    """Seconds until core and edge both say that calls can be answered."""
    return max(active_at(guest, "callbox-core.service"), active_at(guest, "callbox-edge.service"))


def no_failed_unit(guest: Guest) -> None:
    """Every unit is well."""
    failed = guest.shell.run("systemctl --failed --no-legend --plain")
    if failed:
        names = [line.split()[0] for line in failed.splitlines()]
        why = "\n".join(
            guest.shell.run(f"journalctl -b --no-pager -n 15 -u {name}", check=False) for name in names
        )
        raise GuestError(f"units failed: {failed}\n{why}")


def listeners(guest: Guest) -> list[str]:
    """Who listens where: protocol, address, port, program; random ports are told as such."""
    found = set()
    for line in guest.shell.run("ss -H -l -n -t -u -p").splitlines():
        words = line.split()
        program = re.search(r'\(\("([^"]+)"', line)
        address, _, port = words[4].rpartition(":")
        number = "random" if int(port) >= 32768 else "rtp" if 10000 <= int(port) < 11000 else port
        address = "own" if address.startswith(("10.0.2.", "[fe80")) else address.split("%")[0]
        found.add(f"{words[0]} {address}:{number} {program[1] if program else '-'}")
    return sorted(found)


def look(guest: Guest, write: bool = False) -> None:
    """What must be so on every box; `write` takes the listeners found for the expected ones."""
    no_failed_unit(guest)
    shell = guest.shell
    if shell.run("findmnt -no FSTYPE /") != "overlay":
        raise GuestError("the root is no overlay")
    if "ro" not in shell.run("findmnt -no OPTIONS /run/callbox-root/lower", check=False).split(","):
        raise GuestError("the root under the overlay can be written to")
    if shell.run("cat /run/callbox-image/data") != "card":
        raise GuestError("the data is not on the card")
    size = int(shell.run("findmnt -bno SIZE /data"))
    if size < 200 << 20:
        raise GuestError(f"the data partition did not grow: {size} bytes")
    kept = shell.run("cat /data/identity/machine-id")
    if not re.fullmatch(r"[0-9a-f]{32}", kept) or kept != shell.run("cat /etc/machine-id"):
        raise GuestError("the machine's identity is not kept")
    found = listeners(guest)
    if write:
        EXPECTED.write_text("".join(f"{line}\n" for line in found), "utf-8")
    expected = EXPECTED.read_text("utf-8").splitlines() if EXPECTED.exists() else []
    if found != expected:
        raise GuestError("listeners differ from expected-listeners.txt; found:\n" + "\n".join(found))


def memory(guest: Guest) -> dict[str, float]:
    """PSS of each of our services, and of all together, in MB."""
    found = {}
    for name in SERVICES:
        total = guest.shell.run(
            f"cd /proc && for pid in $(cat /sys/fs/cgroup/system.slice/{name}.service/cgroup.procs); "
            "do cat $pid/smaps_rollup; done 2>/dev/null "
            "| awk '/^Pss:/ { sum += $2 } END { print sum }'"
        )
        found[f"image.pss_{name.removeprefix('callbox-')}_mb"] = int(total) * 1024 / 1e6
    found["image.pss_mb"] = sum(found.values())
    return found


def damaged(disk: Path, work: Path) -> None:
    """With a data partition that cannot be read the box starts, and says so; a wrong clock too."""
    with disk.open("r+b") as card:
        card.seek(446 + 3 * 16 + 8)  # the fourth partition's first sector
        start = int.from_bytes(card.read(4), "little") * SECTOR
        card.seek(start)
        card.write(bytes(1 << 20))
    guest = Guest(disk, work, keep=True, clock="2001-01-01")
    try:
        guest.shell.connect()
        answers_calls(guest)
        if guest.shell.run("cat /run/callbox-image/data") != "memory":
            raise GuestError("a damaged data partition is taken for a good one")
        office.put(guest)
        told = guest.shell.run(f"cd /run/prove && {office.PYTHON} said.py", 120)
        if "NOTES" not in told or "time of day" not in told:
            raise GuestError(f"the box does not say that it does not know the time: {told[-800:]}")
        page = Page(guest.https, None)

        def said() -> bool:
            status, _, body = page.ask("GET", "/login")
            return status == 200 and b'id="trouble"' in body

        guest.wait(said, 300, "the page that says what is wrong")
    finally:
        guest.kill()
