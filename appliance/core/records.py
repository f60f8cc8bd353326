"""What happened: journal entries become the call record, and nothing else does.

Pure functions of entries, so a record built while the call goes on and one rebuilt from the journal years
later are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from appliance.contract.cause import HangupCause
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, JsonValue
from appliance.contract.plan import outside_seat

Data = Mapping[str, JsonValue]


def _with(record: CallRecord, **changes: object) -> CallRecord:
    """A builder's own record, changed in place: a copy of all its fields at each of a call's twenty entries
    was a tenth of a simulated day. Nobody else has it before `RecordBuilder.record` gives it away."""
    for name, value in changes.items():
        object.__setattr__(record, name, value)
    return record


_OUTCOME_OF_CAUSE: dict[int | None, str] = {
    HangupCause.USER_BUSY: "busy",
    HangupCause.NO_ANSWER: "no_answer",
    HangupCause.NO_USER_RESPONDING: "no_answer",
    HangupCause.CALL_REJECTED: "rejected",
}

#: The box, the line or another call ended it, not one of the parties.
_FAILURES = frozenset(
    {
        HangupCause.LINE_FAULT,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.RECOVERY_ON_TIMER_EXPIRY,
        HangupCause.PRE_EMPTED,
    }
)


def _number(data: Data, key: str) -> float:
    value = data.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


@dataclass(slots=True)
class _Stretch:
    """Time that runs, stops and may run again: talking, holding."""

    total: float = 0.0
    since: datetime | None = None

    def run(self, at: datetime) -> None:
        if self.since is None:
            self.since = at

    def stop(self, at: datetime) -> None:
        if self.since is not None:
            self.total += max(0.0, (at - self.since).total_seconds())
            self.since = None

    def so_far(self, at: datetime) -> float:
        running = max(0.0, (at - self.since).total_seconds()) if self.since else 0.0
        return round(self.total + running, 3)


@dataclass(slots=True)
class _Trail:
    """What has to be remembered between entries but is not part of the record."""

    kinds: dict[str, str | None] = field(default_factory=dict)  # leg -> "trunk" | "handset"
    held: set[str] = field(default_factory=set)
    talk: _Stretch = field(default_factory=_Stretch)
    hold: _Stretch = field(default_factory=_Stretch)
    queued: datetime | None = None
    flow: bool = False
    closed: bool = False
    message: bool = False
    callback: bool = False
    last: datetime | None = None


class RecordBuilder:
    """Builds one call's record, entry by entry, in the journal's order."""

    def __init__(self, call: CallId) -> None:
        self._call = call
        self._record: CallRecord | None = None
        self._trail = _Trail()

    @property
    def ended(self) -> bool:
        return self._record is not None and self._record.ended is not None

    def add(self, entry: Entry) -> None:
        """Take the call's next entry. Entries after its end, or before its start, change nothing."""
        if self.ended:
            return
        if entry.kind is EntryKind.CALL_STARTED:
            self._start(entry)
        elif self._record is not None:
            step = _STEPS.get(entry.kind)
            if step is not None:
                self._record = step(self._record, self._trail, entry)
        self._trail.last = entry.at

    def record(self) -> CallRecord | None:
        """The record so far; None when the call's start was never seen."""
        if self._record is None or self.ended:
            return self._record
        return _with_times(copy(self._record), self._trail, self._trail.last or self._record.started)

    def _start(self, entry: Entry) -> None:
        self._record = CallRecord(
            call=self._call,
            direction=entry.text("direction") or "inbound",
            started=entry.at,
            trunk=entry.text("trunk"),
            handset=entry.text("handset"),
            number=entry.text("number"),
            agent=entry.text("agent"),
        )


def _with_times(record: CallRecord, trail: _Trail, at: datetime) -> CallRecord:
    waited = record.waited_seconds
    if trail.queued is not None and not record.answered:
        waited = round(max(0.0, (at - trail.queued).total_seconds()), 3)
    return _with(
        record,
        waited_seconds=waited,
        talk_seconds=trail.talk.so_far(at),
        held_seconds=trail.hold.so_far(at),
    )


def _caller_id(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    number, name = entry.text("number"), entry.text("name")
    return _with(record, number=number or record.number, name=name or record.name)


def _leg_added(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    kind = entry.text("kind")
    trail.kinds[str(entry.data.get("leg"))] = kind
    to_agent = (record.handset or "").startswith(outside_seat(""))  # at a telephone outside
    if kind == "trunk" and (record.direction == "outbound" or to_agent) and not record.answered:
        return _with(record, trunk=entry.text("line"))
    return record


def _leg_answered(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    outside = trail.kinds.get(str(entry.data.get("leg"))) == "trunk"
    if outside and record.direction == "outbound" and entry.data.get("inferred") is True:
        return _with(record, answer_inferred=True)
    return record


def _leg_released(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    return _hold(record, trail, str(entry.data.get("leg")), False, entry.at)


def _flow_entered(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.flow = True
    trail.closed = trail.closed or entry.data.get("reason") in ("closed", "holiday")
    return record


def _digits(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    return _with(record, digits=record.digits + (entry.text("digits") or ""))


def _queue_entered(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.queued = trail.queued or entry.at
    return _with(record, queue=entry.text("queue"))


def _connected(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.talk.run(entry.at)
    if record.answered:
        return record
    return _with(
        record,
        answered=True,
        agent=entry.text("agent") or record.agent,
        handset=entry.text("handset") or record.handset,
        waited_seconds=round(_number(entry.data, "waited"), 3),
    )


def _held(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    return _hold(record, trail, str(entry.data.get("leg")), entry.data.get("held") is True, entry.at)


def _hold(record: CallRecord, trail: _Trail, leg: str, held: bool, at: datetime) -> CallRecord:
    if held:
        trail.held.add(leg)
        trail.hold.run(at)
    else:
        trail.held.discard(leg)
        if not trail.held:
            trail.hold.stop(at)
    return record


def _transferred(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    if entry.data.get("kind") == "blind":
        trail.talk.stop(entry.at)
    return _with(record, transferred_to=entry.text("target"))


def _recording_started(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    return _with(record, recordings=(*record.recordings, str(entry.data.get("recording"))))


def _contact(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    name = entry.text("name")
    return _with(record, contact=entry.text("contact"), name=name or record.name)


def _marketing(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    return _with(record, marketing=entry.text("campaign"))


def _voicemail_left(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.message = True
    return record


def _callback_promised(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.callback = trail.callback or entry.data.get("kind") == "callback"
    return record


def _called_back(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    """A try to call somebody back, or its success; who rang again themselves was not called back."""
    if record.direction != "outbound":
        return record
    queue, agent = entry.text("queue"), entry.text("agent")
    return _with(record, queue=queue or record.queue, agent=record.agent or agent)


def _survey_begun(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    trail.talk.stop(entry.at)
    return record


def _call_ended(record: CallRecord, trail: _Trail, entry: Entry) -> CallRecord:
    cause = entry.data.get("cause")
    timed = _with_times(record, trail, entry.at)
    ended = _with(
        timed,
        ended=entry.at,
        cause=int(cause) if isinstance(cause, int | float) else None,
        reason=entry.text("reason") or "",
        ended_by=entry.text("by"),
    )
    return _with(ended, outcome=_outcome(ended, trail))


_STEPS = {
    EntryKind.CALLER_ID: _caller_id,
    EntryKind.LEG_ADDED: _leg_added,
    EntryKind.LEG_ANSWERED: _leg_answered,
    EntryKind.LEG_RELEASED: _leg_released,
    EntryKind.FLOW_ENTERED: _flow_entered,
    EntryKind.DIGITS: _digits,
    EntryKind.QUEUE_ENTERED: _queue_entered,
    EntryKind.QUEUE_LEFT: _queue_entered,  # also who was not let in came for that queue
    EntryKind.CONNECTED: _connected,
    EntryKind.HELD: _held,
    EntryKind.TRANSFERRED: _transferred,
    EntryKind.RECORDING_STARTED: _recording_started,
    EntryKind.CONTACT: _contact,
    EntryKind.MARKETING: _marketing,
    EntryKind.VOICEMAIL_LEFT: _voicemail_left,
    EntryKind.SURVEY_BEGUN: _survey_begun,
    EntryKind.CALLBACK_PROMISED: _callback_promised,
    EntryKind.CALLBACK_TRIED: _called_back,
    EntryKind.CALLBACK_CLOSED: _called_back,
    EntryKind.CALL_ENDED: _call_ended,
}


def _outcome(record: CallRecord, trail: _Trail) -> str:
    if record.cause == HangupCause.INTERRUPTED:
        return "interrupted"
    if record.answered:
        return "answered"
    if record.direction == "inbound":
        return _inbound_outcome(record, trail)
    if record.ended_by in ("agent", "caller"):
        return "abandoned"
    return _OUTCOME_OF_CAUSE.get(record.cause, "failed")


def _inbound_outcome(record: CallRecord, trail: _Trail) -> str:
    if trail.message:
        return "voicemail"
    if trail.callback:
        return "callback"
    if record.cause in _FAILURES:
        return "failed"
    if trail.queued is not None:
        return "abandoned" if record.ended_by == "caller" else "no_answer"
    if trail.closed:
        return "closed"
    if trail.flow:
        return "menu"
    return "abandoned" if record.ended_by == "caller" else "failed"


def rebuild(entries: Iterable[Entry]) -> dict[CallId, CallRecord]:
    """Every call's record from the journal alone, in the order the calls started."""
    builders: dict[CallId, RecordBuilder] = {}
    for entry in entries:
        if entry.call is not None:
            builders.setdefault(entry.call, RecordBuilder(entry.call)).add(entry)
    records = ((call, builder.record()) for call, builder in builders.items())
    return {call: record for call, record in records if record is not None}


def interrupted(entries: Iterable[Entry], at: datetime) -> list[Entry]:
    """The CALL_ENDED entries, at `at`, for those calls in `entries` that were open when the box stopped."""
    still_open: dict[CallId, None] = {}
    for entry in entries:
        if entry.call is None:
            continue
        if entry.kind is EntryKind.CALL_STARTED:
            still_open[entry.call] = None
        elif entry.kind is EntryKind.CALL_ENDED:
            still_open.pop(entry.call, None)
    data: dict[str, JsonValue] = {
        "cause": int(HangupCause.INTERRUPTED),
        "reason": "The box stopped while the call was open.",
        "by": "box",
    }
    return [Entry(EntryKind.CALL_ENDED, at, call, data) for call in still_open]
