"""A real core, started as systemd starts it: what it says on the notification socket, from start to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port

pytestmark = [pytest.mark.scenario, pytest.mark.realtime]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """systemd's end of the notification socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "notify"))
        bound.settimeout(40)
        yield bound


@pytest.fixture
def core(tmp_path: Path, manager: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """`callbox prepare`, then a core on the new settings."""
    (tmp_path / "run").mkdir()
    words = [
        f"--data={tmp_path / 'data'}",
        f"--run={tmp_path / 'run'}",
        f"--sip-port={free_port()}",
        f"--engine-port={free_port()}",
    ]
    command = [sys.executable, "-m", "appliance"]
    subprocess.run([*command, "prepare", *words], check=True, timeout=40)
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
    with subprocess.Popen([*command, "core", *words], env=environment) as process:
        yield process
        process.kill()


def told(manager: socket.socket, words: str) -> list[str]:
    """Everything that is said until these words begin a message."""
    heard = [""]
    while not heard[-1].startswith(words):
        heard.append(manager.recv(1000).decode())
    return heard[1:]


def test_from_ready_to_stopping(core: subprocess.Popen[bytes], manager: socket.socket) -> None:
    assert told(manager, "READY=1") == ["READY=1"]
    for _ in range(3):
        told(manager, "WATCHDOG=1")
    core.send_signal(signal.SIGTERM)
    assert "READY=1" not in told(manager, "STOPPING=1")
    assert core.wait(40) == 0


def test_data_of_a_newer_callbox_is_a_status(tmp_path: Path, manager: socket.socket) -> None:
    (tmp_path / "version.json").write_text('{"program": "9.1", "settings": 99, "records": "0001"}', "utf-8")
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
    command = [sys.executable, "-m", "appliance", "core", f"--data={tmp_path}"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        heard = told(manager, "STATUS=")
        assert "was written by Callbox 9.1" in heard[-1]
        assert "READY=1" not in heard
        process.kill()
