"""Every setting of the box, and the way from plain data to checked settings.

The descriptions are the page's help texts.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, cast
from zoneinfo import available_timezones

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_serializer,
    field_validator,
)

from appliance.config.care import BackupSettings, StorageSettings
from appliance.config.checks import cross_problems
from appliance.config.dialer import DialerSettings
from appliance.config.dialer import problems_of as dialer_problems
from appliance.config.fields import DaySpan, Extension, Label, Language, Name, Number, PromptText
from appliance.config.flow_menu import migrated
from appliance.config.flows import FlowSettings, RequestSettings
from appliance.config.messages import (
    MailSettings,
    MarketingSettings,
    SurveySettings,
    VoicemailSettings,
    problems_of,
)
from appliance.config.model import Model
from appliance.config.network import NetworkSettings
from appliance.config.queues import AgentSettings, QueueSettings
from appliance.config.talk import TalkSettings
from appliance.config.words import path_of, sentence
from appliance.contract.errors import SettingsError

SCHEMA_VERSION = 1


@cache
def _timezones() -> frozenset[str]:
    """Reading them takes 50 ms, and settings are checked at every save."""
    return frozenset(available_timezones())


def new_secret() -> SecretStr:
    """A SIP password nobody has to think of: 128 bits, hexadecimal."""
    return SecretStr(secrets.token_hex(16))


class GsmTrunk(Model):
    """A GSM or LTE modem on USB serial."""

    kind: Literal["gsm"] = "gsm"
    name: Name
    label: Label
    enabled: bool = True
    port: str = Field(description="AT port: a device path, best one below /dev/serial/by-path")
    audio_port: str | None = Field(
        default=None, description="Second serial port for voice (PCM), where the modem has one"
    )
    alsa_device: str | None = Field(default=None, description="Sound card of the modem, where it has one")
    family: Literal["auto", "simcom", "quectel", "huawei", "generic"] = "auto"
    pin: SecretStr | None = Field(default=None, description="SIM PIN; tried once only")
    flow: Name = "main"

    @field_validator("pin")
    @classmethod
    def _pin_digits(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[0-9]{4,8}", value.get_secret_value()):
            raise ValueError("A SIM PIN has 4 to 8 digits.")
        return value

    @field_serializer("pin", when_used="json")
    def _keep_pin(self, value: SecretStr | None) -> str | None:
        return value.get_secret_value() if value is not None else None


class VoiceModemTrunk(Model):
    """An analog line on a V.253 voice modem."""

    kind: Literal["voice_modem"] = "voice_modem"
    name: Name
    label: Label
    enabled: bool = True
    port: str = Field(description="Serial port of the modem")
    family: Literal["auto", "conexant", "usr", "generic"] = "auto"
    answer_after_rings: int = Field(
        default=2, ge=1, le=10, description="Rings before answering; caller id comes after the first"
    )
    flow: Name = "main"


class SipTrunk(Model):
    """A SIP provider, or an FXO gateway or ATA on the LAN."""

    kind: Literal["sip"] = "sip"
    name: Name
    label: Label
    enabled: bool = True
    host: str = Field(min_length=1, max_length=253, description="Name or address of the provider or gateway")
    port: int = Field(default=5060, ge=1, le=65535)
    transport: Literal["udp", "tcp"] = "udp"
    register_out: bool = Field(
        default=True, description="Register with user and password; off: known by its address"
    )
    user: str = Field(default="", max_length=64)
    password: SecretStr = SecretStr("")
    channels: int = Field(default=2, ge=1, le=16, description="Calls at once")
    flow: Name = "main"

    @field_serializer("password", when_used="json")
    def _keep_password(self, value: SecretStr) -> str:
        return value.get_secret_value()


TrunkSettings = Annotated[GsmTrunk | VoiceModemTrunk | SipTrunk, Field(discriminator="kind")]


class HandsetSettings(Model):
    """A SIP telephone or softphone that registers at the box."""

    extension: Extension
    label: Label
    secret: SecretStr = Field(default_factory=new_secret, description="SIP password, made by the box")
    trunk_group: Name | None = Field(default="outside", description="Lines it may call out on; empty: none")
    pickup_group: str = Field(
        default="", max_length=30, description="Handsets of one group pick up each other's calls by *8"
    )

    @field_validator("secret")
    @classmethod
    def _long_secret(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[0-9A-Za-z]{32,64}", value.get_secret_value()):
            raise ValueError("A handset's secret has at least 32 letters and digits; let the box make one.")
        return value

    @field_serializer("secret", when_used="json")
    def _keep_secret(self, value: SecretStr) -> str:
        return value.get_secret_value()


class HoursSettings(Model):
    """Opening hours; none at all means always open."""

    spans: list[DaySpan] = Field(default_factory=list)
    closed: PromptText = Field(
        default_factory=lambda: PromptText(text="We are closed now. Please call again later.")
    )


class BoxSettings(Model):
    """The box itself."""

    name: Label = "Callbox"
    country: str = Field(
        default="US", pattern=r"^[A-Z]{2}$", description="Country: tones, emergency and number format"
    )
    language: Language = "en"
    timezone: str = "UTC"
    outside_prefix: str = Field(default="", pattern=r"^[0-9]{0,2}$")
    emergency_numbers: list[Number] = Field(
        default_factory=lambda: ["112", "911", "999", "000"], min_length=1
    )
    maximum_call_minutes: int = Field(default=240, ge=1, le=1440)
    silence_seconds: float = Field(default=60.0, ge=5, le=600)
    answer_inference_seconds: float = Field(default=15.0, ge=3, le=60)
    record: bool = True
    recording_notice: PromptText = Field(default_factory=PromptText)
    first_setup_done: bool = False

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _timezones():
            raise ValueError("This time zone is not known. An example is Europe/Berlin.")
        return value


class WebSettings(Model):
    """The admin page."""

    admin_hash: str = Field(default="", max_length=200, description="argon2id hash of the admin password")
    admin_one_time: bool = Field(
        default=True, description="The password was made by the box and must be changed"
    )
    admin_code_used: bool = Field(
        default=False, description="The one-time code has logged in and will not do so again"
    )
    hosts: list[str] = Field(default_factory=list, description="More names of the page; see network.hosts")


def _all_outside() -> dict[str, list[str]]:
    """The trunk group of handsets when nobody chose one; empty means every trunk."""
    return {"outside": []}


class Settings(Model):
    """Everything an admin edits; one document, one version a save."""

    schema_version: Literal[1] = 1
    box: BoxSettings = Field(default_factory=BoxSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    trunks: list[TrunkSettings] = Field(default_factory=list, max_length=24)
    handsets: list[HandsetSettings] = Field(default_factory=list, max_length=64)
    agents: list[AgentSettings] = Field(default_factory=list, max_length=64)
    queues: list[QueueSettings] = Field(default_factory=list, max_length=16)
    flows: list[FlowSettings] = Field(default_factory=list, max_length=50)
    requests: RequestSettings = Field(default_factory=RequestSettings)
    hours: HoursSettings = Field(default_factory=HoursSettings)
    trunk_groups: dict[Name, list[Name]] = Field(default_factory=_all_outside)
    backup: BackupSettings = Field(default_factory=BackupSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    talk: TalkSettings = Field(default_factory=TalkSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    voicemail: list[VoicemailSettings] = Field(default_factory=list, max_length=80)
    survey: SurveySettings = Field(default_factory=SurveySettings)
    marketing: list[MarketingSettings] = Field(default_factory=list, max_length=100)
    dialer: DialerSettings = Field(default_factory=DialerSettings)


#: Shown instead of a secret that is set.
MASK = "********"
_SECRETS = frozenset({"pin", "password", "secret", "pin_hash", "admin_hash"})
_KEYS = {"trunks": "name", "handsets": "extension", "agents": "id"}
_TAGS = frozenset({"gsm", "voice_modem", "sip"})


def load(data: object) -> Settings:
    """Checked settings of plain data, as they stand in the settings file or came from the page.

    Raises SettingsError with all problems at once: path of the field ("trunks.0.flow") -> sentence.
    """
    if not isinstance(data, dict):
        raise SettingsError({"": "Settings are a set of names and values."})
    data = migrated(data)
    problems = {**cross_problems(data), **dict(problems_of(data)), **dict(dialer_problems(data))}
    try:
        settings = Settings.model_validate(data)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            path = path_of(error["loc"], _TAGS)
            if error["type"].startswith("union_tag"):
                path += ".kind"
            problems[path] = sentence(error, Settings)
        raise SettingsError(problems) from None  # pydantic's own text would show secrets
    if problems:
        raise SettingsError(problems)
    return settings


def dump(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON data, secrets included: for the settings file and the private socket."""
    return settings.model_dump(mode="json")


def masked(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON data to be shown: every secret and hash that is set reads `MASK`."""

    def mask(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: (MASK if inner else inner) if key in _SECRETS else mask(inner)
                for key, inner in value.items()
            }
        return [mask(item) for item in value] if isinstance(value, list) else value

    return cast(dict[str, Any], mask(dump(settings)))


def keep_masked(data: Mapping[str, Any], current: Settings) -> dict[str, Any]:
    """Edited data in which a secret that still reads `MASK` gets back the value it has now.

    Rows are found again by their name, extension or agent number; a renamed row needs its secret anew.
    """
    now = dump(current)
    kept = dict(data)
    for kind, key in _KEYS.items():
        rows, known = data.get(kind), {row[key]: row for row in now[kind]}
        if isinstance(rows, list):
            kept[kind] = [
                _unmask(row, known.get(row.get(key), {})) if isinstance(row, dict) else row for row in rows
            ]
    for part in ("web", "mail"):
        if isinstance(data.get(part), dict):
            kept[part] = _unmask(data[part], now[part])
    return kept


def _unmask(row: dict[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: now.get(key) if key in _SECRETS and value == MASK else value
        for key, value in row.items()
        if not (key in _SECRETS and value == MASK and key not in now)
    }
