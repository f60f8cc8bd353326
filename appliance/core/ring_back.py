"""Ring back at one click: the agent's handset rings first; once it is answered the customer is dialled."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.contract.handset import Party
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call, Direction, Stage
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.reach import Reach
from appliance.core.call.ring import fail
from appliance.core.call.step import Step
from appliance.core.directory import Directory, Nowhere, Outside, inside
from appliance.core.floor.permit import Permits, Wish
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine
from appliance.core.numbers import to_e164
from appliance.core.placing import Placer

RING_SECONDS = 30.0


class Summon(Step):
    """Rings the handset; who answers is put through to `to`."""

    stage = Stage.DIALLING

    def __init__(self, call: Call, line: HandsetLine, to: Outside, placer: Placer, permits: Permits) -> None:
        super().__init__(call)
        self._line = line
        self._to = to
        self._placer = placer
        self._permits = permits

    def begin(self) -> None:
        leg = self.call.add_leg(self._line, LegState.CALLING, Role.AGENT)
        self.after(RING_SECONDS, lambda: leg.release(HangupCause.NO_ANSWER, "The agent did not answer."))
        leg.command_failed(self._line.ring(leg.id, Party(self.call.number, self.call.name)))

    def ready(self, leg: Leg) -> None:
        number = to_e164(self._to.number, self.kernel.plan.country) or self._to.number
        self._permits.dial(self.call, leg, Wish(number), lambda: self._dial(leg), _failed)

    def _dial(self, leg: Leg) -> None:
        self._placer.place(self.call, leg, self._to, _failed, "the agent answered")


def ring_back(
    kernel: Kernel,
    roster: Roster,
    directory: Directory,
    placer: Placer,
    permits: Permits,
    number: str,
    handset: str,
) -> None:
    """Begin it. CallboxError with a sentence when it cannot be."""
    line = kernel.handsets.get(handset)
    if line is None:
        raise CallboxError(f"There is no handset {handset}.")
    free = inside(line)
    if isinstance(free, Nowhere):
        raise CallboxError(free.reason)
    dialled = number if number.startswith("+") else f"{kernel.plan.outside_prefix}{number}"
    to = directory.find(dialled, line)
    if not isinstance(to, Outside):
        raise CallboxError(to.reason if isinstance(to, Nowhere) else "This is no number outside.")
    agent = roster.at(line.name)
    call = Call(kernel, Direction.OUTBOUND)
    call.number = number
    summon = Summon(call, line, to, placer, permits)
    kernel.run(lambda: _begin(summon, line, number, agent.id if agent else None))


def _begin(summon: Summon, line: HandsetLine, number: str, agent: str | None) -> None:
    summon.call.start(handset=line.name, number=number, agent=agent)
    summon.call.enter(summon, f"ring back from {line.name}")


def _failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
    fail(reach.call, reach.origin, cause, reason, by)
