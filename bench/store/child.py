"""The programs that are counted. Each works in a folder until it ends; its first argument is its name."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from tinydb import TinyDB
from tinydb.table import Document

from appliance.config.defaults import defaults
from appliance.contract.journal import Entry, EntryKind
from appliance.store.atomic import AtomicStorage
from appliance.store.journal import SqliteJournal
from appliance.store.rows import to_row
from appliance.store.settings import SettingsStore
from bench.store.workload import Calls, record_of

#: One call in thirty finds no trunk free and is over as it begins; all others are the longest kind.
REFUSED_EVERY = 30


def story(calls: Calls, number: int) -> list[Entry]:
    """The entries of call number `number` of an ordinary day."""
    return calls.refused() if number % REFUSED_EVERY == REFUSED_EVERY - 1 else calls.answered()


def journal(folder: Path, count: int) -> None:
    """So many calls one after another, each entry dealt with before the next comes: nothing is grouped.

    That is the dearest way; calls at once share commits. Only what the core says within one moment comes
    together: a call's end with its record, and a refused call's start with its end.
    """
    opened = SqliteJournal(folder / "records.sqlite")
    calls = Calls(seed=count)
    for number in range(count):
        entries = story(calls, number)
        for entry in entries:
            opened.append(entry)
            if entry.kind == EntryKind.CALL_ENDED:
                opened.put(record_of(entries))
            if len(entries) > 2:
                opened.settle()
        opened.settle()
    opened.close()


def commit_each(folder: Path, count: int) -> None:
    """The control: plain SQLite, write-ahead log, synchronous=FULL, a commit for every entry."""
    connection = sqlite3.connect(folder / "control.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, call TEXT, entry TEXT)")
    connection.execute("CREATE INDEX journal_call ON journal (call)")
    calls = Calls(seed=count)
    for number in range(count):
        for entry in story(calls, number):
            row = (entry.call, json.dumps([entry.at.isoformat(), entry.kind, dict(entry.data)]))
            connection.execute("INSERT INTO journal (call, entry) VALUES (?, ?)", row)
    connection.close()


def tinydb(folder: Path, count: int) -> None:
    """The peer: call records as documents of one TinyDB file, as it comes."""
    db = TinyDB(folder / "tinydb.json")
    calls = Calls(seed=count)
    for _ in range(count):
        db.insert({key: value for key, value in to_row(record_of(calls.answered()), 1, 22).items()})
    db.close()


def save(folder: Path, count: int) -> None:
    """So many saves of the settings."""
    store = SettingsStore(folder / "settings.json")
    settings = defaults()
    for version in range(count):
        settings.queues[0].ring_seconds = 10 + version
        store.save(settings, "bench", version)


def save_piecewise(folder: Path, count: int) -> None:
    """The control: the same storage, used as TinyDB invites to: one operation for each thing to change."""
    db = TinyDB(folder / "settings.json", storage=AtomicStorage)
    current, versions = db.table("current"), db.table("versions")
    for version in range(count):
        settings = defaults().model_dump(mode="json")
        current.upsert(Document(settings, doc_id=1))
        kept = versions.insert({"version": version, "settings": settings})
        versions.remove(doc_ids=[kept - 50] if kept > 50 else [])


PROGRAMS: dict[str, Callable[[Path, int], None]] = {
    "journal": journal,
    "commit_each": commit_each,
    "tinydb": tinydb,
    "save": save,
    "save_piecewise": save_piecewise,
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
