"""The writing connection: its statements are those of SQLAlchemy, its transactions whole or nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.contract.errors import StoreError
from appliance.store import _sqlite, statements
from appliance.store.writer import Writer, open_writer


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with closing(open_writer(tmp_path / "records.sqlite")) as opened:
        yield opened


def _facts(writer: Writer) -> dict[str, int]:
    return dict(writer.run("SELECT name, value FROM facts"))


def test_the_made_statements_are_what_sqlalchemy_makes() -> None:
    assert statements.TARGET.read_text("ascii") == statements.source()


def test_every_statement_is_one_that_sqlite_takes(writer: Writer) -> None:
    for name in statements.asked():
        writer.run(f"EXPLAIN {getattr(_sqlite, name)}", **dict.fromkeys(_parameters(getattr(_sqlite, name))))


def _parameters(statement: str) -> list[str]:
    return re.findall(r":(\w+)", statement)


def test_a_transaction_that_fails_leaves_nothing(writer: Writer) -> None:
    with pytest.raises(ZeroDivisionError), writer.begin():
        writer.run(_sqlite.ADD_FACT, name="one", value=1)
        raise ZeroDivisionError
    assert _facts(writer) == {}
    with writer.begin():
        writer.run(_sqlite.ADD_FACT, name="two", value=2)
    assert _facts(writer) == {"two": 2}


def test_a_part_that_fails_leaves_the_rest(writer: Writer) -> None:
    with writer.begin():
        writer.run(_sqlite.ADD_FACT, name="one", value=1)
        with pytest.raises(sqlite3.IntegrityError), writer.part():
            writer.run(_sqlite.ADD_FACT, name="two", value=2)
            writer.run(_sqlite.ADD_FACT, name="one", value=3)
        writer.run(_sqlite.ADD_FACT, name="three", value=3)
    assert _facts(writer) == {"one": 1, "three": 3}


def test_what_sqlite_ended_itself_is_told_as_it_was(writer: Writer) -> None:
    with pytest.raises(sqlite3.OperationalError, match="full"), writer.begin(), writer.part():
        writer.run("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")
    with writer.begin():
        writer.run(_sqlite.ADD_FACT, name="one", value=1)
    assert _facts(writer) == {"one": 1}


def test_a_failed_commit_is_undone(writer: Writer) -> None:
    writer.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    writer.run("CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    writer.run("PRAGMA foreign_keys=ON")
    with pytest.raises(sqlite3.IntegrityError), writer.begin():
        writer.run("INSERT INTO child VALUES (:id)", id=7)
    assert writer.run("SELECT count(*) FROM child").fetchone() == (0,)


def test_records_of_a_newer_callbox_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    open_writer(path).close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    with pytest.raises(StoreError, match="newer Callbox"):
        open_writer(path)


def test_tables_of_others_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE journal (something INTEGER)")
    with pytest.raises(StoreError, match="already exists"):
        open_writer(path)


def test_the_page_may_read_by_its_group(tmp_path: Path) -> None:
    open_writer(tmp_path / "records.sqlite").close()
    assert (tmp_path / "records.sqlite").stat().st_mode & 0o777 == 0o640
