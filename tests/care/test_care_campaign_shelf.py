"""What the campaigns' floor asks of the records: the law, dials before, what was told, everybody to call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.care.campaign_shelf import CampaignShelf
from appliance.config.defaults import defaults
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import DialKind, Verdict
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.leads import Outcome, Phone
from appliance.core.dialer.attempts import Attempts
from appliance.store.journal import SqliteJournal
from appliance.store.leads import LeadStore, NewLead

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NUMBER = "+12125550101"


class Rig:
    def __init__(self, folder: Path) -> None:
        records = folder / "records.sqlite"
        self.journal = SqliteJournal(records)
        settings = defaults()
        self.shelf = CampaignShelf(records, lambda call: call(), lambda: settings, lambda: AT)
        store = LeadStore(self.journal, lambda: AT)
        self.list = store.new_list("Spring", "fair")
        place = "US||America/New_York"
        leads = [NewLead(row, (Phone(f"+1212555010{row}"),), place, f"Lead {row}") for row in (1, 2, 3)]
        store.add(self.list, leads, across=False)
        self.clock = SteppedClock(AT)
        self.attempts = Attempts(self.clock, self.journal, lambda call: call())

    def close(self) -> None:
        self.shelf.stop()
        self.journal.close()

    def ask(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        """The answer, once it comes."""
        found: list[Any] = []
        done = threading.Event()

        def answer(one: Any) -> None:
            found.append(one)
            done.set()

        self.journal.flush()
        ask(answer)
        assert done.wait(30.0)
        return found[0]

    def attempt(self, outcome: Outcome, **course: float) -> None:
        places = (("America/New_York", "2026-03-02 10:00"),)
        verdict = Verdict((), AT, NUMBER, "US", places=places)
        begun = threading.Event()
        attempt = self.attempts.begin("spring", verdict, None, DialKind.CAMPAIGN, lambda _: begun.set())
        assert begun.wait(30.0)
        self.attempts.end(attempt, outcome, "", course=dict(course))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def test_dials_come_back_with_the_time_until_it_was_known_what_becomes_of_them(rig: Rig) -> None:
    rig.attempt(Outcome.PERSON, answered=8.0, told=9.5, joined=9.5)
    rig.attempt(Outcome.DROPPED, answered=7.0)
    rig.attempt(Outcome.MACHINE, answered=5.0, told=7.25)
    found = rig.ask(lambda answer: rig.shelf.dials("spring", AT - timedelta(days=1), answer))
    assert [(one.outcome, one.seconds) for one in found] == [
        (Outcome.PERSON, 9.5),
        (Outcome.DROPPED, 7.0),
        (Outcome.MACHINE, 7.25),
    ]
    assert found[0].local == datetime.fromisoformat("2026-03-02T10:00")
    assert rig.ask(lambda answer: rig.shelf.dials("autumn", AT - timedelta(days=1), answer)) == []
    known = rig.ask(lambda answer: rig.shelf.known(NUMBER, None, answer))
    assert len(known.history.number) == 3 and len(known.history.persons) == 2


def test_what_campaigns_were_told_last(rig: Rig) -> None:
    for state in ("running", "paused"):
        rig.journal.append(Entry(EntryKind.CAMPAIGN_SET, AT, None, {"campaign": "spring", "state": state}))
    assert rig.ask(rig.shelf.told) == {"spring": "paused"}


def test_the_law_of_the_moment_has_templates_and_holidays(rig: Rig) -> None:
    law = rig.ask(rig.shelf.law_now)
    assert "US" in law.countries and law.elsewhere is None and law.wished is not None
    assert ("US", 2026) in law.calendars


def test_everybody_who_is_not_done(rig: Rig) -> None:
    data: dict[str, JsonValue] = {"lead": 2, "state": "done", "why": "x", "fields": '{"note": "noon"}'}
    rig.journal.append(Entry(EntryKind.LEAD_SET, AT, None, data))
    counts = rig.ask(rig.shelf.counts)
    assert counts == {(rig.list, "fresh"): 2, (rig.list, "done"): 1}
    assert [one.lead.id for one in rig.shelf.everyone([rig.list], AT)] == [1, 3]
    assert rig.ask(lambda answer: rig.shelf._ask(lambda: rig.shelf._rows.lead(2), answer)).fields == {
        "note": "noon"
    }
