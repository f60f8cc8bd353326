"""The folder `tls/`: which certificate and key are in force, the ones before, the authority to be trusted.

    ca.pem, ca.key                  the box's own authority
    made-*/, owner-*/               pairs: server.pem, server.key
    current, previous               links to pairs; a change is one rename, so a pair is never half
    server.pem, server.key          links into `current`, for nginx and Kamailio
    changed                         written after each change: whoever watches it reads them again

With a set-group-id bit on the folder its group may read pairs (nginx); else only the owner may.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.contract.errors import NetworkError
from appliance.network.addresses import own_addresses
from appliance.network.authority import SERVER_DAYS, issue, make_authority, may_certify
from appliance.network.openssl import Certificate, openssl, read_certificate
from appliance.network.uploaded import checked_pair

_RENEW = timedelta(days=30)
_WARN = timedelta(days=21)  # after the box's own renewal failed for nine days
_A_SERVERS_LIFE = timedelta(days=SERVER_DAYS)
_FILES = ("server.pem", "server.key")
#: No box was made earlier: a clock that says so is wrong, and what it dates would be over before it is used.
_EARLIEST = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InForce:
    """The certificate in force; `made_here`: by the box's authority, whose own (PEM) is `authority`."""

    certificate: Certificate
    made_here: bool
    can_undo: bool
    authority: str


def own_names() -> list[str]:
    """What this box is called: its mDNS name, its host name, its addresses; the authority may certify all."""
    host = socket.gethostname().lower().rstrip(".")
    names = ["callbox.local", host, host if "." in host else f"{host}.local", "localhost", "127.0.0.1"]
    names += [str(one.address) for one in own_addresses()]
    return list(dict.fromkeys(name for name in names if may_certify(name)))


class Certificates:
    """The one writer of `tls/`, from any process: a lock file keeps them apart. Blocking."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chain, self.key = folder / _FILES[0], folder / _FILES[1]

    def in_force(self) -> InForce | None:
        """What is served now; None before the first was made."""
        try:
            found = read_certificate(self.chain.read_text(encoding="utf-8"))
            authority = (self.folder / "ca.pem").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        made_here = self._target("current").startswith("made-")
        return InForce(found, made_here, (self.folder / "previous").exists(), authority)

    def ensure(self, names: list[str], now: datetime) -> bool:
        """Make what is missing, renew what is nearly over or does not name what the box is called now.

        The owner's own certificate stays in force. True when another certificate is in force than before.
        """
        now = max(now, _EARLIEST)
        with self._alone():
            before = self._target("current")
            made = self._newest_made()
            if made is None or not self._still_good(made, names, now):
                made = self._make(names, now)
            if not before.startswith("owner-") or not self._whole(before):
                self._point("current", made)
            self._link_files()
            self._tidy(made)
            return self._target("current") != before

    @property
    def is_there(self) -> bool:
        """Whether there is a pair to be served."""
        return self.chain.is_file() and self.key.is_file()

    def adopt(self, text: str, now: datetime) -> InForce:
        """Put the owner's certificate and key (PEM, both in `text`) in force. NetworkError says why not."""
        pair = checked_pair(text, now)
        with self._alone():
            place = self._new_place("owner")
            _write(place / _FILES[0], pair.chain)
            _write(place / _FILES[1], pair.key)
            self._publish(place)
            self._switch(place.name)
        return self._known()

    def undo(self) -> InForce:
        """The certificate before this one is in force again; doing it twice changes nothing."""
        with self._alone():
            before = self._target("previous")
            if not before or not self._whole(before):
                raise NetworkError("There is no certificate to go back to.")
            self._switch(before)
        return self._known()

    def warning(self, now: datetime) -> str:
        """A sentence when the certificate in force is over or soon will be, else nothing."""
        found = self.in_force()
        if found is None or found.certificate.ends - now > _WARN:
            return ""
        word = "expired" if found.certificate.ends <= now else "expires"
        return f"The certificate of the page {word} on {found.certificate.ends:%Y-%m-%d}."

    # ---- pairs

    def _known(self) -> InForce:
        found = self.in_force()
        if found is None:
            raise NetworkError("The certificate was not kept; is the disk full?")
        return found

    def _newest_made(self) -> str | None:
        found = [path for path in self.folder.glob("made-*") if self._whole(path.name)]
        return max(found, key=lambda path: path.stat().st_mtime_ns).name if found else None

    def _whole(self, name: str) -> bool:
        return all((self.folder / name / file).is_file() for file in _FILES)

    def _still_good(self, made: str, names: list[str], now: datetime) -> bool:
        found = _read(self.folder / made / _FILES[0])
        return found is not None and set(found.names) == set(names) and _lasts(found, now, _RENEW)

    def _make(self, names: list[str], now: datetime) -> str:
        authority = self.folder / "ca.pem", self.folder / "ca.key"
        known = _read(authority[0])
        if known is None or not _lasts(known, now, _A_SERVERS_LIFE) or not _belong_together(*authority):
            fresh = self.folder / "ca.pem.new", self.folder / "ca.key.new"
            make_authority(*fresh, now)
            for new, old in zip(reversed(fresh), reversed(authority), strict=True):
                new.replace(old)
            self._share(authority[0])
        place = self._new_place("made")
        issue(authority, place / _FILES[0], place / _FILES[1], names, now)
        self._publish(place)
        return place.name

    def _new_place(self, kind: str) -> Path:
        place = self.folder / f"{kind}-{secrets.token_hex(6)}"
        place.mkdir(mode=0o700)
        return place

    def _publish(self, place: Path) -> None:
        """Let the folder's group read a pair that is complete, and bring it to the disk."""
        for name in _FILES:
            self._share(place / name)
            _sync(place / name)
        place.chmod(0o750 if self._is_shared() else 0o700)
        _sync(place)

    def _share(self, path: Path) -> None:
        path.chmod(0o640 if self._is_shared() else 0o600)  # its group it has of its folder

    def _is_shared(self) -> bool:
        return bool(self.folder.stat().st_mode & 0o2000)

    # ---- links

    def _switch(self, name: str) -> None:
        before = self._target("current")
        if before and before != name:
            self._point("previous", before)
        self._point("current", name)
        self._link_files()
        self._tidy("")

    def _target(self, link: str) -> str:
        try:
            return str((self.folder / link).readlink())
        except OSError:
            return ""

    def _point(self, link: str, target: str) -> None:
        if self._target(link) == target:
            return
        fresh = self.folder / f".{link}-{secrets.token_hex(4)}"
        fresh.symlink_to(target)
        fresh.replace(self.folder / link)
        _sync(self.folder)
        if link == "current":
            (self.folder / "changed").write_text(f"{target}\n")

    def _link_files(self) -> None:
        for name in _FILES:
            self._point(name, f"current/{name}")

    def _tidy(self, keep: str) -> None:
        """Pairs nothing points to go, but the newest of the box's own."""
        newest = self._newest_made()
        kept = {self._target("current"), self._target("previous"), keep, newest}
        for path in [*self.folder.glob("made-*"), *self.folder.glob("owner-*")]:
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        except OSError as problem:
            raise NetworkError(f"The certificate's folder cannot be used: {problem.strerror}.") from problem
        finally:
            os.close(handle)


def _read(path: Path) -> Certificate | None:
    try:
        return read_certificate(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None
    except NetworkError:
        openssl("version")  # it is the file that is bad, not the program that is missing
        return None


def _lasts(found: Certificate, now: datetime, span: timedelta) -> bool:
    """A clock that was ahead for a while leaves certificates that only begin later: those do not do."""
    return found.starts <= now and found.ends - now > span


def _belong_together(certificate: Path, key: Path) -> bool:
    try:
        return openssl("x509", "-noout", "-pubkey", "-in", certificate) == openssl(
            "pkey", "-pubout", "-in", key
        )
    except NetworkError:
        return False


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
