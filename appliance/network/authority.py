"""The box's own certificate authority: one for each box, made at its first start, good for nothing else.

Whoever trusts it trusts it for local names and private addresses only (name constraints, RFC 5280 4.2.1.10):
a stolen key cannot speak for a bank. The constraint is not marked critical since small telephones refuse what
they do not know; browsers go by it all the same.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from appliance.network.openssl import openssl

AUTHORITY_DAYS = 7300
SERVER_DAYS = 397  # browsers take no longer ones from public authorities; some, from none
_NAMES = ("local", "localhost", "callbox", "lan", "home", "internal", "home.arpa", "fritz.box")
_NETWORKS = tuple(
    IPv4Network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    )
)
_CURVE = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")

_CONFIG = """\
[ca]
default_ca = box
[box]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = {common_name}
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = {constraints}
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


def may_certify(name: str) -> bool:
    """Whether the authority is allowed to speak for this host name or address."""
    try:
        address = IPv4Address(name)
    except ValueError:
        return any(name == domain or name.endswith(f".{domain}") for domain in _NAMES)
    return any(address in network for network in _NETWORKS)


def make_authority(certificate: Path, key: Path, now: datetime) -> None:
    """A new authority of a name of its own, so that browsers do not take it for an older one."""
    with tempfile.TemporaryDirectory(prefix="callbox-ca-") as made:
        folder = Path(made)
        _new_key(key)
        name = f"Callbox {secrets.token_hex(4)}"
        _write_config(folder, name, ["localhost"])
        ends = now + timedelta(days=AUTHORITY_DAYS)
        _sign(
            folder,
            key,
            certificate,
            "authority",
            (now - timedelta(days=1), ends),
            ("-selfsign", "-keyfile", key),
        )


def issue(
    authority: tuple[Path, Path], certificate: Path, key: Path, names: Iterable[str], now: datetime
) -> None:
    """A new key and its certificate, by an authority (certificate, key); the first name is the subject."""
    wanted = list(names)
    with tempfile.TemporaryDirectory(prefix="callbox-ca-") as made:
        folder = Path(made)
        _new_key(key)
        _write_config(folder, wanted[0], wanted)
        ends = now + timedelta(days=SERVER_DAYS)
        by = ("-cert", authority[0], "-keyfile", authority[1])
        _sign(folder, key, certificate, "server", (now - timedelta(days=1), ends), by)


def _new_key(path: Path) -> None:
    openssl("genpkey", *_CURVE, "-out", path)
    path.chmod(0o600)


def _write_config(folder: Path, common_name: str, names: list[str]) -> None:
    allowed = [f"permitted;DNS:{name}" for name in _NAMES]
    allowed += [f"permitted;IP:{network.network_address}/{network.netmask}" for network in _NETWORKS]
    alternatives = [f"IP:{name}" if _is_address(name) else f"DNS:{name}" for name in names]
    text = _CONFIG.format(
        folder=folder,
        common_name=common_name,
        constraints=",".join(allowed),
        names=",".join(alternatives),
    )
    (folder / "config").write_text(text, encoding="utf-8")
    (folder / "index").touch()


def _sign(
    folder: Path,
    key: Path,
    certificate: Path,
    kind: str,
    span: tuple[datetime, datetime],
    by: tuple[str | Path, ...],
) -> None:
    config, request = folder / "config", folder / "request"
    openssl("req", "-new", "-key", key, "-config", config, "-out", request)
    starts, ends = (f"{when:%Y%m%d%H%M%SZ}" for when in span)
    dates = ("-startdate", starts, "-enddate", ends)
    out = ("-in", request, "-out", certificate)
    openssl("ca", "-batch", "-notext", "-config", config, "-extensions", kind, *dates, *by, *out)


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True
