"""What the box takes while nothing happens, and with sixteen calls: memory and time of core, web and edge.

`pss` counts a page that others share in part: also what the launcher and this bench have of the same
libraries. `alone` counts each page once and whole, as on a machine where nothing else runs; it is held
against the same goal. "Seen" is idle again after somebody has used the live page and the call list.

Controls: the same office with guards around each of Python's blocks and a note of who asked for it, and a
core asked 100 times a second.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from bench.box.busy import Admin, full, furnished
from bench.box.processes import alone_megabytes, cpu_seconds, product, pss_megabytes
from bench.result import Result, result
from tests.support.office import Office

FAMILY = "box"
ROUNDS = 3
CPU_PERCENT, IDLE_MB, CALLS_MB = 1.0, 96.0, 128.0
_SETTLE_SECONDS, _IDLE_SECONDS, _CONTROL_SECONDS = 8.0, 30.0, 10.0
_GOALS = {"idle_cpu_percent": CPU_PERCENT, "pss_16_calls_mb": CALLS_MB, "alone_16_calls_mb": CALLS_MB}

Values = dict[str, list[float]]


def run() -> list[Result]:
    """All figures, then their controls."""
    found: Values = defaultdict(list)
    for _ in range(ROUNDS):
        _round(found)
    controls: Values = defaultdict(list)
    with mock.patch.dict(os.environ, {"PYTHONMALLOC": "debug", "PYTHONTRACEMALLOC": "1"}):
        _round(controls, control=True)
    rows = [_row(name, values) for name, values in found.items()]
    for name, values in controls.items():
        rows.append(_row(f"control_{name}", values, _GOALS.get(name, IDLE_MB)))
        if rows[-1]["met"]:
            raise RuntimeError(f"The control met its goal: {rows[-1]}")
    return rows


def _row(name: str, values: list[float], goal: float | None = None) -> Result:
    unit = "%" if name.endswith("percent") else "MB"
    return result(f"box.{name}", values, unit, _GOALS.get(name, IDLE_MB) if goal is None else goal)


def _round(found: Values, control: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder, furnished(Path(folder)) as (office, phones):
        time.sleep(_SETTLE_SECONDS)
        pids = product(office.box.process.pid)
        with _asked(office) if control else contextlib.nullcontext():
            cpu = _cpu_percent(pids, _CONTROL_SECONDS if control else _IDLE_SECONDS)
        found["idle_cpu_percent"].append(cpu)
        _weigh(found, "idle", pids)
        admin = Admin(office)
        with admin.watching():
            pass
        time.sleep(_SETTLE_SECONDS)
        _weigh(found, "idle_seen", pids)
        with admin.watching(), full(office, phones):
            time.sleep(_SETTLE_SECONDS)
            _weigh(found, "16_calls", product(office.box.process.pid))


def _weigh(found: Values, when: str, pids: list[int]) -> None:
    found[f"pss_{when}_mb"].append(pss_megabytes(pids))
    if os.geteuid() == 0:
        found[f"alone_{when}_mb"].append(alone_megabytes(pids))


def _cpu_percent(pids: list[int], seconds: float) -> float:
    """Of one core."""
    began, used = time.monotonic(), cpu_seconds(pids)
    time.sleep(seconds)
    return 100 * (cpu_seconds(pids) - used) / (time.monotonic() - began)


@contextlib.contextmanager
def _asked(office: Office) -> Iterator[None]:
    """A hundred questions a second, as if a page polled."""
    end = threading.Event()

    def ask(question: Callable[[], object]) -> None:
        while not end.wait(0.01):
            question()

    with contextlib.closing(office.box.control) as control:
        asking = threading.Thread(target=ask, args=(control.live,))
        asking.start()
        try:
            yield
        finally:
            end.set()
            asking.join()
