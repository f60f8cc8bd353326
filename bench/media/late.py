"""8 bridged calls while a report runs and the live page is reloaded twice a second: frames that came late by
more than one period.

All of it is the real box, as `callbox run` starts it: eight callers by gateways, whom agents talk to for 15
to 25 s and who are recorded, audio both ways; 20,000 calls in its records, over which a process makes one
report after the other; a browser that loads the page, its event stream and both anew every half second. A
frame is late when the bridge's clock, which makes all of them, ticks later than 20 ms after its time.
BENCH_MINUTES sets how long (1 unless said; the goal is stated for 10).

The control is the same box, in which a listener then sleeps on the clock's thread.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.media.browser import Reloading
from bench.media.premises import WATCHED, WatchedCore
from bench.result import Result, must_miss, result
from bench.web.office import PASSWORD, Office, office

FAMILY = "media"
CALLS, MINUTES = 8, float(os.environ.get("BENCH_MINUTES", "1"))
_CONTROL_SECONDS = 3.0


def run() -> list[Result]:
    """The figure, how late the worst frame was, and the control."""
    seconds = 60 * MINUTES
    with (
        tempfile.TemporaryDirectory(prefix="bench-late-") as folder,
        office(Path(folder), CALLS, WATCHED) as box,
    ):
        core = WatchedCore(box.box)
        with _reporting(box, Path(folder) / "reports") as reports, Reloading(box.port, PASSWORD) as page:
            core.figures()
            _wait(box, seconds)
            found = core.figures()
            made, reloads, away = len(reports.read_text().splitlines()), page.reloads, page.turned_away
            core.spoil()
            time.sleep(_CONTROL_SECONDS)
            spoilt = core.figures()
    print(f"{made} reports, {reloads} reloads, {away} of them without a stream;", end=" ", flush=True)
    assert made > seconds / 10 and reloads > 1.5 * seconds, "this is not what was to be measured"
    assert found["ticks"] > 45 * seconds, found
    return [
        result("media.late_frames", [found["late"]], "", 0.0),
        result("media.worst_tick_ms", [found["worst_ms"]], "ms", 20.0),
        must_miss(result("media.control_slept_on_late_frames", [spoilt["late"]], "", 0.0)),
    ]


def _wait(box: Office, seconds: float) -> None:
    """All the while the calls must go on."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(10.0, left))
        box.check()


@contextlib.contextmanager
def _reporting(box: Office, output: Path) -> Iterator[Path]:
    """The process that reports; it writes a line for each."""
    words = [sys.executable, "-m", "bench.media.reporting", str(box.box.options.records)]
    with output.open("w") as file:
        program = subprocess.Popen(words, cwd=Path(__file__).parents[2], stdout=file)
        try:
            yield output
        finally:
            program.kill()
            program.wait()
