"""Contacts in the records' file: saved, found, deleted, brought back, taken in from an import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.contract.contacts import Contact
from appliance.contract.errors import CallboxError, SettingsError
from appliance.store.contacts import Change, ContactRows, ContactStore
from appliance.store.journal import SqliteJournal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACME = Contact("", "ACME", ("+14155550100", "+14155550101"), "de", True, "11", "4711", {"balance": "12.50"})


@pytest.fixture
def store(opened: SqliteJournal) -> ContactStore:
    return ContactStore(opened, lambda: NOW, most=5)


@pytest.fixture
def rows(path: Path, store: ContactStore) -> Iterator[ContactRows]:
    with closing(ContactRows(path)) as found:
        yield found


def test_what_was_saved_is_found_by_each_number_and_by_account(
    store: ContactStore, rows: ContactRows
) -> None:
    saved = store.save(Change(ACME, pin_hash="hash"))
    for found in (rows.of_number("+14155550100"), rows.of_number("+14155550101"), rows.of_account("4711")):
        (one,) = found
        assert one.contact.id == saved and one.pin_hash == "hash"
        assert (one.contact.name, one.contact.vip, one.contact.language) == ("ACME", True, "de")
        assert one.contact.fields == {"balance": "12.50"} and one.contact.agent == "11"
    assert rows.of_number("+14155550199") == [] and rows.of_account("") == []


def test_a_changed_contact_keeps_its_pin_and_loses_its_old_number(
    store: ContactStore, rows: ContactRows
) -> None:
    saved = store.save(Change(ACME, pin_hash="hash"))
    store.save(Change(Contact("", "ACME Ltd", ("+14155550102",), account="4711"), saved))
    (one,) = rows.of_number("+14155550102")
    assert (one.contact.name, one.pin_hash) == ("ACME Ltd", "hash")
    assert rows.of_number("+14155550100") == []
    store.save(Change(one.contact, saved, pin_hash=""))
    assert rows.of_account("4711")[0].pin_hash == ""


def test_one_number_of_two_contacts_is_ambiguous_one_account_is_refused(
    store: ContactStore, rows: ContactRows
) -> None:
    store.save(Change(ACME))
    store.save(Change(Contact("", "Her brother", ("+14155550100",))))
    assert len(rows.of_number("+14155550100")) == 2
    with pytest.raises(SettingsError) as refused:
        store.save(Change(Contact("", "Other", account="4711")))
    assert "belongs to another" in refused.value.problems["account"]
    assert len(rows.of_account("4711")) == 1


def test_deleted_and_brought_back(store: ContactStore, rows: ContactRows) -> None:
    saved = store.save(Change(ACME, pin_hash="hash"))
    store.delete(saved)
    assert rows.of_number("+14155550100") == [] and rows.of_account("4711") == []
    with pytest.raises(CallboxError):
        store.delete(saved)
    with pytest.raises(CallboxError):
        store.save(Change(ACME, saved))
    store.undelete(saved)
    (one,) = rows.of_number("+14155550101")
    assert (one.contact.id, one.pin_hash) == (saved, "hash")


def test_an_account_given_away_meanwhile_stays_so(store: ContactStore) -> None:
    saved = store.save(Change(ACME))
    store.delete(saved)
    store.save(Change(Contact("", "Heir", account="4711")))
    with pytest.raises(SettingsError):
        store.undelete(saved)


def test_forgotten_for_good(store: ContactStore) -> None:
    saved = store.save(Change(ACME))
    store.delete(saved)
    store.purge(NOW)
    store.undelete(saved)
    store.delete(saved)
    store.purge(NOW + timedelta(seconds=1))
    with pytest.raises(CallboxError, match="for good"):
        store.undelete(saved)


def test_there_is_a_most(store: ContactStore) -> None:
    for number in range(5):
        store.save(Change(Contact("", str(number))))
    with pytest.raises(SettingsError):
        store.save(Change(Contact("", "one more")))


def test_an_import_is_told_first_and_done_then(store: ContactStore, rows: ContactRows) -> None:
    store.save(Change(ACME, pin_hash="hash"))
    given = frozenset({"name", "numbers", "account", "balance"})
    lines = [
        (2, Change(Contact("", "ACME Inc", ("+14155550109",), account="4711"), given=given)),
        (3, Change(Contact("", "New", ("+14155550110",)), given=given)),
        (4, Change(Contact("", "Again", ("+14155550110",)), given=given)),
    ]
    told = store.take(lines, apply=False)
    assert (told.new, told.changed, told.bad) == (1, 2, [])
    assert rows.of_number("+14155550110") == [] and rows.of_account("4711")[0].contact.name == "ACME"
    done = store.take(lines, apply=True)
    assert (done.new, done.changed) == (1, 2)
    (acme,) = rows.of_account("4711")
    assert acme.contact.name == "ACME Inc" and acme.pin_hash == "hash" and acme.contact.vip
    assert acme.contact.numbers == (*ACME.numbers, "+14155550109") and acme.contact.fields == ACME.fields
    assert rows.of_number("+14155550110")[0].contact.name == "Again"
    again = store.take(lines, apply=True)
    assert (again.new, again.changed) == (0, 3)


def test_lines_that_cannot_be_saved_are_told(store: ContactStore) -> None:
    lines = [(number, Change(Contact("", str(number)), given=frozenset())) for number in range(7)]
    done = store.take(lines, apply=True)
    assert done.new == 5 and [line for line, _ in done.bad] == [5, 6]


def test_many_batches(opened: SqliteJournal) -> None:
    store = ContactStore(opened, lambda: NOW, most=1000)
    lines = [
        (n, Change(Contact("", f"C{n}", (f"+1415{n:07d}",)), given=frozenset({"name"}))) for n in range(450)
    ]
    assert store.take(lines, apply=True).new == 450
    assert store.take(lines, apply=True).changed == 450
