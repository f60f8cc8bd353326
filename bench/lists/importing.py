"""50,000 rows of a CSV, and of an XLSX, through the worker into the records: seconds, and megabytes of the
worker.

The file has what real ones have: national and international numbers of six countries, names, a field or two,
and two in a hundred rows that are none. The control keeps every row in memory and saves each in a
transaction of its own.
"""

from __future__ import annotations

import csv
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook

from appliance.care.lead_desk import LeadDesk
from appliance.store import leads as store_leads
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore
from bench.result import Result, must_miss, result

FAMILY = "lists"
ROWS = 50_000
_FORMS = ("+1212{:07d}", "030 {:07d}", "+3491{:07d}", "+44207{:07d}", "0151 {:08d}", "+331{:08d}")
HEADING = ["Name", "Telefon", "Ort", "Betrag", "Einwilligung am"]


def rows(count: int, seed: int = 1, first: int = 0) -> Iterator[list[str]]:
    """Rows of a list, two in a hundred bad; another `first` gives other people."""
    chance = random.Random(seed)
    for place in range(first, first + count):
        if place % 50 == 7:
            yield [f"bad {place}", "12", "", "", ""]
            continue
        form = _FORMS[place % len(_FORMS)]
        # Ranges that are numbers: 2xxxxxx is one in each of these plans.
        number = form.format((20_000_000 if "8d" in form else 2_000_000) + place)
        yield [f"Person {place}", number, chance.choice(("Köln", "Leeds")), f"{place % 900}.50", "2026-01-05"]


def write(path: Path, count: int, first: int = 0) -> None:
    """The list as CSV or, by its ending, as XLSX."""
    if path.suffix == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append(HEADING)
        for row in rows(count, first=first):
            sheet.append(row)
        book.save(path)
        return
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADING)
        writer.writerows(rows(count, first=first))


@contextmanager
def store() -> Iterator[tuple[Path, LeadStore]]:
    """A journal of its own."""
    with tempfile.TemporaryDirectory() as folder:
        journal = SqliteJournal(Path(folder) / "records.sqlite")
        try:
            yield Path(folder), LeadStore(journal, lambda: datetime.now(UTC))
        finally:
            journal.close()


def imported(kind: str, count: int = ROWS) -> tuple[float, float, float]:
    """Seconds, the megabytes of the worker at its largest, and the processor's seconds of worker and core:
    those are the same on a machine that others use.
    """
    with store() as (folder, leads):
        path = folder / f"list.{kind}"
        write(path, count)
        which = leads.new_list("bench", "")
        desk = LeadDesk(leads, lambda: "DE")
        began, used = time.monotonic(), _processor()
        done = desk.take(path, folder / "bad.csv", which, {"defaults": {"consent": "express"}}, True, _nobody)
        seconds = time.monotonic() - began
        rows_there = sum(LeadRows(folder / "records.sqlite").counts().values())
        if done["taken"] != rows_there or done["taken"] < count * 0.9:
            raise RuntimeError(f"The import lost rows: {done}, {rows_there} there.")
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return seconds, memory, _processor() - used


def _processor() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))


def _nobody(at: int, of: int) -> None:
    """Nobody looks at the progress."""


def one_by_one(count: int) -> float:
    """Seconds for ROWS rows if each were a transaction of its own, from a part of them."""
    batch, store_leads.BATCH = store_leads.BATCH, 1
    try:
        return imported("csv", count)[0] * ROWS / count
    finally:
        store_leads.BATCH = batch


def run() -> list[Result]:
    """CSV three times, XLSX once; the control on a part."""
    found = [imported("csv") for _ in range(3)]
    sheet = imported("xlsx")
    return [
        result("lists.import_50k_s", [one[0] for one in found], "s", 60.0),
        result("lists.import_50k_cpu_s", [one[2] for one in found], "s", 60.0),
        result("lists.import_mb", [one[1] for one in found], "MB", 150.0),
        result("lists.import_50k_xlsx_s", [sheet[0]], "s", 60.0),
        result("lists.import_50k_xlsx_cpu_s", [sheet[2]], "s", 60.0),
        result("lists.import_xlsx_mb", [sheet[1]], "MB", 150.0),
        must_miss(result("lists.control_one_by_one_s", [one_by_one(2000)], "s", 20.0)),
    ]
