"""Appointments in contacts: what is taken, what customers said, and two who want the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.care.appointments import AppointmentBook
from appliance.contract.appointments import AppointmentAnswer, Kept, Said
from appliance.contract.contacts import Contact
from appliance.contract.errors import StoreError
from appliance.store.contacts import Change, ContactRows, ContactStore
from appliance.store.journal import SqliteJournal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN = datetime.fromisoformat("2026-03-03T10:00")
ELEVEN = datetime.fromisoformat("2026-03-03T11:00")


@pytest.fixture
def store(opened: SqliteJournal) -> ContactStore:
    return ContactStore(opened, lambda: NOW, most=20)


def booked(store: ContactStore, number: str, at: str, **more: str) -> str:
    fields = {"appointment": at, "balance": "1", **more}
    return store.save(Change(Contact("", "Ana", (number,), account=number[-4:], fields=fields), pin_hash="x"))


def fields(path: Path, number: str) -> dict[str, str]:
    rows = ContactRows(path)
    (found,) = rows.of_number(number)
    rows.close()
    assert found.pin_hash == "x"  # nothing else was changed
    return dict(found.contact.fields)


def test_taken_are_those_that_can_be_read_and_were_not_cancelled(store: ContactStore) -> None:
    booked(store, "+14155550101", "2026-03-03T10:00")
    booked(store, "+14155550102", "2026-03-03 11:00")
    booked(store, "+14155550103", "2026-03-03T12:00", appointment_state="cancelled")
    booked(store, "+14155550104", "next week")
    gone = booked(store, "+14155550105", "2026-03-03T13:00")
    store.delete(gone)
    assert sorted(store.appointments()) == [TEN, ELEVEN]


@pytest.mark.parametrize("said", list(Said))
def test_an_answer_is_kept_with_the_contact(store: ContactStore, path: Path, said: Said) -> None:
    ana = booked(store, "+14155550101", "2026-03-03T10:00")
    to = ELEVEN if said is Said.CHANGED else None
    assert store.keep(AppointmentAnswer(ana, TEN, said, to)) is Kept.DONE
    at = "2026-03-03T11:00" if to else "2026-03-03T10:00"
    assert fields(path, "+14155550101") == {"balance": "1", "appointment": at, "appointment_state": said}


def test_a_time_has_so_many_places(store: ContactStore, path: Path) -> None:
    ana = booked(store, "+14155550101", "2026-03-03T10:00")
    booked(store, "+14155550102", "2026-03-03T11:15")
    change = AppointmentAnswer(ana, TEN, Said.CHANGED, ELEVEN, minutes=30)
    assert store.keep(change) is Kept.TAKEN
    assert fields(path, "+14155550101") == {"balance": "1", "appointment": "2026-03-03T10:00"}
    assert store.keep(AppointmentAnswer(ana, TEN, Said.CHANGED, ELEVEN, minutes=15)) is Kept.DONE
    bob = booked(store, "+14155550103", "2026-03-04T10:00")
    later = datetime.fromisoformat("2026-03-04T10:00")
    two = AppointmentAnswer(bob, later, Said.CHANGED, ELEVEN, minutes=15, places=2)
    assert store.keep(two) is Kept.DONE


def test_what_was_changed_meanwhile_is_gone(store: ContactStore) -> None:
    ana = booked(store, "+14155550101", "2026-03-03T12:00")
    assert store.keep(AppointmentAnswer(ana, TEN, Said.CONFIRMED)) is Kept.GONE
    assert store.keep(AppointmentAnswer("nobody", TEN, Said.CONFIRMED)) is Kept.GONE
    store.delete(ana)
    noon = datetime.fromisoformat("2026-03-03T12:00")
    assert store.keep(AppointmentAnswer(ana, noon, Said.CONFIRMED)) is Kept.GONE


def test_of_two_who_want_one_time_one_gets_it(store: ContactStore) -> None:
    people = [booked(store, f"+1415555010{place}", "2026-03-03T10:00") for place in range(6)]
    found: list[Kept] = []
    threads = [
        threading.Thread(
            target=lambda one=one: found.append(store.keep(AppointmentAnswer(one, TEN, Said.CHANGED, ELEVEN)))
        )
        for one in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [Kept.DONE, *[Kept.TAKEN] * 5]


def test_the_book_answers_on_its_own_thread_and_says_when_it_cannot(store: ContactStore) -> None:
    ana = booked(store, "+14155550101", "2026-03-03T10:00")
    came = threading.Event()
    heard: list[object] = []

    def deliver(work: Callable[[], None]) -> None:
        work()
        came.set()

    book = AppointmentBook(store, deliver)
    book.taken(heard.append)
    assert came.wait(20)
    came.clear()
    book.keep(AppointmentAnswer(ana, TEN, Said.CONFIRMED), heard.append)
    assert came.wait(20)
    assert heard == [(TEN,), Kept.DONE]


def test_a_disk_that_refuses_is_told(store: ContactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> object:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store, "keep", broken)
    monkeypatch.setattr(store, "appointments", broken)
    came = threading.Barrier(2)
    heard: list[object] = []

    def deliver(work: Callable[[], None]) -> None:
        work()
        came.wait(20)

    book = AppointmentBook(store, deliver)
    book.taken(heard.append)
    came.wait(20)
    book.keep(AppointmentAnswer("c", TEN, Said.CONFIRMED), heard.append)
    came.wait(20)
    assert heard == [None, Kept.FAILED]
