"""The page's side of the desk's verbs; a part of `control.client.ControlClient`, as `desk`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from appliance.control.messages import Verb

Ask = Callable[..., dict[str, Any]]
_DISK_SECONDS = 40.0
_IMPORT_SECONDS = 360.0


class DeskClient:
    """Asks the core. Every method raises ControlError, as those of `ControlClient` do."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def save_contact(self, contact: str | None, data: Mapping[str, Any]) -> str:
        """Save a new or changed contact; its id. Code "invalid" with `problems`."""
        return str(self._ask(Verb.CONTACT_SAVE, _DISK_SECONDS, id=contact, contact=dict(data))["id"])

    def delete_contact(self, contact: str) -> None:
        """Take it out."""
        self._ask(Verb.CONTACT_DELETE, _DISK_SECONDS, id=contact)

    def undelete_contact(self, contact: str) -> None:
        """Bring it back."""
        self._ask(Verb.CONTACT_UNDELETE, _DISK_SECONDS, id=contact)

    def import_contacts(self, path: Path, apply: bool) -> dict[str, Any]:
        """What the import of a file in the spool folder would do, or did; as `Verb.CONTACT_IMPORT` says."""
        return self._ask(Verb.CONTACT_IMPORT, _IMPORT_SECONDS, path=str(path), apply=apply)

    def set_voicemail(self, message: int, state: str) -> None:
        """Make a message "new", "old" or "deleted", or bring it "back"."""
        self._ask(Verb.VOICEMAIL_SET, _DISK_SECONDS, id=message, state=state)

    def test_mail(self, to: str) -> None:
        """Send a mail now; returns when the server took it."""
        self._ask(Verb.MAIL_TEST, _DISK_SECONDS, to=to)

    def mail_again(self, mail: str) -> None:
        """Try this mail again now."""
        self._ask(Verb.MAIL_AGAIN, _DISK_SECONDS, id=mail)

    def drop_mail(self, mail: str) -> None:
        """Forget this mail."""
        self._ask(Verb.MAIL_DROP, _DISK_SECONDS, id=mail)

    def ring_back(self, caller: int, handset: str) -> None:
        """Ring a handset; whoever answers is put through to the lost caller."""
        self._ask(Verb.LOST_CALL, _DISK_SECONDS, id=caller, handset=handset)

    def close_lost(self, caller: int) -> None:
        """Take a lost caller off the list by hand."""
        self._ask(Verb.LOST_CLOSE, _DISK_SECONDS, id=caller)

    def reopen_lost(self, caller: int) -> None:
        """Put one who was taken off by hand on the list again."""
        self._ask(Verb.LOST_REOPEN, _DISK_SECONDS, id=caller)
