"""Contacts in the records' file: written on the journal's thread, looked up on a connection of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from appliance.contract.appointments import (
    AT_FIELD,
    STATE_FIELD,
    AppointmentAnswer,
    Kept,
    appointment_of,
    has_room,
    is_cancelled,
)
from appliance.contract.contacts import Contact
from appliance.contract.errors import CallboxError, SettingsError
from appliance.contract.ids import new_id
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.journal import SqliteJournal
from appliance.store.own_file import OwnFile
from appliance.store.writer import Writer

_BATCH = 200  # contacts in one transaction of an import: calls' entries are written between two of them
_COLUMNS = (
    "id", "name", "language", "vip", "agent", "account", "pin_hash", "numbers", "fields", "changed", "deleted"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact with what only the store knows. `pin_hash` is "" for a contact without a PIN."""

    contact: Contact
    pin_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be saved. `id` None is a new contact; `pin_hash` None keeps the PIN there is.

    `given` None sets everything; else only these columns ("fields" by their names) and the rest stays.
    """

    contact: Contact
    id: str | None = None
    pin_hash: str | None = None
    given: frozenset[str] | None = None


@dataclass(slots=True)
class Imported:
    """What an import did, or would do: numbers of contacts; `bad` has (line, reason)."""

    new: int
    changed: int
    bad: list[tuple[int, str]]


class ContactStore:
    """Saves contacts. Methods wait for the disk: for worker threads, never the core's."""

    def __init__(self, journal: SqliteJournal, wall: Callable[[], datetime], most: int) -> None:
        self._journal = journal
        self._wall = wall
        self._most = most

    def save(self, change: Change) -> str:
        """Save one; its id. SettingsError ("account"), StoreError; CallboxError when it is gone."""
        return self._journal.transact(lambda writer: self._save(writer, change)[0])

    def appointments(self) -> tuple[datetime, ...]:
        """When all appointments are that were not cancelled. StoreError."""
        return tuple(self._journal.transact(_appointments))

    def keep(self, answer: AppointmentAnswer) -> Kept:
        """Write down what a customer said of an appointment. StoreError."""
        return self._journal.transact(lambda writer: self._keep(writer, answer))

    def _keep(self, writer: Writer, answer: AppointmentAnswer) -> Kept:
        found = _living(writer, answer.contact)
        if found is None or appointment_of(found.contact.fields) != answer.at:
            return Kept.GONE
        if answer.to is not None and not has_room(
            answer.to, _appointments(writer), answer.minutes, answer.places
        ):
            return Kept.TAKEN
        kept = {STATE_FIELD: answer.said.value}
        if answer.to is not None:
            kept[AT_FIELD] = answer.to.isoformat(timespec="minutes")
        changed = replace(found.contact, fields=kept)
        self._save(writer, Change(changed, answer.contact, given=frozenset({"fields"})), answered=True)
        return Kept.DONE

    def delete(self, contact: str) -> None:
        """Take a contact out; `undelete` brings it back."""
        when = microseconds(self._wall())

        def work(writer: Writer) -> None:
            if _living(writer, contact) is None:
                raise CallboxError("There is no such contact any more.")
            writer.run(_sqlite.DROP_CONTACT_NUMBERS, whose=contact)
            writer.run(_sqlite.DELETE_CONTACT, contact=contact, when=when)

        self._journal.transact(work)

    def undelete(self, contact: str) -> None:
        """Bring a deleted contact back. SettingsError when its account number has another owner by now."""

        def work(writer: Writer) -> None:
            row = writer.run(_sqlite.CONTACT, contact=contact).fetchone()
            if row is None:
                raise CallboxError("This contact was deleted for good.")
            stored = stored_of(row)
            _check_account(writer, stored.contact.account, contact)
            writer.run(_sqlite.DELETE_CONTACT, contact=contact, when=None)
            _index(writer, stored.contact)

        self._journal.transact(work)

    def purge(self, before: datetime) -> None:
        """Forget for good what was deleted before then."""
        limit = microseconds(before)
        self._journal.transact(lambda writer: writer.run(_sqlite.PURGE_CONTACTS, before=limit).close())

    def take(self, changes: Iterable[tuple[int, Change]], apply: bool) -> Imported:
        """Save the contacts of an import, found again by account number, else by their first number.

        Without `apply` nothing is saved, only told. One that cannot be saved is left out with its reason.
        """
        done = Imported(0, 0, [])
        kept = list(changes)
        for start in range(0, len(kept), _BATCH):
            batch = kept[start : start + _BATCH]
            self._take_batch(batch, apply, done)
        return done

    def _take_batch(self, batch: list[tuple[int, Change]], apply: bool, done: Imported) -> None:
        def work(writer: Writer) -> None:
            for line, change in batch:
                try:
                    with writer.part():
                        _, fresh = self._save(writer, _matched(writer, change))
                except SettingsError as refused:
                    done.bad.append((line, next(iter(refused.problems.values()))))
                else:
                    done.new += fresh
                    done.changed += not fresh
            if not apply:
                raise _OnlyLooked

        try:
            self._journal.transact(work)
        except _OnlyLooked:
            return

    def _save(self, writer: Writer, change: Change, answered: bool = False) -> tuple[str, bool]:
        """`answered`: the customer said something of the appointment, and this is it."""
        before = _living(writer, change.id) if change.id is not None else None
        if change.id is not None and before is None:
            raise CallboxError("Somebody has deleted this contact meanwhile.")
        if before is None and writer.run(_sqlite.COUNT_CONTACTS).fetchone()[0] >= self._most:
            raise SettingsError({"name": f"The box keeps at most {self._most} contacts."})
        contact = _merged(change, before)
        if not answered and before is not None:
            contact = _unanswered(contact, before.contact)
        _check_account(writer, contact.account, contact.id)
        writer.run(_sqlite.DROP_CONTACT, contact=contact.id)
        writer.run(_sqlite.DROP_CONTACT_NUMBERS, whose=contact.id)
        pin_hash = change.pin_hash if change.pin_hash is not None else before.pin_hash if before else ""
        writer.run(_sqlite.ADD_CONTACT, **_row(contact, pin_hash, microseconds(self._wall())))
        _index(writer, contact)
        return contact.id, before is None


class _OnlyLooked(Exception):
    pass


class ContactRows(OwnFile):
    """Contacts of a number or an account."""

    def of_number(self, number: str) -> list[StoredContact]:
        """At most two contacts that have this number. `Unreadable` when the file cannot be read."""
        return self._found(_sqlite.CONTACTS_OF_NUMBER, number=number)

    def of_account(self, account: str) -> list[StoredContact]:
        """The contact of this account number."""
        return self._found(_sqlite.CONTACTS_OF_ACCOUNT, account=account)

    def _found(self, statement: str, **values: str) -> list[StoredContact]:
        return [stored_of(row) for row in self._run(statement, **values).fetchmany(2)]


def stored_of(row: Iterable[Any]) -> StoredContact:
    """The contact of a row of `contacts`."""
    data = dict(zip(_COLUMNS, row, strict=True))
    contact = Contact(
        id=data["id"],
        name=data["name"],
        numbers=tuple(data["numbers"].split()),
        language=data["language"],
        vip=bool(data["vip"]),
        agent=data["agent"],
        account=data["account"],
        fields=fields_of(data["fields"]),
    )
    return StoredContact(contact, data["pin_hash"])


def fields_of(text: str) -> dict[str, str]:
    """The free fields as they are kept; none when they cannot be read."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}


def _row(contact: Contact, pin_hash: str, changed: int) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name,
        "language": contact.language,
        "vip": contact.vip,
        "agent": contact.agent,
        "account": contact.account,
        "pin_hash": pin_hash,
        "numbers": " ".join(contact.numbers),
        "fields": json.dumps(dict(contact.fields), ensure_ascii=False, sort_keys=True),
        "changed": changed,
        "deleted": None,
    }


def _living(writer: Writer, contact: str) -> StoredContact | None:
    row = writer.run(_sqlite.CONTACT, contact=contact).fetchone()
    return None if row is None or row[-1] is not None else stored_of(row)


def _unanswered(new: Contact, old: Contact) -> Contact:
    """What was said of an appointment is not said of another one."""
    state = new.fields.get(STATE_FIELD)
    if (
        not state
        or state != old.fields.get(STATE_FIELD)
        or new.fields.get(AT_FIELD) == old.fields.get(AT_FIELD)
    ):
        return new
    return replace(new, fields={name: value for name, value in new.fields.items() if name != STATE_FIELD})


def _appointments(writer: Writer) -> list[datetime]:
    every = [fields_of(row[0]) for row in writer.run(_sqlite.APPOINTMENTS).fetchall()]
    return [at for fields in every if not is_cancelled(fields) and (at := appointment_of(fields)) is not None]


def _index(writer: Writer, contact: Contact) -> None:
    for number in contact.numbers:
        writer.run(_sqlite.ADD_CONTACT_NUMBER, number=number, contact=contact.id)


def _check_account(writer: Writer, account: str, but: str) -> None:
    if not account:
        return
    for row in writer.run(_sqlite.CONTACTS_OF_ACCOUNT, account=account).fetchmany(2):
        if row[0] != but:
            # Not whose it is: refusals are logged, and names are not.
            raise SettingsError({"account": "This account number belongs to another contact already."})


def _matched(writer: Writer, change: Change) -> Change:
    """The same change, of the contact that is there already."""
    new = change.contact
    rows: list[Any] = []
    if new.account:
        rows = writer.run(_sqlite.CONTACTS_OF_ACCOUNT, account=new.account).fetchmany(2)
    if not rows and new.numbers:
        rows = writer.run(_sqlite.CONTACTS_OF_NUMBER, number=new.numbers[0]).fetchmany(2)
        rows = [row for row in rows if not (new.account and stored_of(row).contact.account)]
    if len(rows) != 1:
        return change
    return Change(new, rows[0][0], change.pin_hash, change.given)


def _merged(change: Change, before: StoredContact | None) -> Contact:
    new, given = change.contact, change.given
    if before is None:
        return _with(new, id=change.id or new_id())
    if given is None:
        return _with(new, id=before.contact.id)
    old = before.contact
    kept = {
        name: getattr(new if name in given else old, name)
        for name in ("name", "language", "vip", "agent", "account")
    }
    fields = {**old.fields, **new.fields}
    numbers = tuple(dict.fromkeys((*old.numbers, *new.numbers)))
    return Contact(id=old.id, numbers=numbers, fields=fields, **kept)


def _with(contact: Contact, id: str) -> Contact:
    return Contact(
        id, contact.name, contact.numbers, contact.language, contact.vip, contact.agent, contact.account,
        contact.fields,
    )  # fmt: skip
