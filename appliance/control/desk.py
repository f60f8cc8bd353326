"""What the control server asks of the desk: contacts, messages, mail, lost callers.

As `care.contacts.ContactDesk` and its neighbours; all but `DeskAccess.ring_back` wait for the disk and are
called on worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class ContactAccess(Protocol):
    """Contacts. Each method raises CallboxError with a sentence."""

    def save(self, contact: str | None, data: Mapping[str, Any]) -> str:
        """Save a new or changed contact; its id."""

    def delete(self, contact: str) -> None:
        """Take it out."""

    def undelete(self, contact: str) -> None:
        """Bring it back."""

    def take(self, path: Path, apply: bool) -> dict[str, Any]:
        """Import a file, or tell what that would do: new, changed, wrong, bad [{line, reason}]."""


class VoicemailAccess(Protocol):
    """Messages of callers. Each method raises CallboxError with a sentence."""

    def set_state(self, message: int, state: str) -> None:
        """Make it "new", "old" or "deleted", or bring it "back"."""


class MailAccess(Protocol):
    """Mail on its way. Each method raises CallboxError with a sentence."""

    def test(self, to: str) -> None:
        """Send a mail now; returns when the server took it."""

    def again(self, mail: str) -> None:
        """Try this one again now."""

    def drop(self, mail: str) -> None:
        """Forget this one."""


class LostAccess(Protocol):
    """Lost callers. Each method raises CallboxError with a sentence."""

    def number(self, caller: int) -> str:
        """The number of a caller on the list."""

    def close(self, caller: int) -> None:
        """Take a caller off the list by hand."""

    def reopen(self, caller: int) -> None:
        """Put a caller who was taken off by hand on the list again."""


@dataclass(frozen=True, slots=True)
class DeskAccess:
    """All of it."""

    contacts: ContactAccess
    voicemail: VoicemailAccess
    mail: MailAccess
    lost: LostAccess
    #: loop: number, handset: rings the handset, then dials. CallboxError.
    ring_back: Callable[[str, str], None]
