"""Where flows and queues hand a caller on: a queue, an agent, a handset, an outside number, another flow."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.flow import Exit
from appliance.contract.ids import dial_string
from appliance.contract.plan import Choice
from appliance.core.acd.callback import Callbacks
from appliance.core.acd.queue import QueuedCall, Queues
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Call
from appliance.core.call.emergency import emergency_number
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Reach
from appliance.core.call_back import offer_in_flow
from appliance.core.directory import Directory, Inside, Outside, inside
from appliance.core.ivr.visit import Back, Doors
from appliance.core.ivr.walk import enter_flow
from appliance.core.kernel import Kernel
from appliance.core.messages.voicemail import LeaveMessage
from appliance.core.placing import Placer
from appliance.core.survey import survey_within

Going = Callable[[Call, Leg, Choice, float, str, Back], None]


class Onward:
    """Carries out a choice. What cannot be done is told by the way back, with its reason."""

    def __init__(
        self,
        kernel: Kernel,
        roster: Roster,
        directory: Directory,
        placer: Placer,
        queues: Queues,
        callbacks: Callbacks,
    ) -> None:
        self._kernel = kernel
        self._roster = roster
        self._directory = directory
        self._placer = placer
        self._queues = queues
        self._callbacks = callbacks
        self.doors = Doors(self.go, self.queue_state, kernel.services)
        self._kinds: dict[str, Going] = {
            "queue": self._queue,
            "department": self._department,
            "agent": self._agent,
            "extension": self._extension,
            "outside": self._outside,
            "flow": self._flow,
            "voicemail": self._voicemail,
            "callback": self._callback,
            "survey": self._survey,
        }

    def go(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        """Hand the caller on; at once or later `back` gets the exit when it came to nothing."""
        kind = self._kinds.get(choice.kind)
        if kind is None:
            back(call, caller, Exit.ERROR, f"there is no way of the kind {choice.kind}")
        else:
            kind(call, caller, choice, seconds, why, back)

    def queue_state(self, queue: str) -> tuple[int, int] | None:
        """How many callers wait in a queue, and how many agents could take a call now."""
        if queue not in self._kernel.plan.queues:
            return None
        waiting = sum(queued.queue == queue for queued in self._queues.waiting)
        return waiting, len(self._roster.eligible(queue))

    # --------------------------------------------------------------------- kinds

    def _queue(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        if choice.target in self._kernel.plan.queues:
            call.enter(QueuedCall(self._queues, call, caller, choice.target), why)
        else:
            back(call, caller, Exit.ERROR, f"there is no queue {choice.target}")

    def _department(
        self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back
    ) -> None:
        """The first queue with a free agent whom nobody waits for; else the one where the fewest wait."""
        states = {name: self.queue_state(name) for name in choice.target.split()}
        known = {name: state for name, state in states.items() if state is not None}
        if not known:
            back(call, caller, Exit.ERROR, f"none of the queues {choice.target} is there")
            return
        best = min(known, key=lambda name: (known[name][1] <= known[name][0], known[name][0]))
        self._queue(call, caller, Choice("queue", best), seconds, f"{why}: queue {best}", back)

    def _agent(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        agent = self._roster.agents.get(choice.target)
        line = self._directory.party_line(choice.target)
        trouble = self._roster.why_not(agent) if agent is not None else "not in the settings"
        who = f"agent {choice.target}"
        if line is None or trouble:
            back(call, caller, Exit.FAILED, f"{who} is {trouble or 'at no handset'}")
        else:
            self._placer.ring(call, caller, line, seconds, _failed(who, back), why)

    def _extension(
        self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back
    ) -> None:
        line = self._kernel.handsets.get(choice.target)
        to = inside(line) if line is not None else None
        if isinstance(to, Inside):
            self._placer.ring(call, caller, to.line, seconds, _failed(f"handset {choice.target}", back), why)
        else:
            back(call, caller, Exit.FAILED, to.reason if to else f"there is no handset {choice.target}")

    def _outside(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        """Callers are never put through to emergency numbers: help would be sent to the box, not to them."""
        group, _, number = choice.target.partition(" ")
        lines = self._kernel.plan.trunk_groups.get(group)
        if lines is None or emergency_number(number, self._kernel.plan) is not None:
            back(call, caller, Exit.ERROR, f"{number} cannot be dialled here")
            return
        try:
            to = Outside(dial_string(number), lines)
        except ValueError as error:
            back(call, caller, Exit.ERROR, str(error))
            return
        self._placer.place(call, caller, to, _failed(number, back), why, seconds)

    def _voicemail(
        self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back
    ) -> None:
        box = self._kernel.plan.voicemail.get(choice.target)
        if box is None:
            back(call, caller, Exit.ERROR, f"there is no voicemail box {choice.target}")
        else:
            call.enter(LeaveMessage(call, caller, box), why)

    def _survey(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        def over() -> None:
            back(call, caller, Exit.NEXT, "the caller was asked")

        survey = survey_within(call, caller, choice.target.split(), over)
        if survey is None:
            back(call, caller, Exit.ERROR, "there are no questions")
        else:
            call.enter(survey, why)

    def _callback(
        self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back
    ) -> None:
        offer_in_flow(self._callbacks, call, caller, choice.target, back, why)

    def _flow(self, call: Call, caller: Leg, choice: Choice, seconds: float, why: str, back: Back) -> None:
        flow = self._kernel.plan.flows.get(choice.target)
        if flow is None:
            back(call, caller, Exit.ERROR, f"there is no flow {choice.target}")
        else:
            enter_flow(call, caller, flow, self.doors, why)


def _failed(who: str, back: Back) -> Callable[[Reach, HangupCause, str, str], None]:
    def failed(reach: Reach, cause: HangupCause, reason: str, by: str) -> None:
        back(reach.call, reach.origin, Exit.FAILED, f"{who}: {reason}")

    return failed
