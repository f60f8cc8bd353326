"""The kept log: the last lines of the core in two small files that take turns, on the disk after a warning.

The system's journal is in memory only (systemd/journald-callbox.conf), to spare the card; these 512 KB are
what is left after a power cut. Lines are written when one of them is a warning, and every ten minutes.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from pathlib import Path

FILE_BYTES = 256 * 1024
_EVERY_SECONDS = 600.0
_MOST_WAITING = 2000
_LONGEST = 2000
_HURRY_SECONDS = 5.0  # between two syncs, however many warnings come


class LogRing(logging.Handler):
    """A logging handler. The upkeep's thread calls `flush_to_disk`, so nobody else waits for the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self._folder = folder
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)
        self._hurry = threading.Event()
        self._written = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line in memory."""
        try:
            text = record.getMessage()
            if record.exc_info:
                text += "\n" + logging.Formatter().formatException(record.exc_info)
        except (TypeError, ValueError) as problem:
            text = f"{record.msg!r} could not be formatted: {problem}"
        line = [round(record.created, 3), record.levelname, record.name, text[:_LONGEST]]
        self._waiting.append(json.dumps(line))
        if record.levelno >= logging.WARNING:
            self._hurry.set()

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        age = time.monotonic() - self._written
        hurry = self._hurry.is_set() and age > _HURRY_SECONDS
        return bool(self._waiting) and (age > _EVERY_SECONDS or hurry)

    def flush_to_disk(self) -> None:
        """Write what waits and sync it. What the disk refuses is let go: it is in the system's journal."""
        self._hurry.clear()
        self._written = time.monotonic()
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not lines:
            return
        try:
            self._append("".join(f"{line}\n" for line in lines).encode())
        except OSError:
            self._hurry.clear()

    def _append(self, content: bytes) -> None:
        self._folder.mkdir(exist_ok=True, mode=0o750)
        path, old = self._folder / "core.log", self._folder / "core.old.log"
        if path.exists() and path.stat().st_size + len(content) > FILE_BYTES:
            os.replace(path, old)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            os.write(descriptor, content[-FILE_BYTES:])
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def lines(self, most: int) -> list[tuple[float, str, str, str]]:
        """The newest lines, oldest first: time (seconds since 1970), level, logger, text."""
        raw: list[str] = []
        for name in ("core.old.log", "core.log"):
            path = self._folder / name
            try:
                raw += path.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
        raw += list(self._waiting)
        return [line for line in map(_line, raw[-most:]) if line is not None]


def _line(raw: str) -> tuple[float, str, str, str] | None:
    try:
        at, level, name, text = json.loads(raw)
        return float(at), str(level), str(name), str(text)
    except (ValueError, TypeError):
        return None
