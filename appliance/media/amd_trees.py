"""Boosted trees as a plain table, and their walker: the sum of the leaves is the log-odds of a machine.

`amd_trees.txt` is made by `python -m bench.amd.train`; docs/amd-model.md says of what, and what it is worth.
Its lines: `callbox-amd 1`, `features` and their names, `start` and the first log-odds, then, in a table of
who answered, for each wish of a campaign `wish`, its name, and its limits (see `Limits`); then for each tree
`tree`, and its nodes in order, each before those under it: a feature's number and a limit (left when the
feature is at most that), or `leaf` and a value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from appliance.contract.answering import AnswerWish

SHIPPED = Path(__file__).with_name("amd_trees.txt")
Node = tuple["int", float, "Node", "Node"] | float


class TableError(ValueError):
    """The table is not one, or not whole."""


@dataclass(frozen=True, slots=True)
class Limits:
    """At or over the probability `machine` it is a machine, `late` so shortly before the latest time.

    `person` are seconds of quiet, rising, and the probability of a machine at or under which it is a person
    after so much quiet.
    """

    machine: float
    late: float
    person: tuple[tuple[float, float], ...]

    def person_after(self, quiet: float) -> float:
        """The probability for so many seconds; under 0 when it is too soon."""
        found = -1.0
        for least, limit in self.person:
            if quiet + 1e-9 >= least:
                found = limit
        return found


@dataclass(frozen=True, slots=True)
class Trees:
    """What was shipped. `features` are the names `of` wants values for, in order."""

    features: tuple[str, ...]
    start: float
    wishes: dict[AnswerWish, Limits]
    trees: tuple[Node, ...]

    def of(self, values: Sequence[float]) -> float:
        """The probability of a machine."""
        total = self.start
        for node in self.trees:
            while not isinstance(node, float):
                node = node[2] if values[node[0]] <= node[1] else node[3]
            total += node
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def read(text: str) -> Trees:
    """The trees in a table; TableError says what is wrong with it."""
    lines = iter(text.splitlines())
    try:
        if next(lines) != "callbox-amd 1":
            raise TableError("this is no table of version 1")
        features = tuple(_after("features", next(lines)))
        (start,) = _after("start", next(lines))
        wishes, trees = {}, []
        line = next(lines, "")
        while line.startswith("wish "):
            name, *limits = _after("wish", line)
            wishes[AnswerWish(name)] = _limits(limits)
            line = next(lines, "")
        if wishes and list(wishes) != list(AnswerWish):
            raise TableError(f"not each wish has its limits, in order: {list(wishes)}")
        rest = itertools.chain((line,), lines) if line else lines
        for line in rest:
            if line != "tree":
                raise TableError(f"a tree should begin here: {line!r}")
            trees.append(_node(rest, len(features)))
        return Trees(features, float(start), wishes, tuple(trees))
    except (StopIteration, RecursionError):
        raise TableError("the table ends too soon, or never") from None
    except ValueError as problem:
        raise TableError(str(problem)) from None


def _after(word: str, line: str) -> list[str]:
    first, *rest = line.split(" ")
    if first != word:
        raise TableError(f"{word} should be here: {line!r}")
    return rest


def _limits(parts: list[str]) -> Limits:
    machine, late, *person = parts
    steps = [step.split(":") for step in person]
    return Limits(float(machine), float(late), tuple((float(quiet), float(limit)) for quiet, limit in steps))


def _node(lines: Iterator[str], features: int) -> Node:
    first, second = next(lines).split(" ")
    if first == "leaf":
        return float(second)
    feature = int(first)
    if not 0 <= feature < features:
        raise TableError(f"there is no feature {feature}")
    return feature, float(second), _node(lines, features), _node(lines, features)


@lru_cache(maxsize=1)
def shipped() -> Trees:
    """The table that comes with the box."""
    return read(SHIPPED.read_text("ascii"))
