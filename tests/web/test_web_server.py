"""The server below the pages: what is no request is refused and hurts nobody, and a signal ends it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.served import Served, served


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served({"CALLBOX_DATA": str(tmp_path)}) as running:
        yield running


def _answer(server: Served, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 5) as sent:
        sent.sendall(request)
        return sent.recv(4096)


def _serves(server: Served) -> None:
    answer = _answer(server, b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Server: Callbox\r\n" in answer


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"GET /login HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
        (b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n", 413),
        (b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused(server: Served, request_text: bytes, status: int) -> None:
    assert int(_answer(server, request_text).split()[1]) == status
    _serves(server)


def test_silent_connections_do_not_keep_others_out(server: Served) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port), 5) for _ in range(64)]
    for one in silent[::2]:
        one.sendall(b"GET /login HTT")
    _serves(server)
    for one in silent:
        one.close()


def test_a_port_in_use_is_one_sentence(server: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "webui", f"127.0.0.1:{server.port}"]
    ended = subprocess.run(command, env={"CALLBOX_DATA": str(tmp_path)}, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The page cannot use 127.0.0.1:{server.port}: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_signal_ends_it_with_a_request_on_the_way(tmp_path: Path) -> None:
    with (
        served({"CALLBOX_DATA": str(tmp_path)}) as server,
        socket.create_connection(("127.0.0.1", server.port), 5) as open_request,
    ):
        open_request.sendall(b"GET /login HTT")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(1) == -signal.SIGTERM
