"""How sure a recognition is: small decision trees whose sum is a log-odds, read from a plain table.

`confidence.json` is made by `python -m bench.speech.calibrate`; what it was made from and what it is worth
says `confidence.md` beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True)
class Confidence:
    """`trees` hold nodes: [feature, threshold, left, right, 0] or [-1, 0, 0, 0, value]; left is at most."""

    features: tuple[str, ...]
    start: float
    trees: tuple[tuple[tuple[float, ...], ...], ...]
    sure: float  # from this on the word is taken
    ask: float  # from this on the caller is asked

    @classmethod
    def shipped(cls, path: Path = SHIPPED) -> Confidence:
        """The table that was shipped."""
        table: dict[str, Any] = json.loads(path.read_text("utf-8"))
        trees = tuple(tuple(tuple(node) for node in tree) for tree in table["trees"])
        return cls(tuple(table["features"]), table["start"], trees, table["sure"], table["ask"])

    def of(self, features: Sequence[float]) -> float:
        """The probability that the word is right."""
        total = self.start + sum(_leaf(tree, features) for tree in self.trees)
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def _leaf(tree: Sequence[Sequence[float]], features: Sequence[float]) -> float:
    node = tree[0]
    while node[0] >= 0:
        node = tree[int(node[2 if features[int(node[0])] <= node[1] else 3])]
    return node[4]
