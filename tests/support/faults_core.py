"""The core as a victim: it loads, waits at a line of standard input for its tracer, and is the core.

`python -m tests.support.faults_core HARM ARGUMENTS-OF-CALLBOX-CORE`. HARM takes one protection away, for the
control runs: "settings" writes the settings as TinyDB does, in place; "tail" forgets the journal's tail.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tinydb.storages import JSONStorage

from appliance import service  # everything the core will run, before the tracer slows it down
from appliance.__main__ import main
from appliance.store import settings
from appliance.store.atomic import AtomicStorage
from appliance.store.tail import Tail


class InPlace(AtomicStorage):
    """TinyDB's own storage in the place of ours: it overwrites the file and then cuts off what is left."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self._plain = JSONStorage(str(path))

    def read(self) -> dict[str, dict[str, Any]] | None:
        tables = self._plain.read()
        return tables["tables"] if tables and "tables" in tables else tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        self._plain.write(data)


def _append_nothing(_: Tail, lines: Sequence[bytes]) -> None:
    """What is not in the database yet is nowhere."""


def _harm(what: str) -> None:
    if what == "settings":
        setattr(settings, "AtomicStorage", InPlace)  # noqa: B010 - another class under its name
    elif what == "tail":
        setattr(Tail, "append", _append_nothing)  # noqa: B010


if __name__ == "__main__":
    _harm(sys.argv[1])
    sys.stdout.write(f"loaded {service.__name__}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.exit(main(["core", *sys.argv[2:]]))
