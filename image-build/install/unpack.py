"""Unpacks wheels into a virtual environment, which may be another machine's: no pip is needed there.

    unpack.py --python 3.13 --machine aarch64 --lock LOCK --debian DIST-PACKAGES SITE-PACKAGES WHEEL...

Each wheel must fit the Python and the machine and hold what its RECORD says, and together they must be what
the lock file names; a locked package without a wheel may come from Debian (`FROM_DEBIAN`), by a link.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

FROM_DEBIAN = {"pyalsaaudio": "alsaaudio"}  # no wheels of it exist; Debian 13's has the same interface
UNLISTED = ("callbox", "pjsua2")  # ours, in no lock
#: Of these packages the box takes a part; the rest is 70 MB (docs/decisions/0040-voice-menus.md).
UNUSED = re.compile(
    r"moonshine_voice(\.libs)?/(?!assets/tiny-en/)"
    r"|onnxruntime/(datasets|quantization|tools|transformers|capi/libonnxruntime\.so)"
    r"|pocketsphinx/model/.*\.lm\.bin$"
)
NOT_FOR_THE_BOX = ("setuptools", "pip", "wheel")
_NAME = re.compile(
    r"(?P<name>[^-]+)-(?P<version>[^-]+)(-\d[^-]*)?-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl"
)
_PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)(?: ; (.*?))? \\$", re.MULTILINE)
_VERSION = re.compile(r"python_full_version (<|>=) '3\.(\d+)'")


class UnfitError(Exception):
    """A wheel that is not for this place, or is not whole; or one that is missing."""


def canonical(name: str) -> str:
    """A package's name as locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wheel_of(path: Path, python: str, machine: str) -> tuple[str, str]:
    """Name and version of a wheel; UnfitError when it is for another Python or machine (PEP 425, 600)."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise UnfitError(f"{path.name} is not the name of a wheel.")
    mine, minor = "cp" + python.replace(".", ""), int(python.split(".")[1])
    tags, abis = set(match["python"].split(".")), set(match["abi"].split("."))
    pure = "none" in abis and bool(tags & {"py3", "py" + python.replace(".", ""), mine})
    stable = "abi3" in abis and any(tag.startswith("cp3") and int(tag[3:]) <= minor for tag in tags)
    if not (pure or stable or (mine in tags and mine in abis)):
        raise UnfitError(f"{path.name} is not for Python {python}.")
    places = match["platform"].split(".")
    if places != ["any"] and not any(
        place.startswith(("linux_", "manylinux")) and place.endswith(machine) for place in places
    ):
        raise UnfitError(f"{path.name} is not for {machine}.")
    return canonical(match["name"]), match["version"]


def pins(lock: str, python: str) -> dict[str, str]:
    """What a lock file wants for this Python: name -> version."""
    minor, found = int(python.split(".")[1]), {}
    for name, version, marker in _PIN.findall(lock):
        limits = _VERSION.findall(marker)
        if all(minor < int(limit) if sign == "<" else minor >= int(limit) for sign, limit in limits):
            found[name] = version
    return found


def files_of(wheel: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Where each file goes below site-packages, and its bytes, checked by RECORD. No scripts, no headers."""
    records = [
        name for name in wheel.namelist() if name.endswith(".dist-info/RECORD") and name.count("/") == 1
    ]
    if len(records) != 1:
        raise UnfitError(f"{wheel.filename} has no RECORD.")
    for name, digest, _size in csv.reader(io.TextIOWrapper(wheel.open(records[0]), "utf-8")):
        content = wheel.read(name)
        if name != records[0] and digest != _digest(content):
            raise UnfitError(f"{name} in {wheel.filename} is not what was packed.")
        place = _place(name)
        if place is not None:
            yield place, content


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _place(name: str) -> str | None:
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise UnfitError(f"{name} leads out of the folder.")
    if UNUSED.match(name):
        return None
    if not parts[0].endswith(".data"):
        return name
    return "/".join(parts[2:]) if parts[1] in ("purelib", "platlib") else None


def unpack(path: Path, site: Path, when: int | None) -> None:
    """Put one wheel's files in place, with the modification time `when`."""
    with zipfile.ZipFile(path) as wheel:
        for name, content in files_of(wheel):
            target = site / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o644)
            if when is not None:
                os.utime(target, (when, when))


def link_debian(name: str, debian: Path, site: Path) -> bool:
    """Link what Debian has of a package; False when it has nothing. Links hold at the target's own root."""
    module = FROM_DEBIAN.get(name)
    found = sorted(debian.glob(f"{module}*")) if module else []
    for one in (path for path in found if path.suffix != ".egg-info"):
        (site / one.name).symlink_to(Path("/usr/lib/python3/dist-packages") / one.name)
    return bool(found)


def install(given: argparse.Namespace) -> None:
    """All wheels into site-packages; UnfitError says in one sentence what is wrong."""
    wanted = pins(given.lock.read_text("utf-8"), given.python)
    for name in NOT_FOR_THE_BOX:
        wanted.pop(name, None)
    when = int(os.environ["SOURCE_DATE_EPOCH"]) if "SOURCE_DATE_EPOCH" in os.environ else None
    missing = {*wanted, *UNLISTED}
    for path in sorted(given.wheels):
        name, version = wheel_of(path, given.python, given.machine)
        if name in NOT_FOR_THE_BOX:
            continue
        if name not in missing or wanted.get(name, version) != version:
            raise UnfitError(f"{path.name} is not what the lock file names, or is there twice.")
        unpack(path, given.site, when)
        missing.remove(name)
    missing = {name for name in missing if not link_debian(name, given.debian, given.site)}
    if missing:
        raise UnfitError(f"No wheel is there for {', '.join(sorted(missing))}.")


def main() -> int:
    """The command line; 1 with a sentence when something does not fit."""
    parser = argparse.ArgumentParser(description="Unpacks wheels for the box.")
    parser.add_argument("--python", required=True, help="such as 3.13")
    parser.add_argument("--machine", required=True, help="such as aarch64")
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument(
        "--debian", type=Path, required=True, help="Debian's own Python packages at the target"
    )
    parser.add_argument("site", type=Path)
    parser.add_argument("wheels", type=Path, nargs="+")
    try:
        install(parser.parse_args())
    except (UnfitError, OSError, zipfile.BadZipFile) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
