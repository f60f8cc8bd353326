"""Count what a program writes into a folder: bytes and syncs, as the kernel sees them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_CALLS = "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync_file_range,msync"
_LINE = re.compile(r"^\d+ +(\w+)\(\d+<([^>]*)>.*= (\d+)$")


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run wrote. Memory that is mapped (SQLite's -shm) is not a write and not counted."""

    bytes: int
    syncs: int


def count(program: str, folder: Path, number: int, trace: Path) -> Counted:
    """Run a program of `bench.store.child` under strace."""
    strace = shutil.which("strace")
    if strace is None:
        raise RuntimeError("strace is needed: apt-get install strace")
    command = [strace, "-f", "-qq", "-y", "-e", f"trace={_CALLS}", "-o", str(trace)]
    command += [sys.executable, "-m", "bench.store.child", program, str(folder), str(number)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    written = syncs = 0
    with trace.open(errors="replace") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None or not found[2].startswith(str(folder)):
                continue
            if "sync" in found[1]:
                syncs += 1
            else:
                written += int(found[3])
    trace.unlink()
    return Counted(written, syncs)
