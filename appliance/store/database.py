"""The SQLite file of the records by SQLAlchemy: how it is read, migrated and made for a restored backup.

The core writes it by `writer`, which does without.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from appliance.contract.errors import StoreError
from appliance.store import _sqlite
from appliance.store.schema import HEAD, KNOWN, STAMP, STAMP_TABLE, WRITER_PRAGMAS

_READER = ("PRAGMA query_only=1", "PRAGMA busy_timeout=2000", "PRAGMA cache_size=-2000")


def open_writer(path: Path) -> Engine:
    """An engine that writes, the schema brought up to date.

    StoreError when the file was written by a newer Callbox, SQLAlchemy's errors when it cannot be opened.
    """
    # The page's process reads by its group, never writes; SQLite gives -wal and -shm the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    _prepare(engine, WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            _upgrade(connection, path)
    except (SQLAlchemyError, StoreError):
        engine.dispose()
        raise
    return engine


def library_version() -> str:
    """Which SQLite this is."""
    return sqlite3.sqlite_version


def known(version: str) -> bool:
    """Whether this Callbox can read records of that schema: its own, or one it can bring up to date."""
    return version in KNOWN


def make(path: Path, version: str) -> Engine:
    """The writer's engine of a new, empty file with the schema of a version that is `known`."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640))
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool)
    _prepare(engine, WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    with engine.begin() as connection:
        if version == HEAD:
            _create(connection)
        else:
            _migrate(connection, version)
    return engine


def upgrade(connection: Connection, path: Path) -> None:
    """Bring the schema up to date, in the transaction that is open. StoreError when it is a newer one."""
    _upgrade(connection, path)


def settle(engine: Engine) -> None:
    """Carry the whole write-ahead log over into the file itself."""
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def open_reader(path: Path) -> Engine:
    """A read-only engine for the page and for reports; safe from any thread. Connects when first used."""
    address = f"file:{quote(str(path))}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=2, max_overflow=8)
    _prepare(engine, _READER, "BEGIN")
    return engine


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    def on_connect(driver: Any, _record: Any) -> None:
        driver.isolation_level = None  # transactions begin and end where we say, not where the driver guesses
        for pragma in pragmas:
            driver.execute(pragma)

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _upgrade(connection: Connection, path: Path) -> None:
    version = _version(connection)
    if version == HEAD:
        return
    if version is not None and version not in KNOWN:
        raise StoreError(
            f"The records {path} have schema {version}, which a newer Callbox wrote; this one knows {HEAD}. "
            "Install the newer version again, or put back the backup from before the update."
        )
    if version is None and not inspect(connection).get_table_names():
        _create(connection)
    else:
        _migrate(connection)


def _create(connection: Connection) -> None:
    """All tables of a new file, as after the last migration; without Alembic, half a second and 12 MB."""
    for statement in (*_sqlite.TABLES, STAMP_TABLE):
        connection.exec_driver_sql(statement)
    connection.execute(text(STAMP), {"head": HEAD})


def _migrate(connection: Connection, version: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
