"""What the page takes back of lists, and what it may ask the gate. Methods wait: for worker threads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.care.lead_shelf import calendar
from appliance.care.problems import CareError
from appliance.config.dialer_plan import campaign_plans, law_of
from appliance.config.schema import Settings
from appliance.contract.campaigns import CampaignPlan
from appliance.contract.dialling import Callee, DialRequest, Hand, Law
from appliance.contract.errors import StoreError
from appliance.core.dialer.gate import decide
from appliance.core.dialer.number import numbered
from appliance.core.numbers import to_e164
from appliance.store.lead_changes import LeadChanges
from appliance.store.lead_reader import LeadRows
from appliance.store.own_file import Unreadable


@dataclass(frozen=True, slots=True)
class Gatehouse:
    """What the gate must know besides lists and records. Called on worker threads."""

    records: Path
    settings: Callable[[], Settings]
    wall: Callable[[], datetime]
    clock_trusted: Callable[[], bool]
    #: Who rings the number the campaign shows, reaches this box.
    rings_here: Callable[[CampaignPlan], bool] = lambda plan: plan.caller_id is not None


class LeadBack:
    """As `control.leads.LeadAccess`. Errors are CallboxErrors with a sentence."""

    def __init__(self, changes: LeadChanges, gatehouse: Gatehouse, changed: Callable[[], None]) -> None:
        self._changes, self._house = changes, gatehouse
        self._changed = changed  # leads the core has read may be others now

    def bring_back(self, which: str) -> None:
        """See `control.leads.LeadAccess`."""
        self._changes.bring_back(which)
        self._changed()

    def rank(self, which: str, priority: int) -> None:
        """See `control.leads.LeadAccess`."""
        self._changes.rank(which, priority)
        self._changed()

    def undo_import(self, which: str) -> tuple[int, int]:
        """See `control.leads.LeadAccess`."""
        try:
            return self._changes.undo_import(which)
        finally:
            self._changed()

    def drop_official(self, name: str) -> None:
        """See `control.leads.LeadAccess`."""
        self._changes.drop_official(name)
        self._changed()

    def may(self, number: str, campaign: str, lead: int | None) -> dict[str, Any]:
        """See `control.leads.LeadAccess`."""
        settings = self._house.settings()
        plan = campaign_plans(settings.dialer, settings.box.country).get(campaign)
        if plan is None:
            raise CareError(f"There is no campaign {campaign}.")
        asked = to_e164(number, settings.box.country) or number
        try:
            with closing(LeadRows(self._house.records)) as rows:
                request = self._request(rows, plan, asked, lead)
                law = _law(rows, settings, request)
        except Unreadable as problem:
            raise StoreError(f"The lists cannot be read now ({problem}).") from problem
        return decide(request, law).record()

    def _request(self, rows: LeadRows, plan: CampaignPlan, number: str, lead: int | None) -> DialRequest:
        """As the campaign would ask it now, had it an agent where it holds one."""
        now = self._house.wall()
        known = rows.lead(lead) if lead is not None else None
        history, blocked = rows.of_number(number, lead, now)
        return DialRequest(
            number=number,
            at=now,
            matter=plan.matter,
            limits=plan.limits,
            callee=known.callee if known is not None else Callee(),
            history=history,
            blocked=blocked,
            read_at=now,
            caller_id=plan.caller_id,
            caller_id_answered=self._house.rings_here(plan),
            clock_trusted=self._house.clock_trusted(),
            by=Hand.AGENT if plan.method.by_agent else Hand.MACHINE,
            recorded=plan.recorded,
            agent_held=plan.method.holds,
            campaign=plan.name,
            lead=lead,
        )


def _law(rows: LeadRows, settings: Settings, request: DialRequest) -> Law:
    found = numbered(request.number)
    years = {(request.at + timedelta(days=days)).year for days in (-1, 1)}  # it may be another there
    country = found.country if found is not None else ""
    days = {(country, year): made for year in years if country and (made := calendar(country, year))}
    emergency = frozenset(settings.box.emergency_numbers)
    return law_of(settings.dialer, emergency, rows.official_lists(), rows.patterns(), days)
