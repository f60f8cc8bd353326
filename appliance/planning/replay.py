"""A recorded call as the script of a virtual caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from appliance.contract.appointments import AT_FIELD, STATE_FIELD
from appliance.contract.cause import HangupCause
from appliance.contract.contacts import Contact
from appliance.contract.explained import Why, unpack
from appliance.contract.journal import Entry, EntryKind
from appliance.planning.script import Action, Script

_FULL = 200  # callers who wait: more than any queue takes
_OWN_ENDS = (HangupCause.NORMAL_CLEARING, HangupCause.NORMAL_UNSPECIFIED)
_MANNERS: Mapping[str, str] = {Why.OUT: "away", Why.BREAK: "on_break"}


def script_of(entries: Iterable[Entry], zone: str = "UTC", contact: Contact | None = None) -> Script:
    """The script that lets a virtual caller do what the journal tells of a call; `contact` is who it was.

    Secret digits are not in the journal: zeros stand for them, which a flow may refuse.
    """
    told = _Told(zone, contact)
    for entry in _own(entries):
        told.take(entry)
    return told.script


def path_of(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """The nodes a recorded call went through: flow, node; to be held against `Rehearsal.path`.

    Where others led the caller after that, by a transfer, is not the caller's path.
    """
    entered = [entry.data for entry in _own(entries) if entry.kind is EntryKind.FLOW_ENTERED]
    return [(str(data.get("flow")), str(data["node"])) for data in entered if data.get("node")]


def _own(entries: Iterable[Entry]) -> Iterator[Entry]:
    """What came of the caller and the box alone; and how the call ended."""
    moved = False
    for entry in entries:
        moved = moved or entry.kind is EntryKind.TRANSFERRED
        if not moved or entry.kind is EntryKind.CALL_ENDED:
            yield entry


class _Told:
    """The script so far, and where the caller is."""

    def __init__(self, zone: str, contact: Contact | None) -> None:
        self.script = Script(number=None, contact=contact)
        self._zone = ZoneInfo(zone)
        self._nodes = 0
        self._asked = False  # a survey within a flow
        self._queue: str | None = None  # where they wait
        self._staff: dict[str, set[str]] = {}  # queue -> agents who were looked at

    def take(self, entry: Entry) -> None:
        step = _STEPS.get(entry.kind)
        if step is not None:
            step(self, entry)

    def _acts(self, does: str, what: str = "") -> None:
        self.script = replace(self.script, actions=(*self.script.actions, Action(does, what)))

    def _agent(self, name: str, manner: str, always: bool = False) -> None:
        known = self.script.agents
        if always or name not in known:
            self.script = replace(self.script, agents={**known, name: manner})

    def started(self, entry: Entry) -> None:
        at = entry.at.astimezone(self._zone).replace(tzinfo=None)
        self.script = replace(self.script, at=at, trunk=entry.text("trunk"), called=entry.text("called"))

    def caller(self, entry: Entry) -> None:
        self.script = replace(self.script, number=entry.text("number"))

    def keyed(self, entry: Entry) -> None:
        digits = str(entry.data.get("digits") or "")
        if entry.data.get("secret"):
            digits = "0" * len(digits)
        if digits:
            self._acts("enter", digits)
        else:
            self._acts("wait")

    def entered(self, entry: Entry) -> None:
        """What went wrong at the node before, for it to go wrong again."""
        self._nodes += 1
        self._queue = None
        why = str(entry.data.get("reason") or "")
        if why.startswith("error: "):
            self.script = replace(self.script, answers=None)
        elif re.match(r"failed: \+?[0-9]+: ", why):
            self.script = replace(self.script, outside="busy")

    def wrote(self, entry: Entry) -> None:
        self.script = replace(self.script, texts_fail=bool(entry.data.get("problem")))

    def appointed(self, entry: Entry) -> None:
        """The appointment was then as it is not any more."""
        who, at = self.script.contact, str(entry.data.get("at") or "")
        if who is not None:
            fields = {**who.fields, AT_FIELD: at, STATE_FIELD: ""}
            self.script = replace(self.script, contact=replace(who, fields=fields))

    def asked(self, entry: Entry) -> None:
        self._asked = bool(entry.data.get("within"))

    def told(self, entry: Entry) -> None:
        if self._asked:
            answer = entry.data.get("answer")
            self._acts("enter", "*" if answer is None else str(answer))

    def queued(self, entry: Entry) -> None:
        self._queue = str(entry.data.get("queue"))

    def routed(self, entry: Entry) -> None:
        """Who was there, though not for this caller."""
        staff = self._staff.setdefault(str(entry.data.get("queue")), set())
        for reason in unpack(str(entry.data.get("left") or "")):
            staff.update(reason.agents)
            for name in reason.agents:
                self._agent(name, _MANNERS.get(reason.code, "busy"))
        for name in filter(None, str(entry.data.get("agents") or "").split(",")):
            staff.add(name)
            self._agent(name, "busy")

    def left(self, entry: Entry) -> None:
        """The queue let go of the caller: for it to do so again, it is as full, or as empty."""
        queue, why = str(entry.data.get("queue")), entry.data.get("why")
        if why in ("timeout", "closing"):
            self._acts("stay")
        elif why == "full":
            self.script = replace(self.script, queues={**self.script.queues, queue: (0, _FULL)})
        elif why == "unstaffed":
            for name in self._staff.get(queue, ()):
                self._agent(name, "away", always=True)

    def met(self, entry: Entry) -> None:
        agent = entry.text("agent")
        if agent and self._queue is not None:
            self._agent(agent, "busy", always=True)
            self._acts("frees", agent)
        elif agent:
            self._agent(agent, "free", always=True)

    def ended(self, entry: Entry) -> None:
        own = entry.data.get("by") == "box" and entry.data.get("cause") in _OWN_ENDS
        if not own:
            self._acts("hang_up", str(self._nodes))


_STEPS: Mapping[EntryKind, Callable[[_Told, Entry], None]] = {
    EntryKind.CALL_STARTED: _Told.started,
    EntryKind.CALLER_ID: _Told.caller,
    EntryKind.DIGITS: _Told.keyed,
    EntryKind.FLOW_ENTERED: _Told.entered,
    EntryKind.QUEUE_ENTERED: _Told.queued,
    EntryKind.ROUTED: _Told.routed,
    EntryKind.QUEUE_LEFT: _Told.left,
    EntryKind.CONNECTED: _Told.met,
    EntryKind.TEXT_SENT: _Told.wrote,
    EntryKind.APPOINTMENT: _Told.appointed,
    EntryKind.SURVEY_BEGUN: _Told.asked,
    EntryKind.SURVEY_ANSWERED: _Told.told,
    EntryKind.CALL_ENDED: _Told.ended,
}
