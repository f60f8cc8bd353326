"""What services for people who talk have in common: the calls in progress, and legs that change calls."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.ids import CallId
from appliance.core.acd.callback import Callbacks
from appliance.core.acd.queue import Queues
from appliance.core.acd.roster import Roster
from appliance.core.acd.waiting import QueuedCall
from appliance.core.call.call import Call, Direction
from appliance.core.call.leg import Leg
from appliance.core.directory import Directory
from appliance.core.kernel import Kernel
from appliance.core.line import AnyLine, HandsetLine
from appliance.core.placing import Placer


class Desk:
    """The one door to calls in progress."""

    def __init__(
        self,
        kernel: Kernel,
        roster: Roster,
        directory: Directory,
        placer: Placer,
        queues: Queues,
        callbacks: Callbacks,
    ) -> None:
        self.kernel = kernel
        self.roster = roster
        self.directory = directory
        self.placer = placer
        self.queues = queues
        self.callbacks = callbacks

    def call(self, call_id: str) -> Call:
        """A call in progress; CallboxError when there is none of this id."""
        call = self.kernel.calls.get(CallId(call_id))
        if call is None or not call.open:
            raise CallboxError(f"There is no call {call_id} in progress.")
        return call

    def talks(self, line: HandsetLine) -> list[Leg]:
        """The legs at which this handset talks with people: those on hold first, then by age."""
        legs = [leg for leg in line.legs if leg.alive and leg in leg.call.step.talkers()]
        return sorted(legs, key=lambda leg: (not leg.held, leg.call.started))

    def own_call(self, line: AnyLine, agent: str | None, number: str | None = None) -> Call:
        """A new call of one handset, for the records."""
        call = Call(self.kernel, Direction.INTERNAL)
        call.number = number
        call.start(handset=line.name if isinstance(line, HandsetLine) else None, agent=agent, number=number)
        return call

    def met(self, queued: QueuedCall, line: AnyLine) -> Callable[[], None]:
        """What to do when a queue's caller meets whoever sits at `line` without having been offered."""
        agent, plan = self.roster.at(line.name), queued.plan

        def connected() -> None:
            if agent is not None:
                agent.wrap_up_owed = plan.wrap_up_seconds
                self.queues.connected(queued, agent)

        return connected

    def enlist(self, origin: Leg, into: Call, why: str) -> None:
        """Take the leg that dialled a star code out of its service call, and into a call of people."""
        service = origin.call
        service.detach().leave()
        into.adopt(origin)
        origin.service = into.service
        self.kernel.leg_changed(origin)
        service.end(HangupCause.NORMAL_CLEARING, why, "box")
