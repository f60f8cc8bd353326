"""The list of callbacks on the page, over the real store; the story of a call that was one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, JsonValue
from appliance.store.journal import SqliteJournal
from tests.web.site import Browser, Site, site

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as found:
        yield found


@pytest.fixture
def journal(pages: Site) -> Iterator[SqliteJournal]:
    found = SqliteJournal(pages.records)
    yield found
    found.close()


def _note(journal: SqliteJournal, kind: EntryKind, minute: int, /, **data: JsonValue) -> None:
    journal.append(Entry(kind, AT + timedelta(minutes=minute), CallId("c1"), data))


def _promise(journal: SqliteJournal, which: str, number: str, /, **data: JsonValue) -> None:
    at = AT.isoformat()
    given: dict[str, JsonValue] = {"kind": "callback", "waited": 185.0, "reason": "key", "queue": "sales"}
    given |= {"callback": which, "number": number, "since": at, "due": at, **data}
    _note(journal, EntryKind.CALLBACK_PROMISED, 0, **given)


def test_who_is_to_be_called_and_why_is_listed(pages: Site, journal: SqliteJournal, admin: Browser) -> None:
    assert "Nobody is to be called back" in admin.text("/callbacks")
    _promise(journal, "a", "+14155550100", name="ACME")
    due = (AT + timedelta(minutes=10)).isoformat()
    _note(journal, EntryKind.CALLBACK_TRIED, 1, callback="a", why="busy", tries=1, due=due, agent="11")
    _promise(journal, "b", "+14155550101", kind="scheduled", reason="agent", agent="11")
    journal.flush()
    text = admin.text("/callbacks")
    assert "ACME" in text and "Had waited 3:05" in text and "by key while waiting" in text
    assert "1 try, the last by Ana: busy" in text and "Next try: 2026-03-02 09:10:00" in text
    assert "Put off to 2026-03-02 09:00:00 by Ana" in text
    _note(journal, EntryKind.CALLBACK_CLOSED, 3, callback="a", why="served", agent="11")
    journal.flush()
    assert "ACME" not in admin.text("/callbacks") and "ACME" in admin.text("/callbacks?closed=1")
    assert "Called and spoken to" in admin.text("/callbacks?closed=1")


def test_tried_now_and_taken_off_by_hand(pages: Site, journal: SqliteJournal, admin: Browser) -> None:
    assert admin.post("/callbacks/a/try").status_code == 303
    gone = admin.post("/callbacks/b/cancel")
    assert gone.status_code == 303
    assert 'action="/callbacks/b/put-back"' in admin.text(gone.headers["Location"])
    assert admin.post("/callbacks/b/put-back").status_code == 303
    assert pages.core.asked[-3:] == [("try", "a"), ("cancel", "b"), ("put back", "b")]


def test_a_calls_story_tells_of_its_callback(pages: Site, journal: SqliteJournal, admin: Browser) -> None:
    _note(journal, EntryKind.CALL_STARTED, 0, direction="outbound", number="+14155550100", callback="a")
    _promise(journal, "a", "+14155550100")
    _note(
        journal, EntryKind.ROUTED, 1, queue="sales", agents="11", rule="longest_idle", of=3, by="wait",
        callback="callback",
    )  # fmt: skip
    due = (AT + timedelta(minutes=10)).isoformat()
    _note(journal, EntryKind.CALLBACK_TRIED, 2, callback="a", why="no_answer", tries=1, due=due, agent="11")
    _note(journal, EntryKind.CALL_ENDED, 3, cause=19, reason="", by="far_end")
    journal.put(CallRecord(CallId("c1"), "outbound", AT, AT, number="+14155550100", outcome="no_answer"))
    journal.flush()
    text = admin.text("/calls/c1")
    assert "The turn of a callback has come" in text and "A callback is promised" in text
    assert "it keeps the place the caller had" in text and "The customer is not reached: no answer." in text
