"""Queues and the agents who take their calls."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from appliance.config.fields import ChoiceSettings, Extension, Label, Name, PromptText
from appliance.config.model import Model


class AgentSettings(Model):
    """A person who takes calls."""

    id: str = Field(pattern=r"^[0-9]{2,6}$", description="Agent number, keyed at login")
    name: Label
    pin_hash: str = Field(default="", max_length=200, description="argon2id; set through the page")
    handset: Extension | None = None
    queues: list[Name] = Field(default_factory=list)


class QueueSettings(Model):
    """Callers who wait for an agent."""

    name: Name
    label: Label
    strategy: Literal["longest_idle"] = "longest_idle"
    ring_seconds: float = Field(default=20.0, ge=5, le=120)
    retry_seconds: float = Field(
        default=5.0, ge=0, le=300, description="Pause before an agent who missed a call is rung again"
    )
    wrap_up_seconds: float = Field(default=10.0, ge=0, le=600)
    maximum_wait_seconds: float = Field(default=600.0, ge=10, le=7200)
    music: str = Field(default="music/default", pattern=r"^(music|upload)/[A-Za-z0-9_.-]{1,80}$")
    welcome: PromptText = Field(default_factory=PromptText)
    overflow: ChoiceSettings = Field(default_factory=lambda: ChoiceSettings(kind="hangup"))
    record: bool = True
