"""The program that is killed: it saves settings or journals calls, and says on a socket what is safe."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from tinydb import TinyDB
from tinydb.storages import JSONStorage
from tinydb.table import Document

from appliance.config.defaults import defaults
from appliance.config.schema import Settings
from appliance.contract.journal import Entry, EntryKind
from appliance.store.journal import SqliteJournal
from appliance.store.settings import SettingsStore
from bench.store.workload import Calls, record_of

CALLS = 8
SAVES = 12


def story() -> list[Entry]:
    """The entries the child appends, in order; the parent makes the same."""
    calls = Calls()
    pairs = [(calls.answered(), calls.answered()) for _ in range(CALLS // 2)]
    return [entry for one, other in pairs for both in zip(one, other, strict=True) for entry in both]


def settings_of(version: int) -> Settings:
    """The settings the child saves as this version: a long one, a short one, and so on."""
    settings = defaults()
    settings.queues[0].ring_seconds = 10 + version
    if version % 2:
        settings.flows[0].words("greeting").text = "Welcome. " * 100
    return settings


def journal(folder: Path, say: socket.socket, hasty: bool) -> None:
    """Append the story; say "n" when the first n entries are safe (`hasty`: all are, before any is)."""
    opened = SqliteJournal(folder / "records.sqlite")
    of_call: dict[object, list[Entry]] = {}
    if hasty:
        say.send(f"{len(story())}\n".encode())
    for count, entry in enumerate(story(), 1):
        of_call.setdefault(entry.call, []).append(entry)
        opened.append(entry)
        if entry.kind == EntryKind.CALL_ENDED:
            opened.put(record_of(of_call[entry.call]))
        opened.settle()
        if not hasty:
            say.send(f"{count}\n".encode())
    opened.close()


def settings(folder: Path, say: socket.socket) -> None:
    """Save version after version; say "n" when version n is safe."""
    store = SettingsStore(folder / "settings.json")
    found = store.current()
    first = found[0] if found else 0
    for version in range(first, first + SAVES):
        say.send(f"{store.save(settings_of(version + 1), 'child', version)}\n".encode())


def naive(folder: Path, say: socket.socket) -> None:
    """The control: the same saves on TinyDB's own storage."""
    db = TinyDB(folder / "settings.json", storage=JSONStorage)
    for version in range(1, SAVES + 1):
        settings = settings_of(version).model_dump(mode="json")
        db.table("settings").upsert(Document({"version": version, "settings": settings}, doc_id=1))
        say.send(f"{version}\n".encode())
    db.close()


def main(mode: str, folder: Path, descriptor: int) -> None:
    """Do what `mode` says in `folder`."""
    with socket.socket(fileno=descriptor) as say:
        if mode == "settings":
            settings(folder, say)
        elif mode == "naive":
            naive(folder, say)
        else:
            journal(folder, say, hasty=mode == "hasty")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
