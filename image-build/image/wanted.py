"""Prints the part of a lock file that the image's Python takes as wheels: without markers.

    wanted.py LOCK 3.13

pip judges a marker by the Python it runs on, so for another one they are judged here, by what installs
the wheels (`../install/unpack.py`). Packages that come from Debian are left out.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

UNPACK = Path(__file__).resolve().parents[1] / "install" / "unpack.py"
_BLOCK = re.compile(r"^([a-z0-9-]+)==([^\s;]+)[^\n]*\\\n((?:    --hash=[^\n]*\n)+)", re.MULTILINE)


def unpack_module() -> ModuleType:
    """What installs the wheels; it is a program, not a package."""
    spec = importlib.util.spec_from_file_location("callbox_unpack", UNPACK)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(UNPACK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wanted(lock: str, python: str) -> str:
    """The lock's entries for that Python, with their hashes."""
    unpack = unpack_module()
    pins = unpack.pins(lock, python)
    for name in (*unpack.FROM_DEBIAN, *unpack.NOT_FOR_THE_BOX):
        pins.pop(name, None)
    return "".join(
        f"{name}=={version} \\\n{hashes}"
        for name, version, hashes in _BLOCK.findall(lock)
        if pins.get(name) == version
    )


if __name__ == "__main__":
    sys.stdout.write(wanted(Path(sys.argv[1]).read_text("utf-8"), sys.argv[2]))
