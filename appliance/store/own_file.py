"""The records as a thread of the core reads them itself: beside the journal's, without SQLAlchemy."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

Unreadable = sqlite3.Error


class OwnFile:
    """A read-only connection for one thread; made when first used. `Unreadable` when it cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None

    def close(self) -> None:
        """Give the connection back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _run(self, statement: str, **values: Any) -> sqlite3.Cursor:
        if self._file is None:
            address = f"file:{quote(str(self._path))}?mode=ro"
            self._file = sqlite3.connect(address, uri=True, isolation_level=None)
            self._file.execute("PRAGMA query_only=1").close()
            self._file.execute("PRAGMA busy_timeout=2000").close()
        return self._file.execute(statement, values)
