"""Which schema the records have, and how SQLite is told to write them."""

from __future__ import annotations

HEAD = "0006"  # the newest schema; a test holds it to be Alembic's
KNOWN = frozenset({"0001", "0002", "0003", "0004", "0005", HEAD})  # this one and all before it

# Small pages, because a call changes a few hundred bytes on each page it touches. SQLite's own checkpoint
# is only the limit for a box that is never idle; the journal asks for one in quiet moments.
WRITER_PRAGMAS = (
    "PRAGMA page_size=512",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=64000",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-1000",
)

#: The mark of a new file, with its value; Alembic finds and moves it.
STAMP_TABLE = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
STAMP = "INSERT INTO alembic_version VALUES (:head)"
