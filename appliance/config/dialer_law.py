"""The country templates of the compliance gate: `dialer_countries.json` with its sources, as the core takes
them.

Sources were looked at on the date in the file, partly through secondary pages; whoever calls is answerable
for the law of the day, and may set stricter limits in each campaign. A test holds that every template is
whole and cites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

from appliance.contract.dialling import Caps, Consent, CountryRules, Hours, Matter

FILE = Path(__file__).with_name("dialer_countries.json")
ELSEWHERE = "*"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def templates() -> Mapping[str, CountryRules]:
    """Every template by its country; that of the others under `ELSEWHERE`."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _rules(name, row, data["checked"]) for name, row in data["countries"].items()}


def spans_of(text: str) -> list[tuple[int, time, time]]:
    """ "mon-fri 09:00-20:00" as spans. ValueError when it is no such text."""
    days, _, hours = text.partition(" ")
    first, _, last = days.partition("-")
    start, _, end = hours.partition("-")
    begin, stop = _DAYS.index(first), _DAYS.index(last or first)
    return [(day, time.fromisoformat(start), time.fromisoformat(end)) for day in range(begin, stop + 1)]


def _rules(name: str, row: Mapping[str, Any], checked: str) -> CountryRules:
    return CountryRules(
        country="" if name == ELSEWHERE else name,
        hours={Matter(matter): _hours(row, matter) for matter in row["hours"]},
        consent=_consents(row["consent"]),
        business=_consents(row["business"]),
        recorded=Consent[row["recorded"].upper()],
        lists=tuple(row["lists"]),
        list_days=row.get("list_days", 30),
        list_waiver=Consent[row.get("list_waiver", "express").upper()],
        caps=Caps(**row["caps"]),
        refusal_days=row.get("refusal_days", 0),
        machine_hours=row.get("machine_hours", 0.0),
        mobile_caller_id=row.get("mobile_caller_id", True),
        sources=tuple(row["sources"]),
        checked=checked,
    )


def _hours(row: Mapping[str, Any], matter: str) -> Hours:
    spans = [span for text in row["hours"][matter] for span in spans_of(text)]
    return Hours(tuple(spans), matter in row["holidays"])


def _consents(row: Mapping[str, str]) -> dict[Matter, Consent]:
    return {Matter(matter): Consent[level.upper()] for matter, level in row.items()}
