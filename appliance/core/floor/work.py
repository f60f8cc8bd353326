"""What agents do in campaigns: leads looked at, dialled by hand or by the clock, and spoken with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from appliance.contract.campaign_look import LeadLook
from appliance.contract.campaigns import DialMethod
from appliance.contract.dialling import Verdict
from appliance.contract.errors import CallboxError
from appliance.contract.journal import JsonValue
from appliance.contract.leads import Known, Lead, LeadState, Outcome
from appliance.core.acd.agent import Agent, AgentState
from appliance.core.dialer.gate import decide
from appliance.core.floor import unreached
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.dial import Dial, DialStage
from appliance.core.floor.present import Present
from appliance.core.floor.said import iso
from appliance.core.floor.seat import Seat, SeatState
from appliance.core.floor.sight import by_hand, sits_inside
from appliance.core.numbers import to_e164
from appliance.core.phrases import say

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor

SKIPPED = timedelta(minutes=30)
NO_PHONE = "no_phone"  # beside the gate's reasons: the agent's telephone was not picked up


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
        return None if one is None else one.look(self._kernel.clock.now())

    def token(self, agent: str) -> tuple[str | None, str | None]:
        """Campaign, and a text that changes with all that is to be seen of the present lead."""
        one = self.presents.get(agent)
        if one is None:
            return None, None
        seen = f"{one.token}.{one.stage()}.{one.disposition or ''}"
        return one.campaign.plan.name, f"{seen}.{len(one.refusals)}"

    # ------------------------------------------------------------------- preview

    def preview(self, agent_id: str, campaign_name: str) -> None:
        """Give an agent the next lead to look at."""
        agent, campaign = self._agent(agent_id), self._running(campaign_name)
        if not campaign.plan.method.by_agent:
            raise CallboxError("In this campaign the box dials by itself.")
        self._may_begin(agent)
        if not self._offer(agent, campaign):
            raise CallboxError("Nobody can be dialled at the moment. Try again a little later.")

    def offer_previews(self) -> None:
        """Agents of preview campaigns who wait get their next lead."""
        for campaign in self._floor.campaigns.values():
            if campaign.running and campaign.ready and campaign.plan.method is DialMethod.PREVIEW:
                for agent in self._floor.seats.who_may_look(campaign):
                    if agent.id not in self.presents:
                        self._offer(agent, campaign)

    def _offer(self, agent: Agent, campaign: Campaign) -> bool:
        chosen = campaign.hopper.next(agent.id, held=True)
        if chosen is None:
            return False
        lead, now = chosen.candidate.lead, self._kernel.clock.now()
        one = Present(campaign, agent, now, lead.phone.number, lead, chosen)
        seconds = campaign.plan.work.preview_seconds
        if seconds and campaign.plan.method is DialMethod.PREVIEW:
            one.dial_at = now + seconds
            one.timer = self._kernel.after(seconds, lambda: self._time_is_up(one))
        self.presents[agent.id] = one
        return True

    def _time_is_up(self, one: Present) -> None:
        if self.presents.get(one.agent.id) is one and one.chosen is not None:
            try:
                self._dial(one)
            except CallboxError:
                self._not_there(one)

    def withdraw(self, one: Present) -> None:
        """A lead that is looked at goes back: the agent has another thing to do."""
        one.stop_timer()
        if one.chosen is not None:
            one.campaign.hopper.given_back(one.chosen)
        self.presents.pop(one.agent.id, None)
        self._kernel.wake()

    def skip(self, agent_id: str, reason: str) -> None:
        """Not now."""
        shown = self.presents.get(agent_id)
        if shown is not None and shown.failed:
            self._kernel.run(lambda: self.withdraw(shown))
            return
        one = self._looked_at(agent_id)
        lead = one.lead
        if lead is not None and one.chosen is not None:
            data: dict[str, JsonValue] = {
                "lead": lead.id,
                "state": "callback" if lead.state is LeadState.CALLBACK else "retry",
                "due": (self._kernel.clock.wall() + SKIPPED).isoformat(),
                "own": lead.own or None,
                "asked_at": iso(lead.callee.asked_at),
                "why": f"skipped: {reason}",
                "by": agent_id,
            }
            one.campaign.attempts.set(data, self.freed(one.campaign, lead.id))
        one.stop_timer()
        self.presents.pop(agent_id, None)
        self._kernel.run(self._kernel.wake)

    def freed(self, campaign: Campaign, lead: int) -> Callable[[], None]:
        """What to do when it is on the disk what a lead is now."""
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
        one.refusals = ()
        seat = self._floor.seats.seat_of(one.agent, one.campaign)
        if seat is None:
            raise CallboxError(f"The telephone of agent {one.agent.id} cannot be rung now.")
        seat.when_standing(lambda: self._dial_at(one, seat), lambda: self._not_there(one))

    def _not_there(self, one: Present) -> None:
        """The agent's own telephone was not picked up: they are told, and may try again."""
        if self.presents.get(one.agent.id) is one:
            one.refusals = ((NO_PHONE,),)

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
        one.dial.begin()

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
        verdict = decide(by_hand(one.campaign.plan, self._kernel, one.number, found), one.campaign.law)
        if not verdict.allowed:
            one.campaign.attempts.refused(one.campaign.plan.name, verdict, None, one.agent.id)
            one.refusals = _said(verdict)
            return
        seat = self._floor.seats.seat_of(one.agent, one.campaign)
        if seat is None:
            self._not_there(one)
            return

        def dial() -> None:
            if self.presents.get(one.agent.id) is one:
                one.dial = one.campaign.take_number(verdict, seat)
                one.dial.begin()

        seat.when_standing(dial, lambda: self._not_there(one))

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
        if not one.talked:
            self._unreached(one, dial, outcome)
        elif one.disposition is not None:
            self.close(one)
        elif not one.owes:
            self._kernel.wake()

    def _unreached(self, one: Present, dial: Dial, outcome: Outcome) -> None:
        """The agent sees why for a moment, and hears it; not who hung up, or has left."""
        seat = dial.order.seat
        if seat is None or seat.state is not SeatState.STANDING or not self._floor.may_look(one.agent):
            self.close(one)
            return
        one.failed, one.refusals = True, unreached.shown(dial)
        one.timer = self._kernel.after(unreached.SHOWN_SECONDS, lambda: self._seen(one))
        seat.say(say(self._kernel.plan.language, unreached.said(dial, outcome)))
        self._kernel.wake()

    def _seen(self, one: Present) -> None:
        if self.presents.get(one.agent.id) is one:
            self.close(one)

    def close(self, one: Present) -> None:
        """It is done with."""
        if self.presents.get(one.agent.id) is one:
            del self.presents[one.agent.id]
        one.agent.end_wrap_up("said how the call went")
        self._kernel.wake()

    def tidy(self) -> None:
        """Leads whose agent has gone, or has long begun another thing, are put away."""
        for one in list(self.presents.values()):
            over = one.dial is not None and one.dial.stage is DialStage.OVER
            if one.failed:
                if not self._floor.may_look(one.agent):
                    self.withdraw(one)
            elif over and not one.owes and one.agent.state is AgentState.WAITING:
                self.presents.pop(one.agent.id, None)
            elif one.chosen is not None and not self._floor.may_look(one.agent):
                self.withdraw(one)

    # -------------------------------------------------------------------- people

    def _agent(self, agent_id: str) -> Agent:
        agent = self._floor.roster.agents.get(agent_id)
        if agent is None or not self._floor.may_look(agent):
            raise CallboxError(f"Agent {agent_id} is not logged in, or not available.")
        if not sits_inside(self._kernel, agent):
            raise CallboxError(f"Agent {agent_id} is at a telephone outside; campaigns need one of the box.")
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
        if one is None or one.failed or (one.chosen is None and not one.refusals):
            raise CallboxError("This agent is looking at no lead.")
        return one


def _said(verdict: Verdict) -> tuple[tuple[str, ...], ...]:
    return tuple((refusal.why.value, *refusal.arguments) for refusal in verdict.refusals)
