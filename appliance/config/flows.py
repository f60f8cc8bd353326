"""What callers hear before a person answers: flows of named nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, field_validator

from appliance.config.fields import Extension, Label, Name
from appliance.config.flow_nodes import LIKE, AnyNode, Exit, Key, NodeName, Way, Words
from appliance.config.model import Model

MOST_NODES = 500


class FlowSettings(Model):
    """A flow: callers begin at `start` and go from node to node by their exits."""

    name: Name
    label: Label
    start: NodeName
    otherwise: Exit = Field(default="", description="Where callers go when a node does not say what then")
    number: Extension | None = Field(default=None, description="Dialled inside to reach this flow")
    dial_out: bool = Field(default=False, description="May ring numbers outside, which costs money")
    anywhere: dict[Key, Exit] = Field(
        default_factory=dict, description="Keys that lead to a node from everywhere in the flow"
    )
    nodes: dict[NodeName, AnyNode] = Field(min_length=1, max_length=MOST_NODES)

    def words(self, name: str) -> Words:
        """What a node says. KeyError where it says nothing."""
        said = getattr(self.nodes[name], "prompt", None)
        if not isinstance(said, Words):
            raise KeyError(name)
        return said

    def ways(self, name: str) -> Iterator[Way]:
        """The exits of a node, those for trouble led to `otherwise` where they are not set."""
        found = list(self.nodes[name].ways())
        targets = {way.exit: way.target for way in found}
        person = self.anywhere.get("0") or self.otherwise
        for way in found:
            fallback = "" if way.needed else person if way.exit == "person" else self.otherwise
            if way.exit in LIKE:
                fallback = targets[LIKE[way.exit]]
            yield way._replace(target=way.target or fallback)


class RequestSettings(Model):
    """Other machines that flows may ask."""

    hosts: list[Annotated[str, Field(max_length=260)]] = Field(
        default_factory=list, max_length=50, description="Names or addresses, with :port where it is another"
    )

    @field_validator("hosts")
    @classmethod
    def _plain_hosts(cls, value: list[str]) -> list[str]:
        for host in value:
            if not re.fullmatch(r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(:[0-9]{1,5})?", host):
                raise ValueError(f"{host} is not the name or address of a machine.")
        return value
