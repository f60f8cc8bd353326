"""How long the kernel takes to carry a byte through a pseudo-terminal that nobody else uses.

It does that in a worker of its own, at ordinary priority: while something else computes, a byte was seen to
wait for 60 ms there, and no modem and no driver can do anything about it. `Sentinel` writes such waits
down, so that what the machine did can be told from what the box did.

    python -m bench.media.kernel FILE
"""  # fmt: skip

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
import tty
from pathlib import Path
from typing import Self

_EVERY, _STALL = 0.01, 0.008  # seconds


class Sentinel:
    """The program, while the block lasts."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "bench.media.kernel", str(self._file)]
        self._program = subprocess.Popen(words, cwd=Path(__file__).parents[2])
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()

    def stalls(self) -> list[tuple[float, float]]:
        """Monotonic seconds from and to which a byte was under way for too long."""
        rows = self._file.read_text().splitlines() if self._file.exists() else []
        return [(float(row.split()[0]), float(row.split()[1])) for row in rows if len(row.split()) == 2]


def _be_punctual() -> None:
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(20))


def _write(master: int, written: list[float]) -> None:
    _be_punctual()
    while True:
        written.append(time.monotonic())
        os.write(master, b"x")
        time.sleep(_EVERY)


def main(file: str) -> None:
    """Until killed."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(slave, False)
    written: list[float] = []
    threading.Thread(target=_write, args=(master, written), daemon=True).start()
    _be_punctual()
    with Path(file).open("w", buffering=1) as log:
        while True:
            select.select([slave], [], [])
            count, now = len(os.read(slave, 4096)), time.monotonic()
            if now - written[0] > _STALL:
                log.write(f"{written[0]:.4f} {now:.4f}\n")
            del written[:count]


if __name__ == "__main__":
    main(sys.argv[1])
