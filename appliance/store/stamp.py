"""Which Callbox wrote the data last: so that an older one refuses it in words, before it touches anything."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from appliance.config.schema import SCHEMA_VERSION
from appliance.contract.errors import StoreError
from appliance.store.schema import HEAD

_FILE = "version.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A version of the program and of the two schemas it writes."""

    program: str
    settings: int
    records: str


def of(program: str) -> Stamp:
    """The stamp of this program."""
    return Stamp(program, SCHEMA_VERSION, HEAD)


def read(folder: Path) -> Stamp | None:
    """Who wrote the data in a folder; None when nobody did, or the stamp cannot be made out."""
    try:
        data: Any = json.loads((folder / _FILE).read_bytes())
        return Stamp(str(data["program"]), int(data["settings"]), str(data["records"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # settings and records have their own marks; this one only comes first


def check(folder: Path, mine: Stamp) -> None:
    """Raise StoreError with one sentence when a newer Callbox wrote data that this one cannot read."""
    found = read(folder)
    if found is not None and (found.settings > mine.settings or found.records > mine.records):
        raise StoreError(
            f"The data in {folder} was written by Callbox {found.program}; this is {mine.program}, too old "
            f"to read it. Install {found.program} or a newer one, or put back a backup made before it."
        )


def is_older(mine: Stamp, folder: Path) -> str | None:
    """The version that wrote the data when it is a later one than this program's; else None."""
    found = read(folder)
    return found.program if found is not None and _parts(found.program) > _parts(mine.program) else None


def write(folder: Path, mine: Stamp) -> None:
    """Leave this program's stamp, when it is not there already. OSError when the disk refuses."""
    if read(folder) == mine:
        return
    temporary = folder / f"{_FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(mine), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _FILE)


def _parts(version: str) -> tuple[int, ...]:
    """1.10.2 as (1, 10, 2); what is no number counts as nothing."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
