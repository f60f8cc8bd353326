"""A program with a disk of 100 MB of its own: it fills it up and tells what became of the box on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from appliance.contract.errors import StoreError
from appliance.store.budget import disk_of
from tests.care.care_box import WAIT_SECONDS, CareBox, care_box, opus_bytes

_MB = 1_000_000
_OTHER = "somebody-else"


def _take(folder: Path, leave: int) -> None:
    """Somebody else takes what is free, but for so much."""
    with (folder / _OTHER).open("ab", buffering=0) as file:
        try:
            while (free := disk_of(folder)[1] - leave) > 0:
                file.write(os.urandom(min(free, _MB)))
        except OSError:
            return


def _save(box: CareBox, name: str) -> bool:
    settings = box.now_settings()
    settings.box.name = name
    try:
        box.change(settings)
    except StoreError:
        return False
    return True


def _note(box: CareBox) -> str:
    return " ".join(note for note in box.notes.sentences() if "disk" in note and "recorded" in note)


def _short(box: CareBox, folder: Path) -> dict[str, Any]:
    """Less than the reserve is free: the oldest recordings go."""
    recordings = box.options.recordings
    for number in range(12):
        path = recordings / f"r{number:02d}.opus"
        path.write_bytes(opus_bytes(5 * _MB))
        os.utime(path, (10_000 + number, 10_000 + number))
    _take(folder, 2 * _MB)
    before = disk_of(folder)[1]
    box.care.tick()
    left = sorted(path.name for path in recordings.iterdir())
    return {"free_before": before, "free_after": disk_of(folder)[1], "left": left, "short_note": _note(box)}


def _full(box: CareBox, folder: Path) -> dict[str, Any]:
    """Nothing is free, not a byte, and no recording is left to go."""
    for _ in range(4):
        _take(folder, 0)
        box.care.tick()
    _take(folder, 0)
    box.put_calls(20, seed=2)
    box.journal.settle(WAIT_SECONDS)
    saved = _save(box, "x" * 60)
    kept = box.now_settings().box.name
    return {"free_full": disk_of(folder)[1], "full_note": _note(box), "saved": saved, "kept": kept}


def _well(box: CareBox, folder: Path) -> dict[str, Any]:
    (folder / _OTHER).unlink()
    flushed = box.journal.flush(WAIT_SECONDS)
    box.care.tick()
    return {
        "flushed": flushed,
        "calls": box.calls(),
        "saved_after": _save(box, "well"),
        "well_note": _note(box),
    }


def main(folder: Path) -> None:
    """Mount, fill, look; the last line of the output is JSON."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)], check=True)
    with care_box(folder / "data") as box:
        settings = box.now_settings()
        settings.storage.reserve_mb, settings.storage.recordings_percent = 20, 90
        box.change(settings)
        box.put_calls(20, seed=1)
        box.journal.flush(WAIT_SECONDS)
        found = {**_short(box, folder), **_full(box, folder), **_well(box, folder)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
