"""The image's own checks find what they are there for, and its files agree with each other."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "image-build" / "image"
DISK = (FOLDER / "disk.sh").read_text(encoding="utf-8")


def module(name: str) -> ModuleType:
    """A program of image-build/image/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"callbox_image_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look for their module
    spec.loader.exec_module(loaded)
    return loaded


CHECK, SBOM = module("check"), module("sbom")


@pytest.fixture
def image(tmp_path: Path) -> Any:
    """A faultless image, as small as it can be."""
    boot, root = tmp_path / "boot", tmp_path / "root"
    for name in CHECK.FIRMWARE:
        put(boot / name, "firmware")
    for name in CHECK.BOARDS.values():
        put(boot / "a" / name, "tree")
    put(boot / "config.txt", (FOLDER / "boot" / "config.txt").read_text(encoding="utf-8"))
    put(boot / "a" / "cmdline.txt", (FOLDER / "boot" / "cmdline.txt").read_text(encoding="utf-8"))
    put(boot / "a" / "initrd.img", "ram disk")
    put(boot / "a" / "vmlinuz", "\0" * 56 + "ARMd" + "\0" * 60)
    put(root / "etc" / "machine-id", "")
    put(root / "etc" / "passwd", "root:x:0:0:root:/root:/usr/sbin/nologin\n")
    put(root / "etc" / "shadow", "root:!*:20000:0:99999:7:::\n")
    parts = [(0x80, 0x0C, 2048, 2048), (0, 0x83, 4096, 4096), (0, 0x83, 8192, 4096), (0, 0x83, 12288, 2048)]
    return CHECK.Image("ca11b0c5", parts, boot, root)


def put(path: Path, text: str) -> None:
    """Write a file and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def faults(image: Any) -> list[str]:
    """What the checks that need no whole system say."""
    wanted = (CHECK.partitions, CHECK.boards, CHECK.secrets, CHECK.passwords)
    return [fault for check in wanted for fault in check(image)]


def test_a_faultless_image_has_no_faults(image: Any) -> None:
    assert faults(image) == []


@pytest.mark.parametrize(
    ("place", "text", "fault"),
    [
        ("root/etc/machine-id", "0123456789abcdef0123456789abcdef\n", "machine-id"),
        ("root/etc/ssh/ssh_host_ed25519_key", "x", "a box's own"),
        ("root/etc/callbox/tls.pem", "-----BEGIN PRIVATE KEY-----", "private key"),
        ("root/etc/apt/sources.list.d/0000debian.sources", "Types: deb", "package sources"),
        ("root/etc/apt/apt.conf.d/99x", 'Acquire::Check-Date "false";', "of the build"),
        ("root/usr/sbin/sshd", "x", "no place"),
        ("root/etc/shadow", "root::20000:0:99999:7:::\n", "not locked"),
        ("root/etc/shadow", "root:$y$j9T$x:20000:0:99999:7:::\n", "not locked"),
        ("root/etc/passwd", "root::0:0:root:/root:/bin/sh\n", "no place in shadow"),
        ("boot/start4.elf", "", "start4.elf"),
        ("boot/a/bcm2712-rpi-5-b.dtb", "", "bcm2712"),
        ("boot/a/vmlinuz", "\0" * 100, "firmware can start"),
        ("boot/a/cmdline.txt", "root=PARTUUID=00000000-02 ro quiet\n", "does not name root A"),
        ("boot/a/cmdline.txt", "x root=PARTUUID=ca11b0c5-02 ro y\nz\n", "does not name root A"),
    ],
)
def test_a_fault_is_found(image: Any, tmp_path: Path, place: str, text: str, fault: str) -> None:
    put(tmp_path / place, text)
    assert any(fault in found for found in faults(image)), faults(image)


def test_partitions_that_lie_over_each_other_are_found(image: Any) -> None:
    image.parts[2] = (0, 0x83, 6144, 4096)
    assert any("partition 3" in fault for fault in faults(image))


def test_lists_are_held_in_both_directions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHECK, "HERE", tmp_path)
    put(tmp_path / "expected-setuid.txt", "4755 0:0 usr/bin/su\n")
    found = list(CHECK.compare({"setuid": ["4755 0:0 usr/bin/mount"]}, write=False))
    assert len(found) == 2
    assert list(CHECK.compare({"setuid": ["4755 0:0 usr/bin/su"]}, write=False)) == []


def test_the_contents_are_listed_and_the_list_is_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    put(
        tmp_path / "var/lib/dpkg/status",
        "Package: libc6\nStatus: install ok installed\nArchitecture: arm64\nSource: glibc\nVersion: 2.41-12\n"
        "Maintainer: x\nDescription: C\n more\n\nPackage: gone\nStatus: deinstall ok config-files\n",
    )
    site = tmp_path / "usr/lib/callbox/lib/python3.13/site-packages"
    put(site / "callbox-1.dist-info/METADATA", "Name: callbox\nVersion: 1\nLicense-Expression: GPL-2.0\n\nx")
    listed = SBOM.document(tmp_path)
    assert listed["bomFormat"] == "CycloneDX" and listed["specVersion"] == "1.6"
    assert [part["bom-ref"] for part in listed["components"]] == ["deb/libc6", "pypi/callbox"]
    assert listed["components"][0]["purl"] == "pkg:deb/debian/libc6@2.41-12?arch=arm64&distro=debian-13"
    assert listed["components"][0]["properties"] == [{"name": "debian:source", "value": "glibc"}]
    assert json.dumps(SBOM.document(tmp_path)) == json.dumps(listed)


def test_the_kernel_is_told_the_disk_that_is_made() -> None:
    made = re.search(r"^disk_id=([0-9a-f]{8}) ", DISK, re.MULTILINE)
    cmdline = (FOLDER / "boot" / "cmdline.txt").read_text(encoding="utf-8")
    assert made is not None and f"root=PARTUUID={made[1]}-02 " in cmdline


def test_what_is_mounted_is_what_is_made() -> None:
    disk = re.search(r"^disk_id=([0-9a-f]{8}) ", DISK, re.MULTILINE)
    assert disk is not None
    table = (FOLDER / "files/etc/fstab").read_text(encoding="utf-8")
    grow = (FOLDER / "files/usr/lib/callbox-image/grow").read_text(encoding="utf-8")
    assert f"PARTUUID={disk[1]}-04 /data ext4" in table and "LABEL=BOOT /boot/firmware" in table
    assert f"by-partuuid/{disk[1]}-04" in grow
    assert "ext4 data.ext4 callbox-data" in DISK
    assert "LABEL=callbox-data" in (FOLDER / "initramfs/callbox-overlay").read_text(encoding="utf-8")
