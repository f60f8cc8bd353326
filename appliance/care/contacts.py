"""The contacts' desk: what the page changes, what an import brings, and whom the core asks who is calling."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from appliance.care.problems import CareError
from appliance.config.contacts import contact_of
from appliance.config.secrets import hash_caller_pin, verify
from appliance.contract.clock import Clock
from appliance.contract.contacts import Answer, Contact, Unidentified
from appliance.core.contacts.lock import AccountLock
from appliance.store.contacts import Change, ContactRows, ContactStore, StoredContact
from appliance.store.own_file import Unreadable

log = logging.getLogger(__name__)
_IMPORT_SECONDS = 300.0
_MOST_BAD = 200  # rows that are told with their reasons

Asked = Callable[[ContactRows], Contact | Unidentified]


class ContactLookup:
    """`contract.contacts.Contacts` for the core: reads and checks PINs on a thread of its own.

    `deliver` brings a call of the answer to the core's thread.
    """

    def __init__(self, records: Path, clock: Clock, deliver: Callable[[Callable[[], None]], None]) -> None:
        self._records = records
        self._deliver = deliver
        self._lock = AccountLock(clock)
        self._queue: SimpleQueue[tuple[Asked, Answer] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="contacts", daemon=True)
        self._thread.start()

    def by_number(self, number: str, answer: Answer) -> None:
        """See `contract.contacts.Contacts`."""
        self._queue.put((lambda rows: _one(rows.of_number(number)), answer))

    def by_account(self, account: str, pin: str | None, answer: Answer) -> None:
        """See `contract.contacts.Contacts`."""
        self._queue.put((lambda rows: self._checked(rows, account, pin), answer))

    def stop(self) -> None:
        """End the thread; questions that wait are answered first."""
        self._queue.put(None)
        self._thread.join(5.0)

    def _checked(self, rows: ContactRows, account: str, pin: str | None) -> Contact | Unidentified:
        if self._lock.locked(account):
            return Unidentified.LOCKED
        found = rows.of_account(account)
        if len(found) == 1 and (not found[0].pin_hash or (pin and verify(found[0].pin_hash, pin))):
            self._lock.right(account)
            return found[0].contact
        return Unidentified.LOCKED if self._lock.wrong(account) else Unidentified.UNKNOWN

    def _run(self) -> None:
        rows = ContactRows(self._records)
        while (item := self._queue.get()) is not None:
            asked, answer = item
            self._answer(answer, self._asked(asked, rows))
        rows.close()

    def _asked(self, asked: Asked, rows: ContactRows) -> Contact | Unidentified:
        try:
            return asked(rows)
        except Unreadable as problem:
            log.warning("the contacts cannot be read: %s", problem)
        except Exception:  # top of the thread: a caller waits for the answer
            log.exception("a contact could not be looked up")
        rows.close()
        return Unidentified.FAILED

    def _answer(self, answer: Answer, found: Contact | Unidentified) -> None:
        try:
            self._deliver(lambda: answer(found))
        except RuntimeError:  # the core's loop has ended
            log.debug("nobody waits for a contact any more")


class ContactDesk:
    """What the control socket may do with contacts. Methods wait: for worker threads."""

    def __init__(self, store: ContactStore, country: Callable[[], str]) -> None:
        self._store = store
        self._country = country

    def save(self, contact: str | None, data: Mapping[str, Any]) -> str:
        """Save a new or changed contact; its id. SettingsError, StoreError, CallboxError."""
        form = contact_of(data, self._country())
        pin_hash = form.pin if not form.pin else hash_caller_pin(form.pin)
        return self._store.save(Change(_contact(form.model_dump()), contact, pin_hash))

    def delete(self, contact: str) -> None:
        """Take it out. CallboxError, StoreError."""
        self._store.delete(contact)

    def undelete(self, contact: str) -> None:
        """Bring it back. CallboxError, StoreError."""
        self._store.undelete(contact)

    def take(self, path: Path, apply: bool) -> dict[str, Any]:
        """What the import of a file would do, or, with `apply`, did. CareError, StoreError."""
        bad: list[tuple[int, str]] = []
        changes = list(_changes(_read(path, self._country()), bad))
        done = self._store.take(changes, apply)
        bad = sorted(bad + done.bad)
        return {
            "new": done.new,
            "changed": done.changed,
            "wrong": len(bad),
            "bad": [{"line": line, "reason": reason} for line, reason in bad[:_MOST_BAD]],
        }


def _one(found: list[StoredContact]) -> Contact | Unidentified:
    if len(found) > 1:
        return Unidentified.AMBIGUOUS
    return found[0].contact if found else Unidentified.UNKNOWN


def _contact(data: Mapping[str, Any]) -> Contact:
    kept = {name: value for name, value in data.items() if name != "pin"}
    return Contact(**{**kept, "id": "", "numbers": tuple(data["numbers"])})


def _changes(lines: Iterator[dict[str, Any]], bad: list[tuple[int, str]]) -> Iterator[tuple[int, Change]]:
    for told in lines:
        if "problem" in told:
            bad.append((told["line"], told["problem"]))
        else:
            given = frozenset(told["given"])
            yield told["line"], Change(_contact(told["contact"]), None, told["pin_hash"], given)


def _read(path: Path, country: str) -> Iterator[dict[str, Any]]:
    command = (sys.executable, "-m", "appliance.care.contact_import", str(path), country)
    least = ("choom", "-n", "500", "--", "nice", "-n", "10")
    try:
        done = subprocess.run((*least, *command), capture_output=True, timeout=_IMPORT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise CareError("Reading the file took too long.") from None
    if done.returncode != 0:
        problem = done.stderr.decode(errors="replace").strip()
        raise CareError(problem if len(problem) < 300 else "The file could not be read.")
    for line in done.stdout.splitlines():
        yield json.loads(line)
