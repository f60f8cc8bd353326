"""One campaign at work: whom it may dial now, how many, and who speaks with those who answer.

It looks after every event that may change that, and never in between but for the moments it was told to look
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from appliance.contract.campaign_look import CampaignState
from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.clock import Timer
from appliance.contract.dialling import DialKind, DialRequest, Law, Verdict
from appliance.contract.leads import Candidate, Outcome
from appliance.contract.leads import Dial as Dialled
from appliance.core.call.trunk_group import idle_lines
from appliance.core.dialer.hopper import Chosen, Hopper
from appliance.core.dialer.launch import Pace
from appliance.core.dialer.pacing import (
    AgentView,
    CallStage,
    CallView,
    DayCount,
    Decision,
    Pacer,
)
from appliance.core.dialer.recycle import put_off
from appliance.core.floor.behind import Behind
from appliance.core.floor.dial import Dial, DialStage, Order
from appliance.core.floor.seat import Seat, SeatState
from appliance.core.floor.sight import agent_view, pacing_of, question

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor

_LOOK_AGAIN = 5.0  # seconds; nobody was ready to be dialled
_BUDGET_DAYS = 30
_GUESSES = 5  # talks that the first guess of their length is worth
_AHEAD = frozenset({DialMethod.POWER, DialMethod.PREDICTIVE})
_PERSONS = (Outcome.PERSON, Outcome.DROPPED)
_NOTHING_LEARNT = (Outcome.LINE_FAULT, Outcome.INTERRUPTED, Outcome.CONGESTION, Outcome.NOT_DIALLED)
_NOT_ANSWERED = (DialStage.WRITING, DialStage.DIALLING)
_CALL_STAGES = {
    DialStage.WRITING: CallStage.DIALLING,
    DialStage.DIALLING: CallStage.DIALLING,
    DialStage.LISTENING: CallStage.LISTENING,
    DialStage.PERSON: CallStage.PERSON,
}


class Campaign:
    """All of one campaign while the box runs; what was learnt stays when settings change."""

    def __init__(self, floor: Floor, plan: CampaignPlan) -> None:
        self.floor, self.plan = floor, plan
        self.kernel, self.attempts = floor.kernel, floor.attempts
        self.placer, self.outreach = floor.placer, floor.outreach
        self.pacer = Pacer(pacing_of(plan))
        self.told = CampaignState.STOPPED
        self.told_at = floor.kernel.clock.wall()
        self.dials: list[Dial] = []
        self.decision: Decision | None = None
        self.outcomes: dict[Outcome, int] = {}
        self.ready = False  # what was dialled before is known
        self._day = date.min
        self._timer: Timer | None = None
        self._talks, self._talking = 0, 0.0  # how many, and how long together
        self._refused: dict[int, str] = {}  # lead -> the reason that was written down last
        self.hopper = self._new_hopper()
        self.behind = Behind(self)

    def _new_hopper(self) -> Hopper:
        floor = self.floor
        shelf = floor.kernel.services.leads
        hopper = Hopper(floor.kernel.clock, shelf, self.plan, lambda: self.law, self.question)
        hopper.filled = self._filled
        hopper.passed_over = self._passed_over
        hopper.score = self.floor.tutor.score_of(self.plan) if self.plan.work.learning else None
        return hopper

    @property
    def law(self) -> Law:
        """Without one nobody may be called."""
        return self.floor.law or Law({})

    @property
    def automatic(self) -> bool:
        """Does the box dial by itself?"""
        return not self.plan.method.by_agent

    @property
    def running(self) -> bool:
        return self.told is CampaignState.RUNNING

    # ------------------------------------------------------------------ settings

    def apply(self, plan: CampaignPlan) -> None:
        """New settings; calls that are out go on."""
        if plan == self.plan:
            return
        self.plan = plan
        self.hopper.plan = plan
        self.hopper.score = self.floor.tutor.score_of(plan) if plan.work.learning else None
        self.pacer.set(pacing_of(plan))
        self.read_anew()

    def read_anew(self) -> None:
        """Lists or do-not-call entries have changed."""
        self.hopper.clear()
        if self.running:
            self.hopper.refill()

    # ------------------------------------------------------------------ commands

    def run(self) -> None:
        """Dial from now on."""
        self._tell(CampaignState.RUNNING)
        if not self.ready:
            self._ask_past()
        self.hopper.refill()

    def pause(self) -> None:
        """Dial nobody; what is out goes on."""
        self._tell(CampaignState.PAUSED)

    def stop(self, why: str) -> None:
        """Dial nobody, and hang up what rings; talks go on."""
        self._tell(CampaignState.STOPPED)
        self.hang_up(self._out(), why)

    def _tell(self, state: CampaignState) -> None:
        self.told, self.told_at = state, self.kernel.clock.wall()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.decision = None
        self.kernel.wake()

    def hang_up(self, dials: Sequence[Dial], why: str) -> None:
        """Nobody would be there for them. Who has picked up is not hung up on: they hear who called."""
        for dial in dials:
            if dial.stage in _NOT_ANSWERED:
                dial.give_up(why)

    # ---------------------------------------------------------------- what was before

    def _ask_past(self) -> None:
        since = self.kernel.clock.wall() - timedelta(days=_BUDGET_DAYS)

        def answer(found: Sequence[Dialled] | None) -> None:
            self.kernel.run_contained(lambda: self._know_past(found))

        self.kernel.services.leads.dials(self.plan.name, since, answer)

    def _know_past(self, found: Sequence[Dialled] | None) -> None:
        """The day's budget goes on where it was, and so does what was learnt of ringing."""
        if found is None or self.ready:
            return
        self.ready = True
        self.begin_day()
        zone, days = self.floor.zone(), dict[date, list[int]]()
        for dial in found:
            day = dial.at.astimezone(zone).date()
            counts = days.setdefault(day, [0, 0])
            counts[0] += dial.outcome in _PERSONS
            counts[1] += dial.outcome is Outcome.DROPPED
            self.floor.tutor.observe_past(dial)
            if dial.seconds is not None and dial.outcome is not Outcome.NOT_DIALLED:
                self.pacer.learnt.ringing.observe(dial.seconds, dial.outcome in _PERSONS)
            if day == self._day:
                self.outcomes[dial.outcome] = self.outcomes.get(dial.outcome, 0) + 1
        self.pacer.budget.restore({day: DayCount(*counts) for day, counts in days.items()})
        self.kernel.wake()

    def begin_day(self) -> None:
        """The day that counts is today's, where the box stands."""
        today = self.kernel.clock.wall().astimezone(self.floor.zone()).date()
        if today != self._day:
            self._day = today
            self.pacer.begin(today)
            self.outcomes.clear()
            self._refused.clear()

    # --------------------------------------------------------------------- gate

    def question(self, candidate: Candidate, held: bool) -> DialRequest:
        """What the gate is asked about a lead."""
        spent = self.plan.method in _AHEAD and self.pacer.budget.credit() < 1.0
        return question(self.plan, self.kernel, candidate, held, spent)

    def _passed_over(self, candidate: Candidate, verdict: Verdict) -> None:
        """The gate refused a lead: once for each reason that is written, and the lead waits or is done."""
        lead, first = candidate.lead, verdict.refusals[0].why.value
        if self._refused.get(lead.id) != first:
            self._refused[lead.id] = first
            self.attempts.refused(self.plan.name, verdict, lead.id)
        follows = put_off(lead, verdict)
        if follows is not None:
            self.attempts.put(lead, follows)

    def _filled(self) -> None:
        self.kernel.run_contained(self.kernel.wake)

    # -------------------------------------------------------------------- agents

    def seats(self) -> list[Seat]:
        """The standing lines of this campaign."""
        return self.floor.seats.of(self.plan.name)

    def free_seats(self) -> list[Seat]:
        """Agents who could be joined now, who waits longest first."""
        found = [seat for seat in self.seats() if self.floor.seats.is_free(seat)]
        return sorted(found, key=lambda seat: seat.since)

    def wants_agents(self) -> bool:
        """Is there anybody to dial, for whom an agent should be there?"""
        if not (self.running and self.automatic and self.ready) or self.plan.method.speaks:
            return False
        return bool(len(self.hopper)) or any(dial.waits_for_agent for dial in self.dials)

    def seat_for(self, dial: Dial) -> Seat | None:
        """An agent for somebody who has answered."""
        free = self.free_seats()
        if dial.promised is not None and dial.promised in free:
            return dial.promised
        promised = [one.promised for one in self.dials if one is not dial and one.waits_for_agent]
        open_ones = [seat for seat in free if seat not in promised]
        if open_ones:
            return open_ones[0]
        return free[0] if free and self.plan.drop_limit > 0.0 else None

    def agent_views(self) -> list[AgentView]:
        """What the pacer sees of them."""
        return [
            view
            for seat in self.seats()
            if (view := agent_view(seat, self.floor.owes(seat.agent.id))) is not None
        ]

    # --------------------------------------------------------------------- lines

    def free_lines(self) -> int:
        """Lines it may take now: of its group, not kept for promises, never the last free one of the box."""
        kernel = self.kernel
        group = kernel.plan.trunk_groups.get(self.plan.trunk_group or "", ())
        now = kernel.clock.now()
        everywhere = [line for line in idle_lines(kernel, tuple(kernel.trunks)) if not line.resting(now)]
        mine = [line for line in everywhere if line.name in group and kernel.holds.spares(line.name)]
        free = min(len(mine), len(everywhere) - 1)
        return max(0, free - self.floor.writing())

    # ---------------------------------------------------------------------- look

    def look(self) -> None:
        """Something happened: join who waits, dial whom there is room for."""
        if not self.running:
            self._join_waiting()
            return
        self.begin_day()
        self._join_waiting()
        if self.ready and self.floor.law is not None:
            self._keep_filled()
            if self.automatic:
                self._dial_more()

    def _keep_filled(self) -> None:
        """With nobody to dial nobody asks for the next: time alone makes leads due, and opens places."""
        self.hopper.refill()
        if not len(self.hopper):
            self._look_again(_LOOK_AGAIN)

    def _join_waiting(self) -> None:
        waiting = [dial for dial in self.dials if dial.automatic and dial.stage is DialStage.PERSON]
        for dial in waiting:
            seat = self.seat_for(dial)
            if seat is not None:
                dial.join(seat)

    def _out(self) -> list[Dial]:
        return [dial for dial in self.dials if dial.waits_for_agent]

    def _decide(self) -> Decision:
        if self.plan.method.speaks:
            return self.behind.decide(self.free_lines())
        agents = self.agent_views()
        calls = [CallView(one.began, _CALL_STAGES[one.stage], one.order.chance) for one in self._out()]
        now, reserve = self.kernel.clock.now(), self.floor.reserve(self)
        lines = self.free_lines() if agents else 0  # nobody who looks for one: none are looked at
        return self.pacer.decide(now, agents, calls, lines, reserve=reserve)

    def _dial_more(self) -> None:
        decision = self.decision = self._decide()
        if decision.excess:
            out = [dial for dial in self._out() if dial.stage in _NOT_ANSWERED]
            nobody = "No agent is there for whoever would answer."
            self.hang_up(out[-decision.excess :], nobody)
        dialled = 0
        while dialled < decision.dial and self._dial_one():
            dialled += 1
        if dialled < decision.dial:
            self._look_again(_LOOK_AGAIN)
        elif decision.again_in is not None:
            self._look_again(decision.again_in)

    def _dial_one(self) -> bool:
        """Dial the next lead, if there is one."""
        promised = [dial.promised for dial in self._out()]
        open_ones = [one for one in self.free_seats() if one not in promised]
        own = (one for one in open_ones if self.hopper.promised_to(one.agent.id))
        seat = next(own, open_ones[0] if open_ones else None)
        spare = len(self.free_seats()) - len(self._out()) - self.floor.reserve(self)
        held = not self.plan.method.speaks and seat is not None and spare > 0
        chosen = self.hopper.next(seat.agent.id if held and seat is not None else None, held)
        if chosen is None:
            return False
        kind = chosen.request.kind
        chance = self.floor.tutor.chance(chosen.candidate) if self.plan.work.learning else None
        order = Order(chosen.verdict, chosen.candidate.lead, kind, chance=chance)
        dial = Dial(self, order, seat if held else None)
        self.dials.append(dial)
        dial.begin()
        return True

    def take(self, chosen: Chosen, seat: Seat) -> Dial:
        """An agent dials a lead: it is to be begun."""
        order = Order(chosen.verdict, chosen.candidate.lead, chosen.request.kind, seat)
        return self._dial_for(order)

    def take_number(self, verdict: Verdict, seat: Seat) -> Dial:
        """An agent dials a number that is no lead's: it is to be begun."""
        return self._dial_for(Order(verdict, None, DialKind.CAMPAIGN, seat))

    def _dial_for(self, order: Order) -> Dial:
        dial = Dial(self, order)
        self.dials.append(dial)
        return dial

    def talked(self, seconds: float) -> None:
        """An agent has talked so long with somebody."""
        self.pacer.talked(seconds)
        self._talks += 1
        self._talking += seconds

    @property
    def handling(self) -> float:
        """What a talk and its wrap-up last, seconds: from its own as soon as there are some."""
        guess = Pace()
        talk = (_GUESSES * guess.talk_seconds + self._talking) / (_GUESSES + self._talks)
        queue = self.kernel.plan.queues.get(self.plan.queue or "")
        usual = queue.wrap_up_seconds if queue is not None else guess.wrap_up_seconds
        own = self.plan.work.wrap_up_seconds
        return talk + (usual if own is None else own)

    def _look_again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.kernel.after(seconds, self.kernel.wake)

    # --------------------------------------------------------------------- dials

    def hinders(self, dial: Dial) -> str:
        """Why a dial that is on the disk is not dialled after all; "" when it is."""
        if self.floor.stopped:
            return "the box stops"
        if dial.given_up or (dial.automatic and not self.running):
            return "the campaign was stopped"
        seat = dial.order.seat
        if seat is not None:
            return "" if seat.state is SeatState.STANDING else "the agent is gone"
        nobody_dropped = not self.plan.method.speaks and self.pacer.settings.limit <= 0.0
        if nobody_dropped and len(self.free_seats()) < len(self._out()):
            return "the agent is gone"
        return ""

    def meets(self, dial: Dial, seat: Seat) -> None:
        """A called person and an agent are about to hear each other."""
        self.floor.meets(self, dial, seat)

    def over(self, dial: Dial, outcome: Outcome, how: str) -> None:
        """It has ended."""
        if dial in self.dials:
            self.dials.remove(dial)
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        if outcome not in _NOTHING_LEARNT:
            self.behind.learnt.ended(outcome in _PERSONS, dial.keyed)
        if dial.order.lead is not None and outcome not in _NOTHING_LEARNT:
            self.floor.tutor.observe(dial.order.lead, dial.at, outcome in _PERSONS)
        self.floor.over(self, dial, outcome)
        self.kernel.wake()

    def free(self, lead: int) -> None:
        """What became of a lead is on the disk."""
        self.hopper.ended(lead)
        self.kernel.wake()
