"""Programs under measurement, and what the kernel says about them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """A program that answers each line with a line."""

    def __init__(self, script: Path, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._program = subprocess.Popen(
            [sys.executable, str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.first = self._read()

    def ask(self, line: str) -> str:
        assert self._program.stdin is not None
        self._program.stdin.write(f"{line}\n")
        self._program.stdin.flush()
        return self._read()

    def end(self) -> None:
        self._program.kill()
        self._program.wait()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._program.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def cpu_percent(self, seconds: float) -> float:
        """Of one core, over the next seconds."""
        before, began = self.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        return 100 * (self.cpu_seconds() - before) / (time.monotonic() - began)

    def resident_kb(self) -> int:
        rollup = Path(f"/proc/{self._program.pid}/smaps_rollup").read_text()
        return next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Rss:"))

    def handles(self) -> int:
        return len(list(Path(f"/proc/{self._program.pid}/fd").iterdir()))

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self._program.pid}/task").iterdir()))

    def _read(self) -> str:
        assert self._program.stdout is not None
        line = self._program.stdout.readline().strip()
        if not line:
            raise RuntimeError("the program under measurement has ended")
        return line


@contextmanager
def box() -> Iterator[Program]:
    """The engine in its process, with a far end in another."""
    far_end = Program(_ROOT / "tests" / "media" / "far_end.py")
    try:
        program = Program(Path(__file__).parent / "box.py", far_end.first)
        try:
            yield program
        finally:
            program.end()
    finally:
        far_end.end()
