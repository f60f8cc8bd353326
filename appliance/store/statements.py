"""What the core asks of its records, in SQLAlchemy Core; the program that makes `_sqlite.py` of it.

The texts for SQLite are made here, once, when a statement or a table changes
(`python -m appliance.store.statements`), not in every core: SQLAlchemy takes 12 MB of a process. The page's
queries, which differ with each filter, migrations and other databases use SQLAlchemy itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from appliance.store import desk_statements, dial_statements, lead_statements
from appliance.store.tables import agent_time, calls, facts, journal, metadata

TARGET = Path(__file__).with_name("_sqlite.py")
_HEAD = '''"""Made of `tables.py` and `statements.py`, by the program in that; a test holds it to that."""

# ruff: noqa
# fmt: off

'''


def asked() -> dict[str, Any]:
    """Every statement under its name; what it is given goes by the names of its parameters."""
    return {
        "ADD_BLOCK": insert(journal),
        "LAST_BLOCK": select(journal.c.id, journal.c.entries, journal.c.at, journal.c.hash).where(
            journal.c.id == select(func.max(journal.c.id)).scalar_subquery()
        ),
        "BLOCK_OF": select(func.max(journal.c.id)).where(journal.c.id <= bindparam("number")),
        "BLOCKS_FROM": select(journal.c.id, journal.c.body)
        .where(journal.c.id >= bindparam("start"))
        .order_by(journal.c.id),
        "ADD_CALL": insert(calls),
        "SPAN_OF_CALL": select(calls.c.id, calls.c.last).where(calls.c.call == bindparam("call")),
        "EXTEND_CALL": update(calls).where(calls.c.id == bindparam("first")).values(last=bindparam("end")),
        "DROP_CALL": delete(calls).where(
            (calls.c.id == bindparam("id")) | (calls.c.call == bindparam("call"))
        ),
        "DAY_OF_AGENT": select(func.count(), func.sum(calls.c.talk_seconds)).where(
            calls.c.started >= bindparam("since"), calls.c.agent == bindparam("who"), calls.c.answered
        ),
        "CALLS_OF_NUMBER": select(calls.c.call, calls.c.id, calls.c.last)
        .where(calls.c.started >= bindparam("since"), calls.c.number == bindparam("who"))
        .order_by(calls.c.id.desc()),
        **_agent_time(),
        "FACT": select(facts.c.value).where(facts.c.name == bindparam("name")),
        "ADD_FACT": insert(facts),
        "DROP_FACT": delete(facts).where(facts.c.name == bindparam("name")),
        **desk_statements.asked(),
        **lead_statements.asked(),
        **dial_statements.asked(),
    }


def _memory() -> dict[str, Any]:
    here = calls.c
    asked = select(
        here.direction,
        here.ended,
        here.number,
        here.queue,
        here.agent,
        here.waited_seconds,
        here.talk_seconds,
        here.answered,
        here.outcome,
        here.trunk,
    ).where(here.started >= bindparam("since"), here.ended.is_not(None))
    outside = here.agent.is_not(None) & here.number.is_not(None) & here.trunk.is_not(None)
    return {
        "CALLS_SINCE": asked,
        "CALLS_WITH_AGENT": asked.where(outside).order_by(here.started.desc()),
        "STATUS_SINCE": select(
            agent_time.c.agent, agent_time.c.status, agent_time.c.started, agent_time.c.ended
        )
        .where(agent_time.c.started >= bindparam("since"))
        .order_by(agent_time.c.id),
    }


def _agent_time() -> dict[str, Any]:
    at_work = agent_time.c.ended.is_(None)
    return {
        "ADD_STATUS": insert(agent_time),
        "STATUS_AT_WORK": select(
            agent_time.c.agent,
            agent_time.c.status,
            agent_time.c.pause_code,
            agent_time.c.handset,
            agent_time.c.started,
        ).where(at_work),
        "END_STATUS": update(agent_time)
        .where(agent_time.c.agent == bindparam("who"), at_work)
        .values(ended=bindparam("until")),
        "END_EVERY_STATUS": update(agent_time).where(at_work).values(ended=bindparam("until")),
        "DROP_EVERY_STATUS": delete(agent_time),
        **_memory(),
    }


def source() -> str:
    """The text of the module that these statements and the tables make."""
    tables: list[Any] = list(metadata.sorted_tables)
    indexes = (index for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name)))
    made = [_text(CreateTable(table)) for table in tables] + [_text(CreateIndex(index)) for index in indexes]
    lines = [f"{name} = {_text(statement)!r}\n" for name, statement in asked().items()]
    return _HEAD + "".join(lines) + f"TABLES = {tuple(made)!r}\n"


def _text(statement: Any) -> str:
    return " ".join(str(statement.compile(dialect=SQLiteDialect_pysqlite(paramstyle="named"))).split())


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="ascii")
    sys.stdout.write(f"{TARGET}\n")
