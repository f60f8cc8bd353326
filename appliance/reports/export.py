"""Calls as CSV (RFC 4180) for spreadsheets, which must not run what a caller put into a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import fields

from appliance.contract.journal import CallRecord
from appliance.reports.calls import CallFilter, CallList

COLUMNS = tuple(field.name for field in fields(CallRecord))
_AT_ONCE = 500

# What makes a spreadsheet take a cell for a formula (OWASP, CSV injection): also after white space.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def export(calls: CallList, which: CallFilter | None = None) -> Iterator[str]:
    """CSV text, the heading first, then every call that matches, newest first, a part at a time."""
    yield _lines([COLUMNS])
    before: int | None = None
    while True:
        page = calls.page(which, before, _AT_ONCE)
        yield _lines(_cells(row.record) for row in page.calls)
        if page.next is None:
            return
        before = page.next


def export_records(records: Iterable[CallRecord]) -> Iterator[str]:
    """CSV text of these calls, the heading first."""
    yield _lines([COLUMNS])
    yield _lines(map(_cells, records))


def export_rows(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV text of any rows; an empty cell for None."""
    return _lines([list(heading)]) + more_rows(rows)


def more_rows(rows: Iterable[Iterable[object]]) -> str:
    """CSV text of rows that follow others."""
    return _lines([_cell(value) for value in row] for row in rows)


def safe_cell(value: object) -> str:
    """A value as the text of a cell. Text that a spreadsheet could run gets an apostrophe in front.

    A telephone number in E.164 begins with +, so it gets one too: as a formula it would lose its plus.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u200b\ufeff").startswith(_DANGEROUS) else text


def _cells(record: CallRecord) -> list[str]:
    return [_cell(getattr(record, name)) for name in COLUMNS]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, tuple):
        return safe_cell(" ".join(str(item) for item in value))
    isoformat = getattr(value, "isoformat", None)
    return isoformat(timespec="seconds") if isoformat is not None else safe_cell(value)


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
