"""What the proof measured, in the form of bench/results.json."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[3] / "bench" / "results.json"
GOALS: dict[str, tuple[str, float | None]] = {  # unit, goal (less is better)
    "image.build_s": ("s", None),
    "image.compressed_mb": ("MB", 450),
    "image.multi_user_s": ("s", None),
    "image.multi_user_bare_s": ("s", None),
    "image.answers_calls_s": ("s", None),
    "image.slower_than_bare_s": ("s", 10),
    "image.page_s": ("s", None),
    "image.pss_mb": ("MB", 160),
}


def keep(values: dict[str, float]) -> None:
    """Put the figures in the place of older ones of the same name."""
    known = {row["name"]: row for row in json.loads(RESULTS.read_text("utf-8"))}
    for name, value in values.items():
        unit, goal = GOALS.get(name, ("MB", None))
        known[name] = {
            "name": name,
            "value": round(value, 3),
            "unit": unit,
            "goal": goal,
            "better": "less",
            "met": goal is None or value <= goal,
            "peer": None,
            "runs": 1,
            "spread": [round(value, 3), round(value, 3)],
        }
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps([known[name] for name in sorted(known)], indent=1) + "\n", "utf-8")
    part.replace(RESULTS)
