"""The pages in a process of their own, started as the launcher starts them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Served:
    """Where the pages are, and the process that serves them."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _command(port: int) -> list[str]:
    return [sys.executable, "-m", "webui", f"127.0.0.1:{port}"]


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[Served]:
    """Pages that listen while the block lasts."""
    port = free_port()
    server = subprocess.Popen(_command(port), env=os.environ | environment)
    try:
        _wait(port)
        yield Served(port, server)
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
