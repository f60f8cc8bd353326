"""A Python of a benchmark's own: packages that make what it needs, and are never part of the box."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def own_python(place: Path, requirements: Path) -> Path:
    """The interpreter in `place`, made anew when it does not have these pinned packages yet."""
    python, stamp = place / "bin/python", place / "stamp"
    wanted = requirements.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", requirements], check=True)
        stamp.write_text(wanted)
    return python
