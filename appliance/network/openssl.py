"""The program openssl as a worker: what a library of the same work would cost in memory, the core keeps.

Keys go in and out by files or pipes, never by arguments. Whatever it says on an error stays here: its words
are for programmers.
"""

from __future__ import annotations

import re
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.contract.errors import NetworkError

_SECONDS = 20.0
_ALTERNATIVE = re.compile(r"(?:DNS|IP Address):([^,\s]+)")


def openssl(*words: str | Path, stdin: str = "") -> str:
    """Run one of its commands; what it prints. NetworkError when it refuses, is missing or hangs."""
    try:
        done = subprocess.run(
            ["openssl", *map(str, words)],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except FileNotFoundError as problem:
        raise NetworkError("The program openssl is missing; or: apt-get install openssl") from problem
    except subprocess.TimeoutExpired as problem:
        raise NetworkError("The program openssl did not answer.") from problem
    if done.returncode:
        raise NetworkError(f"openssl {words[0]} refused: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it did not say why"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate says. `names` are host names and addresses, times UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    starts: datetime
    ends: datetime
    fingerprint: str  # SHA-256, as browsers show it


def read_certificate(pem: str) -> Certificate:
    """The first certificate of a PEM text. NetworkError when there is none."""
    shown = ("-subject", "-issuer", "-startdate", "-enddate", "-fingerprint", "-sha256")
    out = openssl("x509", "-noout", *shown, "-nameopt", "RFC2253,utf8", stdin=pem)
    fields = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
    # not by `-ext`, which some versions refuse for a certificate that has none
    text = openssl("x509", "-noout", "-text", "-certopt", "no_pubkey,no_sigdump", stdin=pem)
    names = re.search(r"X509v3 Subject Alternative Name:[^\n]*\n([^\n]*)", text)
    return Certificate(
        subject=_common_name(fields["subject"]),
        issuer=_common_name(fields["issuer"]),
        names=tuple(_ALTERNATIVE.findall(names[1])) if names else (),
        starts=_time(fields["notBefore"]),
        ends=_time(fields["notAfter"]),
        fingerprint=next(value for key, value in fields.items() if key.lower().startswith("sha256")),
    )


def _common_name(distinguished: str) -> str:
    found = re.search(r"(?:^|[,+])\s*CN\s*=\s*((?:\\.|[^,+\\])+)", distinguished)
    return re.sub(r"\\(.)", r"\1", found[1]).strip() if found else distinguished


def _time(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
