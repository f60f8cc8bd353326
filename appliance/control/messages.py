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

MAX_BODY_BYTES = 1_000_000


class Verb(StrEnum):
    """All there is to ask of the core. Arguments -> answer."""

    LIVE = "live"  # {} -> LiveState
    SETTINGS_GET = (
        "settings.get"  # {} -> {"version": int, "settings": {...}} (secrets included: the socket is private)
    )
    SETTINGS_SAVE = "settings.save"  # {"version": int, "settings": {...}, "who": str} -> {"version": int}; 409 when another save came first
    SETTINGS_VERSIONS = "settings.versions"  # {} -> {"versions": [{"version","when","who","summary"}]}
    SETTINGS_RESTORE = "settings.restore"  # {"version": int, "who": str} -> {"version": int}
    PROMPT_UPLOAD = (
        "prompt.upload"  # {"path": str} file in the spool folder -> {"upload": id, "seconds": float}
    )
    PROMPT_PREVIEW = "prompt.preview"  # {"text": str, "language": str} -> {"path": str} of the rendered WAV
    AGENT_STATUS = "agent.status"  # {"agent": id, "status": "logged_out|available|on_break", "pause_code": str|null, "handset": str|null}
    CALL_RELEASE = "call.release"  # {"call": id} -> {}
    TRUNK_RESET = "trunk.reset"  # {"trunk": name} -> {} start the recovery ladder now
    TRUNK_FAULTS = (
        "trunk.faults"  # {"trunk": name} -> {"black_box": [str]} last 4 KB of dialogue, digits masked
    )
    ADMIN_HASH = "admin.hash"  # {} -> {"hash": str} argon2id of the admin's password
    ADMIN_PASSWORD = "admin.password"  # {"hash": str, "who": str} -> {}
    VERSION = "version"  # {} -> {"version": str}


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


@dataclass(slots=True)
class LiveQueue:
    """A queue; `longest_wait` seconds."""

    name: str
    label: str
    waiting: int
    longest_wait: float
    agents_available: int


@dataclass(slots=True)
class LiveCall:
    """A call in progress; `stage` is a word: ringing, greeting, menu, waiting, offering, talking, held, dialling."""

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


@dataclass(slots=True)
class LiveState:
    """All the live page shows. `at` is UTC, ISO 8601; `notes` are sentences the admin should see."""

    at: str
    simulated: bool = False
    trunks: list[LiveTrunk] = field(default_factory=list)
    handsets: list[LiveHandset] = field(default_factory=list)
    agents: list[LiveAgent] = field(default_factory=list)
    queues: list[LiveQueue] = field(default_factory=list)
    calls: list[LiveCall] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The plain JSON object of this state."""
        return asdict(self)
