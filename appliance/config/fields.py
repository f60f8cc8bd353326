"""Kinds of fields that several rooms of the settings share."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from appliance.config.model import Model

Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$", description="Short name: small letters, digits, - and _")
]
Label = Annotated[str, Field(min_length=1, max_length=60)]
Extension = Annotated[
    str, Field(pattern=r"^[1-9][0-9]{1,5}$", description="Extension: 2 to 6 digits, no leading 0")
]
Number = Annotated[str, Field(pattern=r"^\+?[0-9*#]{1,32}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class PromptText(Model):
    """What callers hear: typed text spoken on the box, or an uploaded recording, which wins when set."""

    text: str = Field(default="", max_length=1000, description="Spoken by the box")
    upload: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{16,64}$", description="Id of an uploaded recording"
    )


class ChoiceSettings(Model):
    """Where a key leads."""

    kind: Literal["queue", "agent", "flow", "voicemail", "repeat", "hangup"]
    target: str = ""


class DaySpan(Model):
    """Open from `start` to `end` on `day` (0 = Monday)."""

    day: int = Field(ge=0, le=6)
    start: time
    end: time

    @model_validator(mode="after")
    def _in_order(self) -> DaySpan:
        closes_after(self.start, self.end)
        return self


def closes_after(opening: time | str, closing: time | str) -> None:
    """Times of a day, both as `time` or both as "HH:MM"; ValueError when they are the wrong way round."""
    if str(closing) <= str(opening):
        raise ValueError("The closing time must be after the opening time.")
