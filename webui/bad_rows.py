"""Rows that an import left out, as its worker writes them: line, reason, and the row itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_FIRST = 30
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row: its line in the file, why it was left out, what stood in it."""

    line: str
    reason: str
    cells: str


def first_rows(path: Path | None) -> list[BadRow]:
    """The first rows that were left out; none when there is no such file."""
    if path is None:
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_row(cells) for cells in islice(csv.reader(file), 1, _FIRST + 1) if len(cells) > 1]
    except (OSError, csv.Error, UnicodeError):
        return []


def _row(cells: list[str]) -> BadRow:
    shown = ", ".join(cell for cell in cells[2:] if cell)
    return BadRow(cells[0], cells[1], shown[:_LONGEST] + ("…" if len(shown) > _LONGEST else ""))
