"""A certificate of the owner's own: told apart from its key, checked, and refused with one sentence."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.contract.errors import NetworkError
from appliance.network.openssl import Certificate, openssl, read_certificate

LARGEST = 100_000
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s.*?\s-----END \1-----", re.DOTALL)
_KEYS = frozenset({"PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with what it hangs on, and its key, both PEM."""

    chain: str
    key: str


def checked_pair(text: str, now: datetime) -> Pair:
    """The pair in a PEM text with certificates (the server's own first) and one key, in any order.

    NetworkError with one sentence when it cannot be used.
    """
    certificates, key = _told_apart(text)
    first = _read(certificates[0])
    if _public_key_of(certificates[0]) != _public_key(key):
        raise NetworkError(_mismatch(certificates, key))
    _check_time(first, now)
    if not first.names:
        raise NetworkError(
            "This certificate names no host (subject alternative name); browsers refuse such ones."
        )
    with tempfile.TemporaryDirectory(prefix="callbox-chain-") as folder:
        _check_chain(certificates, Path(folder), now)
    return Pair("\n".join(certificates) + "\n", key + "\n")


def _told_apart(text: str) -> tuple[list[str], str]:
    if len(text) > LARGEST:
        raise NetworkError(
            f"These files are too large: certificate and key together have at most {LARGEST} bytes."
        )
    blocks = [(found[1], found[0]) for found in _BLOCK.finditer(text)]
    certificates = [block for kind, block in blocks if kind == "CERTIFICATE"]
    keys = [block for kind, block in blocks if kind in _KEYS]
    if any(kind == "ENCRYPTED PRIVATE KEY" or "ENCRYPTED" in block[:200] for kind, block in blocks):
        raise NetworkError("This key is locked with a password; the box needs it without one.")
    if not certificates:
        raise NetworkError(
            "There is no certificate in these files; a PEM file is wanted (BEGIN CERTIFICATE)."
        )
    if len(keys) != 1:
        how_many = "no key" if not keys else "more than one key"
        raise NetworkError(f"There is {how_many} in these files; one PEM key is wanted (BEGIN PRIVATE KEY).")
    return certificates, keys[0]


def _read(pem: str) -> Certificate:
    try:
        return read_certificate(pem)
    except NetworkError as problem:
        raise NetworkError("The certificate cannot be read; is the file whole?") from problem


def _public_key(key: str) -> str:
    try:
        return openssl("pkey", "-pubout", stdin=key)
    except NetworkError as problem:
        raise NetworkError("The key cannot be read; is the file whole?") from problem


def _public_key_of(certificate: str) -> str:
    return openssl("x509", "-noout", "-pubkey", stdin=certificate)


def _mismatch(certificates: list[str], key: str) -> str:
    for certificate in certificates[1:]:
        _read(certificate)
        if _public_key_of(certificate) == _public_key(key):
            return "The certificate of this key must be the first in its file, before those it hangs on."
    return "The key does not belong to this certificate."


def _check_time(found: Certificate, now: datetime) -> None:
    if found.ends <= now:
        raise NetworkError(f"This certificate expired on {found.ends:%Y-%m-%d}.")
    if found.starts > now:
        raise NetworkError(f"This certificate is only good from {found.starts:%Y-%m-%d} on.")


def _check_chain(certificates: list[str], folder: Path, now: datetime) -> None:
    """Each certificate signed by the next; strong enough (112 bits, as browsers want); good for a server."""
    first, rest, last = folder / "first", folder / "rest", folder / "last"
    first.write_text(certificates[0])
    rest.write_text("\n".join(certificates[1:]))
    last.write_text(certificates[-1])
    for certificate in certificates[1:]:
        _check_time(_read(certificate), now)
    middle = ("-untrusted", rest) if len(certificates) > 1 else ()
    at = ("-attime", str(int(now.timestamp())))
    trusted = ("-partial_chain", "-no-CAfile", "-no-CApath", "-trusted", last)
    try:
        openssl("verify", *trusted, *middle, *at, first)
    except NetworkError as problem:
        raise NetworkError(
            "These certificates do not hang together; put the server's first, then the one that signed it, "
            "and so on."
        ) from problem
    try:
        openssl("verify", *trusted, *middle, *at, "-auth_level", "2", "-purpose", "sslserver", first)
    except NetworkError as problem:
        raise NetworkError(
            "This certificate is too weak, or not one for a server: RSA of 2048 bits or P-256 is wanted."
        ) from problem
