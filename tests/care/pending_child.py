"""The program that is killed: it stages a restore, or does the one that is staged."""

from __future__ import annotations

import sys
from pathlib import Path

from appliance.store.pending import Staged, pending_work

OLD, NEW = b"the old one", b"the new one"
FILES = ("settings.json", "settings.json.good", "records.sqlite")


def before(data: Path) -> None:
    """A data folder with things of its own."""
    for name in (*FILES, "records.sqlite-wal", "records.sqlite-shm", "records.tail"):
        (data / name).write_bytes(OLD)
    for name in ("uploads", "recordings"):
        (data / name).mkdir()
        (data / name / "mine").write_bytes(OLD)


def stage(data: Path) -> None:
    """A restore, prepared and decided."""
    staged = Staged(data)
    new = staged.begin()
    for name in FILES:
        (new / name).write_bytes(NEW)
    for name in ("uploads", "recordings"):
        (new / name).mkdir()
        (new / name / "theirs").write_bytes(NEW)
    staged.decide({"backup": "yesterday's"})


def state(data: Path) -> str:
    """ "old" or "new" when everything is; else what is mixed."""
    found = {name: (data / name).read_bytes() for name in FILES}
    theirs = [(data / name / "theirs").exists() for name in ("uploads", "recordings")]
    companions = [
        (data / name).exists() for name in ("records.sqlite-wal", "records.sqlite-shm", "records.tail")
    ]
    if set(found.values()) == {OLD} and not any(theirs) and all(companions):
        return "old"
    if set(found.values()) == {NEW} and all(theirs) and not any(companions):
        return "new"
    return f"mixed: {found} {theirs} {companions}"


if __name__ == "__main__":
    if sys.argv[1] == "stage":
        stage(Path(sys.argv[2]))
    else:
        pending_work(Path(sys.argv[2]))
