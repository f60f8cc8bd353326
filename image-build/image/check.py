"""Looks through a finished image for what must be in it and what must not; ends with 1 and every fault.

    check.py IMAGE            compare with expected-*.txt beside this file
    check.py IMAGE --write    write those lists anew, to be read and committed

What no emulator runs is checked here by reading: the files a Raspberry Pi's firmware takes.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECTOR = 512
FIRMWARE = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
BOARDS = {
    "3B": "bcm2837-rpi-3-b.dtb",
    "3B+": "bcm2837-rpi-3-b-plus.dtb",
    "3A+": "bcm2837-rpi-3-a-plus.dtb",
    "Zero 2 W": "bcm2837-rpi-zero-2-w.dtb",
    "4B": "bcm2711-rpi-4-b.dtb",
    "CM4": "bcm2711-rpi-cm4-io.dtb",
    "5": "bcm2712-rpi-5-b.dtb",
}
DRIVERS = (
    "sdhci-iproc",
    "bcm2835",
    "sdhci-brcmstb",
    "rp1_pci",
    "gpio-sim",
    "snd-aloop",
    "dummy_hcd",
    "overlay",
)
Lists = dict[str, list[str]]


@dataclass(frozen=True)
class Image:
    """What is in an image: number of the disk, partitions (active, type, first sector, sectors), files."""

    disk_id: str
    parts: list[tuple[int, int, int, int]]
    boot: Path
    root: Path

    def text(self, name: str) -> str:
        """A file of the root."""
        return (self.root / name).read_text("utf-8")

    def walk(self) -> Iterator[tuple[str, os.stat_result]]:
        """Every file of the root."""
        for folder, _, names in os.walk(self.root):
            for name in sorted(names):
                path = Path(folder) / name
                yield str(path.relative_to(self.root)), path.lstat()


def unpack(path: Path, work: Path) -> Image:
    """The parts of an image file, without mounting anything."""
    with path.open("rb") as disk:
        sector = disk.read(SECTOR)
    (disk_id,) = struct.unpack_from("<I", sector, 440)
    parts = [struct.unpack_from("<B3xB3xII", sector, 446 + 16 * number) for number in range(4)]
    image = Image(f"{disk_id:08x}", parts, work / "boot", work / "root")
    image.boot.mkdir()
    image.root.mkdir()
    run("mcopy", "-s", "-Q", "-i", f"{path}@@{parts[0][2] * SECTOR}", "::/", str(image.boot))
    run("debugfs", "-R", f"rdump / {image.root}", f"{path}?offset={parts[1][2] * SECTOR}")
    return image


def run(*command: str) -> None:
    """A program that must succeed; its words only when it does not."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr[-300:]}")


def boards(image: Image) -> Iterator[str]:
    """What the firmware of every board reads."""
    settings = dict(
        re.split(r"[= ]", line, maxsplit=1)
        for line in (image.boot / "config.txt").read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "["))
    )
    prefix = image.boot / settings.get("os_prefix", "")
    named = [
        prefix / settings["kernel"],
        prefix / settings["initramfs"].split()[0],
        prefix / settings["cmdline"],
    ]
    named += [image.boot / name for name in FIRMWARE] + [prefix / name for name in BOARDS.values()]
    for path in named:
        if not path.is_file() or not path.stat().st_size:
            yield f"{path.relative_to(image.boot)} is not on the boot partition"
    if named[0].read_bytes()[56:60] != b"ARMd":
        yield "the kernel is not one that a Raspberry Pi's firmware can start (arm64 Image)"
    cmdline = named[2].read_text("utf-8")
    if cmdline.count("\n") != 1 or f" root=PARTUUID={image.disk_id}-02 ro " not in cmdline:
        yield "cmdline.txt does not name root A of this disk on one line"
    for key, value in (("arm_64bit", "1"), ("upstream_kernel", "1")):
        if settings.get(key) != value:
            yield f"config.txt lacks {key}={value}"


def partitions(image: Image) -> Iterator[str]:
    """Boot, root A, root B, data; aligned, in order, none over the other."""
    if [part[1] for part in image.parts] != [0x0C, 0x83, 0x83, 0x83]:
        yield "the partitions are not boot, root A, root B, data"
    end = 2048
    for number, (_, _, start, size) in enumerate(image.parts, 1):
        if start < end or start % 2048:
            yield f"partition {number} is not where it should be"
        end = start + size
    if image.parts[1][3] != image.parts[2][3]:
        yield "the two roots are not of one size"


def holds_key(path: Path) -> bool:
    """Whether a file has a private key in it, in the form OpenSSL and OpenSSH write."""
    return b"PRIVATE KEY" in path.read_bytes()


def secrets(image: Image) -> Iterator[str]:
    """Nothing that is one box's own: no identity, no key."""
    if image.text("etc/machine-id"):
        yield "the machine-id is not empty"
    for name, status in image.walk():
        if re.match(r"etc/(ssh|dropbear)/", name) or re.search(
            r"ssh_host_|^var/.*random-seed$|\.(key|p12)$", name
        ):
            yield f"{name} is a box's own"
        elif name.startswith("etc/") and stat.S_ISREG(status.st_mode) and holds_key(image.root / name):
            yield f"{name} holds a private key"
    yield from build_traces(image)


def build_traces(image: Image) -> Iterator[str]:
    """Nothing of the machine that built it, nothing that switches off what keeps a box safe."""
    for found in (*image.root.glob("etc/apt/sources.list*"), *image.root.glob("etc/apt/sources.list.d/*")):
        if found.is_file():
            yield f"{found.name}: package sources of the machine that built the image"
    for found in (
        *image.root.glob("etc/apt/apt.conf.d/*"),
        *image.root.glob("etc/dpkg/dpkg.cfg.d/*mmdebstrap*"),
    ):
        if "mmdebstrap" in found.name or "Check-Date" in found.read_text("utf-8"):
            yield f"{found.name} is of the build"
    for name in ("usr/sbin/sshd", "usr/bin/sudo", "usr/bin/gcc", "usr/bin/pip"):
        if (image.root / name).exists():
            yield f"{name} has no place on a box"


def passwords(image: Image) -> Iterator[str]:
    """No account has a password, or can be given a shell without one."""
    for line in image.text("etc/shadow").splitlines():
        name, secret = line.split(":")[:2]
        if not secret.startswith("!"):
            yield f"the account {name} is not locked"
    for line in image.text("etc/passwd").splitlines():
        if line.split(":")[1] != "x":
            yield f"the account {line.split(':')[0]} has no place in shadow"


def modules(image: Image) -> Iterator[str]:
    """Drivers of the boards' cards and of the tests."""
    names = {Path(name).name.split(".ko")[0].replace("-", "_") for name, _ in image.walk() if ".ko" in name}
    built_in = "".join(
        path.read_text("utf-8") for path in image.root.glob("usr/lib/modules/*/modules.builtin")
    )
    for name in DRIVERS:
        if name.replace("-", "_") not in names and f"/{name}.ko" not in built_in:
            yield f"the kernel has no driver {name}"


def program(image: Image) -> Iterator[str]:
    """The box's own files."""
    for name in (
        "usr/lib/callbox/bin/python",
        "usr/share/callbox/sbom.cdx.json",
        "etc/systemd/system/multi-user.target.wants/callbox.target",
        "etc/systemd/system/local-fs.target.wants/callbox-grow.service",
        "etc/systemd/system/sysinit.target.wants/callbox-data.service",
    ):
        if not (image.root / name).is_symlink() and not (image.root / name).is_file():
            yield f"{name} is not in the image"


def lists(image: Image) -> Lists:
    """What is held by lists that are read before they are committed."""
    accounts = []
    for line in image.text("etc/passwd").splitlines():
        name, _, number, group, _, home, shell = line.split(":")
        accounts.append(f"{name} {number}:{group} {home} {shell}")
    modes = [
        f"{oct(status.st_mode & 0o7777)[2:]} {status.st_uid}:{status.st_gid} {name}"
        for name, status in image.walk()
        if status.st_mode & (stat.S_ISUID | stat.S_ISGID) and stat.S_ISREG(status.st_mode)
    ]
    enabled = sorted(
        str(path.relative_to(image.root / "etc/systemd/system"))
        for path in (image.root / "etc/systemd/system").glob("*.wants/*")
    )
    return {"accounts": sorted(accounts), "setuid": sorted(modes), "enabled": enabled}


def compare(found: Lists, write: bool) -> Iterator[str]:
    """The lists against the committed ones."""
    for kind, entries in found.items():
        path = HERE / f"expected-{kind}.txt"
        if write:
            path.write_text("".join(f"{entry}\n" for entry in entries), "utf-8")
        expected = path.read_text("utf-8").splitlines() if path.exists() else []
        for entry in sorted({*entries} - {*expected}):
            yield f"{path.name} does not know: {entry}"
        for entry in sorted({*expected} - {*entries}):
            yield f"{path.name} wants: {entry}"


CHECKS: tuple[Callable[[Image], Iterator[str]], ...] = (
    partitions, boards, secrets, passwords, modules, program,
)  # fmt: skip


def main() -> int:
    """The command line; 1 when there is a fault."""
    with tempfile.TemporaryDirectory(prefix="callbox-check-") as work:
        image = unpack(Path(sys.argv[1]), Path(work))
        faults = [fault for check in CHECKS for fault in check(image)]
        faults += compare(lists(image), "--write" in sys.argv[2:])
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
