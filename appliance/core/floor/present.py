"""The lead an agent has before them: looked at, being dialled, in the talk, and after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.contract.campaign_look import DispositionLook, LeadLook
from appliance.contract.clock import Timer
from appliance.contract.ids import new_id
from appliance.contract.leads import Lead, LeadState, Outcome
from appliance.core.acd.agent import Agent
from appliance.core.dialer.hopper import Chosen
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.dial import Dial, DialStage

_STAGES = {DialStage.WRITING: "dialling", DialStage.DIALLING: "dialling", DialStage.TALKING: "talking"}


@dataclass(slots=True, eq=False)
class Present:
    """What an agent has before them."""

    campaign: Campaign
    agent: Agent
    since: float
    number: str
    lead: Lead | None = None
    chosen: Chosen | None = None  # while it is looked at
    dial: Dial | None = None
    outcome: Outcome | None = None
    talked: bool = False  # they have met
    failed: bool = False  # nobody was reached; it is shown for a moment
    refusals: tuple[tuple[str, ...], ...] = ()
    disposition: str | None = None
    timer: Timer | None = None
    dial_at: float | None = None
    token: str = field(default_factory=lambda: new_id()[:8])

    @property
    def owes(self) -> bool:
        """Must they still say how it went?"""
        return self.talked and self.disposition is None and self.campaign.plan.work.required

    def stage(self) -> str:
        dial = self.dial
        if dial is None:
            return "refused" if self.refusals and self.chosen is None else "preview"
        if self.failed:
            return "failed"
        if dial.stage is DialStage.OVER:
            return "wrap_up"
        if dial.ringing:
            return "ringing"
        return _STAGES.get(dial.stage, "talking")

    def stop_timer(self) -> None:
        """It is not dialled by itself any more."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.dial_at = None

    def look(self, now: float) -> LeadLook:
        """As the page shows it."""
        plan, lead, dial = self.campaign.plan, self.lead or _NOBODY, self.dial
        since = dial.since if dial is not None else self.since
        return LeadLook(
            agent=self.agent.id,
            campaign=plan.name,
            label=plan.label,
            method=plan.method.value,
            stage=self.stage(),
            seconds=round(now - since, 1),
            number=self.number,
            lead=self.lead.id if self.lead is not None else None,
            list=lead.list or None,
            name=lead.name,
            phones=tuple((phone.number, phone.kind, phone.bad or "") for phone in lead.phones),
            next=lead.next,
            fields=dict(lead.fields),
            ask=plan.work.fields,
            language=lead.language,
            warm=lead.warm,
            contact=lead.contact,
            tries=lead.tries,
            callback=lead.state is LeadState.CALLBACK,
            call=dial.call.id if dial is not None and dial.call is not None else None,
            attempt=dial.attempt or None if dial is not None else None,
            outcome=self.outcome.value if self.outcome is not None else None,
            dial_in=None if self.dial_at is None else round(max(0.0, self.dial_at - now), 1),
            script=plan.work.script,
            dispositions=self._dispositions(),
            required=plan.work.required,
            disposition=self.disposition,
            refusals=self.refusals,
        )

    def _dispositions(self) -> tuple[DispositionLook, ...]:
        rows = self.campaign.plan.work.dispositions
        return tuple(DispositionLook(row.code, row.label, row.then, row.success) for row in rows)


_NOBODY = Lead(0, "", ())  # who is dialled by hand is nobody's lead
