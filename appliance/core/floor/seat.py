"""An agent's standing line: the handset is rung once and stays connected between the calls of a campaign, so
that whoever answers is heard at once.

While nobody talks on it the line belongs to the box, not to a call of people: the agent waits. Hanging up is
as good as not answering.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage as Progressed
from appliance.contract.handset import Party
from appliance.contract.media import Prompt
from appliance.core.acd.agent import Agent
from appliance.core.call.call import Call, Direction, Stage
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.step import Step
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine

RING_SECONDS = 20.0
MISSED_SECONDS = 20.0  # an agent who did not take the line is left alone for so long


class SeatState(StrEnum):
    """What the line does."""

    RINGING = "ringing"
    STANDING = "standing"
    TALKING = "talking"  # with somebody the campaign dialled
    GONE = "gone"


class Seat:
    """One agent's line. `changed` is called with every change; `lost` when the agent did not want it."""

    def __init__(
        self, kernel: Kernel, agent: Agent, line: HandsetLine, shown: Party, changed: Callable[[], None]
    ) -> None:
        self.agent, self.line = agent, line
        self.state = SeatState.RINGING
        self.since = kernel.clock.now()
        self.leg: Leg | None = None
        self.misses = True  # hanging up now counts as a missed call
        self._kernel, self._shown, self._changed = kernel, shown, changed
        self._call: Call | None = None
        self._then: list[tuple[Callable[[], None], Callable[[], None]]] = []

    def ring(self) -> None:
        """Ring the handset."""
        call = self._call = Call(self._kernel, Direction.INTERNAL, service=True)
        call.start()
        call.enter(_Ringing(call, self, self._shown), "a campaign takes the agent in")

    def when_standing(self, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Do this as soon as the agent is on the line; `otherwise` if that does not come to be."""
        if self.state is SeatState.STANDING:
            then()
        elif self.state is SeatState.GONE:
            otherwise()
        else:
            self._then.append((then, otherwise))

    def stands(self, leg: Leg) -> None:
        """The agent is there, or is back from a talk."""
        self.leg = leg
        self._go(SeatState.STANDING)
        waiting, self._then = self._then, []
        for then, _otherwise in waiting:
            then()

    def give(self, call: Call) -> Leg:
        """Take the agent's leg into a call of people."""
        leg, own = self.leg, self._call
        if leg is None or own is None:
            raise AssertionError("nobody is on the line")
        self._call = None
        own.detach().leave()
        call.adopt(leg)
        leg.service = False
        self._go(SeatState.TALKING)
        self._kernel.leg_changed(leg)
        own.end(HangupCause.NORMAL_CLEARING, "The agent talks.", "box")
        return leg

    def say(self, what: Prompt) -> None:
        """Let the agent hear a word while nobody talks on the line."""
        if self.state is SeatState.STANDING and self.leg is not None:
            self.leg.play(what)

    def take_back(self, leg: Leg) -> None:
        """The talk is over and the agent is still there: the line stands again."""
        if self.state is not SeatState.TALKING or leg is not self.leg or not leg.alive:
            return
        call = self._call = Call(self._kernel, Direction.INTERNAL, service=True)
        call.start()
        call.adopt(leg)
        leg.service = True
        leg.held = False
        call.enter(_Standing(call, self, leg), "the talk is over")
        self._kernel.leg_changed(leg)
        self.stands(leg)

    def let_go(self, why: str) -> None:
        """The campaign does not need the agent any more; a talk goes on."""
        self.misses = False
        call, self._call = self._call, None
        self.gone()
        if call is not None:
            call.end(HangupCause.NORMAL_CLEARING, why, "box")

    def gone(self) -> None:
        """The line is over."""
        if self.state is SeatState.GONE:
            return
        missed = self.misses and self.state is not SeatState.TALKING
        waiting, self._then = self._then, []
        self._call = None
        self._go(SeatState.GONE)
        for _then, otherwise in waiting:
            otherwise()
        if missed:
            self.agent.skip(MISSED_SECONDS)
            self.agent.missed(_MOST_MISSES)

    def _go(self, state: SeatState) -> None:
        self.state, self.since = state, self._kernel.clock.now()
        self._changed()


_MOST_MISSES = 3  # in a row, then the agent is put on a break


class _Ringing(Step):
    """The handset rings for the standing line."""

    stage = Stage.DIALLING

    def __init__(self, call: Call, seat: Seat, shown: Party) -> None:
        super().__init__(call)
        self._seat, self._shown = seat, shown

    def begin(self) -> None:
        line = self._seat.line
        leg = self.call.add_leg(line, LegState.CALLING, Role.AGENT)
        why = "The agent did not answer."
        self.after(RING_SECONDS + line.patience, lambda: leg.release(HangupCause.NO_ANSWER, why))
        leg.command_failed(line.ring(leg.id, self._shown))

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if stage is Progressed.RINGING and leg.alive:
            leg.rings()

    def ready(self, leg: Leg) -> None:
        self.call.enter(_Standing(self.call, self._seat, leg), "the agent is on the line")
        self._seat.stands(leg)

    def released(self, leg: Leg) -> None:
        self._seat.gone()
        super().released(leg)

    def withdraw(self, leg: Leg, why: str) -> None:
        self._seat.misses = False
        super().withdraw(leg, why)


class _Standing(Step):
    """Nothing is heard on it."""

    stage = Stage.WAITING

    def __init__(self, call: Call, seat: Seat, leg: Leg) -> None:
        super().__init__(call)
        self._seat, self._leg = seat, leg

    def begin(self) -> None:
        self._leg.quiet()

    def released(self, leg: Leg) -> None:
        self._seat.gone()
        super().released(leg)
