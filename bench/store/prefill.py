"""Files that hold 100,000 calls already, laid out as in service: one block of the journal a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from appliance.contract.ids import CallId
from appliance.store import codec, database
from appliance.store.journal import SqliteJournal
from appliance.store.recovery import remember_mark
from appliance.store.rows import to_row
from appliance.store.tables import calls as calls_table
from appliance.store.tables import journal as journal_table
from appliance.store.writer import open_writer
from bench.store.workload import Calls, record_of

_DIFFERENT = 250  # calls that are packed; the rest repeat their blocks under ids of their own
_AT_ONCE = 5000


def fill_records(path: Path, count: int) -> None:
    """Records with so many calls. The chain of hashes is not made: no benchmark follows it."""
    SqliteJournal(path).close()
    calls = Calls(seed=99)
    stories = [calls.answered() for _ in range(_DIFFERENT)]
    bodies = [codec.pack(codec.encode(entry) for entry in story) for story in stories]
    rows = [to_row(record_of(story), 0, 0) for story in stories]
    engine = database.open_writer(path)
    with engine.begin() as connection:
        for start in range(0, count, _AT_ONCE):
            some = range(start, min(start + _AT_ONCE, count))
            connection.execute(insert(journal_table), list(_blocks(some, bodies, len(stories[0]))))
            connection.execute(insert(calls_table), list(_calls(some, rows, calls, len(stories[0]))))
    engine.dispose()
    writer = open_writer(path)
    with writer.begin():
        remember_mark(writer, count * len(stories[0]) + 1)
    writer.close()


def fill_tinydb(path: Path, count: int) -> None:
    """The same call records as one TinyDB file."""
    calls = Calls(seed=99)
    row = to_row(record_of(calls.answered()), 1, 22)
    documents = {str(number): {**row, "call": calls.id()} for number in range(1, count + 1)}
    path.write_text(json.dumps({"_default": documents}))


def _blocks(numbers: range, bodies: list[bytes], entries: int) -> Iterator[dict[str, Any]]:
    for number in numbers:
        body = bodies[number % _DIFFERENT]
        first = number * entries + 1
        yield {"id": first, "entries": entries, "at": number, "body": body, "hash": bytes(32)}


def _calls(
    numbers: range, rows: list[dict[str, Any]], calls: Calls, entries: int
) -> Iterator[dict[str, Any]]:
    for number in numbers:
        row = rows[number % _DIFFERENT]
        first = number * entries + 1
        started = row["started"] + number * 30_000_000
        yield {
            **row,
            "id": first,
            "last": first + entries - 1,
            "call": CallId(calls.id()),
            "started": started,
        }
