"""A real SSH server on loopback with SFTP: Dropbear, in a mount namespace where home is the test's folder.

Dropbear looks for authorized_keys in the home folder only; nobody's own is touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

_SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/lib/sftp-server")


@dataclass(frozen=True, slots=True)
class SshServer:
    """Where it listens, who may log in, and the folder it writes to."""

    port: int
    user: str
    home: Path
    process: subprocess.Popen[bytes]


def missing() -> str:
    """Why there can be no server here; empty when there can."""
    if os.getuid() != 0:
        return "Dropbear needs a mount namespace, and so root"
    if shutil.which("dropbear") is None or not any(map(os.path.exists, _SFTP_SERVERS)):
        return "dropbear-bin or openssh-sftp-server is not installed"
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no mount namespace may be made here"


def _make_key(path: Path) -> None:
    command = ["dropbearkey", "-t", "ed25519", "-f", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@contextmanager
def ssh_server(folder: Path, public_key: str) -> Iterator[SshServer]:
    """A server that lets whoever has this key in, as long as the block lasts."""
    home, host_key = folder / "home", folder / "host_key"
    (home / ".ssh").mkdir(parents=True)
    home.chmod(0o700)
    (home / ".ssh").chmod(0o700)
    (home / ".ssh" / "authorized_keys").write_text(f"{public_key}\n")
    (home / ".ssh" / "authorized_keys").chmod(0o600)
    _make_key(host_key)
    account = pwd.getpwuid(os.getuid())
    port = free_port()
    inside = 'mount --bind "$1" "$2" && exec dropbear -F -E -s -p "127.0.0.1:$3" -r "$4" -P ""'
    words = [str(home), account.pw_dir, str(port), str(host_key)]
    command = ["unshare", "--mount", "sh", "-c", inside, "sh", *words]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield SshServer(port, account.pw_name, home, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the SSH server did not begin to listen")
