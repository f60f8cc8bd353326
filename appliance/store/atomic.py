"""A TinyDB storage that a power cut cannot tear: TinyDB's own rewrites the file in place and loses it.

A save goes to a temporary file in the same folder, is synced, and takes the old file's place by rename;
the old file stays beside it as the last good copy. That is two syncs: the file's and the folder's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

from appliance.contract.errors import StoreError
from appliance.contract.notes import Note

Tables = dict[str, dict[str, Any]]


class DamagedFileError(StoreError):
    """The file is there but is not what was saved; `why` when it cannot even be read."""

    why = ""


def good_copy(path: Path) -> Path:
    """Where the last good copy of a file lies."""
    return path.with_name(path.name + ".good")


class AtomicStorage(Storage):
    """One JSON file with its own checksum, mode 0600; `recovered` tells when the last good copy was used."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._good = good_copy(self._path)
        self._temporary = self._path.with_name(self._path.name + ".new")
        self._link = self._path.with_name(self._path.name + ".keep")
        self.recovered: Note | None = None

    def read(self) -> Tables | None:
        """The tables, from the last good copy when the file is damaged; None when nothing was saved yet."""
        why = ""
        try:
            return _read(self._path)
        except FileNotFoundError:
            if not self._good.exists():
                return None
            reason, code = "is missing", "settings_missing"
        except DamagedFileError as problem:
            reason, code = str(problem), "settings_unread" if problem.why else "settings_damaged"
            why = problem.why
        return self._fall_back(reason, Note(code, {"name": self._path.name, "why": why}))

    def _fall_back(self, reason: str, note: Note) -> Tables:
        try:
            tables = _read(self._good)
        except (FileNotFoundError, DamagedFileError) as problem:
            raise StoreError(
                f"The file {self._path} {reason}, and its last good copy cannot be used either; "
                "put back a backup or move the file away to begin anew."
            ) from problem
        if self._path.exists():
            damaged = self._path.with_name(f"{self._path.name}.damaged-{int(time.time())}")
            os.replace(self._path, damaged)  # or the next save would keep it as the last good copy
        os.link(self._good, self._path)
        self.recovered = note
        return tables

    def write(self, data: Tables) -> None:
        """Save all tables; returns when they are on the disk. StoreError, with the old file whole, if not."""
        try:
            self._save(_encode(data))
        except OSError as problem:
            raise StoreError(
                f"The file {self._path} could not be saved: {problem.strerror}. What it held is unharmed."
            ) from problem

    def _save(self, content: bytes) -> None:
        descriptor = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            self._link.unlink()  # left behind by a save that was cut
        with contextlib.suppress(FileNotFoundError):
            os.link(self._path, self._link)
            os.replace(self._link, self._good)
        os.replace(self._temporary, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _body(tables: Tables) -> tuple[str, str]:
    """The tables as JSON, in one form only, and its SHA-256."""
    body = json.dumps(tables, separators=(",", ":"), sort_keys=True)
    return body, hashlib.sha256(body.encode()).hexdigest()


def _encode(tables: Tables) -> bytes:
    body, digest = _body(tables)
    return f'{{"sha256":"{digest}","tables":{body}}}\n'.encode()


def _read(path: Path) -> Tables:
    try:
        content = json.loads(path.read_bytes())
        tables: Any = content["tables"]
        if not isinstance(tables, dict) or _body(tables)[1] != content["sha256"]:
            raise DamagedFileError("is damaged")
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise DamagedFileError("is damaged") from problem
    except FileNotFoundError:
        raise
    except OSError as problem:
        unread = DamagedFileError(f"cannot be read ({problem.strerror})")
        unread.why = str(problem.strerror)
        raise unread from problem
    return tables
