"""What agents do in campaigns: the lead before them, looked at, dialled, spoken with; how the call went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from appliance.contract.campaign_look import DispositionLook, LeadLook
from appliance.contract.campaigns import Again, DispositionPlan
from appliance.contract.clock import Timer
from appliance.contract.dialling import Callee, DialKind, DialRequest, Hand, Verdict
from appliance.contract.errors import CallboxError
from appliance.contract.ids import new_id
from appliance.contract.journal import EntryKind, JsonValue
from appliance.contract.leads import Known, Lead, LeadState, Outcome
from appliance.core.acd.agent import Agent
from appliance.core.contacts.refusal import never_again
from appliance.core.dialer.gate import decide
from appliance.core.dialer.hopper import Chosen
from appliance.core.dialer.recycle import again_at, zone_at
from appliance.core.floor.campaign import BY_AGENT, Campaign
from appliance.core.floor.dial import Dial, DialStage
from appliance.core.floor.seat import Seat
from appliance.core.numbers import to_e164

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor

SKIPPED = timedelta(minutes=30)
_LATEST = timedelta(days=365)
_AGAIN = Again(minutes=240, other_part=True)
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
            return "refused" if self.refusals else "preview"
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


class Work:
    """Everybody's present lead. Methods that people call raise CallboxError with a sentence."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._kernel = floor.kernel
        self.presents: dict[str, Present] = {}

    # --------------------------------------------------------------------- look

    def look_at(self, agent: str) -> LeadLook | None:
        """The agent's present lead, for the page."""
        one = self.presents.get(agent)
        if one is None:
            return None
        plan, lead, now = one.campaign.plan, one.lead, self._kernel.clock.now()
        said = tuple(
            DispositionLook(row.code, row.label, row.then, row.success) for row in plan.work.dispositions
        )
        phones = lead.phones if lead is not None else ()
        since = one.dial.since if one.dial is not None else one.since
        return LeadLook(
            agent=agent,
            campaign=plan.name,
            label=plan.label,
            method=plan.method.value,
            stage=one.stage(),
            seconds=round(now - since, 1),
            number=one.number,
            lead=lead.id if lead is not None else None,
            list=lead.list if lead is not None else None,
            name=lead.name if lead is not None else "",
            phones=tuple((phone.number, phone.kind, phone.bad or "") for phone in phones),
            next=lead.next if lead is not None else 0,
            fields=dict(lead.fields) if lead is not None else {},
            ask=plan.work.fields,
            language=lead.language if lead is not None else None,
            warm=lead is not None and lead.warm,
            contact=lead.contact if lead is not None else None,
            tries=lead.tries if lead is not None else 0,
            callback=lead is not None and lead.state is LeadState.CALLBACK,
            call=one.dial.call.id if one.dial is not None and one.dial.call is not None else None,
            attempt=one.dial.attempt or None if one.dial is not None else None,
            outcome=one.outcome.value if one.outcome is not None else None,
            dial_in=None if one.dial_at is None else round(max(0.0, one.dial_at - now), 1),
            script=plan.work.script,
            dispositions=said,
            required=plan.work.required,
            disposition=one.disposition,
            refusals=one.refusals,
        )

    def token(self, agent: str) -> tuple[str | None, str | None]:
        """Campaign, and a text that changes with all that is to be seen of the present lead."""
        one = self.presents.get(agent)
        if one is None:
            return None, None
        return one.campaign.plan.name, f"{one.token}.{one.stage()}.{one.disposition or ''}"

    # ------------------------------------------------------------------- preview

    def preview(self, agent_id: str, campaign_name: str) -> None:
        """Give an agent the next lead to look at."""
        agent, campaign = self._agent(agent_id), self._running(campaign_name)
        if campaign.plan.method not in BY_AGENT:
            raise CallboxError("In this campaign the box dials by itself.")
        self._may_begin(agent)
        if not self._offer(agent, campaign):
            raise CallboxError("Nobody can be dialled at the moment. Try again a little later.")

    def offer_previews(self) -> None:
        """Agents of preview campaigns who wait get their next lead."""
        for campaign in self._floor.campaigns.values():
            if campaign.running and campaign.ready and campaign.plan.method.value == "preview":
                for agent in self._floor.who_may_look(campaign):
                    if agent.id not in self.presents:
                        self._offer(agent, campaign)

    def _offer(self, agent: Agent, campaign: Campaign) -> bool:
        chosen = campaign.hopper.next(agent.id, held=True)
        if chosen is None:
            return False
        lead, now = chosen.candidate.lead, self._kernel.clock.now()
        one = Present(campaign, agent, now, lead.phone.number, lead, chosen)
        seconds = campaign.plan.work.preview_seconds
        if seconds and campaign.plan.method.value == "preview":
            one.dial_at = now + seconds
            one.timer = self._kernel.after(seconds, lambda: self._time_is_up(one))
        self.presents[agent.id] = one
        return True

    def _time_is_up(self, one: Present) -> None:
        if self.presents.get(one.agent.id) is one and one.chosen is not None:
            self._dial(one)

    def withdraw(self, one: Present) -> None:
        """A lead that is looked at goes back: the agent has another thing to do."""
        one.stop_timer()
        if one.chosen is not None:
            one.campaign.hopper.given_back(one.chosen)
        self.presents.pop(one.agent.id, None)
        self._kernel.wake()

    def skip(self, agent_id: str, reason: str) -> None:
        """Not now."""
        one = self._looked_at(agent_id)
        lead = one.lead
        if lead is not None and one.chosen is not None:
            data: dict[str, JsonValue] = {
                "lead": lead.id,
                "state": "callback" if lead.state is LeadState.CALLBACK else "retry",
                "due": (self._kernel.clock.wall() + SKIPPED).isoformat(),
                "own": lead.own or None,
                "asked_at": _iso(lead.callee.asked_at),
                "why": f"skipped: {reason}",
                "by": agent_id,
            }
            one.campaign.attempts.set(data, self._freed(one.campaign, lead.id))
        one.stop_timer()
        self.presents.pop(agent_id, None)
        self._kernel.run(self._kernel.wake)

    def _freed(self, campaign: Campaign, lead: int) -> Any:
        return lambda: self._kernel.run_contained(lambda: campaign.free(lead))

    # ---------------------------------------------------------------------- dial

    def dial(self, agent_id: str, phone: int | None) -> None:
        """Dial the lead that is looked at."""
        one = self._looked_at(agent_id)
        if phone is not None and one.lead is not None and phone != one.lead.next:
            self._dial_other(one, one.lead, phone)
        else:
            self._kernel.run(lambda: self._dial(one))

    def _dial(self, one: Present) -> None:
        one.stop_timer()
        seat = self._floor.seat_of(one.agent, one.campaign)
        if seat is None:
            raise CallboxError(f"The telephone of agent {one.agent.id} cannot be rung now.")
        seat.when_standing(lambda: self._dial_at(one, seat))

    def _dial_at(self, one: Present, seat: Seat) -> None:
        """The agent is on the line: the gate is asked again, since time has passed."""
        chosen = one.chosen
        if self.presents.get(one.agent.id) is not one or chosen is None:
            return
        request = one.campaign.question(chosen.candidate, True)
        verdict = decide(request, one.campaign.law)
        if not verdict.allowed:
            one.campaign.attempts.refused(
                one.campaign.plan.name, verdict, chosen.candidate.lead.id, one.agent.id
            )
            one.refusals = _said(verdict)
            one.campaign.hopper.given_back(chosen)
            one.chosen = None
            return
        one.chosen = None
        one.dial = one.campaign.take(replace(chosen, request=request, verdict=verdict), seat)

    def _dial_other(self, one: Present, lead: Lead, phone: int) -> None:
        """Another of the lead's numbers: what the gate must know of it is read first."""
        if phone >= len(lead.phones) or lead.phones[phone].bad is not None:
            raise CallboxError("This number is not dialled any more.")
        other = replace(lead, next=phone)

        def known(found: Known | None) -> None:
            self._kernel.run_contained(lambda: go(found))

        def go(found: Known | None) -> None:
            if found is None or self.presents.get(one.agent.id) is not one or one.chosen is None:
                return
            candidate = replace(
                one.chosen.candidate,
                lead=other,
                history=found.history,
                blocked=found.blocked,
                read_at=found.read_at,
            )
            one.chosen = replace(one.chosen, candidate=candidate)
            one.lead, one.number = other, other.phone.number
            self._dial(one)

        self._kernel.services.leads.known(other.phone.number, lead.id, known)

    def by_hand(self, agent_id: str, campaign_name: str, number: str) -> None:
        """Dial any number inside a campaign."""
        agent, campaign = self._agent(agent_id), self._running(campaign_name)
        self._may_begin(agent)
        wanted = to_e164(number, self._kernel.plan.country)
        if wanted is None or not wanted.startswith("+"):
            raise CallboxError("This is no whole telephone number.")
        one = Present(campaign, agent, self._kernel.clock.now(), wanted)
        self.presents[agent_id] = one

        def known(found: Known | None) -> None:
            self._kernel.run_contained(lambda: self._ask_by_hand(one, found))

        self._kernel.services.leads.known(wanted, None, known)

    def _ask_by_hand(self, one: Present, found: Known | None) -> None:
        if self.presents.get(one.agent.id) is not one:
            return
        verdict = decide(self._request(one, found), one.campaign.law)
        if not verdict.allowed:
            one.campaign.attempts.refused(one.campaign.plan.name, verdict, None, one.agent.id)
            one.refusals = _said(verdict)
            return
        seat = self._floor.seat_of(one.agent, one.campaign)
        if seat is None:
            self.presents.pop(one.agent.id, None)
            return

        def dial() -> None:
            if self.presents.get(one.agent.id) is one:
                one.dial = one.campaign.take_number(verdict, seat)

        seat.when_standing(dial)

    def _request(self, one: Present, found: Known | None) -> DialRequest:
        plan, now = one.campaign.plan, self._kernel.clock.wall()
        return DialRequest(
            number=one.number,
            at=now,
            matter=plan.matter,
            limits=plan.limits,
            callee=Callee(),
            history=found.history if found is not None else None,
            blocked=found.blocked if found is not None else None,
            read_at=found.read_at if found is not None else now,
            caller_id=plan.caller_id,
            caller_id_answered=plan.caller_id is not None,
            clock_trusted=self._kernel.services.clock_trusted(),
            kind=DialKind.CAMPAIGN,
            by=Hand.AGENT,
            agent_held=True,
            campaign=plan.name,
        )

    # ---------------------------------------------------------------------- talk

    def meets(self, campaign: Campaign, dial: Dial, agent: Agent) -> None:
        """An agent and a called person are about to hear each other."""
        one = self.presents.get(agent.id)
        if one is None or one.dial is not dial:
            if one is not None:
                self.withdraw(one)
            one = Present(campaign, agent, self._kernel.clock.now(), dial.number, dial.order.lead, dial=dial)
            self.presents[agent.id] = one
        one.talked = True

    def over(self, dial: Dial, outcome: Outcome) -> None:
        """A dial has ended; who talked says how it went, who did not is done with it."""
        one = next((one for one in self.presents.values() if one.dial is dial), None)
        if one is None:
            return
        one.outcome = outcome
        if not one.talked or one.disposition is not None:
            self._close(one)
        elif not one.owes:
            self._kernel.wake()

    def _close(self, one: Present) -> None:
        if self.presents.get(one.agent.id) is one:
            del self.presents[one.agent.id]
        one.agent.end_wrap_up("said how the call went")
        self._kernel.wake()

    def tidy(self) -> None:
        """Leads whose agent has gone, or has long begun another thing, are put away."""
        for one in list(self.presents.values()):
            over = one.dial is not None and one.dial.stage is DialStage.OVER
            if over and not one.owes and one.agent.state.value == "waiting":
                self.presents.pop(one.agent.id, None)
            elif one.chosen is not None and not self._floor.may_look(one.agent):
                self.withdraw(one)

    def dispose(self, agent_id: str, code: str, said: Mapping[str, Any]) -> None:
        """How the call went."""
        one = self.presents.get(agent_id)
        if one is None or not one.talked:
            raise CallboxError("There is no call of this agent's to say something about.")
        found = next((row for row in one.campaign.plan.work.dispositions if row.code == code), None)
        if found is None:
            raise CallboxError(f"The campaign has no disposition {code}.")
        due = _due(found, said.get("due"), self._kernel.clock.wall())
        self._kernel.run(lambda: self._say(one, found, due, said))

    def _say(
        self, one: Present, found: DispositionPlan, due: datetime | None, said: Mapping[str, Any]
    ) -> None:
        dial, campaign = one.dial, one.campaign
        call = dial.call if dial is not None else None
        one.disposition = found.code
        self._kernel.note(
            EntryKind.DISPOSITION, call.id if call is not None else None, agent=one.agent.id, code=found.code
        )
        if found.then in ("refused", "never"):
            if dial is not None:
                dial.said_no()
            if found.then == "never":
                never_again(self._kernel, one.number, "disposition", by=one.agent.id)
        if one.lead is not None:
            self._set_lead(one, one.lead, found, due, said)
        if dial is None or dial.stage is DialStage.OVER:
            self._close(one)
        campaign.stirred()

    def _set_lead(
        self,
        one: Present,
        lead: Lead,
        found: DispositionPlan,
        due: datetime | None,
        said: Mapping[str, Any],
    ) -> None:
        """What follows for the lead, at once or when the talk is over."""
        fields = {str(name): str(value) for name, value in dict(said.get("fields") or {}).items()}
        state, when = LeadState.DONE, None
        if found.then == "callback":
            state, when = LeadState.CALLBACK, due
        elif found.then == "again":
            state, when = (
                LeadState.RETRY,
                again_at(self._kernel.clock.wall(), _AGAIN, zone_at(lead), lead.parts),
            )
        now = self._kernel.clock.wall()
        data: dict[str, JsonValue] = {
            "lead": lead.id,
            "state": state.value,
            "due": _iso(when),
            "agent": one.agent.id,
            "own": bool(said.get("own")) and state is LeadState.CALLBACK,
            "asked_at": _iso(now) if state is LeadState.CALLBACK else None,
            "why": f"disposition {found.code}",
            "by": one.agent.id,
            "fields": json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None,
        }
        dial = one.dial
        if dial is not None and dial.stage is not DialStage.OVER:
            dial.afterwards = data
        else:
            one.campaign.attempts.set(data, self._freed(one.campaign, lead.id))

    # -------------------------------------------------------------------- people

    def _agent(self, agent_id: str) -> Agent:
        agent = self._floor.roster.agents.get(agent_id)
        if agent is None or not self._floor.may_look(agent):
            raise CallboxError(f"Agent {agent_id} is not logged in, or not available.")
        return agent

    def _running(self, name: str) -> Campaign:
        campaign = self._floor.campaign(name)
        if not campaign.running:
            raise CallboxError(f"The campaign {campaign.plan.label} does not run.")
        return campaign

    def _may_begin(self, agent: Agent) -> None:
        one = self.presents.get(agent.id)
        if one is None:
            return
        if one.owes:
            raise CallboxError("Say first how the last call went.")
        if one.dial is not None and one.dial.stage is not DialStage.OVER:
            raise CallboxError("There is a call already.")
        self.withdraw(one)

    def _looked_at(self, agent_id: str) -> Present:
        one = self.presents.get(agent_id)
        if one is None or (one.chosen is None and not one.refusals):
            raise CallboxError("This agent is looking at no lead.")
        return one


def _due(found: DispositionPlan, given: object, now: datetime) -> datetime | None:
    if found.then != "callback":
        return None
    try:
        due = datetime.fromisoformat(str(given))
    except ValueError:
        raise CallboxError("When is this person to be called back?") from None
    due = due if due.tzinfo is not None else due.replace(tzinfo=UTC)
    if not now - timedelta(minutes=1) <= due <= now + _LATEST:
        raise CallboxError("A callback is at a time from now on, within a year.")
    return due


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _said(verdict: Verdict) -> tuple[tuple[str, ...], ...]:
    return tuple((refusal.why.value, *refusal.arguments) for refusal in verdict.refusals)
