"""The program that is killed: contacts, messages, mail and lost callers; it says on a socket what is safe."""

from __future__ import annotations

import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.contract.contacts import Contact
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind
from appliance.store.contacts import Change, ContactStore
from appliance.store.journal import SqliteJournal
from appliance.store.messages import MailStore, VoicemailStore

ROUNDS = 4
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _now() -> datetime:
    return NOW


class Desk:
    """Four acknowledged things a round."""

    def __init__(self, path: Path) -> None:
        self._journal = SqliteJournal(path)
        self._contacts = ContactStore(self._journal, _now, 100)
        self._voicemail = VoicemailStore(self._journal, _now)
        self._mail = MailStore(self._journal, _now)

    def contact(self, number: int) -> None:
        self._contacts.save(Change(Contact("", f"C{number}", (f"+1415555{number:04d}",))))

    def message(self, number: int) -> None:
        data = {"box": "front", "recording": f"r{number}"}
        self._journal.append(Entry(EntryKind.VOICEMAIL_BEGUN, NOW, CallId(f"v{number}"), data))
        safe = threading.Event()
        left = Entry(EntryKind.VOICEMAIL_LEFT, NOW, CallId(f"v{number}"), {**data, "seconds": 9.0})
        self._journal.append(left, safe.set)
        assert safe.wait(30.0)

    def mail(self, number: int) -> None:
        message = self._voicemail.of_recording(f"r{number}")
        assert message is not None
        mail = self._mail.draft("desk@example.com", "A message", "x", message.recording)
        self._voicemail.looked_after(message.id, mail)

    def lost(self, number: int) -> None:
        at = NOW + timedelta(minutes=number)
        record = CallRecord(
            CallId(f"l{number}"), "inbound", at, at, number=f"+1415555{number:04d}", outcome="abandoned"
        )
        self._journal.put(record)
        assert self._journal.flush(30.0)

    def close(self) -> None:
        self._journal.close()


def main(mode: str, folder: Path, descriptor: int) -> None:
    """Do all rounds; "hasty" calls everything safe before it begins."""
    with socket.socket(fileno=descriptor) as say:
        if mode == "hasty":
            say.send(f"{4 * ROUNDS}\n".encode())
        desk = Desk(folder / "records.sqlite")
        for number in range(ROUNDS):
            for place, part in enumerate((desk.contact, desk.message, desk.mail, desk.lost), 1):
                part(number)
                if mode != "hasty":
                    say.send(f"{4 * number + place}\n".encode())
        desk.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
