"""Where a call goes: inbound by trunk and hours, on by choice, from a handset by number."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from appliance.contract.cause import HangupCause
from appliance.contract.events import HandsetDialled, RingStarted
from appliance.contract.flow import Exit
from appliance.contract.ids import LegId, dial_string
from appliance.contract.journal import EntryKind, Journal
from appliance.contract.media import Prompt
from appliance.contract.plan import Choice, TrunkPlan
from appliance.core.acd.callback import Callbacks
from appliance.core.acd.queue import QueuedCall, Queues
from appliance.core.acd.roster import Roster
from appliance.core.call.arriving import Arriving
from appliance.core.call.call import Call, Direction, Purpose
from appliance.core.call.conversation import Meeting
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.reach import Failed, Reach
from appliance.core.call.ring import fail
from appliance.core.call.transfer import Transfers
from appliance.core.call.trunk_group import HeldHunt, Hunt, free_line
from appliance.core.call_back import offer_in_queue
from appliance.core.contacts.tracking import track
from appliance.core.desk import Desk
from appliance.core.directory import Destination, Directory, Emergency, Nowhere, Outside, Reachable, StarCode
from appliance.core.floor.floor import Floor
from appliance.core.floor.permit import Wish
from appliance.core.ivr.announcement import Announcement
from appliance.core.ivr.schedule import is_open, next_opening
from appliance.core.ivr.walk import Walk, enter_flow
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine, TrunkLine
from appliance.core.numbers import to_e164
from appliance.core.onward import Onward
from appliance.core.outreach.desk import Outreach
from appliance.core.placing import TRANSFER_RING_SECONDS, Placer
from appliance.core.ring_back import ring_back
from appliance.core.star_codes import PinCheck, star_session
from appliance.core.survey import survey_of
from appliance.core.talk import Talk

log = logging.getLogger(__name__)

HANG_UP = Choice("hangup")


class Routing:
    """The only part that sees ivr, acd and the lines together."""

    def __init__(self, kernel: Kernel, roster: Roster, check_pin: PinCheck, journal: Journal) -> None:
        self._kernel = kernel
        self._roster = roster
        self._check_pin = check_pin
        self._directory = Directory(kernel, roster)
        self._placer = Placer(kernel, roster, self._overflow)
        self.queues = Queues(kernel, roster, self._overflow, self._closed)
        self.callbacks = Callbacks(kernel, self.queues, self._opens, self._call_back)
        self.queues.call_back = lambda queued, reason: offer_in_queue(self.callbacks, queued, reason)
        self._onward = Onward(kernel, roster, self._directory, self._placer, self.queues, self.callbacks)
        self.outreach = Outreach(kernel, self._onward.doors)
        self.floor = Floor(kernel, roster, self.queues, self._placer, self.outreach, journal)
        kernel.talked = self._talked
        self.transfers = Transfers(kernel, self._put_through, self._placer.join, self._recall, self._stand_in)
        self.talk = Talk(Desk(kernel, roster, self._directory, self._placer, self.queues, self.callbacks))

    def match(self) -> None:
        """Somebody may have come free: callers first, then those whom campaigns dial."""
        self._roster.bring()
        self.queues.match()
        self.floor.look()

    # ------------------------------------------------------------------- inbound

    def inbound(self, line: TrunkLine, event: RingStarted) -> None:
        """An outside call rings on `line`."""
        plan = self._kernel.plan.trunks.get(line.name)
        call = Call(self._kernel, Direction.INBOUND)
        call.start(trunk=line.name, called=event.called)
        track(call, line.name, event.called)
        caller = call.add_leg(line, LegState.RINGING, Role.CALLER, event.leg)
        if plan is None:
            reason = f"Trunk {line.name} is not in the settings."
            call.end(HangupCause.NO_ROUTE_TO_DESTINATION, reason, "box")
            return
        call.enter(Arriving(call, caller, lambda: self._arrived(call, caller, plan)), "an outside call rings")

    def _arrived(self, call: Call, caller: Leg, plan: TrunkPlan) -> None:
        plan = self._kernel.plan.trunks.get(plan.name, plan)
        flow = self._kernel.plan.flows.get(plan.flow)
        if flow is None:
            call.end(HangupCause.NO_ROUTE_TO_DESTINATION, f"There is no flow {plan.flow}.", "box")
        elif is_open(plan.hours, self._kernel.clock.wall()):
            enter_flow(call, caller, flow, self._onward.doors, "open")
        else:
            call.note(EntryKind.FLOW_ENTERED, flow=flow.name, reason="closed")
            self._announce(call, caller, plan.closed, "We are closed.")

    def _overflow(self, call: Call, caller: Leg, choice: Choice, why: str) -> None:
        """A queue gives its caller back: to where its settings say, else the call ends."""

        def ended(call: Call, caller: Leg, way: Exit, trouble: str) -> None:
            self._announce(call, caller, (), f"The box ended the call: {why}; {trouble}.")

        if choice == HANG_UP:
            self._announce(call, caller, (), f"The box ended the call: {why}.")
        else:
            self._onward.go(call, caller, choice, TRANSFER_RING_SECONDS, why, ended)

    def _closed(self, call: Call) -> bool:
        """Is the office closed by now for a caller who came while it was open?"""
        lines = (leg.line.name for leg in call.legs if leg.outside)
        trunks = self._kernel.plan.trunks
        plan = next((trunks[name] for name in lines if name in trunks), None)
        return plan is not None and not is_open(plan.hours, self._kernel.clock.wall())

    def _opens(self, at: datetime) -> datetime:
        """When the office is open next; its hours are those of its lines."""
        plan = next(iter(self._kernel.plan.trunks.values()), None)
        return at if plan is None else next_opening(plan.hours, at)

    def _call_back(
        self,
        call: Call,
        leg: Leg,
        number: str,
        lines: tuple[str, ...],
        held: bool,
        promised: datetime,
        connected: Callable[[], None],
        failed: Failed,
    ) -> None:
        """An agent is held: call the customer, if the compliance gate lets them be called."""

        def reached(reach: Reach, party: Leg) -> None:
            self._placer.join(reach.call, reach.origin, party, reach.joint, connected)

        def dial() -> None:
            hunt = HeldHunt if held else Hunt
            call.enter(hunt(call, leg, dial_string(number), lines, reached, failed), "the agent answered")

        self.floor.permits.dial(call, leg, Wish(number, promised), dial, failed)

    def _announce(self, call: Call, caller: Leg, prompt: Prompt, reason: str) -> None:
        call.enter(Announcement(call, caller, prompt, reason), reason)

    def _talked(self, meeting: Meeting) -> bool:
        """The agent hung up first: the caller may be asked how it was."""
        survey = survey_of(meeting)
        if survey is not None:
            meeting.call.enter(survey, "the agent left the call")
        return survey is not None

    def ring_back(self, number: str, handset: str) -> None:
        """Ring a handset; who answers is put through to `number`. CallboxError."""
        to = (self._placer, self.floor.permits)
        ring_back(self._kernel, self._roster, self._directory, *to, number, handset)

    # -------------------------------------------------------------- from handsets

    def dialled(self, line: HandsetLine, event: HandsetDialled) -> None:
        """Somebody dialled on a handset."""
        for leg in list(line.legs):
            if leg.state is LegState.CALLING:
                leg.call.step.withdraw(leg, f"Handset {line.name} began to dial.")
        to = self._directory.find(event.number, line)
        if isinstance(to, StarCode):
            self._star_code(line, event.leg, to)
        else:
            self._call_out(line, event, to)

    def _star_code(self, line: HandsetLine, leg: LegId, code: StarCode) -> None:
        call = Call(self._kernel, Direction.INTERNAL, service=True)
        call.start()
        origin = call.add_leg(line, LegState.RINGING, Role.CALLER, leg)
        session = star_session(call, origin, line, self._roster, code, self._check_pin, self.talk)
        call.enter(session, f"star code {code.code}")

    def _call_out(self, line: HandsetLine, event: HandsetDialled, to: Reachable | Nowhere) -> None:
        direction = _direction(to)
        purpose = Purpose.EMERGENCY if isinstance(to, Emergency) else Purpose.ORDINARY
        call = Call(self._kernel, direction, purpose=purpose)
        call.number = _shown(to, event.number, self._kernel.plan.country)
        agent = self._roster.at(line.name)
        call.start(handset=line.name, number=call.number, agent=agent.id if agent else None)
        role = Role.CALLER if direction is Direction.INTERNAL else Role.AGENT
        origin = call.add_leg(line, LegState.RINGING, role, event.leg)
        if isinstance(to, Nowhere):
            call.end(to.cause, to.reason, "box")
        else:
            self._placer.place(call, origin, to, _failed, f"{line.name} dialled")

    # ------------------------------------------------------------------ transfers

    def _put_through(
        self, call: Call, other: Leg, line: HandsetLine, target: str
    ) -> Callable[[], None] | None:
        to = self._directory.find(target, line)
        if isinstance(to, StarCode) and to.action == "park":
            return self.talk.parking.door(call, other, line)
        if isinstance(to, StarCode | Nowhere) or not self._reachable(to):
            log.info("%r: a transfer to %s was refused: %s", call, target, to)
            return None
        return lambda: self._placer.place(call, other, to, self._recall(line), f"transferred by {line.name}")

    def _stand_in(self, call: Call, other: Leg, consult: Leg) -> Callable[[], None] | None:
        """Nobody has answered a handset's second call yet: in a queue its party takes the place the handset
        had, unless its own is better; in a flow it begins at the beginning."""
        step = consult.call.step
        if isinstance(step, QueuedCall) and step.caller is consult:
            wants, choice = call.wants, Choice("queue", step.queue)
            wants.since = step.rank if wants.since is None else min(wants.since, step.rank)
        elif isinstance(step, Walk) and step.caller is consult:
            choice = Choice("flow", step.visit.frame.flow.name)
        else:
            return None
        return lambda: self._overflow(call, other, choice, f"transferred by {consult.line.name}")

    def _reachable(self, to: Reachable) -> bool:
        """Is it worth letting the transferring handset go?"""
        return not isinstance(to, Outside) or free_line(self._kernel, to.group, frozenset()) is not None

    def _recall(self, line: HandsetLine) -> Failed:
        """Nobody took the transferred party: it is given back to who transferred it."""

        def failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
            call, party = reach.call, reach.origin
            others = [leg for leg in line.legs if leg.alive]
            if others or not line.status.registered or line.leaving:
                self._stranded(reach, cause, reason, by)
            else:
                self._placer.ring(
                    call, party, line, TRANSFER_RING_SECONDS, self._stranded, f"recall: {reason}"
                )

        return failed

    def _stranded(self, reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        """Not even who transferred it takes the party back: a queue's caller waits again, at the front."""
        call, party = reach.call, reach.origin
        if call.queue in self._kernel.plan.queues and party.role is Role.CALLER:
            again = QueuedCall(self.queues, call, party, call.queue, rank=call.started)
            call.enter(again, f"nobody took the transferred call: {reason}")
        else:
            fail(call, party, cause, reason, by)


def _failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
    fail(reach.call, reach.origin, cause, reason, by)


def _direction(to: Destination) -> Direction:
    if isinstance(to, Nowhere):
        return to.direction
    return Direction.OUTBOUND if isinstance(to, Emergency | Outside) else Direction.INTERNAL


def _shown(to: Destination, dialled: str, country: str) -> str | None:
    """The number as records keep it."""
    if isinstance(to, Emergency):
        return to.number
    return to_e164(to.number, country) if isinstance(to, Outside) else dialled
