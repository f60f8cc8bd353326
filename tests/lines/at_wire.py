"""The modem's end of a pseudo-terminal, for tests of the AT channel and the GSM trunk."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from pathlib import Path


class Wire:
    """A PTY under a stable link. The test reads what the box wrote and writes what a modem would."""

    def __init__(self, folder: Path, name: str = "modem") -> None:
        self.link = folder / name
        self.got = bytearray()
        self._master = -1
        self.plug()

    def plug(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave = slave
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(slave))

    def unplug(self) -> None:
        if self._master < 0:
            return
        self.link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = -1

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]

    def say(self, *lines: str) -> None:
        self.write(b"".join(b"\r\n" + line.encode() + b"\r\n" for line in lines))

    def read(self, timeout: float = 3.0) -> bytes:
        """What the box wrote next; empty when nothing came."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        data = os.read(self._master, 4096) if ready else b""
        self.got += data
        return data

    def readable(self, timeout: float) -> bool:
        """Whether the box said something."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        return bool(ready)

    def command(self, timeout: float = 3.0) -> str:
        """The box's next command, without its CR."""
        line = bytearray()
        end = time.monotonic() + timeout
        while not line.endswith(b"\r") and time.monotonic() < end:
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if ready:
                line += os.read(self._master, 1)
        assert line.endswith(b"\r"), f"no command, only {bytes(line)!r}"
        return line[:-1].decode()


def handles() -> list[str]:
    """The open files of this process."""
    return sorted(os.listdir("/proc/self/fd"))


def threads() -> list[str]:
    """The running threads of this process."""
    return sorted(thread.name for thread in threading.enumerate())
