"""How people talk: supervision, conferences, parking, hold, recording on demand, words chosen by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from appliance.config.fields import Label
from appliance.config.model import Model
from appliance.contract.talk import KeyedWord, TalkPlan

if TYPE_CHECKING:
    from appliance.config.schema import Settings

_MOST = 9  # keys 1 to 9


class TalkSettings(Model):
    """What agents and supervisors may do with calls in progress."""

    supervision_tone: Literal["none", "agent", "all"] = Field(
        default="none", description="Who hears a tone while a supervisor is in the call"
    )
    supervision_tone_seconds: float = Field(default=15.0, ge=5, le=120)
    agent_leaves_conference: Literal["end", "go_on"] = "end"
    park_slots: int = Field(default=9, ge=1, le=99)
    park_seconds: float = Field(default=60.0, ge=10, le=1800, description="Then it rings where it was parked")
    hold_reminder_seconds: float = Field(
        default=60.0, ge=0, le=1800, description="Remind of a customer on hold after so long; 0: never"
    )
    record_on_demand: bool = Field(
        default=False, description="Calls that may be recorded are, when the agent asks for it"
    )
    keys_while_talking: bool = Field(
        default=False,
        description="*1 pauses a recording, *2 begins one; *3 to *6 hold and transfer at a telephone outside",
    )
    keep_line_free: bool = Field(
        default=False, description="Agents outside are not called on the last line that is free"
    )
    wrap_up_extension_seconds: float = Field(default=60.0, ge=5, le=1800)
    breaks: list[Label] = Field(
        default_factory=list, max_length=_MOST, description="Reasons of a break, chosen by keys 1 to 9"
    )
    dispositions: list[Label] = Field(
        default_factory=list, max_length=_MOST, description="How a call went, chosen by keys 1 to 9"
    )


def talk_plan(settings: Settings) -> TalkPlan:
    """As the core knows it; queues and flows with a number of their own may be dialled inside."""
    talk = settings.talk
    numbers = {queue.number: ("queue", queue.name) for queue in settings.queues if queue.number}
    numbers |= {flow.number: ("flow", flow.name) for flow in settings.flows if flow.number}
    return TalkPlan(
        supervision_tone=talk.supervision_tone,
        supervision_tone_seconds=talk.supervision_tone_seconds,
        agent_leaves_conference=talk.agent_leaves_conference,
        park_slots=talk.park_slots,
        park_seconds=talk.park_seconds,
        hold_reminder_seconds=talk.hold_reminder_seconds,
        record_on_demand=talk.record_on_demand,
        keep_line_free=talk.keep_line_free,
        keys={"*1": "pause_recording", "*2": "record"} if talk.keys_while_talking else {},
        wrap_up_extension_seconds=talk.wrap_up_extension_seconds,
        numbers=numbers,
        breaks=_keyed(talk.breaks),
        dispositions=_keyed(talk.dispositions),
    )


def _keyed(words: Sequence[str]) -> tuple[KeyedWord, ...]:
    return tuple(KeyedWord(str(key), word, word) for key, word in enumerate(words, 1))


def number_problems(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> dict[str, str]:
    """Every number that handsets dial means one thing."""
    found: dict[str, str] = {}
    taken = {number: f"handset {number}" for number in names.get("handsets", [])}
    taken |= {number: f"agent {number}" for number in names.get("agents", [])}
    for kind, word in (("queues", "queue"), ("flows", "menu")):
        rows = data.get(kind)
        for place, row in enumerate(rows if isinstance(rows, list) else []):
            number = row.get("number") if isinstance(row, Mapping) else None
            if not isinstance(number, str) or not number:
                continue
            if number in taken:
                found[f"{kind}.{place}.number"] = f"{number} is the number of {taken[number]} already."
            taken.setdefault(number, f"{word} {row.get('name')}")
    return found
