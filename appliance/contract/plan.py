"""What the core is told to do: settings as the core needs them, already checked, without a word of storage.

`config.plan` makes a `Plan` of validated settings; the core takes a new one whole (`System.apply`) and
goes on with calls in progress. Durations are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.flow import FlowPlan
from appliance.contract.media import Prompt
from appliance.contract.messages import MarketingPlan, SurveyPlan, VoicemailPlan
from appliance.contract.talk import TalkPlan


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a route is open: spans of local time by weekday (0 = Monday); no span at all means always."""

    timezone: str = "UTC"
    spans: tuple[tuple[int, time, time], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a caller goes: `kind` "queue" | "agent" | "flow" | "extension" | "department" | "outside" |
    "hangup" with its target's id (`contract.flow.GoNode` says what it is for each)."""

    kind: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """One queue: its agents are those whose plan names it. A 0 or None switches off what it belongs to."""

    name: str
    label: str
    strategy: str = "longest_idle"
    ring_seconds: float = 20.0
    ring_step_seconds: float = 5.0  # ring_progressively: one more agent is rung after so long
    retry_seconds: float = 5.0  # before an agent who did not answer or declined is offered a call again
    reject_seconds: float | None = None  # the same after one outcome only; None means `retry_seconds`
    busy_seconds: float | None = None
    no_answer_seconds: float | None = None
    pause_after_misses: int = 0  # offers missed one after the other until the agent is put on a break
    wrap_up_seconds: float = 10.0
    music: str = "music/default"
    record: bool = True
    # Who is next: the head start, plus `weight` times the seconds waited.
    head_start_seconds: float = 0.0
    vip_seconds: float = 300.0  # further head start of callers who are very important
    weight: float = 1.0
    # Whom to ask.
    skills: dict[str, int] = field(default_factory=dict)  # needed of every caller of this queue, 1 to 10
    relax_seconds: float = 0.0  # each time so long was waited, needs fall by `relax_levels`, down to 1
    relax_levels: int = 1
    widen_seconds: float = 0.0  # each next level of agents is asked after so long; 0: all at once, in order
    sticky_seconds: float = 0.0  # the caller's own or last agent is waited for so long
    # What callers hear and may do.
    welcome: Prompt = ()
    comfort: Prompt = ()
    comfort_seconds: float = 0.0
    say_position: bool = False
    say_wait: bool = False
    say_seconds: float = 60.0
    exits: dict[str, Choice] = field(default_factory=dict)  # key -> where it leads
    # When it takes too long, is too full, or nobody is there.
    maximum_wait_seconds: float = 600.0
    maximum_waiting: int = 0
    overflow: Choice = field(default_factory=lambda: Choice("hangup"))
    overflow_message: Prompt = ()
    join: str = "always"  # callers come in "always", or when an agent is "logged_in" or "available"
    leave: str = "never"  # callers leave "never", or when no agent is "logged_in" or "available" any more
    unstaffed: Choice | None = None  # where callers then go; None: `overflow`
    closing: Choice | None = None  # where those go who still wait at closing time; None: they stay
    return_minutes: float = 0.0  # who was cut off and rings again within so long has the old place back
    escalate_to: str = ""  # the queue of the next tier of support
    whisper: bool = False  # agents hear queue and wait before they are joined; a key skips it
    # Being called back instead of waiting.
    callback_key: str = ""  # takes it at any time while waiting; "": not by key
    callback_wait_seconds: float = 0.0  # offered once the wait is, or is expected to be, so long; 0: not so
    callback_group: str = "outside"  # its lines carry the callbacks, one kept for each promise
    callback_most: int = 0  # promises open at once; 0: as many as there are lines
    callback_tries: int = 3
    callback_retry_seconds: float = 600.0
    callback_abroad: bool = False  # numbers of other countries, too
    callback_text: bool = True  # a text message goes with the promise where a line can send one


@dataclass(frozen=True, slots=True)
class Tier:
    """An agent's place in a queue: lower levels are asked first; `weight` counts for weighted_random."""

    level: int = 1
    position: int = 1
    weight: int = 1


@dataclass(frozen=True, slots=True)
class OutsidePlan:
    """An agent's telephone outside, called on the lines of `group`; only key 1 within `accept_seconds` of the
    answer joins the caller."""

    number: str  # as dialled
    group: str = "outside"
    accept_seconds: float = 12.0
    may_dial: bool = False  # callers may be passed on from there to numbers outside, over the same lines


def outside_seat(agent: str) -> str:
    """The name of an agent's outside telephone among the handsets."""
    return f"outside-{agent}"


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """A person who takes calls. `handset` is the usual one; logging in at another moves the agent there."""

    id: str  # digits, as keyed at login
    name: str
    pin_hash: str  # checked through `System`'s injected pin checker
    handset: str | None
    queues: tuple[str, ...] = ()
    supervisor: bool = False  # may listen to, speak into and take over the calls of others
    tiers: dict[str, Tier] = field(default_factory=dict)  # by queue; Tier() where there is none
    skills: dict[str, int] = field(default_factory=dict)  # 1 to 10; a skill not named is 0
    wrap_up_seconds: float | None = None  # instead of the queue's
    maximum_calls_an_hour: int = 0  # queue calls; 0: no limit
    outside: OutsidePlan | None = None  # they may log in at it: its name is `outside_seat(id)`
    always: bool = False  # static: at their handset without logging in, unless somebody else sits there
    whisper: bool = True  # hears the queue and the wait before the caller, where the queue says so


@dataclass(frozen=True, slots=True)
class HandsetPlan:
    """A telephone inside and what it may do."""

    name: str
    label: str
    trunk_group: str | None = "outside"
    pickup_group: str = ""  # handsets of one group pick up each other's calls by *8


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
    voicemail: dict[str, VoicemailPlan] = field(default_factory=dict)
    survey: SurveyPlan | None = None
    marketing: tuple[MarketingPlan, ...] = ()
    campaigns: dict[str, CampaignPlan] = field(default_factory=dict)
    talk: TalkPlan = field(default_factory=TalkPlan)
    star_codes: dict[str, str] = field(
        default_factory=lambda: {
            "*50": "login",
            "*51": "logout",
            "*52": "break",
            "*53": "available",
            "*54": "end_wrap_up",
            "*5": "menu",
            "*55": "extend_wrap_up",
            "*56": "disposition",
            "*57": "ring_back",
            "*58": "queue_state",
            "*59": "note",
            "*77": "hear_note",
            "*97": "messages",
            "*8": "pick_up",
            "*70": "park",
            "*71": "fetch",
            "*72": "record",
            "*73": "pause_recording",
            "*74": "conference",
            "*75": "intercom",
            "*60": "listen",
            "*61": "whisper",
            "*62": "barge",
            "*63": "take_over",
            "*64": "escalate",
            "*78": "do_not_disturb_on",
            "*79": "do_not_disturb_off",
        }
    )
