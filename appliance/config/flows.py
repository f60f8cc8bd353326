"""What callers hear before a person answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from appliance.config.fields import ChoiceSettings, Label, Name, PromptText
from appliance.config.model import Model


class FlowSettings(Model):
    """What an outside caller hears first: a greeting, then one menu."""

    name: Name
    label: Label
    greeting: PromptText = Field(default_factory=lambda: PromptText(text="Welcome. Thank you for calling."))
    menu: PromptText = Field(default_factory=PromptText)
    choices: dict[Annotated[str, Field(pattern=r"^[0-9*#]$")], ChoiceSettings] = Field(default_factory=dict)
    digit_seconds: float = Field(default=5.0, ge=1, le=30)
    tries: int = Field(default=3, ge=1, le=10)
    invalid: PromptText = Field(default_factory=lambda: PromptText(text="Sorry, that is not a choice."))
    fallback: ChoiceSettings = Field(default_factory=lambda: ChoiceSettings(kind="hangup"))
    goodbye: PromptText = Field(default_factory=lambda: PromptText(text="Goodbye."))
