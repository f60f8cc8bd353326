"""The one connection that writes the records: SQLite by statements made beforehand (`_sqlite.py`)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.contract.errors import StoreError
from appliance.store import _sqlite
from appliance.store.schema import HEAD, STAMP, STAMP_TABLE, WRITER_PRAGMAS

Value = str | bytes | int | float | None


class Writer:
    """Used by one thread at a time; what SQLite refuses comes as sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        # The page's process reads by its group, never writes; SQLite gives -wal and -shm the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in WRITER_PRAGMAS:
                self._file.execute(pragma).close()
        except sqlite3.Error:
            self._file.close()
            raise

    def run(self, statement: str, **values: Value) -> sqlite3.Cursor:
        """Run one statement; its rows are tuples in the order of its columns."""
        return self._file.execute(statement, values)

    @contextmanager
    def begin(self) -> Iterator[None]:
        """A transaction: all of what is run in it, or nothing."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            self._undo("ROLLBACK")
            raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of a transaction that may fail without it."""
        self._file.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._undo("ROLLBACK TO part")
            self._undo("RELEASE part")
            raise
        self._file.execute("RELEASE part")

    def checkpoint(self) -> None:
        """Carry the write-ahead log over into the database file, as far as nobody reads it."""
        self._file.execute("PRAGMA wal_checkpoint(PASSIVE)").close()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _undo(self, statement: str) -> None:
        """SQLite ends some failed transactions itself; what failed is more telling than this."""
        if self._file.in_transaction:
            with suppress(sqlite3.Error):
                self._file.execute(statement)


def open_writer(path: Path) -> Writer:
    """The writer of this file, its schema brought up to date.

    StoreError when a newer Callbox wrote the file, sqlite3.Error or OSError when it cannot be opened.
    """
    writer = Writer(path)
    try:
        ready = _prepared(writer)
    except BaseException:
        writer.close()
        raise
    if ready:
        return writer
    writer.close()
    _migrate(path)
    return Writer(path)


def _prepared(writer: Writer) -> bool:
    """Whether the newest schema is there: one that was made just now, or was there before."""
    with writer.begin():
        tables = {str(name) for (name,) in writer.run("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            for statement in (*_sqlite.TABLES, STAMP_TABLE):
                writer.run(statement)
            writer.run(STAMP, head=HEAD)
            return True
        if "alembic_version" not in tables:
            return False
        return writer.run("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def _migrate(path: Path) -> None:
    """By Alembic, which takes half a second and 24 MB: only for records of another Callbox."""
    from sqlalchemy.exc import DBAPIError

    from appliance.store import database

    try:
        database.open_writer(path).dispose()
    except DBAPIError as problem:
        raise StoreError(f"The records {path} cannot be brought up to date: {problem.orig}.") from problem


def set_aside(path: Path) -> Path:
    """Move a damaged file and its companions away, to be looked at later; gives its new name."""
    kept = path.with_name(f"{path.name}.damaged-{int(time.time())}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            os.replace(part, kept.with_name(kept.name + ending))
    return kept
