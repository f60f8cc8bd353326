"""Settings of campaigns: whom they call, when, how, and what becomes of each attempt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from appliance.config.dialer_outreach import OutreachSettings
from appliance.config.dialer_outreach import problems_of as outreach_problems
from appliance.config.dialer_script import script_problems
from appliance.config.fields import DaySpan, Label, Language, Name
from appliance.config.model import Model

Trade = Literal[
    "telemarketing",
    "lead_generation",
    "market_research",
    "satisfaction_survey",
    "appointment_setting",
    "debt_collection",
    "renewals",
    "new_product",
    "payment_reminder",
    "follow_up",
]
Method = Literal[
    "manual", "preview", "progressive", "power", "predictive", "broadcast", "survey", "reminder",
]  # fmt: skip
OutcomeName = Literal[
    "machine", "fax", "busy", "no_answer", "rejected", "unreachable", "invalid", "congestion", "line_fault",
    "silent", "dropped", "interrupted",
]  # fmt: skip
Cap = Annotated[int, Field(ge=1, le=1000)]


class CapsSettings(Model):
    """Attempts allowed; empty: none of the campaign's own. The law's caps hold beside these."""

    day: Cap | None = Field(default=None, description="In 24 hours, and on one date")
    week: Cap | None = Field(default=None, description="In 7 days")
    month: Cap | None = Field(default=None, description="In 30 days")
    life: Cap | None = Field(default=None, description="Ever")


class AgainSettings(Model):
    """When a lead is dialled again after one outcome."""

    minutes: int = Field(default=0, ge=0, le=43_200, description="Not before so many minutes")
    days: int = Field(default=0, ge=0, le=365, description="Not before so many dates later")
    other_part: bool = Field(default=False, description="At another part of the day")
    next_number: bool = Field(default=False, description="At the lead's next number, if it has one")
    never: bool = Field(default=False, description="This number is not dialled again")


class DispositionSettings(Model):
    """How an agent says the call went, and what follows."""

    code: str = Field(pattern=r"^[0-9]{1,3}$", description="Keyed on the handset")
    label: Label
    then: Literal["done", "again", "callback", "refused", "never"] = Field(
        default="done", description="refused: said no; never: goes on the own do-not-call list"
    )
    success: bool = Field(default=False, description="Counts as what the campaign is for")


class ListShare(Model):
    """A list and its weight in the mix."""

    list: str = Field(pattern=r"^[0-9a-f]{32}$", description="Id of the list")
    weight: int = Field(default=1, ge=1, le=100)


class CampaignSettings(Model):
    """One campaign."""

    name: Name
    label: Label
    trade: Trade = "telemarketing"
    matter: Literal["sales", "research", "service", "debt"] = Field(
        default="sales", description="What the law takes these calls for"
    )
    method: Method = Field(
        default="progressive", description="progressive holds an agent for each dial: nobody is ever dropped"
    )
    lists: list[ListShare] = Field(default_factory=list, max_length=20)
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = Field(
        default_factory=list, max_length=60, description="Empty: the box's own country"
    )
    queue: Name | None = Field(default=None, description="Whose agents take the calls")
    trunk_group: Name = "outside"
    caller_id: str = Field(
        default="",
        pattern=r"^(\+[1-9][0-9]{6,14})?$",
        description="Shown to the called person; must ring here",
    )
    hours: list[DaySpan] = Field(
        default_factory=list,
        max_length=50,
        description="Local time of the called place; the law's hours hold too",
    )
    order: Literal["imported", "random"] = "imported"
    fresh_first: bool = Field(default=False, description="New leads before those to be tried again")
    last_agent: bool = True
    number_caps: CapsSettings = Field(default_factory=lambda: CapsSettings(day=2, week=5))
    lead_caps: CapsSettings = Field(default_factory=CapsSettings)
    most_tries: int = Field(default=6, ge=1, le=100, description="Of one lead, whatever the outcomes")
    again: dict[OutcomeName, AgainSettings] = Field(
        default_factory=dict, description="Outcomes that are treated otherwise than usual"
    )
    consent: Literal["none", "customer", "express", "written"] = Field(
        default="none", description="Needed of every lead, where the law asks for less"
    )
    drop_limit_percent: float = Field(default=0.0, ge=0, le=3)
    language: Language | None = None
    script: str = Field(
        default="", max_length=10_000, description="Shown to the agent, as `config.dialer_script` says"
    )
    preview_seconds: int = Field(
        default=0,
        ge=0,
        le=600,
        description="How long a lead is looked at before it is dialled; 0: till told",
    )
    learning: bool = Field(default=True, description="Who is called when is learnt from the box's own calls")
    fields: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]] = Field(
        default_factory=list, max_length=30, description="Fields of a lead that agents see and fill in"
    )
    dispositions: list[DispositionSettings] = Field(default_factory=list, max_length=40)
    disposition_required: bool = True
    ratio: float = Field(default=1.5, ge=1, le=4, description="Power: calls out for each agent who waits")
    ring_seconds: int = Field(default=24, ge=15, le=90, description="How long the called telephone rings")
    machines: Literal["off", "lose_no_person", "balanced", "few_machines"] = Field(
        default="off", description="Whether answering machines are told from people, and what matters more"
    )
    wrap_up_seconds: int | None = Field(
        default=None, ge=0, le=3600, description="After a call; empty: as the queue says"
    )
    agents_percent: int = Field(
        default=100, ge=1, le=100, description="Share of its agents who wait for it; the others, for callers"
    )
    auto_answer: bool = Field(
        default=False, description="Agents' telephones that can, answer by themselves and stay connected"
    )
    first_words: bool = Field(
        default=False,
        description="Agents hear how they answered, a little faster: what was said while it was listened for "
        "machines",
    )
    outreach: OutreachSettings = Field(
        default_factory=OutreachSettings, description="What is said where no agent speaks"
    )

    @field_validator("lists")
    @classmethod
    def _each_once(cls, value: list[ListShare]) -> list[ListShare]:
        if len({share.list for share in value}) < len(value):
            raise ValueError("The same list stands here twice.")
        return value

    @field_validator("script")
    @classmethod
    def _script_leads_on(cls, value: str) -> str:
        problems = " ".join(script_problems(value))
        if problems:
            raise ValueError(problems)
        return value

    @field_validator("dispositions")
    @classmethod
    def _own_codes(cls, value: list[DispositionSettings]) -> list[DispositionSettings]:
        if len({one.code for one in value}) < len(value):
            raise ValueError("Two dispositions have the same code.")
        return value


class DialerSettings(Model):
    """Campaigns, and what holds for all of them."""

    campaigns: list[CampaignSettings] = Field(default_factory=list, max_length=40)
    other_countries: bool = Field(
        default=False,
        description="Countries whose law is not known here may be called by the strictest rules",
    )


def _list(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def problems_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What campaigns and the other settings do not agree on: path -> sentence."""
    dialer = data.get("dialer")
    rows = dialer.get("campaigns") if isinstance(dialer, Mapping) else None
    queues = [row.get("name") for row in _list(data.get("queues")) if isinstance(row, Mapping)]
    given = data.get("trunk_groups")
    groups = list(given) if isinstance(given, Mapping) and given else ["outside"]
    flows = {str(row.get("name")): row for row in _list(data.get("flows")) if isinstance(row, Mapping)}
    seen: list[object] = []  # any data may come here: what is no text need not be hashable
    for place, row in enumerate(_list(rows)):
        if not isinstance(row, Mapping):
            continue
        path = f"dialer.campaigns.{place}"
        if row.get("name") in seen:
            yield f"{path}.name", "Another campaign has this name."
        seen.append(row.get("name"))
        if row.get("queue") is not None and row.get("queue") not in queues:
            yield f"{path}.queue", f"There is no queue {row.get('queue')}."
        if row.get("trunk_group", "outside") not in groups:
            yield f"{path}.trunk_group", f"There is no group of lines {row.get('trunk_group')}."
        yield from outreach_problems(row, path, flows)
