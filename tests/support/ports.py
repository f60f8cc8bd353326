"""Ports that nobody uses."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """A port below the ephemeral ones that is free for UDP and TCP on all addresses, with the next one."""
    while True:
        port = random.randrange(12000, 31000, 2)
        with contextlib.ExitStack() as stack:
            try:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    for one in (port, port + 1):  # baresip takes two
                        stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("0.0.0.0", one))
            except OSError:
                continue
            return port
