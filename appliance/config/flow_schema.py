"""The published schema of flows: `python -m appliance.config.flow_schema` writes docs/flow.schema.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from appliance.config.flows import FlowSettings

PLACE = Path(__file__).parents[2] / "docs" / "flow.schema.json"


def flow_schema() -> str:
    """The schema as it is to stand in the file (JSON Schema 2020-12)."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Callbox call flow",
        **{name: value for name, value in FlowSettings.model_json_schema().items() if name != "title"},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    PLACE.write_text(flow_schema(), encoding="utf-8")
    sys.stdout.write(f"{PLACE} is written.\n")
