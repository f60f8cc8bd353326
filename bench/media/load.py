"""30 calls of two legs each, recorded and listened to for digits: what a call costs in CPU and a leg in
memory.
"""

from __future__ import annotations

from bench.media.process import Program, box
from bench.result import Result, result

FAMILY = "media"
CALLS, SECONDS, ROUNDS = 30, 8.0, 3


def _measure(program: Program) -> tuple[list[float], float]:
    idle_cpu = program.cpu_percent(3.0)
    warm = program.ask("calls 40")  # what is allocated once and kept is no cost of a leg
    assert warm.startswith("made"), warm
    before = program.resident_kb()
    up = program.ask(f"legs {2 * CALLS}")
    assert up == "up True", up
    cpu = [(program.cpu_percent(SECONDS) - idle_cpu) / CALLS for _ in range(ROUNDS)]
    kilobytes = (program.resident_kb() - before) / (2 * CALLS)
    down = program.ask("hang_up")
    assert down == "down True", down
    return cpu, kilobytes


def run() -> list[Result]:
    runs = []
    for _ in range(2):
        with box() as program:
            runs.append(_measure(program))
    return [
        result("media.cpu_per_call_percent", [cpu for one in runs for cpu in one[0]], "% of core", 0.6),
        result("media.kb_per_leg", [one[1] for one in runs], "kB", 160.0),
    ]
