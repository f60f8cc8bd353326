"""The core as wiring builds it: takes every event, and is asked for everything, on one thread."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from appliance.contract.callbacks import Callback
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Clock
from appliance.contract.errors import CallboxError, ContractError
from appliance.contract.events import Event, RecordEnded
from appliance.contract.handset import Handset
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, Journal
from appliance.contract.media import MediaBridge
from appliance.contract.memory import Memory
from appliance.contract.messages import Counts
from appliance.contract.plan import Plan
from appliance.contract.queue_look import QueueLook
from appliance.contract.services import Services
from appliance.contract.trunk import Trunk
from appliance.core.acd.escalate import escalate
from appliance.core.acd.look import look
from appliance.core.acd.outside import seat_agents
from appliance.core.acd.recollect import recollect
from appliance.core.acd.roster import Roster
from appliance.core.events import Events
from appliance.core.floor.floor import Floor
from appliance.core.ivr.walk import Walk
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine, Line, TrunkLine
from appliance.core.live import LiveState, live_state
from appliance.core.messages.lamps import Lamps
from appliance.core.plan_check import check
from appliance.core.routing import Routing
from appliance.core.star_codes import PinCheck

log = logging.getLogger(__name__)


def _nothing() -> None:
    return None


class System:
    """Everything that happens to calls. All methods belong to the core's thread; none blocks.

    `check_pin(hash, pin, answer)` gives its answer later, by calling `answer` on the core's thread.
    `changed` is called after every event or timer that may have changed what `live` shows. `recorded`
    gets a call's record when the call is over. `services` is what flows ask of the outside.
    `chance` decides where a strategy leaves it to chance.
    """

    def __init__(
        self,
        clock: Clock,
        media: MediaBridge,
        journal: Journal,
        check_pin: PinCheck,
        changed: Callable[[], None],
        recorded: Callable[[CallRecord], None],
        services: Services | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._tell = recorded
        self._kernel = kernel = Kernel(clock, media, journal, self._recorded, services)
        kernel.chance = chance or kernel.chance
        self._roster = Roster(kernel)
        self._routing = Routing(kernel, self._roster, check_pin, journal)
        self._events = Events(kernel, self._roster, self._routing)
        self._stopped = False
        kernel.take = self._events.take
        kernel.match = self._routing.match
        kernel.leg_changed = self._events.leg_changed
        self._lamps = Lamps(kernel, self._roster.seat)
        kernel.changed = self._changed
        self._told = changed

    def _changed(self) -> None:
        self._lamps.look()
        self._told()

    @property
    def floor(self) -> Floor:
        """The campaigns."""
        return self._routing.floor

    @property
    def faults(self) -> int:
        """Errors of the core's own logic that were contained since it began; anything but 0 is a bug."""
        return self._kernel.faults

    # --------------------------------------------------------------------- lines

    def add_trunk(self, trunk: Trunk) -> None:
        """Take an outside line; wiring starts and stops the driver itself."""
        if trunk.name in self._kernel.trunks:
            raise ContractError(f"There is a trunk {trunk.name} already.")
        self._kernel.trunks[trunk.name] = TrunkLine(trunk, self._kernel.guard)
        self._kernel.run(self._kernel.wake)

    def remove_trunk(self, name: str, idle: Callable[[], None] = _nothing) -> None:
        """No new call on this line; `idle` is called when its last one has ended, perhaps at once."""
        self._remove(self._kernel.trunks.pop(name, None), f"There is no trunk {name}.", idle)

    def add_handset(self, handset: Handset) -> None:
        """Take a handset; its status event says when it is registered."""
        if handset.name in self._kernel.handsets:
            raise ContractError(f"There is a handset {handset.name} already.")
        self._kernel.handsets[handset.name] = HandsetLine(handset, self._kernel.guard)
        self._lamps.forget(handset.name)
        self._kernel.run(self._kernel.wake)

    def remove_handset(self, name: str, idle: Callable[[], None] = _nothing) -> None:
        """No new call for this handset; `idle` is called when its last one has ended, perhaps at once."""
        self._remove(self._kernel.handsets.pop(name, None), f"There is no handset {name}.", idle)

    def _remove(self, line: Line | None, absent: str, idle: Callable[[], None]) -> None:
        if line is None:
            raise ContractError(absent)
        line.leaving = True
        self._kernel.run(lambda: line.when_idle(idle))

    # ------------------------------------------------------------------ commands

    def messages_counted(self, counts: Mapping[str, Counts]) -> None:
        """So many new and old messages wait in each voicemail box: their owners' handsets show it."""
        self._lamps.counted(counts)

    def apply(self, plan: Plan) -> None:
        """Go on by a new plan. Raises SettingsError with all that is wrong; then the old one stays."""
        check(plan)
        self._kernel.run(lambda: self._take_plan(plan))

    def _take_plan(self, plan: Plan) -> None:
        self._kernel.plan = plan
        seat_agents(self._kernel, plan.agents)
        self._roster.apply(plan.agents)
        self._routing.floor.apply(plan.campaigns)

    def handle(self, event: Event) -> None:
        """Take one event of a driver or the media, and do all that follows from it before returning."""
        if not self._stopped or isinstance(event, RecordEnded):
            self._kernel.run(lambda: self._kernel.post(event))

    def set_agent_status(
        self, agent: str, status: str, pause_code: str | None, handset: str | None, by: str
    ) -> None:
        """What a person chose for an agent; while the agent is in a call it takes effect after that.

        Raises CallboxError with a sentence when it cannot be.
        """
        if status == "available":
            self._end_wrap_up(agent)
        self._kernel.run(lambda: self._set_status(agent, status, pause_code, handset, by))

    def _end_wrap_up(self, agent: str) -> None:
        known = self._roster.agents.get(agent)
        if known is not None:
            self._kernel.run(lambda: known.end_wrap_up("by the page"))

    def _set_status(
        self, agent: str, status: str, pause_code: str | None, handset: str | None, by: str
    ) -> None:
        self._roster.set_status(agent, status, pause_code, handset, by)

    def _recorded(self, record: CallRecord) -> None:
        self._routing.queues.over(record)
        self._tell(record)

    def restore_agents(self, entries: Iterable[Entry], memory: Memory | None = None) -> None:
        """Let agents go on as the journal's `agent_status` entries left them when the box stopped, and queues
        with what they remembered (`memory`).

        Whoever cannot (gone from the settings, handset gone) stays logged out. Call it after `apply` and
        after the handsets were added; other kinds of entries are passed over.
        """
        last = {
            str(entry.data.get("agent")): entry for entry in entries if entry.kind is EntryKind.AGENT_STATUS
        }
        for agent, entry in last.items():
            if entry.data.get("status") in ("available", "on_break"):
                self._restore(agent, entry)
        if memory is not None:
            queues = self._routing.queues
            self._kernel.run_contained(partial(recollect, memory, self._kernel, self._roster, queues))

    def _restore(self, agent: str, entry: Entry) -> None:
        code, handset = entry.data.get("pause_code"), str(entry.data.get("handset"))
        try:
            self.set_agent_status(agent, "available", None, handset, "box")
            if entry.data.get("status") == "on_break":
                self.set_agent_status(agent, "on_break", None if code is None else str(code), handset, "box")
        except CallboxError as refused:
            log.info("Agent %s stays logged out: %s", agent, refused)

    def extend_wrap_up(self, agent: str, seconds: float) -> None:
        """Let an agent finish up for longer. Raises CallboxError when they do not finish up now."""
        known = self._roster.agents.get(agent)
        if known is None or not known.extend_wrap_up(seconds):
            raise CallboxError(f"Agent {agent} is not in wrap-up.")
        self._kernel.run(self._kernel.wake)

    def escalate_call(self, call_id: str) -> None:
        """Give a queue's caller to the next tier of support. Raises CallboxError when that cannot be."""
        call = self._kernel.calls.get(CallId(call_id))
        if call is None or not call.open:
            raise CallboxError(f"There is no call {call_id} in progress.")
        self._kernel.run(lambda: escalate(call, self._routing.queues, self._roster))

    def ring_back(self, number: str, handset: str) -> None:
        """Ring a handset, then dial for whoever answers. Raises CallboxError when that cannot be."""
        self._routing.ring_back(number, handset)

    def restore_callbacks(self, known: Iterable[Callback]) -> None:
        """Promises that stood open in the records when the box stopped. Call it after `apply`."""
        self._kernel.run(lambda: self._routing.callbacks.restore(known))

    def cancel_callback(self, callback: str) -> None:
        """A promise is taken off the list. Raises CallboxError when it is none, or too late."""
        self._kernel.run(lambda: self._routing.callbacks.cancel(callback))

    def put_back_callback(self, callback: str) -> None:
        """One that was taken off is promised anew. Raises CallboxError when it cannot be."""
        self._kernel.run(lambda: self._routing.callbacks.put_back(callback))

    def try_callback(self, callback: str) -> None:
        """A callback need not wait for its time any more. Raises CallboxError when it must."""
        self._kernel.run(lambda: self._routing.callbacks.try_now(callback))

    def release_call(self, call_id: str) -> None:
        """End a call. Raises CallboxError when there is none of this id."""
        call = self._kernel.calls.get(CallId(call_id))
        if call is None:
            raise CallboxError(f"There is no call {call_id} in progress.")
        self._kernel.run(lambda: call.end(HangupCause.NORMAL_CLEARING, "Released from the page.", "box"))

    def supervise(self, call: str, supervisor: str, mode: str) -> None:
        """A supervisor (agent number) listens, whispers, barges in or takes over ("take_over").

        The supervisor's handset rings first; in the call already, it goes on there in the new way. Raises
        CallboxError with a sentence when it cannot be.
        """
        self._kernel.run(lambda: self._routing.talk.supervision.supervise(call, supervisor, mode))

    def record_call(self, call: str, do: str) -> None:
        """Begin ("start") or end ("stop") a recording on demand, or "pause" and "resume" one that goes on.

        Raises CallboxError with a sentence when it cannot be.
        """
        self._kernel.run(lambda: self._routing.talk.gathering.wish(call, do))

    def move_call(self, call: str, kind: str, target: str) -> None:
        """A queue's caller goes to another "queue", a "flow", an "agent" or an "extension".

        Raises CallboxError with a sentence when it cannot be.
        """
        self._kernel.run(lambda: self._routing.talk.queued.move(call, kind, target))

    def take_call(self, call: str, agent: str) -> None:
        """A queue's caller rings at an agent's handset, before all others. Raises CallboxError."""
        self._kernel.run(lambda: self._routing.talk.queued.take(call, agent))

    def said(self, trunk: str, word: str) -> bool:
        """The caller on this line said one of a menu's words. False when no menu waits for it."""
        steps = [call.step for call in self._kernel.calls.values()]
        for step in [step for step in steps if isinstance(step, Walk) and step.caller.line.name == trunk]:
            if step.key_of(word) is not None:
                self._kernel.run(partial(step.spoken, word))
                return True
        return False

    def text_came(self, number: str, text: str, kept: Callable[[], None]) -> bool:
        """A text message came. True when it says STOP: its sender is not called again, and `kept` is called
        once that is on the disk."""
        taken: list[bool] = []
        self._kernel.run(lambda: taken.append(self._routing.outreach.texts.came(number, text, kept)))
        return taken[0]

    def know(self, call_id: str, variables: Mapping[str, str]) -> None:
        """What a flow is to know of a call, such as the lead's fields. Harmless after its end."""
        call = self._kernel.calls.get(CallId(call_id))
        if call is not None:
            call.variables |= variables

    def live(self) -> LiveState:
        """What goes on at this moment."""
        return live_state(self._kernel, self._roster, self._routing.queues, self._routing.floor)

    def look_at_queue(self, name: str) -> QueueLook:
        """A queue from close by. Raises CallboxError when there is none of this name."""
        return look(self._kernel, self._roster, self._routing.queues, name)

    def stop(self) -> None:
        """Release everything and close every call's record as interrupted. Nothing is handled after this."""
        self._kernel.run(self._stop)

    def _stop(self) -> None:
        self._stopped = True
        self._routing.callbacks.stop()
        self._routing.floor.stop()
        for call in list(self._kernel.calls.values()):
            call.end(HangupCause.INTERRUPTED, "The box is being stopped.", "box")
            for leg in list(call.legs):
                leg.over(HangupCause.INTERRUPTED, "The box is being stopped.")
                call.leg_over(leg)
        self._roster.rest()
