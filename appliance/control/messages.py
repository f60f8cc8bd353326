"""Verbs, replies and live state as they cross the control socket. Plain data, so that both sides agree.

Every verb is `POST /v1/<verb>` with a JSON object; the answer is 200 with a JSON object, or 4xx/5xx with
`{"error": <sentence>, "code": <word>, "problems": {<field path>: <sentence>}}`. `GET /v1/events` is the
event stream: one JSON object a line (NDJSON), first a whole `LiveState`, then one again after every
change, at most four a second, and an empty line every 15 s so that a dead peer is noticed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from appliance.contract.campaign_look import CampaignLook

MAX_BODY_BYTES = 1_000_000


class Verb(StrEnum):
    """All there is to ask of the core. Above each verb: arguments -> answer."""

    # {} -> LiveState
    LIVE = "live"
    # {} -> {"version": int, "settings": {...}, "trouble": str}; secrets included, the socket is private;
    # `trouble` says why the box does not run on its own data folder, and is empty when it does
    SETTINGS_GET = "settings.get"
    # {"version": int, "settings": {...}, "who": str} -> {"version": int}; 409 when another save came first
    SETTINGS_SAVE = "settings.save"
    # {} -> {"versions": [{"version": int, "when": ISO 8601, "who": str, "summary": str}]}
    SETTINGS_VERSIONS = "settings.versions"
    # {"version": int, "who": str} -> {"version": int}
    SETTINGS_RESTORE = "settings.restore"
    # {"path": str} a file in the spool folder -> {"upload": id, "seconds": float}
    PROMPT_UPLOAD = "prompt.upload"
    # {"text": str, "language": str} -> {"path": str} of the rendered WAV
    PROMPT_PREVIEW = "prompt.preview"
    # {"agent": id, "status": "logged_out|available|on_break", "pause_code": str|null,
    #  "handset": str|null} -> {}
    AGENT_STATUS = "agent.status"
    # {"settings": {...}, "flow": name, "script": str} -> {"lines": [{"kind", "text", "seconds", "flow",
    # "node"}]}: a virtual caller in a flow that need not be saved (`planning.rehearsal.Line`)
    FLOW_TRY = "flow.try"
    # {"call": id} -> {}
    CALL_RELEASE = "call.release"
    # {"call": id, "supervisor": agent id, "mode": "listen|whisper|barge|take_over"} -> {}: the supervisor's
    # handset rings; one who is in the call already goes on there in the new way
    CALL_SUPERVISE = "call.supervise"
    # {"call": id, "do": "start|stop|pause|resume"} -> {}: a recording on demand; silence in any recording
    CALL_RECORD = "call.record"
    # {"call": id, "kind": "queue|flow|agent|extension", "target": name} -> {}: a queue's caller goes there
    CALL_MOVE = "call.move"
    # {"call": id} -> {}: a queue's caller who talks goes to the next tier of support
    CALL_ESCALATE = "call.escalate"
    # {"call": id, "agent": id} -> {}: a queue's caller rings at this agent's handset, before all others
    CALL_TAKE = "call.take"
    # {"id": callback} -> {}: a promise to call somebody is taken off the list; made anew after that, at its
    # old place and under another id; tried without waiting longer
    CALLBACK_CANCEL = "callback.cancel"
    CALLBACK_PUT_BACK = "callback.put_back"
    CALLBACK_TRY = "callback.try"
    # {"queue": name} -> {"queue": `contract.queue_look.QueueLook`}
    QUEUE_LOOK = "queue.look"
    # {"trunk": name} -> {}: start the recovery ladder now
    TRUNK_RESET = "trunk.reset"
    # {"trunk": name} -> {"black_box": [str]}: the last 4 KB of dialogue, digits masked
    TRUNK_FAULTS = "trunk.faults"
    # {} -> {"hash": str, "one_time": bool}: argon2id of the admin's password; one-time ones must be changed
    ADMIN_HASH = "admin.hash"
    # {"hash": str, "who": str, "one_time": bool = false} -> {}; a one-time code is to be replaced
    ADMIN_PASSWORD = "admin.password"  # noqa: S105 - the name of a verb, not a password
    # {} -> {}: the one-time code has logged somebody in and will do so for nobody else
    ADMIN_CODE_USED = "admin.code_used"
    # {} -> {"found": [{"kind", "port", "audio_port": str|null, "family", "title"}]}: modems that are plugged
    LINES_FOUND = "lines.found"
    # {"what": "settings|everything", "who": str} -> {}: the core ends, and the next start forgets it all
    BOX_RESET = "box.reset"
    # {} -> {"certificate": null, or what `network.desk.CertificateDesk.shown` says}
    CERTIFICATE_GET = "certificate.get"
    # {"path": str} a file in the spool folder with certificates and one key, PEM -> as above
    CERTIFICATE_SET = "certificate.set"
    # {} -> as above: the certificate before this one is in force again
    CERTIFICATE_UNDO = "certificate.undo"
    # {} -> {"version": str}
    VERSION = "version"
    # {} -> {"job": {"what", "phase", "done", "total"}|null,
    #  "outcome": {"problem", "found", "copies", "ready"}, "memory": {...}, "age_hours": float|null,
    #  "disk": {...}, "limits": {...}}; sizes in bytes, times ISO 8601
    CARE_STATE = "care.state"
    # {} -> {}: end the backup or the reading that goes on
    CARE_CANCEL = "care.cancel"
    # {"who": str} -> {"key": str}: a new backup key, told this once; its public half goes into the settings
    BACKUP_KEY = "backup.key"
    # {"to": "download|usb|sftp", "recordings": bool} -> {}: begin one; `care.state` tells how it goes
    BACKUP_START = "backup.start"
    # {} -> {"begun": bool}: begin the one that is due by the settings, if one is
    BACKUP_SCHEDULED = "backup.scheduled"
    # {} -> {}: begin to look which copies there are at the destination
    BACKUP_COPIES = "backup.copies"
    # {"host": str, "port": int} -> {"key": str, "fingerprint": str}: what an SFTP server shows now
    BACKUP_HOST = "backup.host"
    # {} -> {"key": str}: the box's public SSH key
    BACKUP_OWN_KEY = "backup.own_key"
    # {"path": str|null, "name": str|null, "key": str} -> {}: begin to check a backup: a file in the spool
    # folder, or the copy of this name at the destination
    RESTORE_READ = "restore.read"
    # {"settings": bool, "records": bool, "who": str} -> {}: the core ends, and the next start restores
    RESTORE_APPLY = "restore.apply"
    # {} -> {}: forget the backup that was checked
    RESTORE_DROP = "restore.drop"
    # {} -> {"path": str} of the support file
    SUPPORT_MAKE = "support.make"
    # {"id": str|null, "contact": `config.contacts.ContactForm`} -> {"id": str}
    CONTACT_SAVE = "contact.save"
    # {"id": str} -> {}
    CONTACT_DELETE = "contact.delete"
    # {"id": str} -> {}
    CONTACT_UNDELETE = "contact.undelete"
    # {"path": str, "apply": bool} a CSV in the spool folder -> {"new", "changed", "wrong": int,
    #  "bad": [{"line": int, "reason": str}]}; nothing is saved without `apply`
    CONTACT_IMPORT = "contact.import"
    # {"id": int, "state": "new|old|deleted|back"} -> {}
    VOICEMAIL_SET = "voicemail.set"
    # {"to": str} -> {}: a mail is sent now
    MAIL_TEST = "mail.test"
    # {"id": str} -> {}
    MAIL_AGAIN = "mail.again"
    # {"id": str} -> {}
    MAIL_DROP = "mail.drop"
    # {"id": int, "handset": extension} -> {}: the handset rings; who answers is put through to the caller
    LOST_CALL = "lost.call"
    # {"id": int} -> {}
    LOST_CLOSE = "lost.close"
    # {"id": int} -> {}
    LOST_REOPEN = "lost.reopen"
    # {"name": str, "source": str} -> {"id": str}
    LIST_NEW = "list.new"
    # {"id": str, "name": str} -> {}
    LIST_RENAME = "list.rename"
    # {"id": str} -> {}: thrown away
    LIST_DROP = "list.drop"
    # {"path": str, "options": {encoding, delimiter, mapping, defaults}} -> {"look": what
    # `care.lead_import.looked` says}; a file in the spool folder
    LIST_LOOK = "list.look"
    # {"path": str, "list": id, "options": {... as above, "across": bool}, "apply": bool} -> {"job": id}
    LIST_IMPORT = "list.import"
    # {} -> {"job": null | {"id", "what": "import|upload", "list", "apply": bool, "done": int, "total": int,
    # "ended": bool, "problem": str (a sentence), "result": {rows, good, bad, remarks, taken, twins} or
    # {entries}, "bad": path of a CSV of rows with reasons}}
    LIST_JOB = "list.job"
    # {} -> {}
    LIST_CANCEL = "list.cancel"
    # {"lead": int, "data": {state*, due*, agent*, own*}, "who": str} -> {}
    LEAD_SET = "lead.set"
    # {"entry": str, "kind": "own|campaign", "campaign": str, "why": str, "who": str} -> {"entry": str}
    DNC_ADD = "dnc.add"
    # {"entry": str, "kind": "own|campaign", "campaign": str, "who": str} -> {}
    DNC_DROP = "dnc.drop"
    # {"path": str, "kind": "own|campaign|official", "name": str, "as_of": ISO date} -> {"job": id}
    DNC_UPLOAD = "dnc.upload"
    # {"id": str} -> {}: a list that was thrown away is there again
    LIST_BACK = "list.back"
    # {"id": str, "priority": int} -> {}: all its leads have this priority, -100 to 100
    LIST_RANK = "list.rank"
    # {"id": str} -> {"removed": int, "ended": int}: leads that were dialled already end and stay on record
    IMPORT_UNDO = "import.undo"
    # {"name": str} -> {}: an official do-not-call list is thrown away
    DNC_FORGET = "dnc.forget"
    # {"number": str, "campaign": name, "lead": int|null} -> {"verdict": the gate's record of its answer}
    DIAL_MAY = "dial.may"
    # {"campaign": name, "do": "start|pause|resume|stop", "who": str} -> {}
    CAMPAIGN_TELL = "campaign.tell"
    # {"campaign": name} -> {"check": `contract.campaign_look.CheckLook`}
    CAMPAIGN_CHECK = "campaign.check"
    # {"campaign": name, "agents": int} -> {"rehearsal": `contract.campaign_look.RehearsalLook`}; nothing is
    # dialled
    CAMPAIGN_REHEARSE = "campaign.rehearse"
    # {"agent": id} -> {"lead": null | `contract.campaign_look.LeadLook`}
    LEAD_PRESENT = "lead.present"
    # {"agent": id, "campaign": name} -> {}: the next lead to look at
    LEAD_NEXT = "lead.next"
    # {"agent": id, "reason": str} -> {}
    LEAD_SKIP = "lead.skip"
    # {"agent": id, "phone": int|null} -> {}: the lead that is looked at is dialled
    LEAD_DIAL = "lead.dial"
    # {"agent": id, "campaign": name, "number": str} -> {}
    LEAD_HAND = "lead.hand"
    # {"agent": id, "code": str, "fields": {name: text}, "due": ISO 8601|null, "own": bool} -> {}
    LEAD_DISPOSE = "lead.dispose"


class ErrorCode(StrEnum):
    """Why a verb was not done; the HTTP status stands behind each, and `HTTP_STATUS` knows it."""

    BAD_REQUEST = "bad_request"  # 400: no HTTP, no JSON object
    UNKNOWN = "unknown"  # 404: no such verb, call, agent, trunk, version
    REFUSED = "refused"  # 409: understood, but not possible now
    CONFLICT = "conflict"  # 409: another save came first
    TOO_LARGE = "too_large"  # 413
    INVALID = "invalid"  # 422: `problems` says which field and why
    INTERNAL = "internal"  # 500: a fault of ours, in the core's log
    STORE = "store"  # 503: the disk
    BUSY = "busy"  # 503: too many event streams
    UNREACHABLE = "unreachable"  # no status: the client found nobody at the socket, or no answer


HTTP_STATUS = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.UNKNOWN: 404,
    ErrorCode.REFUSED: 409,
    ErrorCode.CONFLICT: 409,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.INVALID: 422,
    ErrorCode.INTERNAL: 500,
    ErrorCode.STORE: 503,
    ErrorCode.BUSY: 503,
}


@dataclass(slots=True)
class LiveTrunk:
    """An outside line as the page shows it. `state` is a `TrunkState`, `signal` dBm."""

    name: str
    label: str
    kind: str
    state: str
    why: str = ""
    step: str | None = None
    signal: int | None = None
    operator: str | None = None
    call: str | None = None
    device: str | None = None  # maker and model of its modem


@dataclass(slots=True)
class LiveHandset:
    """A telephone inside."""

    name: str
    label: str
    registered: bool
    address: str | None = None
    call: str | None = None


@dataclass(slots=True)
class LiveAgent:
    """An agent; `status` is what the person chose, `state` what the machine does; `since` seconds ago."""

    id: str
    name: str
    status: str
    state: str
    since: float
    handset: str | None = None
    pause_code: str | None = None
    call: str | None = None
    supervisor: bool = False  # may listen to others
    outside: str | None = None  # the name of their telephone outside, where they may log in
    #: Why they are available and yet offered no call, where the handset is the cause: `contract.explained`.
    hindered: str = ""
    campaign: str | None = None  # whose lead they have before them (`Verb.LEAD_PRESENT`)
    lead: str | None = None  # changes with everything that is to be seen of it


@dataclass(slots=True)
class LiveQueue:
    """A queue; `longest_wait` seconds."""

    name: str
    label: str
    waiting: int
    longest_wait: float
    agents_available: int
    callbacks: int = 0  # callers who are to be called back


@dataclass(slots=True)
class LiveCall:
    """A call in progress. `stage`: ringing, greeting, menu, waiting, offering, talking, held or dialling."""

    id: str
    direction: str
    stage: str
    seconds: float
    number: str | None = None
    name: str | None = None
    trunk: str | None = None
    handset: str | None = None
    queue: str | None = None
    agent: str | None = None
    recording: bool = False
    recording_paused: bool = False
    supervised: str | None = None  # id of the call that this one, a supervisor's, listens to
    parked: int | None = None  # the slot it waits in
    next_tier: str | None = None  # the label of the queue it can be given on to


@dataclass(slots=True)
class LiveState:
    """All the live page shows. `at` is UTC, ISO 8601; `notes` are sentences the admin should see, in English;
    `told` has code (`contract.notes`), args and says of those of them that other languages have, too."""

    at: str
    simulated: bool = False
    trunks: list[LiveTrunk] = field(default_factory=list)
    handsets: list[LiveHandset] = field(default_factory=list)
    agents: list[LiveAgent] = field(default_factory=list)
    queues: list[LiveQueue] = field(default_factory=list)
    calls: list[LiveCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    campaigns: list[CampaignLook] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The plain JSON object of this state."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LiveState:
        """The state of its plain JSON object. TypeError when it is another Callbox's."""
        return cls(
            **{
                **data,
                "trunks": [LiveTrunk(**row) for row in data.get("trunks", ())],
                "handsets": [LiveHandset(**row) for row in data.get("handsets", ())],
                "agents": [LiveAgent(**row) for row in data.get("agents", ())],
                "queues": [LiveQueue(**row) for row in data.get("queues", ())],
                "calls": [LiveCall(**row) for row in data.get("calls", ())],
                "campaigns": [_campaign(row) for row in data.get("campaigns", ())],
            }
        )


def _campaign(row: dict[str, Any]) -> CampaignLook:
    return CampaignLook(**{**row, "why": tuple(tuple(one) for one in row.get("why", ()))})
