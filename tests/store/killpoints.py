"""Kill a program at a chosen one of its writes: strace sends SIGKILL as a thread enters its n-th such call.

CALLBOX_KILL_POINTS=200 pytest tests/store/test_kill_points.py     (20 when not set)
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

#: Everything by which a file changes or is made to stay.
CALLS = (
    "write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,rmdir,"
    "ftruncate"
)
KILLED = -9

#: A system call, and which of a thread's calls of it: strace counts each call of each thread for itself.
Point = tuple[str, int]


def wanted_points(default: int = 20) -> int:
    """How many kill points a run tries: `make chaos` asks for 200."""
    return int(os.environ.get("CALLBOX_KILL_POINTS", default))


def all_points(command: Sequence[str], trace: Path, pass_fds: Sequence[int] = ()) -> list[Point]:
    """Run the program to its end; every point it passed, in the order of time."""
    traced = [*_strace(), "-e", f"trace={CALLS}", "-o", str(trace), *command]
    subprocess.run(traced, check=True, timeout=120, env=_environment(), pass_fds=pass_fds)
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[Point, None] = {}
    for thread, call in re.findall(r"^(\d+) +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE):
        counts[thread, call] += 1
        found[call, counts[thread, call]] = None
    return list(found)


def kill_at(command: Sequence[str], point: Point | None, pass_fds: Sequence[int] = ()) -> int:
    """Run the program and kill it at this point; gives its exit code.

    KILLED when it came so far; 0 when it ended before, as it always does when `point` is None.
    """
    traced = list(command)
    if point is not None:
        call, number = point
        inject = f"inject={call}:signal=KILL:when={number}"
        traced = [*_strace(), "-e", f"trace={call}", "-e", inject, "-o", os.devnull, *command]
    ended = subprocess.run(traced, check=False, timeout=120, env=_environment(), pass_fds=pass_fds)
    return ended.returncode


def spread(points: Sequence[Point], wanted: int, seed: int = 1) -> list[Point]:
    """So many of the points, one by chance out of each equal part of them."""
    chance = random.Random(seed)
    part = len(points) / wanted
    return [points[min(len(points) - 1, int(part * (number + chance.random())))] for number in range(wanted)]


def _strace() -> list[str]:
    program = shutil.which("strace")
    assert program is not None, "strace is needed: apt-get install strace"
    return [program, "-f", "-qq"]  # not with --seccomp-bpf: it silently injects nothing (strace 6.1)


def _environment() -> dict[str, str]:
    """Without the interpreter's own writes."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
