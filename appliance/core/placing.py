"""Puts a call through to where it should go: rings, dials, and lets the parties meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from appliance.contract.handset import Party
from appliance.contract.plan import Choice
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call, Purpose
from appliance.core.call.conference import Conference, Gathering
from appliance.core.call.conversation import Meeting, meet
from appliance.core.call.emergency import EmergencyHunt
from appliance.core.call.joint import Joint
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed, Reach
from appliance.core.call.ring import RingHandset
from appliance.core.call.trunk_group import Hunt
from appliance.core.directory import Inside, Outside, Reachable, Service
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine

#: How long a handset rings for a transferred caller, or one who chose it in a menu.
TRANSFER_RING_SECONDS = 30.0


def _nothing() -> None:
    return None


class Placer:
    """Knows how to reach each kind of destination."""

    def __init__(
        self, kernel: Kernel, roster: Roster, go_on: Callable[[Call, Leg, Choice, str], None]
    ) -> None:
        self._kernel = kernel
        self._roster = roster
        self.go_on = go_on  # into a queue or a flow

    def place(
        self,
        call: Call,
        origin: Leg,
        to: Reachable,
        failed: Failed,
        why: str,
        seconds: float | None = None,
    ) -> None:
        """`origin` waits while `to` is reached; then they meet, or `failed` is told. A number outside has
        `seconds` to answer, else as long as the settings say."""
        if isinstance(to, Inside):
            self.ring(call, origin, to.line, self._seconds(origin), failed, why)
        elif isinstance(to, Outside):
            call.enter(Hunt(call, origin, to.number, to.group, self._reached, failed, seconds), why)
        elif isinstance(to, Service):
            origin.answer(why)
            self.go_on(call, origin, Choice(to.kind, to.name), why)
        else:
            call.purpose = Purpose.EMERGENCY
            call.enter(EmergencyHunt(call, origin, to.number, to.group, self._reached, failed), why)

    def ring(
        self,
        call: Call,
        origin: Leg,
        line: HandsetLine,
        seconds: float,
        failed: Failed,
        why: str,
        connected: Callable[[], None] = _nothing,
        intercom: bool = False,
    ) -> None:
        """Ring one handset for `origin`; by `intercom` it answers by itself where it can."""

        def reached(reach: Reach, leg: Leg) -> None:
            self.join(reach.call, reach.origin, leg, reach.joint, connected)

        shown = replace(self._shown(call, origin), auto_answer=intercom)
        call.enter(RingHandset(call, origin, line, shown, seconds, reached, failed), why)

    def join(
        self,
        call: Call,
        origin: Leg,
        leg: Leg,
        joint: Joint | None = None,
        connected: Callable[[], None] = _nothing,
        waited: float | None = None,
        parted: Callable[[Leg], None] | None = None,
    ) -> None:
        """Two parties meet; an outside party counts as the caller, whoever called. `parted` may take the
        agent's leg away when the call ends without it."""
        origin.answer("The other party answered.")
        swap = leg.outside and not origin.outside
        caller, agent = (leg, origin) if swap else (origin, leg)
        meeting = Meeting(
            call=call,
            caller=caller,
            agent=agent,
            record=self._recorded(call, caller, agent),
            music=self._music(call),
            agent_id=self._agent_id(agent),
            joint=joint,
            connected=connected,
            waited=waited,
            parted=parted,
        )
        meet(meeting, f"{leg.line.name} answered")

    def confer(self, call: Call, parties: Sequence[Leg], host: Leg) -> None:
        """Three or more talk with each other."""
        outside = next((leg for leg in parties if leg.outside), None)
        told = call.notice_given or not self._kernel.plan.recording_notice
        record = told and outside is not None and self._recorded(call, outside, host)
        gathering = Gathering(
            parties, host, record and not self._kernel.plan.talk.record_on_demand, self.join
        )
        call.enter(Conference(call, gathering), f"conference at {host.line.name}")

    def _reached(self, reach: Reach, leg: Leg) -> None:
        self.join(reach.call, reach.origin, leg, reach.joint)

    def _seconds(self, origin: Leg) -> float:
        return TRANSFER_RING_SECONDS if origin.up else self._kernel.plan.dial_seconds

    def _shown(self, call: Call, origin: Leg) -> Party:
        if origin.outside:
            queue = self._kernel.plan.queues.get(call.queue or "")
            return Party(call.number, call.name, queue.label if queue else None)
        plan = self._kernel.plan.handsets.get(origin.line.name)
        return Party(origin.line.name, plan.label if plan else None)

    def _recorded(self, call: Call, caller: Leg, agent: Leg) -> bool:
        """Outside calls with an agent are; calls inside, between two outsiders, and for help are not."""
        queue = self._kernel.plan.queues.get(call.queue or "")
        wanted = self._kernel.plan.record and (queue is None or queue.record)
        return wanted and caller.outside and not agent.outside and call.purpose is not Purpose.EMERGENCY

    def _music(self, call: Call) -> str:
        queue = self._kernel.plan.queues.get(call.queue or "")
        return queue.music if queue else "music/default"

    def _agent_id(self, leg: Leg) -> str | None:
        agent = None if leg.outside else self._roster.at(leg.line.name)
        return agent.id if agent else None
