"""The disk's budget: what uses how much, and what goes first when it is short.

Order of sacrifice: recordings, the oldest first; then the kept log. Settings, call records and prompts never
go. Recording stops at the reserve by itself (`media.recorder`), so a full disk never touches a call.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

#: Room made at once beyond what is needed, so that not every recording costs another one.
_MARGIN = 0.02
_RECORDS = ("records.sqlite", "records.sqlite-wal", "records.sqlite-shm", "records.tail")


@dataclass(frozen=True, slots=True)
class Limits:
    """`share` of the disk recordings may use, 0 to 1; `reserve` bytes that stay free."""

    share: float
    reserve: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of the data disk. `other` is what does not belong to the box, or to the system."""

    total: int
    free: int
    recordings: int
    records: int
    prompts: int
    settings: int
    log: int
    work: int

    @property
    def other(self) -> int:
        """What is used and not ours."""
        ours = self.recordings + self.records + self.prompts + self.settings + self.log + self.work
        return max(0, self.total - self.free - ours)


@dataclass(frozen=True, slots=True)
class Swept:
    """What was given up: how many recordings and log files, and how many bytes that was."""

    recordings: int = 0
    logs: int = 0
    freed: int = 0


Disk = Callable[[Path], tuple[int, int]]


def disk_of(folder: Path) -> tuple[int, int]:
    """Total and free bytes of the file system a folder is on, as an ordinary user may use them."""
    disk = os.statvfs(folder)
    return disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize


def usage(data: Path, disk: Disk = disk_of) -> Usage:
    """What uses the disk now. OSError when the data folder cannot be looked at."""
    total, free = disk(data)
    return Usage(
        total=total,
        free=free,
        recordings=_folder(data / "recordings"),
        records=sum(_size(data / name) for name in _RECORDS) + _folder(data / "voicemail"),
        prompts=_folder(data / "uploads") + _folder(data / "sounds"),
        settings=sum(_size(path) for path in data.glob("settings.json*")),
        log=_folder(data / "log"),
        work=sum(_folder(data / name) for name in ("backups", "restore", "replaced", "spool")),
    )


def sweep(data: Path, limits: Limits, disk: Disk = disk_of) -> Swept:
    """Make room until recordings are within their share and the reserve is free, in the order above."""
    now = usage(data, disk)
    over = now.recordings - int(limits.share * now.total)
    short = limits.reserve - now.free
    if over <= 0 and short <= 0:
        return Swept()
    wanted = max(over, short) + int(_MARGIN * now.total)
    count, freed = _remove(_oldest(data / "recordings"), wanted)
    logs = 0
    if short > 0 and limits.reserve > disk(data)[1]:
        logs, more = _remove(_logs(data / "log"), now.log)
        freed += more
    if count or logs:
        log.warning("%d old recordings and %d log files made room for %d bytes", count, logs, freed)
    return Swept(count, logs, freed)


def _oldest(folder: Path) -> Iterator[tuple[Path, int]]:
    """Finished recordings, oldest first. What is being recorded or encoded has another ending."""
    found = []
    for entry in _entries(folder):
        if entry.name.endswith(".opus"):
            status = entry.stat(follow_symlinks=False)
            found.append((status.st_mtime, entry.path, status.st_blocks * 512))
    for _, path, size in sorted(found):
        yield Path(path), size


def _logs(folder: Path) -> Iterator[tuple[Path, int]]:
    for entry in _entries(folder):
        yield Path(entry.path), entry.stat(follow_symlinks=False).st_blocks * 512


def _remove(files: Iterator[tuple[Path, int]], wanted: int) -> tuple[int, int]:
    count = freed = 0
    for path, size in files:
        if freed >= wanted:
            break
        try:
            path.unlink()
        except OSError as problem:
            log.warning("%s could not be removed: %s", path.name, problem)
            continue
        count += 1
        freed += size
    return count, freed


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from (entry for entry in found if entry.is_file(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return


def _folder(folder: Path) -> int:
    """Bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        total += sum(_size(Path(place) / name) for name in names)
    return total


def _size(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0
