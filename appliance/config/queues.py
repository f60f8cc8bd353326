"""Queues and the agents who take their calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from appliance.config.fields import ChoiceSettings, Extension, Label, Name, PromptText
from appliance.config.model import Model

Strategy = Literal[
    "longest_idle",
    "ring_all",
    "ring_progressively",
    "round_robin",
    "top_down",
    "fewest_calls",
    "least_talk_time",
    "random",
    "weighted_random",
    "skills",
]
#: Levels of skills by name. An agent who is not said to have a skill has level 0 of it.
Skills = Annotated[dict[Name, Annotated[int, Field(ge=0, le=10)]], Field(max_length=30)]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class TierSettings(Model):
    """An agent's place in a queue."""

    level: int = Field(default=1, ge=1, le=20, description="Lower levels are asked first")
    position: int = Field(default=1, ge=1, le=1000, description="Order within the level")
    weight: int = Field(default=1, ge=1, le=100, description="Share of calls, for weighted_random")


class AgentSettings(Model):
    """A person who takes calls."""

    id: str = Field(pattern=r"^[0-9]{2,6}$", description="Agent number, keyed at login")
    name: Label
    pin_hash: str = Field(default="", max_length=200, description="argon2id; set through the page")
    handset: Extension | None = None
    queues: list[Name] = Field(default_factory=list)
    skills: Skills = Field(default_factory=dict)
    tiers: dict[Name, TierSettings] = Field(
        default_factory=dict, description="Places in queues, by queue; level 1 where there is none"
    )
    wrap_up_seconds: float | None = Field(default=None, ge=0, le=3600, description="Instead of the queue's")
    supervisor: bool = Field(default=False, description="May listen to, speak into and take over calls")
    maximum_calls_an_hour: int = Field(default=0, ge=0, le=200, description="Queue calls; 0: no limit")
    always: bool = Field(
        default=False, description="At their own handset without logging in; somebody else may log in there"
    )
    outside_number: str = Field(
        default="",
        pattern=r"^(\+?[0-9*#]{1,32})?$",
        description="A telephone outside at which they may log in; only key 1 takes a call there",
    )
    outside_group: Name = Field(default="outside", description="The lines on which it is called")
    accept_seconds: float = Field(
        default=12.0, ge=4, le=60, description="Outside, for key 1 after the answer"
    )
    outside_dials: bool = Field(
        default=False, description="From there callers may be passed on to numbers outside, on the same lines"
    )
    whisper: bool = Field(default=True, description="Hears queue and wait, where the queue says them")


class QueueSettings(Model):
    """Callers who wait for an agent."""

    name: Name
    label: Label
    number: Extension | None = Field(default=None, description="Dialled inside to reach this queue")
    strategy: Strategy = "longest_idle"
    ring_seconds: float = Field(default=20.0, ge=5, le=120)
    ring_step_seconds: float = Field(
        default=5.0, ge=1, le=60, description="ring_progressively: one more agent is rung after so long"
    )
    retry_seconds: float = Field(
        default=5.0, ge=0, le=300, description="Pause before an agent who missed a call is rung again"
    )
    reject_seconds: float | None = Field(
        default=None, ge=0, le=3600, description="The same after an agent declined"
    )
    busy_seconds: float | None = Field(
        default=None, ge=0, le=3600, description="The same after a busy handset"
    )
    no_answer_seconds: float | None = Field(
        default=None, ge=0, le=3600, description="The same after a handset rang in vain"
    )
    pause_after_misses: int = Field(
        default=0, ge=0, le=20, description="Calls missed in a row until the agent gets a break; 0: never"
    )
    wrap_up_seconds: float = Field(default=10.0, ge=0, le=600)
    music: str = Field(default="music/default", pattern=r"^(music|upload)/[A-Za-z0-9_.-]{1,80}$")
    record: bool = True

    head_start_seconds: float = Field(
        default=0.0, ge=0, le=7200, description="Callers count as having waited so much longer"
    )
    vip_seconds: float = Field(default=300.0, ge=0, le=7200, description="The same, for important customers")
    weight: float = Field(default=1.0, ge=0.1, le=10, description="How much a second of waiting counts")

    skills: Skills = Field(default_factory=dict, description="Levels every caller of this queue needs")
    relax_seconds: float = Field(
        default=0.0, ge=0, le=3600, description="Needed levels fall each time so long was waited; 0: never"
    )
    relax_levels: int = Field(default=1, ge=1, le=10, description="By so much")
    widen_seconds: float = Field(
        default=0.0, ge=0, le=3600, description="The next level of agents is asked after so long; 0: at once"
    )
    sticky_seconds: float = Field(
        default=0.0, ge=0, le=600, description="The caller's own or last agent is waited for so long"
    )

    welcome: PromptText = Field(default_factory=PromptText)
    comfort: PromptText = Field(default_factory=PromptText)
    comfort_seconds: float = Field(default=0.0, ge=0, le=3600, description="How often it is said; 0: never")
    say_position: bool = False
    say_wait: bool = Field(default=False, description="Said only when it is known well enough")
    say_seconds: float = Field(default=60.0, ge=15, le=3600, description="How often place and wait are said")
    exits: dict[Key, ChoiceSettings] = Field(default_factory=dict, description="Where keys lead")

    maximum_wait_seconds: float = Field(default=600.0, ge=10, le=7200)
    maximum_waiting: int = Field(default=0, ge=0, le=200, description="Callers who may wait; 0: no limit")
    overflow: ChoiceSettings = Field(default_factory=lambda: ChoiceSettings(kind="hangup"))
    overflow_message: PromptText = Field(default_factory=PromptText)
    join: Literal["always", "logged_in", "available"] = "always"
    leave: Literal["never", "logged_in", "available"] = "never"
    unstaffed: ChoiceSettings | None = Field(default=None, description="None: as overflow")
    closing: ChoiceSettings | None = Field(default=None, description="None: who waits, stays")
    return_minutes: float = Field(
        default=0.0, ge=0, le=240, description="Who was cut off keeps the place so long; 0: not at all"
    )
    escalate_to: Name | None = Field(default=None, description="The queue of the next tier of support")
    whisper: bool = Field(
        default=False,
        description="Agents hear queue and wait before they are joined with the caller; a key skips it",
    )

    callback_key: Annotated[str, Field(pattern=r"^[0-9*#]?$")] = Field(
        default="", description="Callers press it to be called back; empty: not by key"
    )
    callback_wait_seconds: float = Field(
        default=0.0, ge=0, le=7200, description="Offered when the wait is or will be so long; 0: not offered"
    )
    callback_group: Name = Field(
        default="outside", description="Lines for callbacks; one of them is kept free for each promise"
    )
    callback_most: int = Field(
        default=0, ge=0, le=48, description="Callbacks promised at once; 0: as many as there are lines"
    )
    callback_tries: int = Field(default=3, ge=1, le=10, description="Tries until it is given up")
    callback_retry_seconds: float = Field(default=600.0, ge=5, le=86400, description="Between two tries")
    callback_abroad: bool = Field(default=False, description="Call numbers of other countries back")
    callback_text: bool = Field(
        default=True, description="Send a text message with the promise where a line can send one"
    )
