"""Factory reset: first a marker that says what is to go, then, before anything is opened, the going.

The marker is the promise: once it is on the disk the reset will be done, at this start or, when that one is
killed, at the next. What is gone already stays gone, so it can be begun anew at any point; the marker goes
last.
"""

from __future__ import annotations

import contextlib
import os
import stat
from enum import StrEnum
from pathlib import Path

from appliance.contract.errors import StoreError

MARKER = "reset.wanted"
#: Not data: the lock that is held meanwhile, sockets, what a file system keeps for itself.
_KEPT = frozenset({"lock", "run", "lost+found", MARKER})
#: What settings are made of: the document with its copies, prompts, and the key of the page's sessions.
_SETTINGS = ("settings.json", "uploads", "sounds", "spool", "web-session.key")


class Reset(StrEnum):
    """What is to be forgotten."""

    SETTINGS = "settings"
    EVERYTHING = "everything"


def request(folder: Path, what: Reset) -> None:
    """Promise a reset. On return it is on the disk; StoreError when it cannot be put there."""
    fresh = folder / f"{MARKER}.new"
    try:
        with open(fresh, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(f"{what.value}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, folder / MARKER)
        _sync(folder)
    except OSError as problem:
        raise StoreError(f"The reset cannot be noted in {folder}: {problem.strerror}.") from problem


def wanted(folder: Path) -> Reset | None:
    """The reset that was promised. A marker that cannot be understood promises the smaller one."""
    try:
        word = (folder / MARKER).read_bytes().decode("ascii", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise StoreError(f"The reset noted in {folder} cannot be read: {problem.strerror}.") from problem
    return Reset.EVERYTHING if word == Reset.EVERYTHING else Reset.SETTINGS


def complete(folder: Path) -> Reset | None:
    """Do what was promised, if anything; gives it. The caller holds the data lock and has opened nothing.

    StoreError when something cannot be removed: the marker stays, and the next start goes on.
    """
    what = wanted(folder)
    if what is None:
        return None
    try:
        for path in sorted(folder.iterdir()):
            if _goes(path.name, what) and not _foreign(path):
                _remove(path, keep=True)
        _sync(folder)
        (folder / MARKER).unlink()
        _sync(folder)
    except OSError as problem:
        raise StoreError(f"The reset of {folder} cannot be completed: {problem}.") from problem
    return what


def _goes(name: str, what: Reset) -> bool:
    if name in _KEPT:
        return False
    if what is Reset.EVERYTHING:
        return True
    return any(name == one or name.startswith(f"{one}.") for one in _SETTINGS)


def _foreign(path: Path) -> bool:
    """A folder of another user that we may not enter, such as the page has; root empties it."""
    found = path.lstat()
    closed = stat.S_ISDIR(found.st_mode) and not os.access(path, os.R_OK | os.W_OK | os.X_OK)
    return closed and found.st_uid != os.geteuid()


def _remove(path: Path, keep: bool = False) -> None:
    """A file, or all that is in a folder; a link goes, not what it leads to.

    `keep`: an emptied folder stays, with the owner and mode that the set-up gave it.
    """
    if path.is_dir() and not path.is_symlink():
        for inside in sorted(path.iterdir()):
            _remove(inside)
        if not keep:
            path.rmdir()
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
