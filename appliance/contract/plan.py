"""What the core is told to do: settings as the core needs them, already checked, without a word of storage.

`config.plan` makes a `Plan` of validated settings; the core takes a new one whole (`System.apply`) and
goes on with calls in progress. Durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from appliance.contract.media import Prompt


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a route is open: spans of local time by weekday (0 = Monday); no span at all means always."""

    timezone: str = "UTC"
    spans: tuple[tuple[int, time, time], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a key of the menu does: `kind` "queue" | "agent" | "repeat" | "hangup", with its target's id."""

    kind: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """Greeting, one menu, and where the caller goes; `fallback` is taken after the last failed try."""

    name: str
    greeting: Prompt
    menu: Prompt = ()
    choices: dict[str, Choice] = field(default_factory=dict)
    digit_seconds: float = 5.0
    tries: int = 3
    invalid: Prompt = ()
    fallback: Choice = field(default_factory=lambda: Choice("hangup"))
    goodbye: Prompt = ()


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue: its agents are those whose plan names it."""

    name: str
    label: str
    strategy: str = "longest_idle"
    ring_seconds: float = 20.0
    retry_seconds: float = 5.0  # before an agent who did not answer or declined is offered a call again
    wrap_up_seconds: float = 10.0
    maximum_wait_seconds: float = 600.0
    music: str = "music/default"
    welcome: Prompt = ()
    overflow: Choice = field(default_factory=lambda: Choice("hangup"))
    record: bool = True


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """A person who takes calls. `handset` is the usual one; logging in at another moves the agent there."""

    id: str  # digits, as keyed at login
    name: str
    pin_hash: str  # checked through `System`'s injected pin checker
    handset: str | None
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandsetPlan:
    """A telephone inside and what it may do."""

    name: str
    label: str
    trunk_group: str | None = "outside"


@dataclass(frozen=True, slots=True)
class TrunkPlan:
    """An outside line, the flow its callers hear, and the hours."""

    name: str
    label: str
    flow: str
    hours: OpeningHours = field(default_factory=OpeningHours)
    closed: Prompt = ()
    kind: str = ""  # "gsm", "voice_modem", "sip": for the page only


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the core needs to know. Names are unique within their kind."""

    country: str = "US"
    language: str = "en"
    trunks: dict[str, TrunkPlan] = field(default_factory=dict)
    handsets: dict[str, HandsetPlan] = field(default_factory=dict)
    agents: dict[str, AgentPlan] = field(default_factory=dict)
    queues: dict[str, QueuePlan] = field(default_factory=dict)
    flows: dict[str, FlowPlan] = field(default_factory=dict)
    trunk_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    emergency_numbers: frozenset[str] = frozenset({"112", "911", "999", "000"})
    outside_prefix: str = ""  # digit(s) some offices dial first; emergency numbers go with and without it
    maximum_call_seconds: float = 4 * 3600.0
    silence_seconds: float = 60.0  # an outside line silent for so long is released
    dial_seconds: float = 60.0  # an outbound call not answered by then is given up
    answer_inference_seconds: float = 15.0  # loop start: no tone heard for so long after dialling = answered
    record: bool = True
    recording_notice: Prompt = ()
    star_codes: dict[str, str] = field(
        default_factory=lambda: {
            "*50": "login",
            "*51": "logout",
            "*52": "break",
            "*53": "available",
            "*54": "end_wrap_up",
            "*78": "do_not_disturb_on",
            "*79": "do_not_disturb_off",
        }
    )
