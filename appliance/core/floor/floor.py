"""The floor: all campaigns, the agents who work in them, and what the page may tell it.

Callers come first: an agent of a campaign whose queue has somebody waiting is let go for them, unless a
called person may need that agent this very moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from appliance.contract.campaign_look import CampaignLook, CampaignState, CheckLook, LeadLook
from appliance.contract.campaigns import CampaignPlan
from appliance.contract.clock import Timer
from appliance.contract.dialling import Law
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind, Journal
from appliance.contract.leads import Outcome
from appliance.core.acd.agent import Agent, AgentState, AgentStatus
from appliance.core.acd.queue import Queues
from appliance.core.acd.roster import Roster
from appliance.core.dialer.attempts import Attempts
from appliance.core.dialer.hours import zone_of
from appliance.core.dialer.inbound import Arrivals
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.check import look_before, may_start
from appliance.core.floor.dial import Dial, DialStage
from appliance.core.floor.gauges import Counted, gauges
from appliance.core.floor.permit import Permits
from appliance.core.floor.said import Dispositions
from appliance.core.floor.seat import Seat
from appliance.core.floor.seats import Seats
from appliance.core.floor.tutor import Tutor
from appliance.core.floor.work import Work
from appliance.core.kernel import Kernel
from appliance.core.outreach.desk import Outreach
from appliance.core.placing import Placer

if TYPE_CHECKING:
    pass

_STATES = {
    "start": CampaignState.RUNNING,
    "resume": CampaignState.RUNNING,
    "pause": CampaignState.PAUSED,
    "stop": CampaignState.STOPPED,
}
_LAW_SECONDS = 30.0  # the law could not be read: asked for again
_OLD_SECONDS = 3600.0  # holidays of another year, lists that grew too old: read anew


class Floor:
    """One of these a core. `look` runs at the end of every run in which something may have changed."""

    def __init__(
        self,
        kernel: Kernel,
        roster: Roster,
        queues: Queues,
        placer: Placer,
        outreach: Outreach,
        journal: Journal,
    ) -> None:
        self.kernel, self.roster, self.queues = kernel, roster, queues
        self.placer, self.outreach = placer, outreach
        self.attempts = Attempts(kernel.clock, journal, kernel.services.deliver)
        self.permits = Permits(kernel, self.attempts)
        self.campaigns: dict[str, Campaign] = {}
        self.law: Law | None = None
        self.stopped = False
        self.counted = Counted(kernel)
        self.tutor = Tutor(kernel.clock)
        self.work = Work(self)
        self.said = Dispositions(kernel, self.work)
        self.seats = Seats(self)
        self._wrapping: dict[str, tuple[Campaign, float]] = {}  # agents after a campaign's call, since when
        self._arrivals = Arrivals(kernel.clock.now())
        self._restored = False
        self._asking_law = False
        self._law_timer: Timer | None = None
        queues.came = self._came
        kernel.diary.blocked = self._blocked
        kernel.campaign_words, kernel.dispose = self.said.words, self.said.keyed

    # ------------------------------------------------------------------ settings

    def apply(self, plans: Mapping[str, CampaignPlan]) -> None:
        """Campaigns of new settings; one that is gone stops."""
        for name in [name for name in self.campaigns if name not in plans]:
            self.campaigns.pop(name).stop("The campaign was taken out of the settings.")
        for name, plan in plans.items():
            known = self.campaigns.get(name)
            if known is None:
                self.campaigns[name] = Campaign(self, plan)
            else:
                known.apply(plan)
        if self._restored:
            self.read_law()

    def restore(self) -> None:
        """Go on as the campaigns were told last. Call it once the attempts that were cut off have ended."""

        def answer(found: Mapping[str, str] | None) -> None:
            self.kernel.run_contained(lambda: self._go_on(found or {}))

        self._restored = True
        if self.campaigns:
            self.read_law()
            self.kernel.services.leads.told(answer)

    def _go_on(self, told: Mapping[str, str]) -> None:
        for name, state in told.items():
            campaign = self.campaigns.get(name)
            if campaign is None or campaign.told is not CampaignState.STOPPED:
                continue
            if state == CampaignState.RUNNING:
                campaign.run()
            elif state == CampaignState.PAUSED:
                campaign.pause()

    def stop(self) -> None:
        """The box stops: nothing is dialled any more."""
        self.stopped = True
        self.seats.stop()

    def read_law(self) -> None:
        """Ask for the law of the moment; what comes late is asked for again."""
        if self._asking_law or not self.campaigns or self.stopped:
            return
        self._asking_law = True

        def answer(found: Law | None) -> None:
            self.kernel.run_contained(lambda: self._know_law(found))

        self.kernel.services.leads.law_now(answer)

    def _know_law(self, found: Law | None) -> None:
        self._asking_law = False
        if found is not None:
            self.law = self.outreach.law = found
        if self._law_timer is not None:
            self._law_timer.cancel()
        seconds = _OLD_SECONDS if found is not None else _LAW_SECONDS
        self._law_timer = self.kernel.after(seconds, self.read_law)
        self.kernel.wake()

    def lists_changed(self) -> None:
        """Lists, leads or do-not-call entries are others than they were."""
        for campaign in self.campaigns.values():
            campaign.read_anew()
        self.counted.forget()
        self.read_law()
        self.kernel.wake()

    def zone(self) -> tzinfo:
        """Where the box stands: days begin there."""
        plan = next(iter(self.kernel.plan.trunks.values()), None)
        found = zone_of(plan.hours.timezone) if plan is not None else None
        return found or zone_of("UTC") or self.kernel.clock.wall().tzinfo or _never()

    def _blocked(self, entry: str) -> None:
        """A number went on a do-not-call list."""
        for campaign in self.campaigns.values():
            campaign.hopper.forget(entry)

    # ------------------------------------------------------------------ commands

    def campaign(self, name: str) -> Campaign:
        """A campaign of the settings; CallboxError when there is none."""
        found = self.campaigns.get(name)
        if found is None:
            raise CallboxError(f"There is no campaign {name}.")
        return found

    def tell(self, campaign: str, do: str, who: str) -> None:
        """See `control.dialer.DialAccess`."""
        found, state = self.campaign(campaign), _STATES.get(do)
        if state is None:
            raise CallboxError(f"{do!r} is none of start, pause, resume and stop.")
        if do == "resume" and found.told is not CampaignState.PAUSED:
            raise CallboxError("The campaign is not paused.")
        if do == "pause" and not found.running:
            raise CallboxError("The campaign does not run.")
        if do == "start":
            may_start(self, found)
        self.kernel.note(EntryKind.CAMPAIGN_SET, campaign=campaign, state=state.value, by=who)
        self.kernel.run(lambda: self._do(found, state))

    def _do(self, campaign: Campaign, state: CampaignState) -> None:
        if state is CampaignState.RUNNING:
            if self.law is None:
                self.read_law()
            campaign.run()
        elif state is CampaignState.PAUSED:
            campaign.pause()
        else:
            campaign.stop("The campaign was stopped.")

    def checking(self, campaign: str) -> Callable[[], CheckLook]:
        """See `control.dialer.DialAccess`."""
        return look_before(self, self.campaign(campaign))

    def present(self, agent: str) -> LeadLook | None:
        """See `control.dialer.DialAccess`."""
        return self.work.look_at(agent)

    def preview(self, agent: str, campaign: str) -> None:
        """See `control.dialer.DialAccess`."""
        self.kernel.run(lambda: self.work.preview(agent, campaign))

    def skip(self, agent: str, reason: str) -> None:
        """See `control.dialer.DialAccess`."""
        self.work.skip(agent, reason)

    def dial(self, agent: str, phone: int | None) -> None:
        """See `control.dialer.DialAccess`."""
        self.work.dial(agent, phone)

    def dial_by_hand(self, agent: str, campaign: str, number: str) -> None:
        """See `control.dialer.DialAccess`."""
        self.kernel.run(lambda: self.work.by_hand(agent, campaign, number))

    def dispose(self, agent: str, code: str, said: Mapping[str, Any]) -> None:
        """See `control.dialer.DialAccess`."""
        self.said.dispose(agent, code, said)

    def looks(self) -> list[CampaignLook]:
        """The gauges of all campaigns."""
        return [gauges(self, campaign) for campaign in self.campaigns.values()]

    # ---------------------------------------------------------------------- look

    def look(self) -> None:
        """Agents and lines may have come free, or gone."""
        if self.stopped or not self.campaigns:
            return
        self._see_wrap_ups()
        self.seats.let_go()
        self.seats.callers_first()
        self.work.tidy()
        self.work.offer_previews()
        for campaign in self.campaigns.values():
            self.seats.seat_agents(campaign)
            campaign.look()

    def _see_wrap_ups(self) -> None:
        """Campaigns learn how long agents take after a call."""
        now = self.kernel.clock.now()
        for agent_id, (campaign, since) in list(self._wrapping.items()):
            agent = self.roster.agents.get(agent_id)
            if agent is None or agent.state is not AgentState.WRAP_UP:
                del self._wrapping[agent_id]
                campaign.pacer.wrapped_up(now - since)

    # -------------------------------------------------------------------- agents

    def owes(self, agent: str) -> bool:
        """Has the agent still to say how a call went?"""
        one = self.work.presents.get(agent)
        return one is not None and one.owes

    def may_look(self, agent: Agent) -> bool:
        """May an agent have a lead before them now?"""
        waits = agent.state in (AgentState.WAITING, AgentState.WRAP_UP)
        return waits and agent.status is AgentStatus.AVAILABLE and not agent.removed

    def meets(self, campaign: Campaign, dial: Dial, seat: Seat) -> None:
        """An agent and a called person are about to hear each other."""
        agent, work = seat.agent, campaign.plan.work
        queue = self.kernel.plan.queues.get(campaign.plan.queue or "")
        if queue is not None:
            agent.took(queue)
        if work.wrap_up_seconds is not None:
            agent.wrap_up_owed = work.wrap_up_seconds
        if work.required:
            agent.wrap_up_owed = max(agent.wrap_up_owed or 0.0, _REQUIRED_SECONDS)
        self.work.meets(campaign, dial, agent)

    def over(self, campaign: Campaign, dial: Dial, outcome: Outcome) -> None:
        """A dial has ended: other campaigns must not dial its number as if nothing had been."""
        for other in self.campaigns.values():
            if other is not campaign:
                other.hopper.forget(dial.number)
        agent = self.roster.agents.get(dial.agent or "")
        if agent is not None and outcome is Outcome.PERSON:
            self._wrapping[agent.id] = (campaign, self.kernel.clock.now())
        self.work.over(dial, outcome)

    # ------------------------------------------------------------------- callers

    def _came(self, queue: str) -> None:
        self._arrivals.came(self.kernel.clock.now())

    def reserve(self, campaign: Campaign) -> int:
        """Agents of a campaign who are kept for callers: the share that is not its own, and more, the more
        callers are to be expected."""
        if campaign.plan.method.speaks:
            return 0
        agents = len(campaign.seats())
        waiting = sum(
            turn.here and any(turn.queue in seat.agent.plan.queues for seat in campaign.seats())
            for turn in self.queues.waiting
        )
        needed = self._arrivals.reserve(self.kernel.clock.now(), agents, campaign.handling, waiting)
        return max(needed, agents - max(1, int(agents * campaign.plan.work.share + 1e-9)))

    def writing(self) -> int:
        """Dials that will take a line in a moment."""
        return sum(
            dial.stage is DialStage.WRITING for campaign in self.campaigns.values() for dial in campaign.dials
        )


#: A required disposition is waited for so long, at most.
_REQUIRED_SECONDS = 3600.0


def _never() -> tzinfo:
    raise AssertionError("the wall clock is aware")
