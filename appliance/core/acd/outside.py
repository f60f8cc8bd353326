"""An agent's telephone outside as a handset: ringing it places a call on the outside lines.

To the rest of the core it is a handset like any other, so an agent there is rung, counted, recorded and
supervised as everybody is. The lines' own rules hold: an emergency call may take the line, and where the
settings say so, the last free one is never used.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.contract.cause import HangupCause
from appliance.contract.events import HandsetStatus, Released
from appliance.contract.handset import Party
from appliance.contract.ids import DialString, LegId, dial_string
from appliance.contract.media import Prompt
from appliance.contract.plan import AgentPlan, OutsidePlan, outside_seat
from appliance.core.acd.screen import CallOut, Screening, another_free
from appliance.core.acd.there import CallThere
from appliance.core.call.call import Call, Direction
from appliance.core.call.emergency import emergency_number
from appliance.core.call.trunk_group import free_line
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine
from appliance.core.numbers import to_e164
from appliance.core.phrases import Phrase, say

#: A call outside takes so long until it rings; a handset's ringing time counts from there.
SETUP_SECONDS = 10.0


def offer_words(language: str, queue: str | None) -> Prompt:
    """ "Call from Sales. Press 1 to accept." """
    if queue is None:
        return say(language, Phrase.OUTSIDE_CALL)
    return say(language, Phrase.OUTSIDE_OFFER, queue=queue)


class OutsidePhone:
    """The contract's Handset: what it is rung for is a call on an outside line, and so is whatever the agent
    asks for in it by keys."""

    def __init__(self, kernel: Kernel, name: str, plan: OutsidePlan) -> None:
        self.name = name
        self.plan = plan
        self._kernel = kernel
        self._calls: dict[LegId, CallThere] = {}

    def start(self) -> None:
        """Nothing has to be ready but the lines."""

    def stop(self) -> None:
        """End all its calls."""
        for leg in list(self._calls):
            self.release(leg, HangupCause.NORMAL_CLEARING)

    def ring(self, leg: LegId, caller: Party) -> None:
        """Dial it."""
        plan = self._kernel.plan
        call = Call(self._kernel, Direction.INTERNAL)
        call.number = to_e164(self.plan.number, plan.country)
        call.start(handset=self.name, number=call.number, agent=None)
        rung = self._calls[leg] = CallThere(self._kernel, self.name, call, leg, self._calls)
        said = offer_words(plan.language, caller.queue)
        screening = Screening(call, rung, said, self.plan.accept_seconds)
        try:
            number: DialString = dial_string(self.plan.number)
        except ValueError as error:
            self._fail(leg, HangupCause.INVALID_NUMBER_FORMAT, str(error))
            return
        if emergency_number(number, plan) is not None:
            self._fail(leg, HangupCause.OUTGOING_CALLS_BARRED, f"{number} is for emergencies.")
            return
        lines = plan.trunk_groups.get(self.plan.group, ())
        out = CallOut(call, rung, number, lines, plan.talk.keep_line_free, screening)
        call.enter(out, f"rings the outside telephone {self.name}")

    def _fail(self, leg: LegId, cause: HangupCause, reason: str) -> None:
        call = self._calls.pop(leg).call
        call.end(cause, reason, "box")
        self._kernel.post(Released(self.name, leg, cause, reason))

    def stop_ringing(self, leg: LegId, cause: HangupCause) -> None:
        """Hang up before the answer, or the key."""
        self.release(leg, cause)

    def progress(self, leg: LegId) -> None:
        """The party of a second call rings."""
        if leg in self._calls:
            self._calls[leg].progress(leg)

    def answer(self, leg: LegId) -> None:
        """A second call is there."""
        if leg in self._calls:
            self._calls[leg].answer(leg)

    def transfer_done(self, leg: LegId, accepted: bool) -> None:
        """Who asked by keys hears that it cannot be."""
        if leg in self._calls and not accepted:
            self._calls[leg].refused()

    def release(self, leg: LegId, cause: HangupCause) -> None:
        """End the leg, and with its last one the call there; harmless when that was done already."""
        if leg in self._calls:
            self._calls[leg].release(leg, cause)


class OutsideSeat(HandsetLine):
    """The handset line of an outside telephone."""

    borrows_audio = True

    def __init__(self, kernel: Kernel, name: str, plan: OutsidePlan) -> None:
        self.phone = OutsidePhone(kernel, name, plan)
        super().__init__(self.phone, kernel.guard)
        self._kernel = kernel
        self.status = HandsetStatus(name, registered=True)

    @property
    def patience(self) -> float:
        return SETUP_SECONDS + self.phone.plan.accept_seconds

    @property
    def dials_on(self) -> str | None:
        return self.phone.plan.group if self.phone.plan.may_dial else None

    def barred(self) -> bool:
        plan = self._kernel.plan
        line = free_line(self._kernel, plan.trunk_groups.get(self.phone.plan.group, ()), frozenset())
        return line is None or (plan.talk.keep_line_free and not another_free(self._kernel, line))


def seat_agents(kernel: Kernel, plans: Mapping[str, AgentPlan]) -> None:
    """Make, change and take away the outside telephones of a plan's agents."""
    wanted = {outside_seat(name): plan.outside for name, plan in plans.items() if plan.outside is not None}
    for name, line in list(kernel.handsets.items()):
        if isinstance(line, OutsideSeat) and name not in wanted:
            kernel.handsets.pop(name)
            line.leaving = True
    for name, plan in wanted.items():
        seat = kernel.handsets.get(name)
        if isinstance(seat, OutsideSeat):
            seat.phone.plan = plan
        else:
            kernel.handsets[name] = OutsideSeat(kernel, name, plan)
