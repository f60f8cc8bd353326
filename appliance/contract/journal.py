"""What happened, as it is kept: the journal is the truth, every record and figure is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from appliance.contract.ids import CallId

JsonValue = str | int | float | bool | None


class EntryKind(StrEnum):
    """What a journal entry says. The `data` keys of each kind are given beside it; * marks optional ones."""

    # direction "inbound"|"outbound"|"internal", trunk*, handset*, number*, agent*, purpose*, called* (the
    # number dialled; inbound), callback* (the promise that this call is to keep)
    CALL_STARTED = "call_started"
    CALLER_ID = "caller_id"  # number*, name*, withheld
    LEG_ADDED = "leg_added"  # leg, line, kind "trunk"|"handset", number*
    LEG_ANSWERED = "leg_answered"  # leg, line, inferred
    LEG_RELEASED = "leg_released"  # leg, line, cause, reason
    FLOW_ENTERED = "flow_entered"  # flow, reason
    CALL_WAITING = "call_waiting"  # leg, line, number*: a second caller knocked and was not taken
    DIGITS = "digits"  # menu, digits; said instead of pressed: word*, confidence*
    # menu, node, word (the likeliest), confidence, result "asked"|"rejected"|a sentence: nobody can hear
    SPEECH = "speech"
    QUEUE_ENTERED = "queue_entered"  # queue, position
    # queue, agents (chosen, "11,12"; empty when nobody could be), rule (strategy, or
    # "rings_back"|"own_agent"|"last_agent"; before 0.1.0 "sticky"), left* (why the
    # others were passed over: contract.explained), of* (callers waiting), ahead* (of those, before this one,
    # whom no free agent may have), by* "wait" (waited longest)|"priority"|"others" (those before: see ahead)
    ROUTED = "routed"
    # queue, why "timeout"|"full"|"unstaffed"|"key"|"closing"|"ring", to (kind of choice), target
    QUEUE_LEFT = "queue_left"
    OFFERED = "offered"  # queue, agent, handset
    # queue, agent, outcome "answered"|"no_answer"|"rejected"|"busy"|"absent"|"abandoned", why
    OFFER_ENDED = "offer_ended"
    CONNECTED = "connected"  # agent*, handset*, waited (seconds)
    HELD = "held"  # leg, held
    TRANSFERRED = "transferred"  # by, target, kind "blind"|"attended"|"taken_over"
    CONFERENCE = "conference"  # by (line), parties (lines, "gsm1,201,202")
    PARKED = "parked"  # slot, by (handset)
    PICKED_UP = "picked_up"  # by (handset), at (handset), slot*: a party that rang elsewhere, or was parked
    RECORDING_PAUSED = "recording_paused"  # paused, by
    DISPOSITION = "disposition"  # agent, code: how the call went, keyed after it
    RING_BACK = "ring_back"  # agent, number*, at (ISO 8601, UTC): promised to the customer
    NOTE = "note"  # agent, recording: spoken after the call
    # by (agent), handset, mode "listen"|"whisper"|"barge"|"taken_over"|"ended"
    SUPERVISED = "supervised"
    RECORDING_STARTED = "recording_started"  # recording
    RECORDING_ENDED = "recording_ended"  # recording, seconds, reason
    CALL_ENDED = "call_ended"  # cause, reason, by "caller"|"agent"|"box"|"far_end"
    AGENT_STATUS = "agent_status"  # agent, status, pause_code*, handset*, by "handset"|"page"|"box", why*
    AGENT_STATE = "agent_state"  # agent, state, why
    TRUNK_STATUS = "trunk_status"  # trunk, state, why
    BOX_STARTED = "box_started"  # version, interrupted (number of calls closed)
    CONTACT = "contact"  # contact, name*, by "number"|"account": the caller is this customer
    MARKETING = "marketing"  # campaign, by "trunk"|"number"|"code": what brought the caller
    VOICEMAIL_BEGUN = "voicemail_begun"  # box, recording, number*, name*
    VOICEMAIL_LEFT = "voicemail_left"  # box, recording, seconds
    VOICEMAIL_DROPPED = "voicemail_dropped"  # box, recording: the caller took it back, or said nothing
    SURVEY_BEGUN = "survey_begun"  # survey, agent*, queue*, within* (a flow, which goes on after it)
    # survey, question, kind "csat"|"solved"|"free", answer* (none: skipped), agent*, queue*
    SURVEY_ANSWERED = "survey_answered"
    # callback, kind "callback"|"scheduled", number, since, due (ISO 8601, UTC), waited, reason, queue*,
    # name*, contact*, agent*, language*, wants (JSON)
    CALLBACK_PROMISED = "callback_promised"
    CALLBACK_MOVED = "callback_moved"  # callback, due, why "hours"|"page"
    # kind (contract.answering.AnsweredBy), seconds, probability: who answered the customer's telephone
    ANSWER_HEARD = "answer_heard"
    # callback, why "busy"|"no_answer"|"rejected"|"failed"|"no_line"|"agent_left"|"machine", tries, due,
    # agent*, queue*
    CALLBACK_TRIED = "callback_tried"
    # callback, why "served"|"rang_again"|"not_reached"|"cancelled"|"not_saved", agent*, queue*
    CALLBACK_CLOSED = "callback_closed"
    # contact, at (local, ISO 8601), answer "confirmed"|"changed"|"cancelled"|"ring_back", to* (the new time)
    APPOINTMENT = "appointment"
    # attempt, campaign, number, kind (contract.dialling.DialKind), verdict (JSON), lead*, list*, agent*:
    # on the disk before the line is dialled
    ATTEMPT_BEGUN = "attempt_begun"
    # attempt, outcome (contract.leads.Outcome), how, said_no*, bad* (number, not to be dialled again), line*,
    # rang*, answered*, told*, joined* (seconds after it began: it rang, was answered, it was told by whom, an
    # agent was joined), and what becomes of the lead: see LEAD_SET
    ATTEMPT_ENDED = "attempt_ended"
    # lead, state, due* (ISO 8601, UTC), next*, parts*, place*, agent*, own*, asked_at*, why, by*, fields* (a
    # JSON object of texts that agents filled in)
    LEAD_SET = "lead_set"
    CAMPAIGN_SET = "campaign_set"  # campaign, state "running"|"paused"|"stopped", by, why*
    DIAL_REFUSED = "dial_refused"  # campaign, number, verdict (JSON), lead*, agent*: by the compliance gate
    DNC_ADDED = "dnc_added"  # entry, kind "own"|"campaign", list*, why, by*
    DNC_DROPPED = "dnc_dropped"  # entry, kind, list*, by: taken out by hand
    TEXT_SENT = "text_sent"  # number, trunk*, problem* (a sentence: it was not sent)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `at` is aware UTC; `data` holds plain JSON values (see `EntryKind`)."""

    kind: EntryKind
    at: datetime
    call: CallId | None = None
    data: Mapping[str, JsonValue] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """A value as text; None where there is none."""
        value = self.data.get(key)
        return None if value is None else str(value)


#: Entries that are on the disk (fsync) before anybody is told they are; the others survive a killed
#: process at once and a power cut with the next of these. Keeps it at two syncs a call.
SYNCED_KINDS = frozenset(
    {
        EntryKind.CALL_STARTED,
        EntryKind.CALL_ENDED,
        EntryKind.AGENT_STATUS,
        EntryKind.BOX_STARTED,
        EntryKind.VOICEMAIL_LEFT,
        EntryKind.DISPOSITION,
        EntryKind.RING_BACK,
        EntryKind.NOTE,
        EntryKind.ATTEMPT_BEGUN,
        EntryKind.ATTEMPT_ENDED,
        EntryKind.LEAD_SET,
        EntryKind.DNC_ADDED,
        EntryKind.DNC_DROPPED,
        EntryKind.CAMPAIGN_SET,
        EntryKind.CALLBACK_PROMISED,
        EntryKind.CALLBACK_CLOSED,
    }
)


class Journal(Protocol):
    """Append-only, hash-chained. Never blocks the caller: a thread of its own writes and groups commits."""

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        """Queue one entry in order. `synced` is called, on the journal's thread, once it is durable."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as people read it; derived from the journal by `core.records`, never edited.

    Times are aware UTC, durations seconds. `talk_seconds` counts from the first connection of two
    parties; with `answer_inferred` the far end's answer was guessed from audio, not signalled.
    """

    call: CallId
    direction: str  # "inbound" | "outbound" | "internal"
    started: datetime
    ended: datetime | None = None
    trunk: str | None = None
    handset: str | None = None
    number: str | None = None  # E.164 where it could be told, else as received
    name: str | None = None
    queue: str | None = None
    agent: str | None = None
    digits: str = ""
    waited_seconds: float = 0.0
    talk_seconds: float = 0.0
    held_seconds: float = 0.0
    answered: bool = False
    answer_inferred: bool = False
    # answered | abandoned | voicemail | callback | busy | no_answer | rejected | failed | interrupted | menu
    # | closed | open
    outcome: str = "open"
    cause: int | None = None
    reason: str = ""
    ended_by: str | None = None
    transferred_to: str | None = None
    recordings: tuple[str, ...] = ()
    contact: str | None = None  # id of the contact the caller was identified as
    marketing: str | None = None  # the marketing campaign that brought the call
