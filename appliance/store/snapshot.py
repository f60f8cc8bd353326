"""A copy of the records as they are at one moment, taken while calls run (SQLite's VACUUM INTO)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from appliance.contract.errors import StoreError


def snapshot(records: Path, target: Path) -> int:
    """Copy the records into a new file, packed; gives the number of calls. The writer is not held up.

    For a worker process: it reads the whole file. StoreError when it cannot be read or written.
    """
    target.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"file:{quote(str(records))}?mode=ro", uri=True)) as source:
            source.execute("PRAGMA busy_timeout=10000")
            source.execute("PRAGMA cache_size=-2000")
            source.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(f"file:{quote(str(target))}?mode=ro", uri=True)) as copy:
            return int(copy.execute("SELECT count(*) FROM calls").fetchone()[0])
    except sqlite3.Error as problem:
        target.unlink(missing_ok=True)
        raise StoreError(f"The call records cannot be copied: {problem}.") from problem
