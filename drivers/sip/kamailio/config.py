"""Kamailio's configuration, written from settings: one folder with everything it reads.

`kamailio.cfg` changes with addresses and limits and needs a restart. With calls going on are read again:
`db/ha1`, the handsets' credentials, at `htable.reload`; the certificate that `tls.cfg` names at `tls.reload`.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

REALM = "callbox"
INNER_ADDRESS = "127.0.77.1"  # loopback addresses of our own, so that one port number does for all three
EVENTS_ADDRESS = "127.0.77.2"
ALLOW = "INVITE, ACK, CANCEL, BYE, REGISTER, OPTIONS, INFO, REFER, NOTIFY, UPDATE, PRACK, SUBSCRIBE"
_TEMPLATE = Path(__file__).with_name("kamailio.cfg")
_MODULE_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib/arm-linux-gnueabihf")
_TLS_CONFIG = """\
[server:default]
method = TLSv1.2+
certificate = {certificate}
private_key = {key}
verify_certificate = no
require_certificate = no
cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20

[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
"""
_HANDSET = re.compile(r"[0-9A-Za-z_-]{1,32}", re.ASCII)
_HTABLE_COLUMNS = "key_name(string) key_type(int) value_type(int) key_value(string) expires(int)"


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """What the SIP edge needs to know. Addresses are IPv4 of this machine.

    `listen` are the (address, port) pairs phones use, UDP and TCP both. `engine_port` is pjsua2's SIP port on
    127.0.0.1; the same number is taken on INNER_ADDRESS by Kamailio's side towards pjsua2 and on
    EVENTS_ADDRESS by the driver's event socket. `handsets` maps a name to its secret. With a certificate,
    handsets get TLS on `tls_port` of the same addresses.
    """

    listen: tuple[tuple[str, int], ...] = (("127.0.0.1", 5060),)
    engine_port: int = 5070
    handsets: Mapping[str, str] = field(default_factory=dict)
    certificate: Path | None = None  # PEM, with what it hangs on
    key: Path | None = None
    tls_port: int = 5061
    ban_after: int = 10  # wrong secrets from one address within `fail_seconds`
    fail_seconds: int = 300
    ban_seconds: int = 3600
    flood_requests: int = 60  # from an unknown address in two seconds
    dead_seconds: float = 2.0  # a registered phone that answers nothing for so long is dead
    expires_seconds: int = 180  # longest registration: a phone switched off is noticed by then
    children: int = 2  # worker processes for each UDP socket


def _listen_lines(settings: EdgeSettings) -> str:
    lines = []
    for address, port in settings.listen:
        IPv4Address(address)
        lines += [f"listen=udp:{address}:{port}", f"listen=tcp:{address}:{port}"]
        if settings.certificate is not None:
            lines.append(f"listen=tls:{address}:{settings.tls_port}")
    return "\n".join(lines)


def _force_outer(settings: EdgeSettings) -> str:
    """With one outer address all goes out there; with several, Kamailio asks the routing table (mhomed)."""
    if len(settings.listen) != 1:
        return ""
    address, port = settings.listen[0]
    ways = [("tcp", port)] if settings.certificate is None else [("tls", settings.tls_port), ("tcp", port)]
    lines = ["    if ($fs == $null) {"]
    for way, at in ways:
        wanted = f'$du =~ "transport={way}" || $ru =~ "transport={way}"'
        lines.append(f'        if ({wanted}) $fs = "{way}:{address}:{at}";\n        else')
    return "\n".join([*lines, f'        $fs = "udp:{address}:{port}";', "    }"])


def _tls_config(settings: EdgeSettings) -> str:
    """tls.so's own file: it reads it, and the certificate, again at `tls.reload`."""
    return _TLS_CONFIG.format(certificate=settings.certificate, key=settings.key)


def _module_path() -> str:
    return ":".join(f"{folder}/kamailio/modules/" for folder in _MODULE_FOLDERS)


def rpc_socket(folder: Path) -> Path:
    """Where Kamailio takes JSON-RPC; a Unix socket path has at most 107 bytes."""
    return folder / "rpc"


def render(settings: EdgeSettings, folder: Path) -> str:
    """The text of kamailio.cfg. Has a fresh nonce secret in it, so no two are alike."""
    values = {
        "CHILDREN": settings.children,
        "MHOMED": "yes" if len(settings.listen) > 1 else "no",
        "FORCE_OUTER": _force_outer(settings),
        "TLS": "on" if settings.certificate is not None else "off",
        "TCP_LIFETIME": settings.expires_seconds + 60,
        "LISTEN": _listen_lines(settings),
        "INNER_ADDRESS": INNER_ADDRESS,
        "INNER": f"{INNER_ADDRESS}:{settings.engine_port}",
        "EVENTS_ADDRESS": EVENTS_ADDRESS,
        "EVENTS": f"{EVENTS_ADDRESS}:{settings.engine_port}",
        "ENGINE_PORT": settings.engine_port,
        "MODULES": _module_path(),
        "DEAD_MS": int(settings.dead_seconds * 1000),
        "MAX_EXPIRES": settings.expires_seconds,
        "MIN_EXPIRES": min(60, settings.expires_seconds),
        "NONCE_SECRET": secrets.token_hex(32),
        "FOLDER": folder,
        "KNOWN_SECONDS": 2 * settings.expires_seconds,
        "FAIL_SECONDS": settings.fail_seconds,
        "BAN_SECONDS": settings.ban_seconds,
        "BAN_AFTER": settings.ban_after,
        "FLOOD_REQUESTS": settings.flood_requests,
        "RPC_SOCKET": rpc_socket(folder),
        "ALLOW": ALLOW,
        "DUMMY_HA1": secrets.token_hex(16),
        "REALM": REALM,
    }
    return re.sub(r"@([A-Z0-9_]+)@", lambda match: str(values[match[1]]), _TEMPLATE.read_text("utf-8"))


def ha1(name: str, secret: str) -> str:
    """H(A1) of RFC 2617 3.2.2.2: what a registrar must know; MD5 because that is what phones speak."""
    return hashlib.md5(f"{name}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()


def _credentials(handsets: Mapping[str, str]) -> str:
    lines = [_HTABLE_COLUMNS]
    for name, secret in sorted(handsets.items()):
        if not _HANDSET.fullmatch(name) or len(secret) < 32:
            raise ValueError(f"Handset {name!r} needs a plain name and a secret of at least 32 characters.")
        lines.append(f"{name}:0:0:{ha1(name, secret)}:0")
    return "\n".join(lines) + "\n"


def _is_shared(folder: Path) -> bool:
    """Whether a folder hands its group on (set-group-id): Kamailio is then another user, of that group."""
    return folder.exists() and bool(folder.stat().st_mode & stat.S_ISGID)


def _replace(path: Path, text: str) -> None:
    """Put a file in its place whole, readable by its owner and, where it is shared, by Kamailio's group."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mkstemp makes it 0600
    if _is_shared(path.parent):
        os.fchmod(handle, 0o640)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)


def write_credentials(handsets: Mapping[str, str], folder: Path) -> None:
    """The handsets' credentials only; a running Kamailio takes them at `Rpc.reload_credentials`."""
    database = folder / "db"
    database.mkdir(mode=0o750 if _is_shared(folder) else 0o700, parents=True, exist_ok=True)
    path = database / "ha1"
    before = int(path.stat().st_mtime) if path.exists() else 0
    _replace(path, _credentials(handsets))
    newer = max(before + 1, int(time.time()))  # db_text reads a file again only when its whole seconds grew
    os.utime(path, (newer, newer))
    if not (database / "version").exists():
        _replace(database / "version", "table_name(string) table_version(int)\nha1:2\n")


def write_config(settings: EdgeSettings, folder: Path) -> Path:
    """Write everything Kamailio reads into `folder` (made, mode 0700) and return the configuration file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_credentials(settings.handsets, folder)
    if settings.certificate is not None:
        _replace(folder / "tls.cfg", _tls_config(settings))
    path = folder / "kamailio.cfg"
    _replace(path, render(settings, folder))
    return path


def command(folder: Path) -> list[str]:
    """The program to run in the foreground on a folder `write_config` made; it logs to stderr.

    16 MB of shared and 4 MB of own memory for each process are limits, touched only as far as needed.
    """
    config = str(folder / "kamailio.cfg")
    search = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"  # not on the path of plain users
    return [
        shutil.which("kamailio", path=search) or "kamailio",
        "-DD",
        "-E",
        "-f",
        config,
        "-Y",
        str(folder),
        "-m",
        "16",
        "-M",
        "4",
    ]
