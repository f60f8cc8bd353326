"""A restore that waits for the next start: staged beside the data, then moved into its place.

Everything is prepared and synced in `restore/new`; then one small file, `restore/go`, says that it shall
happen. The next start, before anything else reads the data folder, moves each file to its place by rename
and removes the mark at last. Killed before the mark, nothing has happened; killed after it, the next start
goes on where this one was: a file that is no longer in `restore/new` is in its place already.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from appliance.contract.errors import StoreError
from appliance.store import reset

log = logging.getLogger(__name__)

_COMPANIONS = ("records.sqlite-wal", "records.sqlite-shm", "records.tail")
_SINGLE = ("records.sqlite", "settings.json.good", "settings.json")
_FOLDERS = ("uploads", "recordings", "voicemail")


def pending_work(data: Path) -> None:
    """What an earlier run left for a start to do: a reset, which ends a restore that waits too, or a restore.

    The caller holds the data folder's lock and has opened nothing yet. StoreError when the disk refuses.
    """
    if reset.complete(data) is not None:
        Staged(data).drop()
    Staged(data).apply()


class Staged:
    """The staging folder of one data folder. Owned by whoever holds the data folder's lock."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.folder = data / "restore"
        self.new = self.folder / "new"
        self.replaced = data / "replaced"  # what the last restore took the place of
        self._go = self.folder / "go"

    def begin(self) -> Path:
        """An empty folder to put what shall be restored into, under the names it has in the data folder."""
        self.drop()
        self.new.mkdir(parents=True, mode=0o750)
        return self.new

    @property
    def decided(self) -> bool:
        """Whether the next start will restore."""
        return self._go.exists()

    def decide(self, told: dict[str, str]) -> None:
        """Have the next start restore what is staged; `told` is given back by it. StoreError."""
        try:
            shutil.rmtree(self.replaced, ignore_errors=True)
            for path in _below(self.new):
                sync(path)
            part = self.folder / "go.part"
            part.write_text(json.dumps(told), encoding="utf-8")
            sync(part)
            sync(self.folder)
            os.replace(part, self._go)
            sync(self.folder)
            sync(self._data)
        except OSError as problem:
            self._go.unlink(missing_ok=True)
            raise StoreError(f"The restore could not be prepared: {problem.strerror}.") from problem

    def drop(self) -> None:
        """Forget what is staged: the mark first, then what it speaks of."""
        self._go.unlink(missing_ok=True)
        if self.folder.exists():
            sync(self.folder)
            shutil.rmtree(self.folder)

    @property
    def restored(self) -> dict[str, str]:
        """What `decide` was told of the last restore, and "at", its time in seconds since 1970."""
        path = self.replaced / "told"
        told = _told(path) if path.exists() else {}
        return {**told, "at": str(path.stat().st_mtime)} if told else {}

    def apply(self) -> bool:
        """Do what was decided, or finish what an earlier start began; False when nothing is pending.

        StoreError when the disk refuses: the next start goes on.
        """
        if not self._go.exists():
            return False
        try:
            self._replace()
            for name in _FOLDERS:
                _add(self.new / name, self._data / name)
            sync(self._data)
            shutil.copyfile(self._go, self.replaced / "told")
            self.drop()
        except OSError as problem:
            raise StoreError(
                f"The restore cannot be finished: {problem.strerror}. The next start tries again."
            ) from problem
        log.warning("a backup was restored: %s", self.restored.get("backup", ""))
        return True

    def _replace(self) -> None:
        """What the box has now goes to `replaced`, and what is staged takes its place."""
        self.replaced.mkdir(exist_ok=True, mode=0o750)
        if (self.new / "records.sqlite").exists():
            for name in _COMPANIONS:
                self._aside(name)
        for name in _SINGLE:
            if (self.new / name).exists():
                self._aside(name)
                sync(self.replaced)
                os.replace(self.new / name, self._data / name)
                sync(self._data)

    def _aside(self, name: str) -> None:
        if (self._data / name).exists():
            os.replace(self._data / name, self.replaced / name)


def _told(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _add(staged: Path, place: Path) -> None:
    """Move every file of a folder; one of the same name gives way: both are the same sound."""
    if not staged.is_dir():
        return
    place.mkdir(exist_ok=True, mode=0o750)
    for path in staged.iterdir():
        os.replace(path, place / path.name)
    sync(place)


def _below(folder: Path) -> Iterator[Path]:
    """Every file and folder, a folder after what is in it."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _below(path)
        else:
            yield path
    yield folder


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    if not path.exists():
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
