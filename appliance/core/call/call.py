"""A call: legs joined, in one named state, doing one step at a time, ended exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.contacts import Contact
from appliance.contract.errors import ContractError
from appliance.contract.events import AnswerHeard, BeepHeard
from appliance.contract.ids import CallId, LegId, new_id
from appliance.contract.journal import EntryKind, JsonValue
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.step import Idle, Step
from appliance.core.call.wants import Wants
from appliance.core.kernel import Kernel
from appliance.core.line import AnyLine

log = logging.getLogger(__name__)


class Direction(StrEnum):
    """Where a call came from and goes to."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Purpose(StrEnum):
    """What a call is for; it decides who is pre-empted first when an emergency call needs a line."""

    ORDINARY = "ordinary"
    CAMPAIGN = "campaign"
    EMERGENCY = "emergency"


class Stage(StrEnum):
    """The state of a call: the words of the live page, and the end."""

    RINGING = "ringing"
    GREETING = "greeting"
    MENU = "menu"
    WAITING = "waiting"
    OFFERING = "offering"
    DIALLING = "dialling"
    TALKING = "talking"
    HELD = "held"
    ENDING = "ending"
    OVER = "over"


_ON = {Stage.WAITING, Stage.OFFERING, Stage.DIALLING, Stage.TALKING, Stage.ENDING, Stage.OVER}
_MOVES: dict[Stage, set[Stage]] = {
    Stage.RINGING: {Stage.GREETING, Stage.MENU, *_ON} - {Stage.OFFERING},
    Stage.GREETING: {Stage.MENU, *_ON},
    Stage.MENU: {Stage.GREETING, *_ON},
    Stage.WAITING: {Stage.GREETING, Stage.MENU, *_ON},
    Stage.OFFERING: {Stage.GREETING, *_ON},
    Stage.DIALLING: {Stage.GREETING, Stage.HELD, *_ON},
    Stage.TALKING: {Stage.HELD, Stage.GREETING, Stage.MENU, *_ON},
    Stage.HELD: {Stage.GREETING, Stage.MENU, *_ON},
    Stage.ENDING: {Stage.OVER},
    Stage.OVER: set(),
}


def _nothing(event: object) -> None:
    return None


class Call:
    """Legs that belong together, and the step they are at. `service` calls (star codes) leave no record."""

    def __init__(
        self,
        kernel: Kernel,
        direction: Direction,
        *,
        purpose: Purpose = Purpose.ORDINARY,
        service: bool = False,
    ) -> None:
        self.kernel = kernel
        self.id = CallId(new_id())
        self.direction = direction
        self.purpose = purpose
        self.service = service
        self.stage = Stage.RINGING
        self.started = kernel.clock.now()
        self.since: datetime = kernel.clock.wall()
        self.legs: list[Leg] = []
        self.step: Step = Idle(self)
        self.number: str | None = None
        self.name: str | None = None
        self.queue: str | None = None
        self.variables: dict[str, str] = {}  # what flows have learnt; "contact.<field>" of the contact
        self.contact: Contact | None = None
        self.language = ""  # BCP 47, chosen for this caller; "": the box's own
        self.wants = Wants()
        self.keyed = False  # who is in a flow has pressed or said something
        self.beeped: Callable[[BeepHeard], None] = _nothing  # a machine did, in a flow
        self.who_answered: Callable[[AnswerHeard], None] = _nothing  # while people talk already
        self.recording = False
        self.recording_paused = False
        self.notice_given = False
        self.watchers: list[Callable[[], None]] = []  # told of every step, and of who can be heard
        self.cause: HangupCause | None = None
        self._reason = ""
        self._by = "box"
        self._limit: Timer | None = None

    def __repr__(self) -> str:
        return f"call {self.id} ({self.direction}, {self.stage})"

    def note(self, kind: EntryKind, /, **data: JsonValue) -> None:
        """Write a journal entry of this call."""
        if not self.service:
            self.kernel.note(kind, self.id, **data)

    def start(self, **data: JsonValue) -> None:
        """The call's first entry; from here on it goes on, for the longest duration a call may have."""
        self.started, self.since = self.kernel.clock.now(), self.kernel.clock.wall()
        self.kernel.calls[self.id] = self
        purpose = None if self.purpose is Purpose.ORDINARY else self.purpose.value
        self.note(EntryKind.CALL_STARTED, direction=self.direction.value, purpose=purpose, **data)
        if self.purpose is not Purpose.EMERGENCY:
            self._limit = self.kernel.after(self.kernel.plan.maximum_call_seconds, self._too_long)

    @property
    def reason(self) -> str:
        """Why it ended, in words."""
        return self._reason

    # ---------------------------------------------------------------------- legs

    def add_leg(
        self, line: AnyLine, state: LegState, role: Role, leg: LegId | None = None, number: str | None = None
    ) -> Leg:
        """A new party on `line`; `leg` is the driver's own id for a leg that calls us."""
        if not self.open:
            raise ContractError("A call that ends takes no new leg.")
        added = Leg(self.kernel, self, line, leg or LegId(new_id()), state, role)
        self.legs.append(added)
        self.note(EntryKind.LEG_ADDED, leg=added.id, line=line.name, kind=line.kind, number=number)
        return added

    def adopt(self, leg: Leg) -> None:
        """Take a leg over from another call."""
        leg.call.legs.remove(leg)
        leg.call = self
        self.legs.append(leg)
        self.note(EntryKind.LEG_ADDED, leg=leg.id, line=leg.line.name, kind=leg.line.kind)

    # ------------------------------------------------------------------- courses

    @property
    def open(self) -> bool:
        return self.stage not in (Stage.ENDING, Stage.OVER)

    def move(self, stage: Stage, reason: str) -> None:
        """Go to `stage`. Staying where it is, is no move."""
        if stage is self.stage:
            return
        if stage not in _MOVES[self.stage]:
            raise ContractError(f"A call cannot go from {self.stage} to {stage} ({reason}).")
        log.debug("%r -> %s: %s", self, stage, reason)
        self.stage = stage

    def enter(self, step: Step, reason: str) -> None:
        """Leave the current step and begin `step`."""
        if not self.open:
            return
        self.step.leave()
        self.step = step
        self.move(Stage(step.stage), reason)
        step.begin()
        self.stirred()

    def stirred(self) -> None:
        """Who talks to whom may have changed."""
        for watcher in list(self.watchers):
            watcher()

    def detach(self) -> Step:
        """Take the step out, still going, for another call to go on with; this one has nothing left to do."""
        step, self.step = self.step, Idle(self)
        return step

    def attach(self, step: Step, reason: str) -> None:
        """Go on with a step that another call began."""
        self.step.leave()
        self.step = step
        self.move(Stage(step.stage), reason)
        self.stirred()

    def end(self, cause: HangupCause, reason: str, by: str) -> None:
        """End the call: undo its step, release every leg. Only the first end counts."""
        if not self.open:
            return
        self.cause, self._reason, self._by = cause, reason, by
        if self._limit is not None:
            self._limit.cancel()
        self.move(Stage.ENDING, reason)
        step, self.step = self.step, Idle(self)
        self.kernel.contain(step.leave)
        self.kernel.contain(self.stirred)
        for leg in list(self.legs):
            leg.release(cause, reason)
        self.settle()

    def leg_over(self, leg: Leg) -> None:
        """A leg is gone: the step decides what that means; a call without legs is over."""
        if leg in self.legs:
            self.legs.remove(leg)
        if self.open and not leg.dismissed:
            self.step.released(leg)
        if self.open and not self.legs:
            self.end(leg.cause or HangupCause.NORMAL_UNSPECIFIED, leg.reason, leg.by)
        self.settle()

    def settle(self) -> None:
        """Once the last leg of an ending call is on hook, the call is over: its record can be made."""
        if self.stage is not Stage.ENDING or self.legs:
            return
        self.move(Stage.OVER, self._reason)
        self.kernel.calls.pop(self.id, None)
        cause = self.cause or HangupCause.NORMAL_UNSPECIFIED
        self.note(EntryKind.CALL_ENDED, cause=int(cause), reason=self._reason, by=self._by)

    def _too_long(self) -> None:
        self.end(HangupCause.MAXIMUM_DURATION, "The call reached the longest duration allowed.", "box")
