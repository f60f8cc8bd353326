"""The worker that reads a file of leads: `python -m appliance.care.lead_import`, one job as JSON on standard
input.

{"do": "look", ...} tells what the file is, with a guess at its columns and the first rows as they would be
taken; {"do": "read", ...} gives every row; {"do": "numbers", ...} every number of a do-not-call list. Writes
JSON lines: {"lead"} or {"entries"}, {"at", "of"} now and then, at the end {"done"} or {"failed": sentence}.
Rows that are none go with their reasons into the file `bad`. It runs at the lowest priority and with little
memory: a file is an attacker's until it is read.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from appliance.care.dnc_read import read_numbers
from appliance.care.lead_columns import guess, problems
from appliance.care.lead_form import Defaults, RowReader, Taken
from appliance.care.lead_table import FORMULA, Line, Table, lines, look
from appliance.care.problems import CareError

Job = dict[str, Any]
_MOST_MEMORY = 400 * 1024 * 1024
_MOST_ROWS = 500_000
_PREVIEW = 20
_EVERY = 250  # rows between two words about the progress
_RISKY = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def looked(job: Job) -> Job:
    """What the file is, and how its first rows would be taken."""
    path, table = Path(job["path"]), _table(job)
    first = list(islice(lines(path, table), _PREVIEW + 1))
    if not first:
        raise CareError("The file is empty.")
    heading, sample = first[0].cells, first[1:]
    mapping = job.get("mapping") or guess(heading, [line.cells for line in sample])
    reader = RowReader(heading, mapping, _defaults(job))
    return {
        "kind": table.kind,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "heading": heading,
        "mapping": mapping,
        "problem": problems(mapping),
        "rows": [_shown(line, reader.read(line.number, line.cells)) for line in sample],
    }


def read(job: Job, out: IO[str]) -> Job:
    """Every row: good ones to `out`, bad ones to the file of those."""
    path, table = Path(job["path"]), _table(job)
    rows = lines(path, table)
    heading = next(rows, None)
    if heading is None:
        raise CareError("The file is empty.")
    mapping = job.get("mapping") or guess(heading.cells, [])
    problem = problems(mapping)
    if problem:
        raise CareError(problem)
    reader = RowReader(heading.cells, mapping, _defaults(job))
    counts = {"rows": 0, "good": 0, "bad": 0, "remarks": 0}
    with Path(job["bad"]).open("w", encoding="utf-8-sig", newline="") as file:
        bad = csv.writer(file)
        bad.writerow(["line", "reason", *map(safe, heading.cells)])
        for line in rows:
            _one(line, reader, counts, out, bad)
            if counts["rows"] % _EVERY == 0:
                _say(out, {"at": line.at, "of": table.total})
            if counts["rows"] >= _MOST_ROWS:
                raise CareError(f"A list has at most {_MOST_ROWS} rows; part the file.")
    return counts


def numbers(job: Job, out: IO[str]) -> Job:
    """Every number of a list of those who are not to be called."""
    return dict(read_numbers(job, _table(job), out))


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    plain = cell.removeprefix("\0")
    return f"'{plain}" if plain.startswith(_RISKY) else plain


def _one(line: Line, reader: RowReader, counts: dict[str, int], out: IO[str], bad: Any) -> None:
    taken = reader.read(line.number, line.cells)
    counts["rows"] += 1
    if taken.reasons:
        counts["bad"] += 1
        bad.writerow([line.number, safe(_sentence(taken.reasons)), *map(safe, line.cells)])
        return
    counts["good"] += 1
    if taken.remarks:
        counts["remarks"] += 1
        bad.writerow([line.number, "Taken, but: " + _sentence(taken.remarks), *map(safe, line.cells)])
    _say(out, {"lead": taken.lead})


def _sentence(reasons: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{column}: {reason}" if column else reason for column, reason in reasons)


def _shown(line: Line, taken: Taken) -> Job:
    cells = [cell.removeprefix(FORMULA[:1]) for cell in line.cells]
    return {"line": line.number, "cells": cells, "lead": taken.lead, "problem": _sentence(taken.reasons),
            "remark": _sentence(taken.remarks)}  # fmt: skip


def _table(job: Job) -> Table:
    return look(Path(job["path"]), job.get("encoding") or "", job.get("delimiter") or "")


def _defaults(job: Job) -> Defaults:
    given = job.get("defaults") or {}
    return Defaults(
        job["country"],
        given.get("consent", ""),
        given.get("consent_since", ""),
        bool(given.get("warm")),
        bool(given.get("business")),
        given.get("language"),
    )


def _say(out: IO[str], line: Job) -> None:
    out.write(json.dumps(line) + "\n")


def main() -> int:
    """Do the job; 0 when it is done, 1 when a sentence says why not."""
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        job = json.loads(sys.stdin.readline())
        do = job["do"]
        if do == "look":
            done = looked(job)
        else:
            done = numbers(job, sys.stdout) if do == "numbers" else read(job, sys.stdout)
        _say(sys.stdout, {"done": done})
    except CareError as problem:
        _say(sys.stdout, {"failed": str(problem)})
        return 1
    except (OSError, MemoryError) as problem:
        _say(sys.stdout, {"failed": f"The file could not be read ({type(problem).__name__})."})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
