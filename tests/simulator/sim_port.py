"""The box's side of a port, for tests: raw bytes on a file handle, with deadlines."""

from __future__ import annotations

import contextlib
import os
import re
import select
import time
from types import TracebackType
from typing import Self


class Port:
    """An open device. What was read and not yet expected waits in `seen`."""

    def __init__(self, path: str | None) -> None:
        assert path is not None
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.fd)

    def send(self, data: bytes | str) -> None:
        rest = data.encode("latin-1") if isinstance(data, str) else data
        while rest:
            assert select.select([], [self.fd], [], 10)[1], "the modem takes no more"
            rest = rest[os.write(self.fd, rest) :]

    def read(self, seconds: float) -> bytes:
        """What comes within `seconds`, or at once what is there."""
        if select.select([self.fd], [], [], max(0.0, seconds))[0]:
            with contextlib.suppress(BlockingIOError):
                self.seen += os.read(self.fd, 65536)
        return self.seen

    def expect(self, pattern: str, timeout: float = 5.0) -> re.Match[bytes]:
        """Wait for `pattern`; what came up to its end is taken."""
        deadline = time.monotonic() + timeout
        compiled = re.compile(pattern.encode("latin-1"), re.DOTALL)
        while not (match := compiled.search(self.seen)):
            left = deadline - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.seen[-400:]!r}"
            self.read(left)
        self.seen = self.seen[match.end() :]
        return match

    def until(self, marker: bytes, timeout: float = 5.0) -> bytes:
        """What comes before `marker` (for long streams), which is taken too."""
        deadline = time.monotonic() + timeout
        while (end := self.seen.find(marker)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"no {marker!r} in {self.seen[-100:]!r}"
            self.read(left)
        before, self.seen = self.seen[:end], self.seen[end + len(marker) :]
        return before

    def take(self, count: int, timeout: float = 5.0) -> bytes:
        """Exactly `count` bytes."""
        deadline = time.monotonic() + timeout
        while len(self.seen) < count:
            left = deadline - time.monotonic()
            assert left > 0, f"{len(self.seen)} bytes of {count}"
            self.read(left)
        taken, self.seen = self.seen[:count], self.seen[count:]
        return taken

    def command(self, text: str, timeout: float = 5.0) -> str:
        """Send a command; its answer up to the result code, as lines joined by a bar."""
        self.send(text + "\r")
        answer = self.expect(r"(.*?)\r\n(OK|ERROR|NO CARRIER|VCON|\+CM[ES] ERROR: [^\r]*)\r\n", timeout)
        lines = answer.group(0).decode("latin-1").replace(text + "\r", "", 1).split("\r\n")
        return "|".join(line for line in lines if line)

    def quiet(self, seconds: float) -> bytes:
        """All that comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)
        seen, self.seen = self.seen, b""
        return seen
