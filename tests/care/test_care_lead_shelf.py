"""The shelf of leads: answers on the core's thread, also when the file cannot be read; what a killed core
left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from appliance.care.lead_shelf import LeadShelf, end_interrupted
from appliance.config.dialer import DialerSettings
from appliance.contract.clock import SteppedClock
from appliance.contract.dialling import Law
from appliance.contract.leads import Candidate, LeadState
from appliance.core.dialer.hopper import Hopper
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore
from tests.core.dialer.leads_rig import LAW, plan, question
from tests.store.test_store_leads import AT, begun, lead, wanted

DAYTIME = AT + timedelta(hours=6)


class Core:
    """A core's thread: what is delivered waits until it is run."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def run(self) -> None:
        """What comes next; the shelf answers each question."""
        self.inbox.get(timeout=30.0)()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(tmp_path / "records.sqlite")) as opened:
        yield opened


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
def shelf(journal: SqliteJournal, core: Core) -> Iterator[LeadShelf]:
    found = LeadShelf(journal.path, core.inbox.put)
    yield found
    found.stop()


def test_a_box_without_campaigns_has_no_thread_for_them(shelf: LeadShelf) -> None:
    assert not [thread for thread in threading.enumerate() if thread.name == "leads"]


def test_a_hopper_over_the_disk(journal: SqliteJournal, core: Core, shelf: LeadShelf) -> None:
    store = LeadStore(journal, lambda: AT)
    which = store.new_list("A", "")
    store.add(which, [lead(f"+1212555000{n}", name=str(n)) for n in range(3)], across=False)
    store.block(["+12125550001"], "own", "", "page")
    clock = SteppedClock(DAYTIME)
    hopper = Hopper(clock, shelf, plan(lists={which: 1}), lambda: LAW, question(clock))
    assert hopper.next() is None
    core.run()
    found = [hopper.next(), hopper.next()]
    assert [one.candidate.lead.name for one in found if one is not None] == ["0", "2"]


def test_what_cannot_be_read_is_answered_too(tmp_path: Path, core: Core) -> None:
    (tmp_path / "records.sqlite").write_bytes(b"this is no database" * 100)
    with closing(LeadShelfEnd(tmp_path / "records.sqlite", core)) as end:
        answers: list[Any] = []
        end.shelf.ready(wanted("a"), answers.append)
        core.run()
        end.shelf.of_number("+12125550001", None, AT, answers.append)
        core.run()
        assert answers == [None, None]


class LeadShelfEnd:
    """A shelf that ends with the block."""

    def __init__(self, path: Path, core: Core) -> None:
        self.shelf = LeadShelf(path, core.inbox.put)

    def close(self) -> None:
        self.shelf.stop()


def test_the_law_of_the_moment(journal: SqliteJournal, core: Core, shelf: LeadShelf) -> None:
    store = LeadStore(journal, lambda: AT)
    store.load_official("TPS", AT, ["+442079460123"])
    store.block(["+4930*"], "own", "", "page")
    answers: list[Law | None] = []
    shelf.law(DialerSettings(), frozenset({"112"}), ["GB", "XX"], [2026], answers.append)
    core.run()
    (law,) = answers
    assert law is not None and law.lists == {"TPS": AT} and [one.entry for one in law.patterns] == ["+4930*"]
    assert list(law.calendars) == [("GB", 2026)] and "GB" in law.countries and law.elsewhere is None


@pytest.mark.parametrize("campaign_is_there", [True, False])
def test_attempts_that_a_killed_core_left_open_are_ended(tmp_path: Path, campaign_is_there: bool) -> None:
    path = tmp_path / "records.sqlite"
    first = SqliteJournal(path)
    store, clock = LeadStore(first, lambda: AT), SteppedClock(AT)
    which = store.new_list("A", "")
    store.add(which, [lead("+12125550001")], across=False)
    rows: list[Candidate] = []
    with closing(LeadRows(path)) as reader:
        rows = reader.ready(wanted(which))
    begun(first, clock, rows[0].lead)
    first.close()
    again = {"interrupted": {"minutes": 10}}
    campaign = {"name": "spring", "label": "Spring", "again": again}
    settings = DialerSettings.model_validate({"campaigns": [campaign] if campaign_is_there else []})
    with closing(SqliteJournal(path)) as second:
        assert end_interrupted(path, second, clock, settings, "US") == 1
        assert second.flush()
        assert end_interrupted(path, second, clock, settings, "US") == 0
    with closing(LeadRows(path)) as reader:
        found = reader.lead(1)
    assert found is not None and found.state is LeadState.RETRY
    assert found.due == AT + timedelta(minutes=10 if campaign_is_there else 60)
