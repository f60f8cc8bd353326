"""Voices of Piper that somebody put on the box: a model `en_US-joe-medium.onnx`, its `.onnx.json` beside it.

Piper is a program of its own (GPL-3), neither shipped nor imported; a box without it, or without a voice of
the language, speaks by espeak-ng.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

PIPER = "piper"
SHARED = Path("/usr/share/piper-voices")
_NAME = re.compile(r"([a-z]{2,3})_([A-Z]{2})-.+\.onnx", re.ASCII)


def voice_of(language: str, folders: Sequence[Path]) -> Path | None:
    """The voice for a language (BCP 47): of its region, else the first one of the language."""
    if shutil.which(PIPER) is None:
        return None
    spoken, _, region = language.lower().partition("-")
    found = [path for folder in folders for path in sorted(folder.glob("*.onnx")) if _whole(path)]
    mine = [path for path in found if _parts(path)[0] == spoken]
    exact = [path for path in mine if _parts(path)[1] == region]
    return next(iter(exact or mine), None)


def mark(voice: Path) -> str:
    """Tells a voice from another one under its name."""
    about = voice.stat()
    return f"{voice.name} {about.st_size} {about.st_mtime_ns}"


def _whole(path: Path) -> bool:
    return _NAME.fullmatch(path.name) is not None and path.with_name(f"{path.name}.json").is_file()


def _parts(path: Path) -> tuple[str, str]:
    found = _NAME.fullmatch(path.name)
    return ("", "") if found is None else (found[1], found[2].lower())
