"""A small network of kernel namespaces: the box, devices on its LAN and strangers, on one bridge. Needs root.

A socket belongs to the namespace its thread was in when it was made; so one process plays all of them.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def may_make_namespaces() -> bool:
    """Whether this process may (root with its rights, or not)."""
    return subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0


class Place:
    """One machine: a network namespace that a sleeping process holds."""

    def __init__(self, stack: ExitStack) -> None:
        self._holder = subprocess.Popen(["unshare", "-n", "sleep", "600"])
        stack.callback(self._end)
        self.pid = self._holder.pid
        self._wait_unshared()
        self.run("ip", "link", "set", "lo", "up")

    def _end(self) -> None:
        self._holder.kill()
        self._holder.wait(10)

    def _wait_unshared(self) -> None:
        """Until the process has left our namespace."""
        ours = os.readlink("/proc/self/ns/net")
        pause = threading.Event()
        for _ in range(1000):
            if os.readlink(f"/proc/{self.pid}/ns/net") != ours:
                return
            pause.wait(0.01)
        raise AssertionError("unshare did not make a namespace")

    def run(self, *words: str, stdin: str = "") -> str:
        """A program inside; what it printed."""
        inside = ["nsenter", "-t", str(self.pid), "-n", *words]
        done = subprocess.run(inside, input=stdin, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def inside(self, work: Callable[[], T]) -> T:
        """What `work` gives when done by a thread inside; the sockets it makes stay inside."""
        results: list[T] = []

        def go() -> None:
            with open(f"/proc/{self.pid}/ns/net") as namespace:
                if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            results.append(work())

        thread = threading.Thread(target=go)
        thread.start()
        thread.join(60)
        assert results, "it could not be done inside"
        return results[0]

    def udp(self, address: str, port: int) -> socket.socket:
        """A datagram socket inside."""

        def make() -> socket.socket:
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            made = socket.socket(kind, socket.SOCK_DGRAM)
            made.bind((address, port))
            made.settimeout(10)
            return made

        return self.inside(make)

    def server(self, address: str, port: int) -> socket.socket:
        """A listening TCP socket inside."""
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return self.inside(lambda: socket.create_server((address, port), family=kind, backlog=512))

    def connects(self, address: str, port: int, seconds: float = 10.0) -> socket.socket:
        """A TCP connection made inside; OSError when there is none."""

        def make() -> socket.socket | OSError:
            try:
                return socket.create_connection((address, port), seconds)
            except OSError as problem:
                return problem

        made = self.inside(make)
        if isinstance(made, OSError):
            raise made
        return made


class Lan:
    """A box, and places at addresses of its network and elsewhere, all on one bridge.

    Strangers are on the same cable and have addresses of the internet, where the box has one, too.
    """

    BOX = "192.168.7.1"

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.switch, self.box = Place(stack), Place(stack)
        self.switch.run("ip", "link", "add", "br0", "type", "bridge")
        self.switch.run("ip", "link", "set", "br0", "up")
        self._plug(self.box, "box", [f"{self.BOX}/24", "203.0.113.1/24"])

    def place(self, name: str, address: str) -> Place:
        """One more machine."""
        made = Place(self._stack)
        self._plug(made, name, [f"{address}/24"])
        return made

    def _plug(self, place: Place, name: str, addresses: list[str]) -> None:
        link = f"ip link add to-{name} type veth peer name eth0 netns {place.pid}"
        self.switch.run(*link.split())
        self.switch.run("ip", "link", "set", f"to-{name}", "master", "br0", "up")
        for address in addresses:
            place.run("ip", "address", "add", address, "dev", "eth0")
        place.run("ip", "link", "set", "eth0", "up")
