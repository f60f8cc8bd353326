"""Records from a file of unknown origin: rows of our tables, checked, into a database of our own making.

The foreign file is only ever read, by column and row, with all its views, triggers, virtual tables and
functions denied. What it holds of our tables goes value by value into a fresh file; an older schema is
then brought up to date by the same migrations as on any box. Nothing else of it gets into the box.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Integer, LargeBinary, MetaData, Table
from sqlalchemy.exc import SQLAlchemyError

from appliance.contract.errors import StoreError
from appliance.store import database
from appliance.store.records import verify

_BATCH = 500
_LONGEST_TEXT = 1_000_000
_LONGEST_BYTES = 64_000_000
_NO = "The call records in this backup are damaged"


class RecordsError(StoreError):
    """The foreign file is not what a Callbox writes, or a newer one wrote it."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What was taken over. `first` and `last` are the times of the first and last call in µs UTC."""

    calls: int
    first: int | None
    last: int | None
    broken_at: int | None  # entry from which on the journal's chain is broken, as on the box it came from


def transplant(foreign: Path, fresh: Path) -> Contents:
    """Make `fresh` of what is in `foreign`; both are for the caller to remove. RecordsError, StoreError."""
    try:
        with closing(_open(foreign)) as source:
            version = _version(source)
            engine = database.make(fresh, version)
            try:
                with engine.begin() as target:
                    _copy(source, target)
                    database.upgrade(target, fresh)
                with engine.begin() as target:
                    found = _contents(target)
                database.settle(engine)
            finally:
                engine.dispose()
    except (sqlite3.Error, SQLAlchemyError, OverflowError) as problem:
        raise RecordsError(f"{_NO}: {_short(problem)}.") from problem
    return Contents(*found, verify(fresh))


def _short(problem: BaseException) -> str:
    return str(problem).splitlines()[0][:120]


def _open(path: Path) -> sqlite3.Connection:
    source = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    try:
        for wanted in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "cache_size=-2000"):
            source.execute(f"PRAGMA {wanted}")
    except sqlite3.Error:
        source.close()  # it is no database
        raise
    source.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_BYTES)
    source.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    source.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 200)
    source.set_authorizer(_only_reading)
    return source


def _only_reading(
    action: int, _first: str | None, _second: str | None, _base: str | None, inner: str | None
) -> int:
    """Plain reads only; `inner` names a view or trigger on whose behalf SQLite asks: we have none."""
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) and inner is None
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _version(source: sqlite3.Connection) -> str:
    _plain_table(source, "alembic_version")
    rows = source.execute("SELECT version_num FROM alembic_version").fetchmany(2)
    if len(rows) != 1 or not isinstance(rows[0][0], str):
        raise RecordsError(f"{_NO}: their version is not told.")
    version = rows[0][0]
    if not database.known(version):
        raise RecordsError(
            "A newer Callbox made this backup. Update this box first, then restore it."
            if version.isascii() and version.isalnum()
            else f"{_NO}: their version is not known."
        )
    return version


def _plain_table(source: sqlite3.Connection, name: str) -> None:
    """Raise when it is no ordinary table: a view or a virtual table would be code."""
    asked = "SELECT type, rootpage, sql FROM sqlite_master WHERE name = ?"
    rows = source.execute(asked, (name,)).fetchmany(2)
    if len(rows) != 1 or rows[0][0] != "table" or not rows[0][1]:
        raise RecordsError(f"{_NO}: the table {name} is missing.")
    if "generated" in str(rows[0][2]).lower():
        raise RecordsError(f"{_NO}: the table {name} is none of ours.")


def _copy(source: sqlite3.Connection, target: Connection) -> None:
    tables = MetaData()
    tables.reflect(target)
    for name, table in sorted(tables.tables.items()):
        if name == "alembic_version":
            continue
        _plain_table(source, name)
        for rows in _batches(source, table):
            target.execute(table.insert(), rows)


def _batches(source: sqlite3.Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    columns = list(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    cursor = source.execute(f'SELECT {names} FROM "{table.name}"')  # noqa: S608 - the names are our own
    while rows := cursor.fetchmany(_BATCH):
        yield [_checked(table.name, columns, row) for row in rows]


def _checked(table: str, columns: Sequence[Column[Any]], row: Sequence[Any]) -> dict[str, Any]:
    for column, value in zip(columns, row, strict=True):
        if not _fits(column, value):
            raise RecordsError(f"{_NO}: the table {table} holds what does not belong there.")
    return {column.name: value for column, value in zip(columns, row, strict=True)}


def _fits(column: Column[Any], value: Any) -> bool:
    kind = column.type
    if value is None:
        return bool(column.nullable)
    if isinstance(kind, Boolean):
        return value in (0, 1)
    if isinstance(kind, BigInteger | Integer):
        return isinstance(value, int)
    if isinstance(kind, Float):
        return isinstance(value, int | float)
    if isinstance(kind, LargeBinary):
        return isinstance(value, bytes)
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT


def _contents(target: Connection) -> tuple[int, int | None, int | None]:
    row = target.exec_driver_sql("SELECT count(*), min(started), max(started) FROM calls").one()
    return int(row[0]), row[1], row[2]
