"""Lists, leads and what was dialled, over the real store, behind the pages of a test."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.care.lead_back import Gatehouse, LeadBack
from appliance.care.lead_desk import LeadDesk
from appliance.care.lead_office import LeadOffice, Office
from appliance.config.dialer import CampaignSettings
from appliance.contract.campaigns import CampaignPlan
from appliance.contract.dialling import Refusal, Verdict, Why
from appliance.contract.ids import CallId, new_id
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.leads import Phone
from appliance.store.journal import SqliteJournal
from appliance.store.lead_changes import Imported, LeadChanges
from appliance.store.leads import LeadStore, NewLead
from tests.web.site import Site

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # a Tuesday; noon in New York


class LeadHall:
    """What stands behind the pages of lists. The clock stands still at `now`."""

    def __init__(self, pages: Site) -> None:
        self.pages = pages
        self.now = NOON
        self.shown_number_rings = True
        self.changes = 0
        self.journal = SqliteJournal(pages.records)
        store, changes = LeadStore(self.journal, self.wall), LeadChanges(self.journal, self.wall)
        office = Office(
            pages.records, pages.control.spool, self.journal, self.wall, lambda: "US", self._changed
        )
        self.store, self.changes_of_lists = store, changes
        self.office = LeadOffice(LeadDesk(store, lambda: "US", changes), store, office)
        house = Gatehouse(pages.records, pages.settings, self.wall, lambda: True, self._rings)
        pages.core.lists = self.office
        pages.core.leads = LeadBack(changes, house, self._changed)

    def wall(self) -> datetime:
        return self.now

    def close(self) -> None:
        self.journal.close()

    def campaign(self, **more: Any) -> None:
        """One more campaign in the settings."""
        data = {"name": "spring", "label": "Spring offer", "matter": "service", "caller_id": "+12125550000"}
        settings = self.pages.settings()
        settings.dialer.campaigns.append(CampaignSettings.model_validate({**data, **more}))
        self.pages.save(settings)

    def filled(self) -> str:
        """A list of two persons, as an import leaves it; its id."""
        which = self.store.new_list("Spring fair", "fair")
        first = self.changes_of_lists.next_lead()
        people = (("Ana", "+12125550101"), ("Berta", "+12125550102"))
        leads = [
            NewLead(row, (Phone(number, "mobile"),), "US||America/New_York", name)
            for row, (name, number) in enumerate(people, 2)
        ]
        self.store.add(which, leads, across=False)
        self.changes_of_lists.keep_import(Imported(which, "fair.csv", first, {"rows": 2, "taken": 2}))
        return which

    def ended(self) -> dict[str, Any]:
        """The job, once it is over."""
        for _ in range(7500):
            job = self.office.job()
            if job is not None and job["ended"]:
                return job
            threading.Event().wait(0.02)
        raise AssertionError("the job did not end")

    def dialled(self, number: str, outcome: str = "", lead: int | None = None, **more: JsonValue) -> str:
        """An attempt, and its end if it has an outcome; its id."""
        verdict = Verdict(
            (), self.now, number, "US", "US 2026-11-22", (("America/New_York", "2026-03-03 12:00"),), (),
            (("number.day", 0), ("number.week", 2)),
        )  # fmt: skip
        attempt = new_id()
        self._note(
            EntryKind.ATTEMPT_BEGUN, attempt=attempt, campaign="spring", number=number, kind="campaign",
            verdict=json.dumps(verdict.record()), lead=lead,
        )  # fmt: skip
        if outcome:
            self.now += timedelta(seconds=20)
            if lead is not None:
                more = {"lead": lead, "state": "retry", "why": outcome, **more}
            self._note(EntryKind.ATTEMPT_ENDED, attempt=attempt, outcome=outcome, **more)
        assert self.journal.flush()
        return attempt

    def refused(
        self, number: str, why: Why, *arguments: str, lead: int | None = None, campaign: str = "spring"
    ) -> None:
        """A dial that the gate refused; one of no campaign is a callback."""
        self.now += timedelta(seconds=1)
        verdict = Verdict((Refusal(why, arguments),), self.now, number, "US")
        record = json.dumps(verdict.record())
        self._note(EntryKind.DIAL_REFUSED, campaign=campaign, number=number, verdict=record, lead=lead)
        assert self.journal.flush()

    def _note(self, kind: EntryKind, /, **data: JsonValue) -> None:
        kept = {name: value for name, value in data.items() if value is not None}
        call = kept.pop("call", None)
        self.journal.append(Entry(kind, self.now, None if call is None else CallId(str(call)), kept))

    def _changed(self) -> None:
        self.changes += 1

    def _rings(self, plan: CampaignPlan) -> bool:
        return plan.caller_id is not None and self.shown_number_rings
