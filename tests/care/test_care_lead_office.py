"""What the page changes of lists: imports as jobs, do-not-call lists, leads by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.care.lead_desk import LeadDesk
from appliance.care.lead_office import LeadOffice, Office
from appliance.care.problems import CareError
from appliance.contract.errors import CallboxError
from appliance.contract.leads import LeadState
from appliance.store.journal import SqliteJournal
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LEADS = "name,mobile\nAna,+12125550101\nBen,+12125550102\nCora,12\n"


class Rig:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = folder / "records.sqlite"
        self.journal = SqliteJournal(self.records)
        self.changes = 0
        store = LeadStore(self.journal, lambda: AT)
        office = Office(self.records, folder, self.journal, lambda: AT, lambda: "US", self.changed)
        self.office = LeadOffice(LeadDesk(store, lambda: "US"), store, office)

    def changed(self) -> None:
        self.changes += 1

    def file(self, text: str) -> Path:
        path = self.folder / "upload.csv"
        path.write_text(text)
        return path

    def done(self) -> dict[str, Any]:
        end = time.monotonic() + 60.0
        while time.monotonic() < end:
            job = self.office.job()
            if job is not None and job["ended"]:
                return job
            threading.Event().wait(0.02)
        raise AssertionError("the job did not end")

    def import_leads(self, apply: bool = True) -> tuple[str, dict[str, Any]]:
        which = self.office.new_list("Spring", "fair")
        self.office.start_import(self.file(LEADS), which, {}, apply)
        return which, self.done()

    def read(self, ask: Callable[[LeadRows], Any]) -> Any:
        with closing(LeadRows(self.records)) as rows:
            return ask(rows)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.journal.close()


def test_an_import_is_a_job_that_tells_what_came_of_it(rig: Rig) -> None:
    which, job = rig.import_leads()
    assert job["problem"] == "" and job["result"]["taken"] == 2 and job["result"]["bad"] == 1
    assert "Cora" in Path(job["bad"]).read_text()
    assert rig.read(lambda rows: rows.counts()) == {(which, "fresh"): 2}
    assert rig.changes


def test_a_dry_run_saves_nothing(rig: Rig) -> None:
    _, job = rig.import_leads(apply=False)
    assert job["result"]["taken"] == 2
    assert rig.read(lambda rows: rows.counts()) == {}


def test_a_file_that_is_none_ends_with_a_sentence(rig: Rig) -> None:
    which = rig.office.new_list("Spring", "")
    rig.office.start_import(rig.file("name\nAna\n"), which, {}, True)
    assert rig.done()["problem"] == "No column holds the telephone number."


def test_one_job_at_a_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(LeadDesk, "numbers", lambda desk, path, told: (go_on.wait(30.0), ([], {}))[1])
    rig.office.start_upload(rig.file("x"), "own", "", "")
    with pytest.raises(CareError, match="Another list"):
        rig.office.start_upload(rig.file("x"), "own", "", "")
    go_on.set()
    rig.done()


def test_an_official_list_has_its_date(rig: Rig) -> None:
    path = rig.file("number\n+442071838750\n2125550103\nnothing\n")
    with pytest.raises(CareError, match="Of which day"):
        rig.office.start_upload(path, "official", "tps", "")
    rig.office.start_upload(path, "official", "tps", "2026-03-01")
    assert rig.done()["result"] == {"rows": 4, "entries": 2, "bad": 2}
    assert rig.read(lambda rows: rows.official_lists()) == {"tps": datetime(2026, 3, 1, tzinfo=UTC)}
    _, blocked = rig.read(lambda rows: rows.of_number("+12125550103", None, AT))
    assert [one.kind for one in blocked] == ["official"]


def test_numbers_and_patterns_are_blocked_and_let_go(rig: Rig) -> None:
    assert rig.office.block("(212) 555-0104", "own", "", "", "admin") == "+12125550104"
    assert rig.office.block("+1900*", "own", "", "", "admin") == "+1900*"
    assert [one.entry for one in rig.read(lambda rows: rows.patterns())] == ["+1900*"]
    rig.office.unblock("+12125550104", "own", "", "admin")
    assert rig.read(lambda rows: rows.of_number("+12125550104", None, AT))[1] == ()
    with pytest.raises(CareError, match="no whole telephone number"):
        rig.office.block("12", "own", "", "", "admin")


def test_a_lead_is_changed_by_hand(rig: Rig) -> None:
    rig.import_leads()
    with pytest.raises(CareError, match="When"):
        rig.office.set_lead(1, {"state": "callback"}, "admin")
    due = "2026-03-03T10:00:00+00:00"
    rig.office.set_lead(1, {"state": "callback", "due": due, "agent": "11", "own": True}, "admin")
    lead = rig.read(lambda rows: rows.lead(1))
    assert (lead.state, lead.agent, lead.own) == (LeadState.CALLBACK, "11", True)
    assert lead.due == datetime.fromisoformat(due)
    with pytest.raises(CallboxError, match="There is no lead 99"):
        rig.office.set_lead(99, {"state": "done"}, "admin")
    with pytest.raises(CareError, match="fresh, callback or done"):
        rig.office.set_lead(1, {"state": "dialling"}, "admin")


def test_a_list_has_another_name(rig: Rig) -> None:
    which = rig.office.new_list("Spring", "fair")
    rig.office.rename_list(which, "Summer")
    with pytest.raises(CallboxError, match="no such list"):
        rig.office.rename_list("x", "Summer")
