"""What a campaign says where no agent speaks: settings, and what of them cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from appliance.config.fields import Name
from appliance.config.flow_lint import wrong_slots
from appliance.config.flow_nodes import Key, Words
from appliance.config.model import Model


class OutreachSettings(Model):
    """Texts may hold {lead.name}, {lead.amount_due} and such, {campaign.company}, {campaign.number} and
    {campaign.key}.
    """

    company: str = Field(
        default="", max_length=60, description="Who calls, as it is said; empty: the box's name"
    )
    number: str = Field(
        default="",
        pattern=r"^(\+[1-9][0-9]{6,14})?$",
        description="Said as the number to call back; empty: the one that is shown",
    )
    key: Key = Field(default="9", description="For not being called again")
    everywhere: bool = Field(default=True, description="The key counts for every campaign")
    flow: Name | None = Field(default=None, description="What people hear where no agent speaks")
    flow_seconds: int = Field(default=180, ge=10, le=900, description="The longest time in it")
    dropped: Words = Field(
        default_factory=Words, description="When no agent is free; empty: the box's own words"
    )
    leave_message: bool = Field(default=False, description="Machines are spoken to, where the law lets them")
    machine: Words = Field(default_factory=Words, description="Said after the beep")
    machine_seconds: int = Field(default=60, ge=5, le=180, description="The longest such message")
    beep_seconds: int = Field(default=30, ge=5, le=60, description="How long the beep is waited for")
    left_is_done: bool = Field(default=False, description="Who was left a message is not called again")


def problems_of(row: Mapping[str, Any], path: str, flows: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with one campaign's, of any data: path -> sentence. `flows` by their names, as they stand
    in the settings."""
    talk = row.get("outreach")
    if not isinstance(talk, Mapping):
        return
    flow = talk.get("flow")
    if isinstance(flow, str) and flow not in flows:
        yield f"{path}.outreach.flow", f"There is no flow {flow}."
    elif isinstance(flow, str):
        codes = {str(one.get("code")) for one in _rows(row.get("dispositions"))}
        found = set(_codes(flows[flow]))
        for code in sorted(found - codes):
            yield f"{path}.outreach.flow", f"The flow finds the outcome {code}, which this campaign has not."
        if not found and row.get("method") in ("survey", "reminder"):
            yield f"{path}.outreach.flow", "No key of this flow leads to an outcome to be counted."
        if _taken(flows[flow], talk.get("key", "9")):
            yield f"{path}.outreach.key", "This key is an answer to a question of the flow: choose another."
    for name in ("dropped", "machine"):
        for slot in wrong_slots(_texts(talk.get(name))):
            yield f"{path}.outreach.{name}", f"{{{slot}}} is no field; {{lead.name}} is one."
    if talk.get("leave_message") is True and not any(_texts(talk.get("machine"))):
        yield f"{path}.outreach.machine", "There is nothing to say after the beep."


def _rows(data: object) -> list[Mapping[str, Any]]:
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def _codes(flow: object) -> Iterator[str]:
    """The outcomes a flow finds."""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    for node in nodes.values() if isinstance(nodes, Mapping) else ():
        if isinstance(node, Mapping) and node.get("kind") == "outcome" and isinstance(node.get("code"), str):
            yield node["code"]


def _taken(flow: object, key: object) -> bool:
    """Is the key that ends all calls an answer in one of the flow's menus, and leads elsewhere?"""
    nodes = flow.get("nodes") if isinstance(flow, Mapping) else None
    known = nodes if isinstance(nodes, Mapping) else {}
    for node in known.values():
        keys = node.get("keys") if isinstance(node, Mapping) else None
        told = keys.get(key) if isinstance(keys, Mapping) and isinstance(key, str) else None
        to = told.get("to") if isinstance(told, Mapping) else None
        led = known.get(to) if isinstance(to, str) else None
        if isinstance(led, Mapping) and led.get("kind") != "opt_out":
            return True
    return False


def _texts(words: object) -> list[str]:
    """What is said, in every language; a recording counts as its name."""
    if not isinstance(words, Mapping):
        return []
    others = words.get("languages")
    told = [words, *(others.values() if isinstance(others, Mapping) else ())]
    said = [one.get("text") or one.get("upload") for one in told if isinstance(one, Mapping)]
    return [text for text in said if isinstance(text, str) and text.strip()]
