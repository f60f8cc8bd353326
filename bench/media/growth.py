"""10,000 calls one after the other: memory, threads and handles must come back to where they were."""

from __future__ import annotations

from bench.media.process import Program, box
from bench.result import Result, result

FAMILY = "media"
WARM, CALLS = 3000, 10_000  # what is allocated once and kept is there after 3,000


def _growth(program: Program, calls: int) -> tuple[float, float]:
    program.ask(f"calls {WARM}")
    memory, held = program.resident_kb(), program.handles() + program.threads()
    made = program.ask(f"calls {calls}")
    assert made.startswith("made"), made
    return program.resident_kb() - memory, program.handles() + program.threads() - held


def run() -> list[Result]:
    with box() as program:
        kilobytes, handles = _growth(program, CALLS)
    with box() as program:
        program.ask("leak")
        leaked, _ = _growth(program, 2000)
    assert leaked > 1000, f"the control run leaks and must be seen to: {leaked} kB"
    return [
        result("media.growth_10k_calls_kb", [kilobytes], "kB", 1000.0),
        result("media.growth_10k_calls_handles", [handles], "", 0.0),
    ]
