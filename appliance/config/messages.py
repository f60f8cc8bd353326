"""Settings of voicemail, mail, the survey after a call, and call tracking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_serializer, field_validator

from appliance.config.fields import Label, Name, Number, PromptText
from appliance.config.model import Model

_HOST = r"^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:]{2,45})?$"
EMAIL = r"^([^@\s<>\"\r\n]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,188})?$"
Email = Annotated[str, Field(pattern=EMAIL)]


class MailSettings(Model):
    """The server that mail goes out by (SMTP, RFC 5321)."""

    host: str = Field(default="", pattern=_HOST, description="Name or address of the server; empty: none")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls on port 587, tls on port 465, none only within the house"
    )
    user: str = Field(default="", max_length=200)
    password: SecretStr = SecretStr("")
    sender: Email = Field(default="", description="Address the mail comes from")
    attach: Literal["opus", "wav", "none"] = Field(
        default="opus", description="How a message is attached: small (Opus), or for every player (WAV)"
    )
    keep_hours: int = Field(
        default=72, ge=1, le=720, description="A mail that cannot be sent for so long is given up"
    )

    @field_serializer("password", when_used="json")
    def _keep_password(self, value: SecretStr) -> str:
        return value.get_secret_value()

    @property
    def ready(self) -> bool:
        """Whether mail can be sent at all."""
        return bool(self.host and self.sender)


class VoicemailSettings(Model):
    """A box that callers leave messages in."""

    name: Name
    label: Label
    greeting: PromptText = Field(
        default_factory=lambda: PromptText(text="Please leave a message after the tone, then press hash.")
    )
    agent: str | None = Field(
        default=None, pattern=r"^[0-9]{2,6}$", description="Whose box it is; empty: everybody's"
    )
    email: Email = Field(default="", description="New messages are sent there; empty: nowhere")
    shortest_seconds: float = Field(default=2.0, ge=1, le=10)
    longest_seconds: float = Field(default=180.0, ge=10, le=900)
    review: bool = Field(default=True, description="Callers may hear their message and leave another one")


class QuestionSettings(Model):
    """A question of the survey."""

    name: Name
    kind: Literal["csat", "solved", "free"]
    said: PromptText


def _questions() -> list[QuestionSettings]:
    return [
        QuestionSettings(
            name="satisfied",
            kind="csat",
            said=PromptText(
                text="How satisfied are you with this call? Press 1 for not at all, up to 5 for very much. "
                "Press star to skip."
            ),
        ),
        QuestionSettings(
            name="solved",
            kind="solved",
            said=PromptText(text="Is your request settled? Press 1 for yes, 2 for no, star to skip."),
        ),
    ]


class SurveySettings(Model):
    """Questions that callers are asked after the agent has hung up."""

    enabled: bool = False
    share_percent: int = Field(default=20, ge=0, le=100, description="Share of the callers who are asked")
    seed: int = Field(default=1, ge=0, le=2**31, description="Chooses who is asked, the same at each replay")
    queues: list[Name] = Field(default_factory=list, description="Only callers of these; none: of all")
    invite: PromptText = Field(
        default_factory=lambda: PromptText(text="Please stay on the line for two short questions.")
    )
    thanks: PromptText = Field(default_factory=lambda: PromptText(text="Thank you. Goodbye."))
    questions: list[QuestionSettings] = Field(default_factory=_questions, max_length=10)

    @field_validator("questions")
    @classmethod
    def _own_names(cls, value: list[QuestionSettings]) -> list[QuestionSettings]:
        names = [question.name for question in value]
        if len(set(names)) < len(names):
            raise ValueError("Two questions have the same short name.")
        return value


Code = Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]


class MarketingSettings(Model):
    """A marketing campaign, told by the line, the number dialled or a code from the advert."""

    name: Name
    label: Label
    trunks: list[Name] = Field(default_factory=list)
    numbers: list[Number] = Field(default_factory=list, description="Numbers of ours that callers dial")
    codes: list[Code] = Field(default_factory=list, description="Codes from an advert that callers key")


def problems_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What does not fit together: path -> sentence. A wrong shape is left to the schema."""
    agents = {row.get("id") for row in _rows(data, "agents")}
    queues = {row.get("name") for row in _rows(data, "queues")}
    for place, box in enumerate(_rows(data, "voicemail")):
        if box.get("agent") and box["agent"] not in agents:
            yield f"voicemail.{place}.agent", "There is no agent of this number."
    yield from _twice("marketing", [row.get("name") for row in _rows(data, "marketing")])
    survey = data.get("survey")
    if isinstance(survey, Mapping):
        for place, queue in enumerate(survey.get("queues") or ()):
            if queue not in queues:
                yield f"survey.queues.{place}", "There is no queue of this name."
    yield from _one_campaign_each(_rows(data, "marketing"))


def _rows(data: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    rows = data.get(kind)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _twice(kind: str, names: list[Any]) -> Iterator[tuple[str, str]]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield f"{kind}.{place}.name", "There is another one of this name."


def _one_campaign_each(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[str, str], str] = {}
    for place, row in enumerate(rows):
        for kind in ("trunks", "numbers", "codes"):
            values = row.get(kind)
            for value in values if isinstance(values, list) else ():
                owner = seen.setdefault((kind, str(value)), str(row.get("name")))
                if owner != row.get("name"):
                    yield f"marketing.{place}.{kind}", f"{value} belongs to the campaign {owner} already."
