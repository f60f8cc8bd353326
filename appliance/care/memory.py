"""What the upkeep remembers over a restart: the last backup, the last failure, what made room."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from appliance.store.pending import sync


@dataclass(slots=True)
class Memory:
    """Times are ISO 8601, UTC. `problem` is the sentence of the last failure, empty after a good one."""

    good_at: str = ""
    good_name: str = ""
    good_to: str = ""
    good_size: int = 0
    good_calls: int = 0
    good_recordings: int = 0
    tried_at: str = ""
    problem: str = ""
    swept_at: str = ""  # when recordings last made room
    swept: int = 0  # recordings that ever did

    @property
    def good(self) -> datetime | None:
        """When the last backup on a schedule's destination was good."""
        return _time(self.good_at)

    @property
    def tried(self) -> datetime | None:
        """When one was last tried."""
        return _time(self.tried_at)


def load(path: Path) -> Memory:
    """What was remembered; nothing when the file is not there or not ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Memory()
    if not isinstance(found, dict):
        return Memory()
    blank = asdict(Memory())
    known = {one.name for one in fields(Memory)}
    fitting = {k: v for k, v in found.items() if k in known and isinstance(v, type(blank[k]))}
    return Memory(**fitting)


def save(memory: Memory, path: Path) -> None:
    """Keep it, whole or not at all. OSError when the disk refuses."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(memory)), encoding="utf-8")
    sync(part)
    os.replace(part, path)


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
