"""The published schema is the one the box goes by."""

from __future__ import annotations

import json
from collections.abc import Iterator

from appliance.config.defaults import defaults
from appliance.config.flow_nodes import KINDS
from appliance.config.flow_schema import PLACE, flow_schema
from appliance.config.schema import dump


def test_the_published_schema_is_current() -> None:
    """Else: python -m appliance.config.flow_schema."""
    assert PLACE.read_text(encoding="utf-8") == flow_schema()


def test_it_knows_every_kind_and_every_field_of_the_first_flow() -> None:
    schema = json.loads(flow_schema())
    (nodes,) = schema["properties"]["nodes"]["patternProperties"].values()
    kinds = nodes["discriminator"]["mapping"]
    assert set(kinds) == set(KINDS)
    flow = dump(defaults())["flows"][0]
    assert set(flow) == set(schema["properties"])
    for node in flow["nodes"].values():
        known = schema["$defs"][kinds[node["kind"]].rpartition("/")[2]]["properties"]
        assert set(node) <= set(known)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_reference_leads_somewhere() -> None:
    schema = json.loads(flow_schema())
    found = set(_references(schema))
    assert found and found <= {f"#/$defs/{name}" for name in schema["$defs"]}
