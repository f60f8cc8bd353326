"""Whom the core asks who is calling: answers from the store, PINs checked, accounts locked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from appliance.care.contacts import ContactDesk, ContactLookup
from appliance.contract.clock import SteppedClock
from appliance.contract.contacts import Contact, Unidentified
from appliance.contract.errors import SettingsError
from appliance.core.contacts.lock import LOCK_SECONDS, TRIES
from appliance.store.contacts import ContactStore
from appliance.store.journal import SqliteJournal

Found = Contact | Unidentified


class Desk:
    """A lookup over a real store; the test plays the core's thread."""

    def __init__(self, path: Path) -> None:
        self.clock = SteppedClock()
        self.journal = SqliteJournal(path)
        self.store = ContactStore(self.journal, lambda: datetime(2026, 3, 2, tzinfo=UTC), 50)
        self.desk = ContactDesk(self.store, lambda: "US")
        self.delivered: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.lookup = ContactLookup(path, self.clock, self.delivered.put)

    def ask(self, by: Callable[[Callable[[Found], None]], None]) -> Found:
        found: list[Found] = []
        by(found.append)
        self.delivered.get(timeout=10)()
        return found[0]

    def number(self, number: str) -> Found:
        return self.ask(lambda answer: self.lookup.by_number(number, answer))

    def account(self, account: str, pin: str | None) -> Found:
        return self.ask(lambda answer: self.lookup.by_account(account, pin, answer))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "records.sqlite")
    yield made
    made.lookup.stop()
    made.journal.close()


def _save(desk: Desk, **more: object) -> str:
    data = {"name": "ACME", "numbers": ["415 555 0134"], "account": "4711", "pin": "1234",
            "fields": {"balance": "12.50"}, **more}  # fmt: skip
    return desk.desk.save(None, data)


def test_by_number_and_by_account_with_pin(desk: Desk) -> None:
    saved = _save(desk)
    for found in (desk.number("+14155550134"), desk.account("4711", "1234")):
        assert isinstance(found, Contact)
        assert (found.id, found.name, found.fields) == (saved, "ACME", {"balance": "12.50"})
    assert desk.number("+14155550199") is Unidentified.UNKNOWN
    assert desk.account("4712", "1234") is Unidentified.UNKNOWN


def test_two_of_one_number(desk: Desk) -> None:
    _save(desk)
    _save(desk, account="4712")
    assert desk.number("+14155550134") is Unidentified.AMBIGUOUS


def test_without_a_pin_the_account_is_enough_with_one_it_is_not(desk: Desk) -> None:
    _save(desk, pin=None)
    assert isinstance(desk.account("4711", None), Contact)
    _save(desk, account="4712")
    assert desk.account("4712", None) is Unidentified.UNKNOWN


@pytest.mark.parametrize("account", ["4711", "9999"])
def test_locked_after_so_many_wrong_ones_whether_it_is_there_or_not(desk: Desk, account: str) -> None:
    _save(desk)
    answers = [desk.account(account, "0000") for _ in range(TRIES)]
    assert answers == [Unidentified.UNKNOWN] * (TRIES - 1) + [Unidentified.LOCKED]
    assert desk.account(account, "1234") is Unidentified.LOCKED
    desk.clock.advance(LOCK_SECONDS + 1)
    right = desk.account(account, "1234")
    assert isinstance(right, Contact) if account == "4711" else right is Unidentified.UNKNOWN


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    delivered: SimpleQueue[Callable[[], None]] = SimpleQueue()
    lookup = ContactLookup(tmp_path / "nothing.sqlite", SteppedClock(), delivered.put)
    found: list[Found] = []
    lookup.by_number("+14155550134", found.append)
    delivered.get(timeout=10)()
    lookup.stop()
    assert found == [Unidentified.FAILED]


def test_names_numbers_and_pins_are_not_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    _save(desk)
    desk.number("+14155550134")
    desk.account("4711", "9876")
    with pytest.raises(SettingsError):
        _save(desk)
    for word in ("ACME", "4155550134", "555 0134", "9876", "4711"):
        assert word not in caplog.text


def test_the_pin_is_kept_as_a_hash_only(desk: Desk, tmp_path: Path) -> None:
    _save(desk, pin="83651947")
    desk.journal.flush()
    assert b"83651947" not in (tmp_path / "records.sqlite").read_bytes()
    (stored,) = _stored(desk, tmp_path)
    assert stored.startswith("$argon2id$")


def _stored(desk: Desk, tmp_path: Path) -> list[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as file:
        return [text for (text,) in file.execute("SELECT pin_hash FROM contacts")]
