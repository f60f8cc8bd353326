"""The settings document in TinyDB: every save a version with who, when and what; the last 50 are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.table import Document

from appliance.config.differences import summary
from appliance.config.schema import Settings, dump, load
from appliance.contract.errors import StoreConflictError, StoreError
from appliance.store.atomic import AtomicStorage
from appliance.store.notes import Notes

KEPT_VERSIONS = 50
_TABLE = "settings"
_ROW = 1


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """One save. `when` is UTC, ISO 8601; `summary` says in words what it changed."""

    number: int
    when: str
    who: str
    summary: str


def _now() -> datetime:
    return datetime.now(UTC)


class SettingsStore:
    """The settings file's one reader and writer. Safe from any thread; it blocks, so not for the loop."""

    def __init__(self, path: Path, notes: Notes | None = None, wall: Callable[[], datetime] = _now) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._notes = notes or Notes()
        self._wall = wall
        self._db = TinyDB(path, storage=AtomicStorage)

    def current(self) -> tuple[int, Settings] | None:
        """Number and settings of the newest version; None before the first save.

        StoreError when neither the file nor its last good copy can be read, SettingsError when what was
        saved is not valid (for example written by a newer Callbox).
        """
        with self._lock:
            saves = self._saves()
        return (saves[-1]["version"], load(saves[-1]["settings"])) if saves else None

    def save(self, settings: Settings, who: str, version: int) -> int:
        """Save as a new version, made from version number `version` (0: none yet); gives its number.

        StoreConflictError when another save came first, StoreError when the disk refused; then nothing
        has changed.
        """
        with self._lock:
            saves = self._saves()
            newest = saves[-1]["version"] if saves else 0
            if version != newest:
                raise StoreConflictError(_conflict(saves))
            return self._add(saves, dump(settings), who, "")

    def restore(self, number: int, who: str) -> tuple[int, Settings]:
        """Make an older version the newest again, as a new version; gives its number and settings."""
        with self._lock:
            saves = self._saves()
            found = [save for save in saves if save["version"] == number]
            if not found:
                raise StoreError(f"Version {number} of the settings is no longer kept.")
            settings = load(found[0]["settings"])
            newest = load(saves[-1]["settings"])
            settings.web = newest.web  # an old password does not come back
            settings.box.first_setup_done = newest.box.first_setup_done  # nor does the first-boot page
            return self._add(saves, dump(settings), who, f"version {number} restored: "), settings

    def versions(self) -> list[SettingsVersion]:
        """The versions that are kept, newest first."""
        with self._lock:
            saves = self._saves()
        return [
            SettingsVersion(save["version"], save["when"], save["who"], save["summary"])
            for save in reversed(saves)
        ]

    def close(self) -> None:
        """Forget the file."""
        self._db.close()

    def _saves(self) -> list[dict[str, Any]]:
        row = self._db.table(_TABLE).get(doc_id=_ROW)
        recovered = self._storage().recovered
        if recovered is not None:
            self._notes.say("settings", recovered.code, **recovered.args)
        saves = row.get("saves") if isinstance(row, dict) else None
        return list(saves) if isinstance(saves, list) else []

    def _add(self, saves: list[dict[str, Any]], settings: dict[str, Any], who: str, prefix: str) -> int:
        before = saves[-1] if saves else None
        number = before["version"] + 1 if before else 1
        save = {
            "version": number,
            "when": self._wall().astimezone(UTC).isoformat(timespec="seconds"),
            "who": who[:60],
            "summary": prefix + summary(before["settings"] if before else None, settings),
            "settings": settings,
        }
        # One document, so that TinyDB writes the file once for the version, the newest and the dropped one.
        # (`upsert` would write it twice when there is nothing yet.)
        row = Document({"saves": [*saves, save][-KEPT_VERSIONS:]}, doc_id=_ROW)
        table = self._db.table(_TABLE)
        if table.contains(doc_id=_ROW):
            table.update(row, doc_ids=[_ROW])
        else:
            table.insert(row)
        self._storage().recovered = None
        self._notes.clear("settings")
        return number

    def _storage(self) -> AtomicStorage:
        storage = self._db.storage
        if not isinstance(storage, AtomicStorage):
            raise StoreError("The settings are not on their own storage.")
        return storage


def _conflict(saves: list[dict[str, Any]]) -> str:
    if not saves:
        return "There are no settings of that version; load them again."
    newest = saves[-1]
    return (
        f"{newest['who']} saved version {newest['version']} at {newest['when']} while you were editing "
        f"({newest['summary']}). Load it and make your change again."
    )
