"""The page's side of the upkeep's verbs; a part of `control.client.ControlClient`, as `care`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.control.messages import Verb

Ask = Callable[..., dict[str, Any]]
_SLOW_SECONDS = 30.0


class CareClient:
    """Asks the core. Every method raises ControlError, as those of `ControlClient` do."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def state(self) -> dict[str, Any]:
        """What goes on, what was last, what uses the disk; as `messages.Verb.CARE_STATE` says."""
        return self._ask(Verb.CARE_STATE)

    def cancel(self) -> None:
        """End the backup or the reading that goes on."""
        self._ask(Verb.CARE_CANCEL)

    def new_key(self, who: str) -> str:
        """Make a backup key: to be shown once, kept nowhere."""
        return str(self._ask(Verb.BACKUP_KEY, _SLOW_SECONDS, who=who)["key"])

    def start_backup(self, to: str, recordings: bool) -> None:
        """Begin a backup to "download", "usb" or "sftp"."""
        self._ask(Verb.BACKUP_START, _SLOW_SECONDS, to=to, recordings=recordings)

    def scheduled(self) -> bool:
        """Begin the backup that is due; whether one was."""
        return bool(self._ask(Verb.BACKUP_SCHEDULED, _SLOW_SECONDS)["begun"])

    def list_copies(self) -> None:
        """Begin to look what copies there are at the destination."""
        self._ask(Verb.BACKUP_COPIES)

    def host_key(self, host: str, port: int) -> tuple[str, str]:
        """Key and fingerprint an SFTP server shows now."""
        answer = self._ask(Verb.BACKUP_HOST, _SLOW_SECONDS, host=host, port=port)
        return str(answer["key"]), str(answer["fingerprint"])

    def own_key(self) -> str:
        """The box's public SSH key."""
        return str(self._ask(Verb.BACKUP_OWN_KEY, _SLOW_SECONDS)["key"])

    def read_backup(self, key: str, path: Path | None = None, name: str | None = None) -> None:
        """Begin to check a backup: a file in the spool folder, or the copy of this name."""
        given = None if path is None else str(path)
        self._ask(Verb.RESTORE_READ, _SLOW_SECONDS, path=given, name=name, key=key)

    def restore(self, settings: bool, records: bool, who: str) -> None:
        """Restore what was checked: the core ends and is back with it."""
        self._ask(Verb.RESTORE_APPLY, _SLOW_SECONDS, settings=settings, records=records, who=who)

    def drop_restore(self) -> None:
        """Forget what was checked."""
        self._ask(Verb.RESTORE_DROP)

    def support_file(self) -> Path:
        """Make the support file."""
        return Path(self._ask(Verb.SUPPORT_MAKE, _SLOW_SECONDS)["path"])
