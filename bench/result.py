"""One measured figure, its goal, and how it is printed and kept."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, Literal, TypedDict


class Result(TypedDict):
    """A line of bench/results.json. `spread` is [smallest, largest] of the runs' values."""

    name: str
    value: float
    unit: str
    goal: float
    better: Literal["less", "more"]
    met: bool
    peer: float | None
    runs: int
    spread: list[float]


def result(
    name: str,
    values: Sequence[float],
    unit: str,
    goal: float,
    better: Literal["less", "more"] = "less",
    peer: float | None = None,
) -> Result:
    """The median of the runs' values against the goal."""
    value = statistics.median(values)
    met = value <= goal if better == "less" else value >= goal
    return Result(
        name=name,
        value=round(value, 3),
        unit=unit,
        goal=goal,
        better=better,
        met=met,
        peer=peer,
        runs=len(values),
        spread=[round(min(values), 3), round(max(values), 3)],
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def must_miss(control: Result) -> Result:
    """A control run that meets its goal says that nothing was measured."""
    if control["met"]:
        raise RuntimeError(f"The control run {control['name']} met its goal: the figures mean nothing.")
    return control


def table(results: Sequence[dict[str, Any] | Result]) -> str:
    """The results as people read them."""
    head = f"{'figure':38} {'value':>10} {'unit':<10} {'goal':>10}  {'':7} {'peer':>9}  spread"
    rows = [head, "-" * len(head)]
    for found in results:
        sign = "<=" if found["better"] == "less" else ">="
        peer = "-" if found["peer"] is None else f"{found['peer']:g}"
        low, high = found["spread"] if found["spread"] else ("", "")
        verdict = "met" if found["met"] else "MISSED"
        rows.append(
            f"{found['name']:38} {found['value']:>10g} {found['unit']:<10} {sign}{found['goal']:>8g}  "
            f"{verdict:7} {peer:>9}  {low} .. {high} ({found['runs']} runs)"
        )
    return "\n".join(rows)
