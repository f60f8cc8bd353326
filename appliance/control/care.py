"""What the control server asks of the upkeep, as `care.keeper.Care`. Blocking: called on worker threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class BackupAccess(Protocol):
    """Backups. Each method raises CallboxError with a sentence."""

    def new_key(self, who: str) -> str:
        """Make a backup key and put its public half into the settings."""

    def start_backup(self, to: str, recordings: bool) -> None:
        """Begin a backup to "download", "usb" or "sftp"."""

    def scheduled(self) -> bool:
        """Begin the one that is due; whether one was."""

    def list_copies(self) -> None:
        """Begin to look what copies there are at the destination."""


class RestoreAccess(Protocol):
    """Restores. Each method raises CallboxError with a sentence."""

    def start_reading(self, path: Path | None, name: str, key: str) -> None:
        """Begin to check an uploaded file, or the copy of this name."""

    def restore(self, parts: set[str], who: str) -> None:
        """Have the next start restore "settings", "records" or both, and end the core."""

    def drop_restore(self) -> None:
        """Forget what was read."""


class CareAccess(Protocol):
    """The upkeep. Each method raises CallboxError with a sentence."""

    @property
    def backups(self) -> BackupAccess:
        """Backups."""

    @property
    def restores(self) -> RestoreAccess:
        """Restores."""

    def state(self) -> dict[str, Any]:
        """All the page shows."""

    def cancel(self) -> None:
        """End the job that goes on."""

    def host_key(self, host: str, port: int) -> tuple[str, str]:
        """Key and fingerprint of an SFTP server."""

    def own_key(self) -> str:
        """The box's public SSH key."""

    def support_file(self, live: Mapping[str, Any], said: Mapping[str, Sequence[str]]) -> Path:
        """Make the support file."""
