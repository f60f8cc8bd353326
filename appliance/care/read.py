"""Reading a backup for a restore, in a worker process: all of it checked, staged, compared; nothing changed.

A backup is data from anywhere. Settings pass the schema, records are copied row by row into a database of
our own making, sounds must be what they claim to be; names come from the archive reader's list alone.
"""

from __future__ import annotations

import json
import os
import wave
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from appliance.care.archive import Member, members
from appliance.care.crypt import opened
from appliance.care.make import FORMAT
from appliance.care.problems import CareError, damaged
from appliance.config.differences import changes
from appliance.config.schema import SCHEMA_VERSION, Settings, dump, load
from appliance.contract.errors import SettingsError
from appliance.store.transplant import transplant

_SPARE = 100_000_000  # bytes the box's own disk keeps free in any case
_MOST_SAID = 200  # differences that are said one by one
Told = Callable[[str, int, int], None]


@dataclass(slots=True)
class Found:
    """What is in a backup, and what of the settings of now it would change."""

    made: str = ""
    box: str = ""
    callbox: str = ""
    changes: list[str] = field(default_factory=list)
    more_changes: int = 0
    calls: int = 0
    first: int | None = None  # µs UTC
    last: int | None = None
    broken_at: int | None = None
    prompts: int = 0
    recordings: int = 0

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def read(backup: Path, key: str, staging: Path, now: Settings, told: Told) -> Found:
    """Stage what is in `backup` in the folder `staging`; CareError in one sentence when it cannot be used."""
    found = Found()
    size = max(1, backup.stat().st_size)
    _check_room(staging, size)
    done = 0
    kinds: set[str] = set()
    with opened(backup, key) as stream:
        for member in members(stream):
            if not kinds and member.kind != "manifest":
                raise damaged("it does not say what it is")
            kinds.add(member.kind)
            _take(member, staging, now, found)
            done += member.size
            told("reading", min(done, size), size)
    if not {"manifest", "settings", "records"} <= kinds:
        raise damaged("a part of it is missing")
    told("checking", size, size)
    _take_records(staging, found)
    return found


def _check_room(staging: Path, size: int) -> None:
    disk = os.statvfs(staging)
    if disk.f_bavail * disk.f_frsize < 2 * size + _SPARE:
        wanted = (2 * size + _SPARE) // 1_000_000
        raise CareError(f"The box has too little room to unpack this backup: {wanted} MB must be free.")


def _take(member: Member, staging: Path, now: Settings, found: Found) -> None:
    if member.kind == "manifest":
        _take_manifest(member.content(), found)
    elif member.kind == "settings":
        _take_settings(member.content(), staging, now, found)
    elif member.kind == "records":
        member.save(staging / "records.foreign")
    else:
        _take_sound(member, staging, found)


def _take_manifest(content: bytes, found: Found) -> None:
    told = _object(content)
    number = told.get("format")
    if not isinstance(number, int) or number < 1:
        raise damaged("it does not say what it is")
    if number > FORMAT:
        raise CareError("A newer Callbox made this backup. Update this box first, then restore it.")
    found.made, found.box, found.callbox = (_text(told, name) for name in ("made", "box", "callbox"))


def _take_settings(content: bytes, staging: Path, now: Settings, found: Found) -> None:
    told = _object(content)
    version = told.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise CareError("A newer Callbox made this backup. Update this box first, then restore it.")
    try:
        settings = load(told)
    except SettingsError as problem:
        path, sentence = next(iter(problem.problems.items()))
        raise CareError(f"The settings in this backup cannot be used ({path[:60]}: {sentence}).") from problem
    settings.web = now.web  # the password of now stays: whoever has an old backup gets no old password back
    settings.box.first_setup_done = now.box.first_setup_done or settings.box.first_setup_done
    said = list(changes(dump(now), dump(settings)))
    found.changes, found.more_changes = said[:_MOST_SAID], max(0, len(said) - _MOST_SAID)
    (staging / "settings.plain").write_text(json.dumps(dump(settings)), encoding="utf-8")


def _take_sound(member: Member, staging: Path, found: Found) -> None:
    folder, _, name = member.name.partition("/")
    (staging / folder).mkdir(exist_ok=True, mode=0o750)
    path = staging / folder / name
    member.save(path)
    path.chmod(0o640)
    if member.kind == "prompts":
        found.prompts += 1
        good = _is_wave(path)
    else:
        found.recordings += member.kind == "recordings"
        good = _is_opus(path)
    if not good:
        raise damaged(f"{member.name} is no sound")


def _take_records(staging: Path, found: Found) -> None:
    foreign = staging / "records.foreign"
    contents = transplant(foreign, staging / "records.sqlite")
    foreign.unlink()
    for ending in ("-wal", "-shm"):
        (staging / f"records.sqlite{ending}").unlink(missing_ok=True)
    found.calls, found.first, found.last = contents.calls, contents.first, contents.last
    found.broken_at = contents.broken_at


def _is_wave(path: Path) -> bool:
    try:
        with wave.open(str(path), "rb") as sound:
            form = sound.getcomptype(), sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            return form == ("NONE", 8000, 1, 2)
    except (wave.Error, EOFError, OSError):
        return False


def _is_opus(path: Path) -> bool:
    """An Ogg page with the head of an Opus stream (RFC 7845, section 5.1)."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.startswith(b"OggS") and b"OpusHead" in head


def _object(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise damaged("it does not say what it is")
    return told


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value[:80] if isinstance(value, str) and value[:80].isprintable() else ""
