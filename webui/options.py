"""Where the web process finds the core, the records and the recordings: from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import request

SMALL_BODY_BYTES = 256_000
UPLOAD_BYTES = 24_000_000  # two minutes of uncompressed stereo at 44.1 kHz


@dataclass(frozen=True, slots=True)
class WebOptions:
    """The environment of one web process."""

    control: Path
    records: Path
    recordings: Path
    spool: Path
    sip_address: str
    state: Path
    proxied: bool = False  # a terminator of TLS stands before the pages, and nobody else reaches them

    @property
    def key_file(self) -> Path:
        """The session key: in a folder that stays, so that a restart logs nobody out."""
        return self.state / "web-session.key"

    @property
    def uploads(self) -> Path:
        """Uploaded prompts as the core keeps them, to be listened to."""
        return self.spool.parent / "uploads"

    @property
    def sip_host(self) -> str:
        """Where telephones register: with "auto", what this browser reached the box by."""
        host = self.sip_address.rpartition(":")[0]
        return request.host.partition(":")[0] if host == "auto" else host

    @property
    def sip_port(self) -> str:
        return self.sip_address.rpartition(":")[2]


def web_options(given: Mapping[str, Any] | None = None) -> WebOptions:
    """Options of the environment; `given` (same names, "CALLBOX_CONTROL" …) comes first."""
    found: dict[str, Any] = {**os.environ, **(given or {})}
    data = Path(str(found.get("CALLBOX_DATA", "var")))
    spool = str(found.get("CALLBOX_SPOOL", data / "spool"))
    return WebOptions(
        control=Path(str(found.get("CALLBOX_CONTROL", data / "run" / "control.sock"))),
        records=Path(str(found.get("CALLBOX_RECORDS", data / "records.sqlite"))),
        recordings=Path(str(found.get("CALLBOX_RECORDINGS", data / "recordings"))),
        spool=Path(spool),
        sip_address=str(found.get("CALLBOX_SIP_ADDRESS", _sip_address(found))),
        state=Path(str(found.get("CALLBOX_WEB_STATE", Path(spool).parent))),
        proxied=bool(found.get("CALLBOX_PROXIED")),
    )


def _sip_address(found: Mapping[str, Any]) -> str:
    return f"{found.get('CALLBOX_HOST', '127.0.0.1')}:{found.get('CALLBOX_SIP_PORT', 5060)}"
