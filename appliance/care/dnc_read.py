"""Files of numbers that are not to be called, as official lists come: one number a row, anywhere in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from appliance.care.lead_form import whole
from appliance.care.lead_table import Table, lines
from appliance.care.problems import CareError

_PATTERN = re.compile(r"\+[0-9*?]{3,20}", re.ASCII)
_BATCH = 500


def read_numbers(job: dict[str, Any], table: Table, out: IO[str]) -> dict[str, int]:
    """Every number of the file, in batches; a row without one is counted, the first of them are told."""
    counts = {"rows": 0, "entries": 0, "bad": 0}
    batch: list[str] = []
    for line in lines(Path(job["path"]), table):
        counts["rows"] += 1
        entry = entry_of(line.cells, job["country"])
        if entry is None:
            counts["bad"] += 1
            continue
        batch.append(entry)
        if len(batch) >= _BATCH:
            _tell(out, batch, line.at, table.total)
    _tell(out, batch, table.total, table.total)
    if counts["rows"] - counts["bad"] == 0:
        raise CareError("No row of the file holds a telephone number.")
    counts["entries"] = counts["rows"] - counts["bad"]
    return counts


def entry_of(cells: list[str], country: str) -> str | None:
    """The number of a row in E.164, or its pattern with * and ?; None when there is none."""
    return next(_entries(cells, country), None)


def _entries(cells: list[str], country: str) -> Iterator[str]:
    for cell in cells:
        text = cell.strip()
        if "*" in text or "?" in text:
            pattern = "".join(sign for sign in text if sign not in " ()./-")
            if _PATTERN.fullmatch(pattern):
                yield pattern
            continue
        number, problem = whole(text, country) if text else ("", "empty")
        if not problem and number:
            yield number


def _tell(out: IO[str], batch: list[str], at: int, total: int) -> None:
    out.write(json.dumps({"entries": batch, "at": at, "of": total}) + "\n")
    batch.clear()
