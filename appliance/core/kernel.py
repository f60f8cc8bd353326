"""What the parts of the core share: time, audio, the journal, the plan, and who is where."""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.contract.clock import Clock, Timer
from appliance.contract.events import Event, PlayEnded
from appliance.contract.ids import CallId, LegId, PlayId, PortId, RecordingId
from appliance.contract.journal import CallRecord, EntryKind, Journal, JsonValue
from appliance.contract.media import MediaBridge
from appliance.contract.plan import Plan
from appliance.contract.services import Services
from appliance.contract.talk import KeyedWord
from appliance.core.call.holds import Holds
from appliance.core.diary import Diary
from appliance.core.guard import Guard
from appliance.core.line import HandsetLine, TrunkLine

if TYPE_CHECKING:
    from appliance.core.call.call import Call
    from appliance.core.call.conversation import Meeting
    from appliance.core.call.leg import Leg

log = logging.getLogger(__name__)
SAVE_SECONDS = 5.0  # a disk that has not taken an entry by then may never: nobody is told that it is kept


@dataclass(frozen=True, slots=True)
class LastCall:
    """The call an agent spoke in last: what is noted afterwards is about it."""

    call: CallId
    number: str | None
    queue: str | None = None


class Kernel:
    """One thread's state. Work is done in runs: an event or a timer, then all that follows from it."""

    def __init__(
        self,
        clock: Clock,
        media: MediaBridge,
        journal: Journal,
        recorded: Callable[[CallRecord], None],
        services: Services | None = None,
    ) -> None:
        self.services = services or Services()
        self.clock = clock
        self.media = media
        self.guard = Guard()
        self.diary = Diary(clock, journal, self.guard, recorded)
        self.plan = Plan()
        self.chance = random.Random()
        self.trunks: dict[str, TrunkLine] = {}
        self.holds = Holds(self)  # lines kept for calls that were promised
        self.handsets: dict[str, HandsetLine] = {}
        self.calls: dict[CallId, Call] = {}
        self.legs: dict[LegId, Leg] = {}
        self.ports: dict[PortId, Leg] = {}
        self.plays: dict[PlayId, Leg] = {}
        self.recordings: dict[RecordingId, CallId] = {}
        self.last_calls: dict[str, LastCall] = {}  # by agent
        self.faults = 0  # errors of the core itself that were contained
        self.take: Callable[[Event], None] = lambda event: None
        self.match: Callable[[], None] = lambda: None
        self.leg_changed: Callable[[Leg], None] = lambda leg: None
        self.changed: Callable[[], None] = lambda: None
        self.talked: Callable[[Meeting], bool] = lambda meeting: False  # the agent left: goes the call on?
        # How the last call of an agent may be said to have gone, if it was a campaign's; and to say so.
        self.campaign_words: Callable[[str], tuple[KeyedWord, ...]] = lambda agent: ()
        self.dispose: Callable[[str, str], None] = lambda agent, code: None
        self._inbox: deque[Event] = deque()
        self._wake = False
        self._running = False

    def note(self, kind: EntryKind, call: CallId | None = None, /, **data: JsonValue) -> None:
        """Write one journal entry."""
        self.diary.note(kind, call, **data)

    def note_surely(
        self, saved: Callable[[bool], None], kind: EntryKind, call: CallId | None = None, /, **data: JsonValue
    ) -> None:
        """Write one entry; `saved` is called once, perhaps at once: is it on the disk?"""
        over = False

        def settle(good: bool) -> None:
            nonlocal over
            if not over:
                over = True
                timer.cancel()
                saved(good)

        def synced() -> None:
            self.services.deliver(lambda: self.run_contained(lambda: settle(True)))

        timer = self.after(SAVE_SECONDS, lambda: settle(False))
        self.diary.note_and_tell(synced, kind, call, **data)

    def tell_media(self, command: Callable[[], None], play: PlayId | None = None, port: str = "") -> None:
        """Command the media; a play that could not be commanded ends as one that failed."""
        problem = self.guard.tell("The media engine", command)
        if problem and play is not None:
            self.post(PlayEnded(play, PortId(port), completed=False, problem=problem))

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run `action` as a run of its own, `seconds` from now."""
        return self.clock.after(seconds, lambda: self.run_contained(action))

    def post(self, event: Event) -> None:
        """Take `event` later in this run, after what is being done now."""
        self._inbox.append(event)

    def wake(self) -> None:
        """Somebody may have come free, or begun to wait: match them at the end of this run."""
        self._wake = True

    def run(self, work: Callable[[], None]) -> None:
        """Do `work` and everything that follows from it. Errors of `work` itself reach the caller."""
        if self._running:
            work()
            return
        self._running = True
        try:
            work()
        finally:
            try:
                self._settle()
            finally:
                self._running = False
        self.guard.tell("The watcher of changes", self.changed)

    def run_contained(self, work: Callable[[], None]) -> None:
        """As `run`, for work that has no caller to raise to."""

        def contained() -> None:
            self.contain(work)

        self.run(contained)

    def contain(self, work: Callable[[], None]) -> bool:
        """Do `work`; an error in the core's own logic costs at most the call it happened in."""
        error = self.guard.tell("The core", work)
        self.faults += error is not None
        return error is None

    def _settle(self) -> None:
        while self._inbox or self._wake:
            if self._inbox:
                self.take(self._inbox.popleft())
            else:
                self._wake = False
                self.contain(self.match)
