"""Making one backup, in a worker process: snapshot, archive, encryption, to the destination, old ones out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from appliance.care.archive import KINDS, Writer
from appliance.care.crypt import sealing
from appliance.care.destination import Destination
from appliance.care.problems import CareError
from appliance.store.snapshot import snapshot

FORMAT = 1
_SPARE = 50_000_000  # bytes the box's own disk keeps free in any case
_PATTERNS = {kind.name: kind for kind in KINDS}
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the data folder, the settings of now as plain data, and the version it is."""

    data: Path
    settings: dict[str, Any]
    version: str
    recordings: bool
    work: Path


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is where it belongs."""

    name: str
    size: int
    calls: int
    recordings: int
    removed: int


def make(source: Source, destination: Destination, name: str, keep: int, told: Told) -> Made:
    """Make the backup `name`; `told` hears phase, bytes done and bytes in all. CareError, StoreError."""
    told("looking", 0, 0)
    files = list(_files(source))
    size = sum(path.stat().st_size for _, path in files) + _size(source.data / "records.sqlite")
    destination.room_for(size)
    _check_own_disk(source, size if destination.place(name).parent == source.work else 0)
    records = source.work / f"{name}.records"
    part = destination.place(name)
    try:
        told("records", 0, size)
        calls = snapshot(source.data / "records.sqlite", records)
        _write(source, files, records, calls, part, told)
        told("sending", size, size)
        done = part.stat().st_size
        destination.keep(part, name)
    finally:
        records.unlink(missing_ok=True)
        with suppress(OSError):
            part.unlink(missing_ok=True)
    told("tidying", size, size)
    recordings = sum(member.startswith("recordings/") for member, _ in files)
    return Made(name, done, calls, recordings, _prune(destination, name, keep))


def _files(source: Source) -> Iterator[tuple[str, Path]]:
    """Prompts, recordings that are finished, messages: names in the archive, and where they lie."""
    for folder, kind in (("uploads", "prompts"), ("recordings", "recordings"), ("voicemail", "voicemail")):
        if kind == "recordings" and not source.recordings:
            continue
        place = source.data / folder
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            name = f"{folder}/{path.name}"
            if _PATTERNS[kind].pattern.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield name, path


def _write(
    source: Source, files: list[tuple[str, Path]], records: Path, calls: int, part: Path, told: Told
) -> None:
    at = int(datetime.now(UTC).timestamp())
    # In the order of `archive.KINDS`: prompts before records, recordings and messages last.
    ordered = [one for one in files if one[0].startswith("uploads/")] + [("records.sqlite", records)]
    for folder in ("recordings/", "voicemail/"):
        ordered += [one for one in files if one[0].startswith(folder)]
    with sealing(source.settings["backup"]["recipient"], part) as out:
        archive = Writer(out)
        archive.add_bytes("manifest.json", _manifest(source, files, calls, at), at)
        archive.add_bytes("settings.json", json.dumps(source.settings).encode(), at)
        _pour(archive, ordered, told)
        archive.end()


def _pour(archive: Writer, files: list[tuple[str, Path]], told: Told) -> None:
    total = sum(_size(path) for _, path in files)
    done = said = 0
    for name, path in files:
        with ExitStack() as kept:
            file = _open(path, kept)
            if file is None:
                continue  # a recording that the disk's budget took meanwhile
            told_of = os.fstat(file.fileno())
            for count in archive.add_file(name, file, told_of.st_size, int(told_of.st_mtime)):
                done += count
                if done - said > total // 200:
                    said = done
                    told("writing", done, total)


def _open(path: Path, kept: ExitStack) -> IO[bytes] | None:
    try:
        return kept.enter_context(path.open("rb"))
    except FileNotFoundError:
        return None


def _manifest(source: Source, files: list[tuple[str, Path]], calls: int, at: int) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "callbox": source.version,
            "box": source.settings["box"]["name"],
            "made": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds"),
            "calls": calls,
            "prompts": sum(name.startswith("uploads/") for name, _ in files),
            "recordings": sum(name.startswith("recordings/") for name, _ in files),
        }
    ).encode()


def _check_own_disk(source: Source, copy: int) -> None:
    disk = os.statvfs(source.work)
    wanted = _size(source.data / "records.sqlite") + copy
    if disk.f_bavail * disk.f_frsize < wanted + _SPARE:
        raise CareError(
            f"The box has too little room to make the backup: {wanted // 1_000_000 + 50} MB must be free."
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _prune(destination: Destination, name: str, keep: int) -> int:
    """Let the oldest copies of this box go; of other boxes' copies none."""
    box = name[: -len("20260101-000000.tar.age")]
    mine = [one for one in destination.names() if one.startswith(box)]
    old = mine[: max(0, len(mine) - keep)]
    destination.remove(old)
    return len(old)
