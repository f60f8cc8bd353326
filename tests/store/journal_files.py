"""Calls written to a journal, and its files as a killed process would leave them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from appliance.contract.journal import Entry, EntryKind
from appliance.store.journal import SqliteJournal
from bench.store.workload import record_of


def feed(journal: SqliteJournal, entries: list[Entry]) -> None:
    for entry in entries:
        journal.append(entry)
        if entry.kind == EntryKind.CALL_ENDED:
            journal.put(record_of(entries))


def copied(path: Path, folder: Path) -> Path:
    """The files as a killed process would leave them: no clean end, taken while the journal still runs."""
    folder.mkdir()
    for name in os.listdir(path.parent):
        if (path.parent / name).is_file():
            shutil.copy(path.parent / name, folder / name)
    return folder / path.name
