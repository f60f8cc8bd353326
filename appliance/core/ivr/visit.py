"""One caller's way through flows: where they are, what is known of them, and when it is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from appliance.contract.flow import AnyNode, Asking, Exit, FlowPlan, MenuNode, PromptNode, Said
from appliance.contract.media import Prompt
from appliance.contract.plan import Choice
from appliance.contract.services import Services
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg
from appliance.core.ivr import speech

#: Flows within flows.
DEEPEST = 8
#: Nodes entered since the caller last pressed or said something; and in a whole call.
MOST_UNASKED = 300
MOST_NODES = 3000

#: Variables of a dialed call: its campaign, how it went by a disposition's code, and that they will not be
#: called again. No step that sets values has such names.
CAMPAIGN, CODE, NEVER = "campaign.name", "outcome.code", "outcome.never"

#: The exit that is taken because nobody was reached, and why. The caller may be in another call by then.
Back = Callable[[Call, Leg, Exit, str], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """What a flow needs of the rest of the core."""

    #: Hand the caller on to a choice, ringing for so many seconds at most; else take the way back.
    go: Callable[[Call, Leg, Choice, float, str, Back], None]
    #: waiting callers and free agents of a queue; None when there is no such queue.
    queue: Callable[[str], tuple[int, int] | None]
    services: Services


@dataclass(slots=True)
class Frame:
    """A flow the caller is in, as it was when the caller came, and the node they are at."""

    flow: FlowPlan
    node: str

    @property
    def plan(self) -> AnyNode | None:
        return self.flow.nodes.get(self.node)


@dataclass(slots=True)
class Visit:
    """Goes with the caller from step to step."""

    call: Call
    caller: Leg
    doors: Doors
    frames: list[Frame]
    ahead: str = ""  # keys pressed before the node that asks for them
    failures: dict[tuple[str, str], int] = field(default_factory=dict)  # (flow, node) -> tries that failed
    misheard: dict[tuple[str, str], int] = field(default_factory=dict)  # (flow, node) -> said in vain
    nodes: int = 0
    unasked: int = 0
    texts: int = 0  # messages sent

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def moved(self, call: Call, caller: Leg) -> Visit:
        """The same way, for the call the caller is in by now."""
        return replace(self, call=call, caller=caller)

    def endless(self) -> bool:
        """Count one more node; is it time to stop?"""
        self.nodes += 1
        self.unasked += 1
        return self.unasked > MOST_UNASKED or self.nodes > MOST_NODES

    def heard(self) -> None:
        """The caller pressed or said something."""
        self.unasked, self.call.keyed = 0, True

    def leads_away(self, key: str) -> bool:
        """Does this key lead to a node of its own here? If so the frame is there now.

        A question for which the key may be an answer, here or behind what is being said, goes first.
        """
        if self._is_answer(key):
            return False
        for place in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[place]
            target = frame.flow.anywhere.get(key)
            if target in frame.flow.nodes:
                del self.frames[place + 1 :]
                frame.node, self.ahead = str(target), ""
                return True
        return False

    def _is_answer(self, key: str) -> bool:
        node, looked = self.frame.plan, 0
        while isinstance(node, PromptNode) and node.interruptible and looked < MOST_UNASKED:
            node, looked = self.frame.flow.nodes.get(node.exits.get(Exit.NEXT, "")), looked + 1
        return key in node.keys if isinstance(node, MenuNode) else isinstance(node, Asking)

    # ----------------------------------------------------------------- variables

    def value(self, name: str) -> str | None:
        """A variable of the call, or one of those the box itself knows."""
        known = self.call.variables.get(name)
        if known is not None:
            return known
        if name.startswith("queue."):
            return self._of_queue(name)
        own = _OWN.get(name)
        return own(self) if own is not None else None

    def _of_queue(self, name: str) -> str | None:
        queue, _, what = name.removeprefix("queue.").rpartition(".")
        state = self.doors.queue(queue)
        places = {"waiting": 0, "free": 1}
        return str(state[places[what]]) if state is not None and what in places else None

    def fill(self, text: str) -> str:
        """A text with its variables, to be read by machines or to be kept."""
        return speech.fill(text, self.value, self.doors.services.grammar, self.language)

    def prompt(self, said: Said) -> Prompt:
        """What to play to this caller."""
        return speech.prompt(said, self.call.language, self.value, self.doors.services.grammar)

    @property
    def language(self) -> str:
        return self.call.language or self.call.kernel.plan.language


def _now(visit: Visit) -> str:
    kernel, node = visit.call.kernel, visit.caller.line.name
    trunk = kernel.plan.trunks.get(node)
    zone = ZoneInfo(trunk.hours.timezone if trunk is not None else "UTC")
    return kernel.clock.wall().astimezone(zone).isoformat(timespec="minutes")


_OWN: dict[str, Callable[[Visit], str | None]] = {
    "caller": lambda visit: visit.call.number,
    "caller_name": lambda visit: visit.call.name,
    "trunk": lambda visit: visit.caller.line.name,
    "language": lambda visit: visit.language,
    "now": _now,
}
