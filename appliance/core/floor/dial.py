"""One dial of a campaign, from the entry on the disk to the entry of its end.

The gate's verdict is written first; the line is dialled when that is on the disk. Whoever answers is joined
with an agent, or goes to outreach; how it ended is written once, with all its times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from appliance.contract.answering import AnsweredBy
from appliance.contract.cause import HangupCause
from appliance.contract.dialling import DialKind, Verdict
from appliance.contract.events import AnswerHeard
from appliance.contract.ids import dial_string
from appliance.contract.journal import JsonValue
from appliance.contract.leads import Lead, LeadState, Outcome
from appliance.contract.media import CallTone
from appliance.core.acd.turn import Turn
from appliance.core.call.call import Call, Direction, Purpose
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Reach
from appliance.core.dialer.outcome import outcome_of
from appliance.core.dialer.recycle import Next, after
from appliance.core.floor.by_flow import keyed
from appliance.core.floor.hunt import KEPT_SPEED, CampaignHunt, Listening, watch_of
from appliance.core.floor.seat import Seat
from appliance.core.outreach.dialed import Dialed, Ended

if TYPE_CHECKING:
    from appliance.core.floor.campaign import Campaign


class DialStage(StrEnum):
    """How far it is."""

    WRITING = "writing"  # the verdict is on its way to the disk
    DIALLING = "dialling"
    LISTENING = "listening"  # answered; by whom is not known yet
    PERSON = "person"  # waits for an agent
    TALKING = "talking"
    APART = "apart"  # with outreach: a machine, a flow, or nobody was free
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Order:
    """Who is to be dialled, and for whom. `seat` dials and hears the line; without one the box does."""

    verdict: Verdict
    lead: Lead | None
    kind: DialKind
    seat: Seat | None = None
    chance: float | None = None


class Dial:
    """One of these an attempt."""

    def __init__(self, campaign: Campaign, order: Order, promised: Seat | None = None) -> None:
        self.campaign, self.order = campaign, order
        self.promised = promised  # the agent who is held for whoever answers
        self.stage = DialStage.WRITING
        self.began = self.since = campaign.kernel.clock.now()
        self.at = campaign.kernel.clock.wall()
        self.attempt = ""
        self.agent: str | None = order.seat.agent.id if order.seat is not None else None
        self.call: Call | None = None
        self.keyed = False  # they were in the flow, and wanted an agent
        self.given_up = False  # the box ended it because nobody would be there
        self._hunt: CampaignHunt | None = None
        self._told_at: float | None = None
        self._joined_at: float | None = None
        self._apart: Dialed | None = None
        self._party: Leg | None = None
        self._counted = False  # the pacer knows what became of it
        self._refused = False
        self._ended: tuple[Outcome, str] | None = None
        self.afterwards: dict[str, JsonValue] | None = None  # what the agent made of the lead meanwhile

    @property
    def automatic(self) -> bool:
        """Does the box dial, and find an agent for whoever answers?"""
        return self.order.seat is None

    @property
    def number(self) -> str:
        return self.order.verdict.number

    @property
    def line(self) -> str | None:
        """The line on which it is dialled; None: on none, so far."""
        return self._hunt.line if self._hunt is not None else None

    @property
    def ringing(self) -> bool:
        hunt = self._hunt
        return self.stage is DialStage.DIALLING and hunt is not None and hunt.facts.rang is not None

    @property
    def waits_for_agent(self) -> bool:
        """Is it out, without an agent?"""
        return self.automatic and self.stage in _OUT

    # --------------------------------------------------------------------- begin

    def begin(self) -> None:
        """Write it down; it is dialled when that is on the disk."""
        kernel, order = self.campaign.kernel, self.order

        def go(attempt: str) -> None:
            kernel.run_contained(lambda: self._go(attempt))

        self.campaign.attempts.begin(self.campaign.plan.name, order.verdict, order.lead, order.kind, go)

    def _go(self, attempt: str) -> None:
        self.attempt = attempt
        why = self.campaign.hinders(self)
        if why:
            self._finish(Outcome.NOT_DIALLED, f"box: not dialled, {why}")
        else:
            self._place()

    def _place(self) -> None:
        plan, kernel, order = self.campaign.plan, self.campaign.kernel, self.order
        call = self.call = Call(kernel, Direction.OUTBOUND, purpose=Purpose.CAMPAIGN)
        call.number, call.queue = self.number, plan.queue
        call.name = order.lead.name or None if order.lead is not None else None
        call.language = (order.lead.language if order.lead is not None else None) or plan.outreach.language
        call.start(number=self.number, agent=self.agent)
        call.watchers.append(self._look)
        seat = order.seat
        origin = seat.give(call) if seat is not None else None
        group = kernel.plan.trunk_groups.get(plan.trunk_group or "", ())
        hunt = self._hunt = CampaignHunt(
            call, origin, dial_string(self.number), group, self._reached, self._failed, plan.ring_seconds
        )
        self._go_to(DialStage.DIALLING)
        if seat is None:
            self.campaign.outreach.prepare(plan, self.number, order.lead)
        call.enter(hunt, f"campaign {plan.name}")

    def give_up(self, why: str) -> None:
        """Hang up before anybody answered: there is no agent for whoever would."""
        self.given_up = True
        if self.call is not None:
            self.call.end(HangupCause.NORMAL_CLEARING, why, "box")

    # ------------------------------------------------------------------- answers

    def _failed(self, reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        self._give_back(reach.origin)
        reach.call.end(cause, reason, by)

    def _give_back(self, leg: Leg) -> None:
        seat = self.order.seat
        if seat is not None:
            seat.take_back(leg)

    def _reached(self, reach: Reach, leg: Leg) -> None:
        self._party = leg
        plan, seat = self.campaign.plan, self.order.seat
        hunt = self._hunt
        if seat is not None:
            self._tell_person()
            self._meet(seat, reach.origin, leg, reach)
        elif hunt is not None and plan.machines is not None:
            watch = watch_of(plan.machines, plan, reach.call.language)
            self._go_to(DialStage.LISTENING)
            reach.call.enter(Listening(reach.call, leg, hunt.facts, watch, self._told), "answered")
        else:
            self._person(0.0)

    def _told(self, heard: AnswerHeard | None) -> None:
        """It is known who answered."""
        if self.stage is not DialStage.LISTENING or self.call is None:
            return
        kind = heard.kind if heard is not None else AnsweredBy.PERSON
        if kind in (AnsweredBy.PERSON, AnsweredBy.MACHINE):
            self.campaign.pacer.answer_told(kind is AnsweredBy.PERSON)
        if kind is AnsweredBy.PERSON:
            self._person(heard.quiet if heard is not None else 0.0)
            return
        self._told_at = self.campaign.kernel.clock.now()
        self._count(False)
        if kind is AnsweredBy.MACHINE:
            self._leave(lambda dialed: self.campaign.outreach.machine(dialed))
        else:
            self.call.end(HangupCause.NORMAL_CLEARING, f"Answered, by no person: {kind.value}.", "box")

    def _tell_person(self) -> None:
        self._told_at = self.campaign.kernel.clock.now()
        self._count(True)

    def _person(self, quiet: float) -> None:
        self._tell_person()
        self._go_to(DialStage.PERSON)
        if self.campaign.plan.method.speaks:
            self._leave(lambda dialed: self.campaign.outreach.person(dialed, quiet))
            return
        seat = self.campaign.seat_for(self)
        if seat is not None:
            self.join(seat)
        else:
            dialed = self._dialed()
            if dialed is not None:
                self.campaign.outreach.person(dialed, quiet)

    def join(self, seat: Seat) -> None:
        """An agent is there: they hear each other."""
        if self.call is None or self._party is None or not self.call.open:
            return
        self._apart, self.promised = None, None
        self.agent = seat.agent.id
        leg = seat.give(self.call)
        plan = self.campaign.plan
        words = plan.work.first_words and plan.machines is not None
        if not words:
            leg.play(CallTone.BEEP)  # the agent did not hear it ring
        self._meet(seat, leg, self._party, None)
        if words:
            self._catch_up(self._party, leg)

    def _catch_up(self, party: Leg, agent: Leg) -> None:
        """The agent hears how they answered; where a notice comes first, that is past by then."""
        kernel, source, sink = self.campaign.kernel, party.port, agent.port
        if source is not None and sink is not None:
            kernel.tell_media(lambda: kernel.media.catch_up(source, sink, KEPT_SPEED))

    def _meet(self, seat: Seat, agent: Leg, party: Leg, reach: Reach | None) -> None:
        if self.call is None:
            return
        if self._hunt is not None:
            self._hunt.facts.joined = True
        self._joined_at = self.campaign.kernel.clock.now()
        waited = self._joined_at - (self._told_at or self._joined_at)
        self._go_to(DialStage.TALKING)
        self.campaign.meets(self, seat)
        self.campaign.placer.join(
            self.call,
            agent,
            party,
            reach.joint if reach is not None else None,
            waited=round(waited, 3),
            parted=seat.take_back,
        )

    def _leave(self, how: Callable[[Dialed], None]) -> None:
        """No agent speaks with them."""
        self._go_to(DialStage.APART)
        dialed = self._dialed()
        if dialed is not None:
            how(dialed)

    def _dialed(self) -> Dialed | None:
        call, party, order = self.call, self._party, self.order
        if call is None or party is None:
            return None
        plan = self.campaign.plan
        self._apart = Dialed(call, party, plan, self.number, order.lead, self._said, self._dropped)
        return self._apart

    def _dropped(self) -> None:
        """Nobody came in time."""
        if self._hunt is not None:
            self._hunt.facts.dropped = True
        self.campaign.pacer.person_dropped()
        self._go_to(DialStage.APART)

    # ----------------------------------------------------------------------- end

    def said_no(self) -> None:
        """The person wants nothing: that stands with the attempt, also when it is over."""
        self._refused = True
        if self._ended is not None:
            outcome, how = self._ended
            call = self.call.id if self.call is not None else None
            self.campaign.attempts.end(
                self.attempt, outcome, how, call, agent=self.agent, said_no=True, course=self._course()
            )

    def _said(self, ended: Ended) -> None:
        """Outreach says what came of it."""
        found, how = self._found()
        self._apart = None
        if self.stage is DialStage.PERSON:  # they hung up before an agent could be there
            self._finish(found, how)
            return
        told = how if found is ended.outcome else f"box: {ended.how}"
        self.agent = ended.agent or self.agent
        said_no = ended.code is not None and keyed(self, ended.code)
        self._finish(ended.outcome, told, said_no or ended.never, ended.done or ended.never)

    def _look(self) -> None:
        """The call did something: is it over, or with those who speak for the flow?"""
        if self.stage is DialStage.APART and self.call is not None and isinstance(self.call.step, Turn):
            self.keyed = True
        if self.call is not None and not self.call.open and self._apart is None:
            self._finish(*self._found())

    def _found(self) -> tuple[Outcome, str]:
        hunt, call = self._hunt, self.call
        if hunt is None or call is None:
            return Outcome.NOT_DIALLED, "box: not dialled"
        facts = hunt.facts
        if facts.cause is None:
            by_box = self._party is None or self._party.by == "box"
            facts.over(call.cause, call.reason, by_box, self.campaign.kernel.clock.now())
        return outcome_of(facts)

    def _finish(self, outcome: Outcome, how: str, said_no: bool = False, done: bool = False) -> None:
        if self.stage is DialStage.OVER:
            return
        talked = self.stage is DialStage.TALKING
        lasted = self.campaign.kernel.clock.now() - self.since
        self._go_to(DialStage.OVER)
        self._count(False, outcome is Outcome.NOT_DIALLED)
        self._ended = outcome, how
        lead, follows = self.order.lead, self._follows(outcome, done)
        self.campaign.attempts.end(
            self.attempt,
            outcome,
            how,
            self.call.id if self.call is not None else None,
            lead,
            follows,
            self.agent,
            said_no or self._refused,
            None if self.afterwards is not None else self._on_disk,
            self._course(),
        )
        if self.afterwards is not None:
            self.campaign.attempts.set(self.afterwards, self._on_disk)
        if talked:
            self.campaign.talked(lasted)
        self.campaign.over(self, outcome, how)

    def _on_disk(self) -> None:
        lead = self.order.lead
        if lead is not None:
            self.campaign.kernel.run_contained(lambda: self.campaign.free(lead.id))

    def _follows(self, outcome: Outcome, done: bool) -> Next | None:
        lead = self.order.lead
        if lead is None:
            return None
        follows = after(lead, outcome, self.at, self.campaign.plan, lead.tries + 1)
        if done and follows.state is not LeadState.DONE:
            follows = Next(LeadState.DONE, outcome.value, None, lead.next, follows.parts, lead.place)
        return follows

    def _course(self) -> dict[str, JsonValue]:
        hunt = self._hunt
        if hunt is None:
            return {}
        moments = {
            "rang": hunt.facts.rang,
            "answered": hunt.facts.answered,
            "told": self._told_at,
            "joined": self._joined_at,
        }
        times = {name: round(at - self.began, 3) for name, at in moments.items() if at is not None}
        return {"line": hunt.line, **times}

    def _count(self, person: bool, undone: bool = False) -> None:
        """Tell the pacer, once, what the dial came to."""
        if self._counted or not self.automatic:
            return
        self._counted = True
        pacer, seconds = self.campaign.pacer, self.campaign.kernel.clock.now() - self.began
        if person:
            pacer.person_answered(seconds, self.order.chance)
        elif self.given_up or undone:
            pacer.given_up(seconds)
        else:
            pacer.dial_ended(seconds, self.order.chance)

    def _go_to(self, stage: DialStage) -> None:
        self.stage, self.since = stage, self.campaign.kernel.clock.now()
        self.campaign.kernel.wake()


_OUT = frozenset({DialStage.WRITING, DialStage.DIALLING, DialStage.LISTENING, DialStage.PERSON})
