"""Where copies go: a folder on another disk (a USB stick), or a folder on an SFTP server.

Both show the same few methods. Copies of this box are known by their names; nothing else at the destination
is ever touched. A copy has its name only when it is whole.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from appliance.care.problems import CareError
from appliance.store.pending import sync

COPY = re.compile(r"callbox-[a-z0-9-]{1,40}-[0-9a-z]{6}-[0-9]{8}-[0-9]{6}\.tar\.age", re.ASCII)
_PART = ".part"
_CONNECT_SECONDS = 20
_MOST_SECONDS = 6 * 3600


class Destination(Protocol):
    """A place for copies. Every method raises CareError with a sentence."""

    def room_for(self, size: int) -> None:
        """Raise when so many bytes surely do not fit."""

    def place(self, name: str) -> Path:
        """Where a copy that is to be kept here is written first; `keep` or `drop` ends that."""

    def keep(self, part: Path, name: str) -> None:
        """The copy at `place` is whole: keep it under its name."""

    def names(self) -> list[str]:
        """The copies that are there, of any box, oldest first."""

    def fetch(self, name: str, target: Path) -> None:
        """Bring a copy back into a new file."""

    def remove(self, names: Sequence[str]) -> None:
        """Forget these copies."""


class HandOver:
    """A folder of the box itself, from which the page sends the copy to a browser."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def room_for(self, size: int) -> None:
        return

    def place(self, name: str) -> Path:
        return self._folder / f"{known(name)}{_PART}"

    def keep(self, part: Path, name: str) -> None:
        os.replace(part, self._folder / known(name))

    def names(self) -> list[str]:
        return _ours(path.name for path in self._folder.iterdir())

    def fetch(self, name: str, target: Path) -> None:
        os.replace(self._folder / known(name), target)

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self._folder / known(name)).unlink(missing_ok=True)


class FolderDestination:
    """A folder on another disk than the box's own."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder = folder
        self._data = data

    def room_for(self, size: int) -> None:
        self._check()
        if shutil.disk_usage(self._folder).free < size + 1_000_000:
            raise CareError("The USB stick is full. Keep fewer copies, or take a larger one.")

    def place(self, name: str) -> Path:
        self._check()
        return self._folder / f"{known(name)}{_PART}"

    def keep(self, part: Path, name: str) -> None:
        self._check()
        try:
            sync(part)
            os.replace(part, self._folder / known(name))
            sync(self._folder)
        except OSError as problem:
            raise CareError(f"The USB stick could not be written: {problem.strerror}.") from problem

    def names(self) -> list[str]:
        self._check()
        try:
            return _ours(path.name for path in self._folder.iterdir())
        except OSError as problem:
            raise CareError(f"The USB stick could not be read: {problem.strerror}.") from problem

    def fetch(self, name: str, target: Path) -> None:
        self._check()
        try:
            shutil.copyfile(self._folder / known(name), target)
        except OSError as problem:
            raise CareError(f"The USB stick could not be read: {problem.strerror}.") from problem

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self._folder / known(name)).unlink(missing_ok=True)

    def _check(self) -> None:
        """A stick that is not mounted leaves an empty folder on the box's own disk."""
        try:
            other = self._folder.is_dir() and self._folder.stat().st_dev != self._data.stat().st_dev
        except OSError:
            other = False
        if not other:
            raise CareError(f"No USB stick is mounted at {self._folder}.")
        if not os.access(self._folder, os.W_OK):
            raise CareError(f"The USB stick at {self._folder} cannot be written by the box.")


@dataclass(frozen=True, slots=True)
class SftpServer:
    """Where the server is, and by which key it is known ("ssh-ed25519 AAAA…")."""

    host: str
    port: int
    user: str
    folder: str
    host_key: str


class SftpDestination:
    """A folder on an SFTP server, by OpenSSH's sftp with a key of the box; an unknown host key is refused."""

    def __init__(self, server: SftpServer, key: Path, work: Path) -> None:
        self._server = server
        self._key = key
        self._work = work

    def room_for(self, size: int) -> None:
        """The server says so itself; here only whether it can be reached."""
        self._run([])

    def place(self, name: str) -> Path:
        return self._work / f"{known(name)}{_PART}"

    def keep(self, part: Path, name: str) -> None:
        there = _quoted(f"{self._server.folder}/{known(name)}")
        half = _quoted(f"{self._server.folder}/{name}{_PART}")
        self._run([*self._made(), f"put {part.name} {half}", f"rename {half} {there}"])
        part.unlink()

    def names(self) -> list[str]:
        said = self._run([*self._made(), f"ls -1 {_quoted(self._server.folder)}"])
        return _ours(line.strip().rpartition("/")[2] for line in said.splitlines())

    def fetch(self, name: str, target: Path) -> None:
        self._run([f"get {_quoted(f'{self._server.folder}/{known(name)}')} {target.name}"], target.parent)

    def remove(self, names: Sequence[str]) -> None:
        if names:
            self._run([f"rm {_quoted(f'{self._server.folder}/{known(name)}')}" for name in names])

    def _made(self) -> list[str]:
        """Steps that make the folder if it is not there; a leading `-` lets sftp go on when one fails."""
        names = self._server.folder.rstrip("/").split("/")
        return [
            f"-mkdir {_quoted('/'.join(names[:place]))}"
            for place in range(1, len(names) + 1)
            if names[place - 1]
        ]

    def _run(self, steps: Sequence[str], here: Path | None = None) -> str:
        server = self._server
        if not (server.host and server.user):
            raise CareError("The SFTP server has no address or no user yet.")
        if not server.host_key:
            raise CareError("The key of the SFTP server is not confirmed yet.")
        done = self._sftp(f"{server.user}@{_bracketed(server.host)}", [*steps, "bye"], here or self._work)
        if done.returncode != 0:
            raise CareError(f"The SFTP server {server.host} did not take it: {_reason(done.stderr)}.")
        return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("sftp>"))

    def _sftp(self, address: str, steps: Sequence[str], here: Path) -> subprocess.CompletedProcess[str]:
        hosts = self._work / "known_hosts"
        hosts.write_text(f"backup {self._server.host_key}\n", encoding="ascii")
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "HostKeyAlias": "backup",
            "HostKeyAlgorithms": _algorithms(self._server.host_key),
            "UserKnownHostsFile": str(hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentityFile": str(self._key),
            "IdentitiesOnly": "yes",
            "ConnectTimeout": str(_CONNECT_SECONDS),
            "ServerAliveInterval": "15",
        }
        words = [f"-o{name}={value}" for name, value in options.items()]
        command = ["sftp", "-F", "/dev/null", *words, "-b", "-", "-P", str(self._server.port), address]
        try:
            return subprocess.run(
                command,
                input="\n".join(steps) + "\n",
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_MOST_SECONDS,
                check=False,
                cwd=here,
            )
        except FileNotFoundError as problem:
            raise CareError("The program sftp is missing on this box.") from problem


def own_key(path: Path) -> str:
    """The box's public SSH key, for the server's authorized_keys; the pair is made when there is none."""
    public = path.with_suffix(".pub")
    if not path.exists() or not public.exists():
        path.unlink(missing_ok=True)
        _tool(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "callbox", "-f", str(path)], "")
    return public.read_text(encoding="ascii").strip()


def look_up_host(host: str, port: int) -> tuple[str, str]:
    """The key an SFTP server shows now and its fingerprint, for a person to compare."""
    said = _tool(["ssh-keyscan", "-T", "10", "-p", str(port), "-t", "ed25519,ecdsa,rsa", host], "")
    lines = [line.split() for line in said.splitlines() if not line.startswith("#")]
    keys = [words[1:3] for words in lines if len(words) >= 3]
    if not keys:
        raise CareError(f"Nobody answers as an SSH server at {host}, port {port}.")
    order = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
    kind, key = min(keys, key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    shown = _tool(["ssh-keygen", "-l", "-f", "-"], f"{kind} {key}\n").split()
    return f"{kind} {key}", shown[1] if len(shown) > 1 else ""


def known(name: str) -> str:
    """The same name, if it is one of a copy: no other file is ever named."""
    if not COPY.fullmatch(name):
        raise CareError("There is no copy of that name.")
    return name


def copy_name(box: str, recipient: str, at: datetime) -> str:
    """The name of a copy: the box's name and key, so that boxes may share a place, and the time in UTC."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in box.lower())
    slug = "-".join(filter(None, plain.split("-")))[:40].strip("-") or "box"
    name = f"callbox-{slug}-{recipient[-6:]}-{at.astimezone(UTC):%Y%m%d-%H%M%S}.tar.age"
    if not COPY.fullmatch(name):
        raise CareError("There is no backup key yet; make one first.")
    return name


def _ours(names: Iterable[str]) -> list[str]:
    found = [name for name in names if COPY.fullmatch(name)]
    return sorted(found, key=lambda name: name[-23:])


def _tool(command: list[str], given: str) -> str:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_CONNECT_SECONDS, check=False
        )
    except FileNotFoundError as problem:
        raise CareError(f"The program {command[0]} is missing on this box.") from problem
    except subprocess.TimeoutExpired as problem:
        raise CareError("The SFTP server does not answer.") from problem
    return done.stdout


def _algorithms(host_key: str) -> str:
    kind = host_key.split(" ")[0]
    return "rsa-sha2-512,rsa-sha2-256" if kind == "ssh-rsa" else kind


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _quoted(path: str) -> str:
    """A path as one word of sftp's batch language; the settings allow no marks that mean something in it."""
    return f'"{path}"'


def _reason(words: str) -> str:
    known_words = {
        "Host key verification failed": "it shows another key than the one that was confirmed",
        "Permission denied (": "it does not know the box's key; put it into authorized_keys",
        "Connection refused": "nobody answers there",
        "timed out": "it does not answer",
        "Could not resolve": "its name is not known",
        "No such file": "the folder is not there",
        " not found": "the copy is not there",
        "Permission denied": "the folder may not be written",
        "Failure": "its disk may be full",
    }
    last = [line.strip() for line in words.splitlines() if line.strip() and "mkdir" not in line]
    found = next((say for word, say in known_words.items() if any(word in line for line in last)), "")
    return found or (last[-1][:120].rstrip(".") if last else "no reason was given")
