"""Recordings on the disk: one Opus file each, or two WAV files while the box has not encoded them yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
PARTS = {
    "opus": (".opus", "audio/ogg"),
    "left": (".left.wav", "audio/wav"),
    "right": (".right.wav", "audio/wav"),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """What can be heard of one: "opus", or "left" (caller) and "right" (agent), or nothing."""

    id: str
    parts: tuple[str, ...]


def recording_file(folder: Path, recording: str, part: str) -> Path | None:
    """The file of one part; None when there is none."""
    if not _ID.fullmatch(recording) or part not in PARTS:
        return None
    path = folder / f"{recording}{PARTS[part][0]}"
    return path if path.is_file() else None


def recording(folder: Path, recording_id: str) -> Recording:
    """What there is of a recording."""
    if recording_file(folder, recording_id, "opus") is not None:
        return Recording(recording_id, ("opus",))
    sides = tuple(side for side in ("left", "right") if recording_file(folder, recording_id, side))
    return Recording(recording_id, sides)
