"""The certificate as the control socket asks for it: plain words, on worker threads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.contract.errors import NetworkError
from appliance.network.certificates import Certificates, InForce
from appliance.network.uploaded import LARGEST


class CertificateDesk:
    """Shows and changes the certificate in force; `changed` tells the SIP edge to read it again."""

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._certificates = Certificates(folder)
        self._changed = changed

    def shown(self) -> dict[str, Any] | None:
        """What is in force, its times in UTC (ISO 8601); None when the box has no certificate."""
        found = self._certificates.in_force()
        return self._plain(found) if found is not None else None

    def adopt(self, path: Path) -> dict[str, Any] | None:
        """Put the pair of a file in force. NetworkError says why it cannot be used."""
        self._must_be_there()
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(LARGEST + 1)
        return self._put(lambda: self._certificates.adopt(text, datetime.now(UTC)))

    def undo(self) -> dict[str, Any] | None:
        """Put the one before in force again. NetworkError when there is none."""
        self._must_be_there()
        return self._put(self._certificates.undo)

    def _must_be_there(self) -> None:
        if not self._certificates.is_there:
            raise NetworkError("This box serves no HTTPS, so it has no certificate.")

    def _put(self, change: Callable[[], InForce]) -> dict[str, Any]:
        found = change()
        self._changed()
        return self._plain(found)

    def _plain(self, found: InForce) -> dict[str, Any]:
        one = found.certificate
        return {
            "names": list(one.names),
            "issuer": one.issuer,
            "starts": one.starts.isoformat(),
            "ends": one.ends.isoformat(),
            "fingerprint": one.fingerprint,
            "made_here": found.made_here,
            "can_undo": found.can_undo,
            "authority": found.authority,
            "warning": self._certificates.warning(datetime.now(UTC)),
        }
