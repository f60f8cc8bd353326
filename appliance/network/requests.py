"""Requests of flows to other machines: only those on the list, briefly, and never the box itself.

A name is looked up once and the address that was judged is the one that is connected to, so that no name can
lead back to the box (or to link-local addresses, where routers and clouds keep their secrets) after it was
judged. Such addresses may be asked only where they stand in the list themselves. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from appliance.contract.errors import NetworkError
from appliance.contract.flow import HttpAnswer, HttpRequest

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
MOST_AT_ONCE = 8
_PORTS = {"http": 80, "https": 443}
_LONGEST_VALUE = 500

Deliver = Callable[[Callable[[], None]], None]


class Requests:
    """`contract.flow.Requester`: `send` returns at once, `deliver` brings the answer to the core's thread.

    `hosts` gives the machines that may be asked ("name", "name:port") as the settings have them now.
    """

    def __init__(self, hosts: Callable[[], Sequence[str]], deliver: Deliver) -> None:
        self._hosts = hosts
        self._deliver = deliver
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def send(
        self, request: HttpRequest, paths: tuple[str, ...], answer: Callable[[HttpAnswer], None]
    ) -> None:
        """Ask on a thread of its own; the answer comes within the request's seconds, or a problem does."""
        hosts = frozenset(host.casefold() for host in self._hosts())
        if not self._free.acquire(blocking=False):
            self._deliver(lambda: answer(HttpAnswer(problem="Too many requests wait already.")))
            return

        def work() -> None:
            try:
                found = ask(request, paths, hosts)
            finally:
                self._free.release()
            self._deliver(lambda: answer(found))

        threading.Thread(target=work, name="request", daemon=True).start()


def ask(request: HttpRequest, paths: Sequence[str], hosts: frozenset[str]) -> HttpAnswer:
    """Send it and wait. Never raises: what goes wrong is the answer's problem."""
    machine = ""
    try:
        place = urlsplit(request.url)
        machine = place.hostname or ""
        data = _exchange(request, place, judged(place, hosts), time.monotonic() + request.seconds)
    except (OSError, HTTPException, NetworkError, ValueError, RecursionError) as wrong:
        log.warning("A flow's request to %s failed: %s", machine, wrong)
        return HttpAnswer(problem=f"{machine}: {wrong}")
    return HttpAnswer({path: field_of(data, path) for path in paths})


def judged(place: SplitResult, hosts: frozenset[str]) -> tuple[str, int]:
    """The address and port to connect to. NetworkError when this machine may not be asked."""
    name, port = (place.hostname or "").casefold(), place.port or _PORTS.get(place.scheme, 0)
    if not port or place.netloc.casefold() not in hosts or place.username is not None:
        raise NetworkError("This machine is not among those that flows may ask.")
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    for *_, where in found:
        address = ipaddress.ip_address(str(where[0]).split("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        if _outside(mapped or address) or _listed(str(mapped or address), port, place, hosts):
            return str(where[0]), port
    raise NetworkError("This name leads to the box itself or to a link-local address.")


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _outside(address: Address) -> bool:
    near = address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    return not near and not _own(address)


def _own(address: Address) -> bool:
    """Only an address of this machine can be bound to."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def _listed(address: str, port: int, place: SplitResult, hosts: frozenset[str]) -> bool:
    """Does the list hold the address itself?"""
    shown = f"[{address}]" if ":" in address else address
    usual = port == _PORTS.get(place.scheme)
    return f"{shown}:{port}" in hosts or (usual and shown in hosts)


class _Pinned(HTTPConnection):
    """A connection to the address that was judged, whatever the name leads to by now."""

    def __init__(self, place: SplitResult, where: tuple[str, int], deadline: float) -> None:
        super().__init__(place.hostname or "", where[1], timeout=_left(deadline))
        self._place = place
        self._where = where
        self._deadline = deadline

    def connect(self) -> None:
        line = socket.create_connection(self._where, timeout=_left(self._deadline))
        if self._place.scheme == "https":
            try:
                line = ssl.create_default_context().wrap_socket(line, server_hostname=self._place.hostname)
            except (OSError, ssl.SSLError):
                line.close()
                raise
        self.sock = line


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _exchange(request: HttpRequest, place: SplitResult, where: tuple[str, int], deadline: float) -> Any:
    connection = _Pinned(place, where, deadline)
    body = None if request.body is None else json.dumps(dict(request.body)).encode()
    headers = {"Accept": "application/json", "Host": place.netloc, "Connection": "close"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    target = place.path or "/"
    try:
        connection.request(
            request.method, f"{target}?{place.query}" if place.query else target, body, headers
        )
        connection.sock.settimeout(_left(deadline))
        response = connection.getresponse()
        if not 200 <= response.status < 300:
            raise NetworkError(f"it answered with status {response.status}")
        return json.loads(_read(connection, response.read1, deadline))
    finally:
        connection.close()


def _read(connection: _Pinned, read: Callable[[int], bytes], deadline: float) -> bytes:
    """The body, as long as it is short and comes in time."""
    parts: list[bytes] = []
    while sum(map(len, parts)) <= MOST_BYTES:
        if connection.sock is not None:
            connection.sock.settimeout(_left(deadline))
        part = read(8192)
        if not part:
            return b"".join(parts)
        parts.append(part)
    raise NetworkError(f"its answer is longer than {MOST_BYTES // 1024} KB")


def field_of(data: Any, path: str) -> str:
    """The value at a dotted path ("order.lines.0.state") as text; "" where there is none."""
    for part in path.split("."):
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and part.isascii() and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return ""
    if isinstance(data, bool):
        return "yes" if data else ""
    return "" if data is None or isinstance(data, dict | list) else str(data)[:_LONGEST_VALUE]
