"""WAV files as PJSIP's recorder writes them: a 44 byte header whose sizes are right only after an orderly
end.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from appliance.contract.ids import RecordingId

HEADER_BYTES = 44
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


def file_of(folder: Path, recording: RecordingId, side: str) -> Path:
    """Where one side ("left", "right") of a recording lies until it is encoded."""
    return folder / f"{recording}.{side}.wav"


def samples_of(path: Path) -> int | None:
    """The samples a recording of ours holds, told by its header; None while the header is not final."""
    header = _read_header(path)
    if header is None or header[12] == 0 or header[12] + HEADER_BYTES > path.stat().st_size:
        return None
    return int(header[12]) // 2


def repair(path: Path) -> int:
    """Make the header tell what is there (mono s16); the samples in the file. 0: nothing usable, or no
    file.

    After `kill -9` the sizes are zero and the last quarter of a second was never written; after a power
    cut the file may be cut anywhere. A file that does not begin as ours is left alone.
    """
    header = _read_header(path)
    if header is None or header[0] != b"RIFF" or header[3] != b"fmt " or header[11] != b"data":
        return 0
    data = (path.stat().st_size - HEADER_BYTES) // 2 * 2
    if header[12] != data or header[1] != data + HEADER_BYTES - 8:
        fields = (*header[:1], data + HEADER_BYTES - 8, *header[2:12], data)
        with path.open("r+b") as file:
            file.write(_HEADER.pack(*fields))
    return data // 2


def _read_header(path: Path) -> tuple[Any, ...] | None:
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except FileNotFoundError:
        return None
    return _HEADER.unpack(head) if len(head) == HEADER_BYTES else None
