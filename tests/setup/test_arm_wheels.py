"""Every Python package of the box can be had for it: as a wheel for arm64 and Debian 13's Python, as a pure
one, or as a Debian package that is named.

Nothing is fetched: `make lock` writes image-build/image/wheels.txt, the wheels it found; here that list is
held against the lock file, name by name and hash by hash.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGE = ROOT / "image-build" / "image"
PYTHON, MACHINE = "3.13", "aarch64"
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
WHEELS = (IMAGE / "wheels.txt").read_text(encoding="utf-8")
DEBIAN = {"pyalsaaudio": "python3-alsaaudio"}  # what is unpacked from Debian's package instead


def module(path: Path) -> ModuleType:
    """A program of image-build/, which is no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


WANTED = module(IMAGE / "wanted.py")
UNPACK = WANTED.unpack_module()


def problems(lock: str, wheels: str) -> list[str]:
    """What keeps the packages of a lock from being installed on the box."""
    found: dict[str, tuple[str, str]] = {}
    faults: list[str] = []
    for line in wheels.splitlines():
        digest, name = line.split()
        try:
            package, version = UNPACK.wheel_of(Path(name), PYTHON, MACHINE)
        except UNPACK.UnfitError as unfit:
            faults.append(str(unfit))
        else:
            found[package] = (version, digest)
    for block in re.split(r"^(?=[a-z0-9])", WANTED.wanted(lock, PYTHON), flags=re.MULTILINE)[1:]:
        package, version = block.split(" ")[0].split("==")
        mine, digest = found.pop(package, ("", ""))
        if mine != version:
            faults.append(f"{package} {version} has no wheel for {MACHINE}")
        elif f"sha256:{digest}" not in block:
            faults.append(f"the wheel of {package} is not one of those the lock names")
    return faults + [f"{package} is in wheels.txt, but not in the lock" for package in found]


def test_every_package_has_a_wheel_for_the_box() -> None:
    assert problems(LOCK, WHEELS) == []


def test_what_has_none_comes_from_a_debian_package_the_image_takes() -> None:
    assert set(UNPACK.FROM_DEBIAN) == set(DEBIAN)
    packages = (IMAGE / "packages.txt").read_text(encoding="utf-8").split()
    assert set(DEBIAN.values()) <= set(packages)


@pytest.mark.parametrize(
    ("lock", "wheels", "fault"),
    [
        (LOCK.replace("numpy==", "numpy==9"), WHEELS, "has no wheel"),
        (LOCK + f"\nspidev==3.6 \\\n    --hash=sha256:{'0' * 64}\n", WHEELS, "spidev 3.6 has no wheel"),
        (LOCK, WHEELS.replace("aarch64", "x86_64"), "is not for aarch64"),
        (LOCK, WHEELS.replace("cp313-cp313", "cp312-cp312"), "is not for Python 3.13"),
        (LOCK, re.sub(r"^[0-9a-f]{64}", "0" * 64, WHEELS, flags=re.MULTILINE), "not one of those"),
        (LOCK, f"{'0' * 64}  spidev-3.6-py3-none-any.whl\n" + WHEELS, "spidev is in wheels.txt"),
    ],
)
def test_a_package_without_a_wheel_is_named(lock: str, wheels: str, fault: str) -> None:
    assert any(fault in problem for problem in problems(lock, wheels))
