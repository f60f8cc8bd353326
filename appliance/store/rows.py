"""Call records to table rows and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord
from appliance.store.codec import microseconds, moment

if TYPE_CHECKING:
    from sqlalchemy import Row


def to_row(record: CallRecord, first: int, last: int) -> dict[str, Any]:
    """The row of a record whose entries have the numbers `first` to `last`."""
    row = asdict(record)
    row["started"] = microseconds(record.started)
    row["ended"] = None if record.ended is None else microseconds(record.ended)
    row["cause"] = None if record.cause is None else int(record.cause)
    row["recordings"] = " ".join(record.recordings)
    row["id"] = first
    row["last"] = last
    return row


def to_record(row: Row[Any]) -> CallRecord:
    """The record of a row of `calls`."""
    values = dict(row._mapping)
    del values["id"], values["last"]
    values["call"] = CallId(values["call"])
    values["started"] = moment(values["started"])
    values["ended"] = None if values["ended"] is None else moment(values["ended"])
    values["recordings"] = tuple(values["recordings"].split())
    return CallRecord(**values)
