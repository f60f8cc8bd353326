"""Calls that wait for somebody to fetch them: parked ones, and those that ring at another handset."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from appliance.core.acd.waiting import QueuedCall
from appliance.core.call.call import Call
from appliance.core.call.conversation import Conversation
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.parked import Parked
from appliance.core.call.reach import Reach
from appliance.core.desk import Desk
from appliance.core.directory import Nowhere, inside
from appliance.core.line import HandsetLine
from appliance.core.placing import TRANSFER_RING_SECONDS


class Parking:
    """Each method raises CallboxError with a sentence when it cannot be, having changed nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kernel = desk.kernel
        self.slots: dict[int, Parked] = {}

    # ---------------------------------------------------------------------- park

    def park(self, line: HandsetLine) -> int:
        """Park whom `line` holds, or talks with; the slot."""
        for leg in self._desk.talks(line):
            step = leg.call.step
            if isinstance(step, Conversation) and step.other(leg).up:
                slot = self._free()
                self._park(leg.call, step.other(leg), slot, line.name)
                leg.dismiss(f"The party was parked in slot {slot}.")
                return slot
        raise CallboxError(f"Handset {line.name} holds nobody.")

    def door(self, call: Call, party: Leg, line: HandsetLine) -> Callable[[], None] | None:
        """A transfer to the star code parks, too; None when every slot is taken."""
        try:
            slot = self._free()
        except CallboxError:
            return None
        return lambda: self._park(call, party, slot, line.name)

    def _free(self) -> int:
        for slot in range(1, self._kernel.plan.talk.park_slots + 1):
            if slot not in self.slots:
                return slot
        raise CallboxError("Every slot is taken.")

    def _park(self, call: Call, party: Leg, slot: int, by: str) -> None:
        call.enter(Parked(call, party, self.slots, slot, by, self._ring_back), f"parked in slot {slot}")

    def _ring_back(self, parked: Parked) -> None:
        """It was not fetched in time: it rings where it was parked, and waits on when nobody is there."""
        line = self._kernel.handsets.get(parked.by)
        call, party = parked.call, parked.party

        def failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
            slot = parked.slot if parked.slot not in self.slots else self._anywhere()
            self._park(reach.call, reach.origin, slot, parked.by)

        if line is None or isinstance(inside(line), Nowhere):
            parked.wait_on()
        else:
            why = f"not fetched from slot {parked.slot}"
            self._desk.placer.ring(call, party, line, TRANSFER_RING_SECONDS, failed, why)

    def _anywhere(self) -> int:
        """A slot of its own for who came back while all are taken: nobody is dropped for want of a number."""
        return next(slot for slot in range(1, len(self.slots) + 2) if slot not in self.slots)

    def fetch(self, origin: Leg, slot: int) -> None:
        """`origin` talks with who is parked in `slot`."""
        parked = self.slots.get(slot)
        if parked is None:
            raise CallboxError(f"Nobody is parked in slot {slot}.")
        self._take(origin, parked.call, parked.party, parked.by, slot)

    # ------------------------------------------------------------------- pick up

    def pick_up(self, origin: Leg, line: HandsetLine, target: str | None) -> None:
        """`origin` takes what rings at `target` (handset or agent), else longest in the group of `line`."""
        legs = [leg for other in self._where(line, target) for leg in other.legs]
        found = [(leg, self._waiting(leg)) for leg in legs]
        ringing = [(leg, party) for leg, party in found if party is not None and party.line is not line]
        if not ringing:
            raise CallboxError("Nothing rings there.")
        leg, party = min(ringing, key=lambda found: found[0].call.started)
        if isinstance(leg.call.step, Reach):
            leg.release(HangupCause.PICKED_ELSEWHERE, f"Picked up at handset {line.name}.")
        self._take(origin, leg.call, party, leg.line.name, None)

    def _where(self, line: HandsetLine, target: str | None) -> list[HandsetLine]:
        if target is not None:
            found = self._kernel.handsets.get(target) or self._desk.directory.party_line(target)
            return [found] if found is not None and found is not line else []
        plans = self._kernel.plan.handsets
        group = plans[line.name].pickup_group if line.name in plans else ""
        return [
            other
            for name, other in self._kernel.handsets.items()
            if other is not line and name in plans and plans[name].pickup_group == group
        ]

    @staticmethod
    def _waiting(leg: Leg) -> Leg | None:
        """For whom a handset's leg rings; None when it does not ring for anybody."""
        step = leg.call.step
        if leg.state is not LegState.CALLING or not leg.call.open:
            return None
        if isinstance(step, Reach) and leg is step.leg:
            return step.origin
        return step.caller if isinstance(step, QueuedCall) else None

    def _take(self, origin: Leg, call: Call, party: Leg, at: str, slot: int | None) -> None:
        step = call.step
        self._desk.enlist(origin, call, "picked up")
        origin.role = Role.AGENT
        call.note(EntryKind.PICKED_UP, by=origin.line.name, at=at, slot=slot)
        if isinstance(step, QueuedCall):
            met, waited = self._desk.met(step, origin.line), round(step.waited, 3)
            self._desk.placer.join(call, party, origin, connected=met, waited=waited)
        else:
            self._desk.placer.join(call, party, origin)

    # ------------------------------------------------------------------- intercom

    def intercom(self, origin: Leg, target: str) -> None:
        """Speak to a handset that answers by itself, where it can."""
        line = self._kernel.handsets.get(target) or self._desk.directory.party_line(target)
        there = inside(line) if line is not None and line is not origin.line else None
        if line is None or there is None or isinstance(there, Nowhere):
            raise CallboxError(f"Handset {target} cannot be reached.")
        agent = self._desk.roster.at(origin.line.name)
        call = self._desk.own_call(origin.line, agent.id if agent else None, target)
        self._desk.enlist(origin, call, "intercom")

        def failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
            reach.call.end(cause, reason, by)

        self._desk.placer.ring(call, origin, line, TRANSFER_RING_SECONDS, failed, "intercom", intercom=True)
