"""The core's memory with 100,000 leads: brought in by the page's verbs as two lists of 50,000 rows, while it
runs.

What counts is the most it ever held (VmHWM: every page once and whole, also of libraries that others share).
That a hopper which held all leads would show is controlled in `next_lead`.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from bench.lists.importing import write
from bench.result import Result, result
from tests.support.box import RunningBox

FAMILY = "dialer"
LISTS, ROWS = 2, 50_000
CORE_MB = 192.0
_SECONDS = 900.0


def run() -> list[Result]:
    """The core's most, and how long the 100,000 took."""
    most, seconds = imported()
    return [
        result("dialer.core_mb", [most], "MB", CORE_MB),
        result("dialer.import_100k_s", [seconds], "s", 120.0),
    ]


def imported(lists: int = LISTS, rows: int = ROWS) -> tuple[float, float]:
    """Most megabytes of the core, and seconds of the imports."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lines").mkdir()
        box = RunningBox(Path(folder) / "data", (f"--lines={folder}/lines",))
        try:
            box.wait_ready(120)
            _in_germany(box)
            began = time.monotonic()
            for number in range(lists):
                _take(box, number, rows)
            return _most_megabytes(box.child("appliance core")), time.monotonic() - began
        finally:
            box.stop()


def _in_germany(box: RunningBox) -> None:
    """Where the lists' national numbers are."""
    with contextlib.closing(box.control) as control:
        version, settings = control.settings()
        settings["box"]["country"] = "DE"
        control.save_settings(version, settings, "bench")


def _take(box: RunningBox, number: int, rows: int) -> None:
    """One list, by the verbs of the page; RuntimeError if it lost rows."""
    with contextlib.closing(box.control) as control:
        lists = control.lists
        file = box.options.spool / f"list{number}.csv"
        write(file, rows, first=number * rows)
        which = lists.new_list(f"List {number}", "bench")
        job = lists.start_import(file, which, {"defaults": {"consent": "express"}}, apply=True)
        end = time.monotonic() + _SECONDS
        while (state := lists.job()) is None or state["id"] != job or not state["ended"]:
            if time.monotonic() > end:
                raise RuntimeError(f"The import does not end: {state}")
            time.sleep(0.2)
        if state["problem"] or state["result"]["taken"] < rows * 0.9:
            raise RuntimeError(f"The import lost rows: {state}")


def _most_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
