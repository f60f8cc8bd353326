"""Lists changed back and forth, in steps: nothing of another list is touched, no number is given twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.leads import Phone
from appliance.store import lead_changes
from appliance.store.dial_reader import DialReader
from appliance.store.dial_rows import LeadFilter
from appliance.store.journal import SqliteJournal
from appliance.store.lead_changes import Imported, LeadChanges
from appliance.store.leads import LeadStore, NewLead
from tests.store.test_store_leads import AT

PLACE = "US||America/New_York"


class Shelf:
    def __init__(self, journal: SqliteJournal, reader: DialReader) -> None:
        self.journal, self.reader = journal, reader
        self.store, self.changes = LeadStore(journal, lambda: AT), LeadChanges(journal, lambda: AT)

    def imported(self, which: str, *numbers: int) -> str:
        first = self.changes.next_lead()
        leads = [NewLead(one, (Phone(f"+1212555{one:04d}"),), PLACE, str(one)) for one in numbers]
        self.store.add(which, leads, across=False)
        return self.changes.keep_import(Imported(which, "x.csv", first, {"taken": len(numbers)}))

    def names(self, which: str) -> list[str]:
        return [row.name for row in self.reader.leads(LeadFilter(list=which))]


@pytest.fixture
def shelf(opened: SqliteJournal, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(lead_changes, "_STEP", 2)  # so that lists here take more than one
    with closing(DialReader(path)) as reader:
        yield Shelf(opened, reader)


def test_an_import_is_undone_and_only_that(shelf: Shelf) -> None:
    one, other = shelf.store.new_list("A", ""), shelf.store.new_list("B", "")
    shelf.imported(one, 1, 2, 3)
    which = shelf.imported(one, 4, 5, 6, 7, 8)
    shelf.imported(other, 9)
    last = shelf.imported(one, 10, 11)
    assert shelf.changes.undo_import(which) == (5, 0)
    assert shelf.names(one) == ["1", "2", "3", "10", "11"] and shelf.names(other) == ["9"]
    taken = shelf.changes.next_lead()
    assert shelf.changes.undo_import(last) == (2, 0) and shelf.names(one) == ["1", "2", "3"]
    assert shelf.changes.next_lead() == taken  # a hopper may still hold those that are gone
    with pytest.raises(CallboxError, match="undone already"):
        shelf.changes.undo_import(which)
    with pytest.raises(CallboxError, match="no such import"):
        shelf.changes.undo_import("nothing")
    assert [row.undone is None for row in shelf.reader.imports(one)].count(False) == 2


def test_who_was_dialled_ends_and_stays(shelf: Shelf) -> None:
    one = shelf.store.new_list("A", "")
    which = shelf.imported(one, 1, 2, 3)
    begun: dict[str, JsonValue] = {
        "attempt": "a1",
        "campaign": "c",
        "number": "+12125550002",
        "kind": "campaign",
        "lead": 2,
    }
    shelf.journal.append(Entry(EntryKind.ATTEMPT_BEGUN, AT, None, {**begun, "verdict": "{}"}))
    assert shelf.journal.flush()
    with pytest.raises(CallboxError, match="is being dialled"):
        shelf.changes.undo_import(which)
    assert shelf.names(one) == ["1", "2", "3"]
    ended: dict[str, JsonValue] = {"attempt": "a1", "outcome": "busy", "lead": 2}
    ended |= {"state": "retry", "why": "busy"}
    shelf.journal.append(Entry(EntryKind.ATTEMPT_ENDED, AT, None, ended))
    assert shelf.journal.flush() and shelf.changes.undo_import(which) == (2, 1)
    (left,) = shelf.reader.leads(LeadFilter(list=one))
    assert (left.name, left.state, left.why) == ("2", "done", "undone")
    assert [row.key for row in shelf.reader.life(left)] == ["a1"]


def test_a_list_is_ranked_and_brought_back(shelf: Shelf) -> None:
    one, other = shelf.store.new_list("A", ""), shelf.store.new_list("B", "")
    shelf.imported(one, 1, 2, 3, 4, 5)
    shelf.imported(other, 6)
    shelf.changes.rank(one, 9)
    assert {row.priority for row in shelf.reader.leads(LeadFilter(list=one))} == {9}
    assert {row.priority for row in shelf.reader.leads(LeadFilter(list=other))} == {0}
    shelf.changes.rank(shelf.store.new_list("empty", ""), 3)
    shelf.store.drop_list(one)
    assert shelf.names(one) == [] and [row.name for row in shelf.reader.lists(dropped=True)] == ["A"]
    shelf.changes.bring_back(one)
    assert shelf.names(one) == ["1", "2", "3", "4", "5"]
    for change in (shelf.changes.bring_back, lambda which: shelf.changes.rank(which, 1)):
        with pytest.raises(CallboxError, match="no such list"):
            change("nothing")


def test_what_was_refused_is_found_by_time_number_and_reason(shelf: Shelf) -> None:
    one = shelf.store.new_list("A", "")
    shelf.imported(one, 1)
    verdict = '{"refusals": [["cap", "number", "day", "2", "2"]]}'
    refused: dict[str, JsonValue] = {"campaign": "c", "number": "+12125550001", "lead": 1, "verdict": verdict}
    for _ in range(3):
        shelf.journal.append(Entry(EntryKind.DIAL_REFUSED, AT, None, refused))
    assert shelf.journal.flush()
    (lead,) = shelf.reader.leads(LeadFilter(list=one))
    rows = shelf.reader.life(lead)
    assert len({row.key for row in rows}) == 3 and not any(row.allowed for row in rows)
    assert shelf.reader.dial(rows[0].key) == rows[0] and shelf.reader.dial("r999") is None
