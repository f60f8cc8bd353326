"""How people talk: supervision, conference, parking, hold and recording, as the core needs to know it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KeyedWord:
    """A word that is chosen by key on a handset, such as the reason of a break: what is stored, and said."""

    key: str  # 1 to 9
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class TalkPlan:
    """Settings of everything that goes on while people talk. Durations are seconds."""

    #: Who hears the tone that the law may want while a supervisor is in a call: "none", "agent", "all".
    supervision_tone: str = "none"
    supervision_tone_seconds: float = 15.0
    #: What becomes of a conference whose agent has gone: "end", or "go_on" while two parties are left.
    agent_leaves_conference: str = "end"
    park_slots: int = 9  # numbered from 1
    park_seconds: float = 60.0  # then it rings where it was parked
    #: A customer on hold for so long is brought to mind, and again after as long; 0: never.
    hold_reminder_seconds: float = 60.0
    #: Outside calls are recorded only when the agent asks for it.
    record_on_demand: bool = False
    #: What an agent may key while talking: "record" and "pause_recording" by their keys; none by default.
    #: Where there are some, a telephone outside also has `core.acd.bridge.CODES`.
    keys: dict[str, str] = field(default_factory=dict)
    #: Agents are not called outside on the last line that is free.
    keep_line_free: bool = False
    #: One press of the star code adds so much time after a call.
    wrap_up_extension_seconds: float = 60.0
    #: Numbers that handsets may dial or transfer to: kind "queue" | "flow", and its name.
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    breaks: tuple[KeyedWord, ...] = ()
    dispositions: tuple[KeyedWord, ...] = ()
