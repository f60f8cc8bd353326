"""16 lines fed by Python, connected two and two: what a line costs, both sides of its buffers included.

One thread plays all the devices: what a driver's own thread costs is the driver's.
"""

from __future__ import annotations

from bench.media.process import box
from bench.result import Result, result

FAMILY = "media"
LINES, SECONDS, ROUNDS, GOAL = 16, 8.0, 3, 0.4


def run() -> list[Result]:
    with box() as program:
        idle = program.cpu_percent(4.0)
        program.ask(f"lines {LINES}")
        program.cpu_percent(2.0)
        each = [(program.cpu_percent(SECONDS) - idle) / LINES for _ in range(ROUNDS)]
        program.ask("slow")
        slow = (program.cpu_percent(SECONDS) - idle) / LINES
    assert slow > GOAL, f"the control takes each byte by itself and must miss the goal: {slow}"
    return [result("media.python_port_cpu_percent", each, "% of core", GOAL)]
