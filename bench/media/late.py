"""8 bridged calls while a report runs beside: ticks of the bridge's clock that came late by more than one
period.

BENCH_MINUTES sets how long (1 unless said; the goal is stated for 10).
"""

from __future__ import annotations

import multiprocessing
import os
import time

from bench.media.process import box
from bench.result import Result, result

FAMILY = "media"
CALLS, MINUTES = 8, float(os.environ.get("BENCH_MINUTES", "1"))


def _report(seconds: float) -> None:
    """What a report is to the scheduler: a process that computes without a pause."""
    end = time.monotonic() + seconds
    rows: list[int] = []
    while time.monotonic() < end:
        rows = sorted(range(50_000), key=lambda n: -n)
    assert rows


def run() -> list[Result]:
    seconds = 60 * MINUTES
    with box() as program:
        up = program.ask(f"legs {2 * CALLS}")
        assert up == "up True", up
        reporting = multiprocessing.get_context("spawn").Process(target=_report, args=(seconds,))
        program.ask("late")
        reporting.start()
        reporting.join()
        ticks, late, worst = program.ask("late").split()
        program.ask("stall")
        time.sleep(2)
        stalled = program.ask("late").split()[1]
    assert int(stalled) > 0, "the control holds the clock's thread up and must be seen to be late"
    assert int(ticks) > 45 * seconds, ticks
    return [
        result("media.late_frames", [float(late)], "", 0.0),
        result("media.worst_tick_ms", [float(worst)], "ms", 20.0),
    ]
