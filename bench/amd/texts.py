"""What persons and machines say, in ten languages (texts.json). Every other text of a list is the test's.

`short` a person who answers, `again` what is said when nobody speaks then, `desk` a receptionist, `long` a
machine's greeting, `brief` a machine of few words, `screen` a service that asks who calls, `network` a
carrier's announcement. The fill-ins in braces are split the same way. Training has some more of its own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_ALL: dict[str, Any] = json.loads(Path(__file__).with_name("texts.json").read_text("utf-8"))
LANGUAGES: tuple[str, ...] = tuple(_ALL["languages"])


def half(items: Sequence[str], test: bool) -> Sequence[str]:
    """Training's or the test's."""
    return items[int(test) :: 2]


def of(language: str, kind: str, test: bool) -> Sequence[str]:
    """The texts of a kind, fill-ins still open."""
    more = () if test else _ALL["training"].get(language, {}).get(kind, ())
    return [*half(_ALL["languages"][language].get(kind, ()), test), *more]


def filled(template: str, test: bool, chance: random.Random) -> str:
    """With a name, a firm, a number."""
    return template.format(
        name=chance.choice(half(_ALL["names"], test)),
        firm=chance.choice(half(_ALL["firms"], test)),
        number=chance.choice(half(_ALL["numbers"], test)),
    )


def said(language: str, kind: str, test: bool, salt: str) -> Iterator[str]:
    """Every text of a kind, filled; another salt fills it otherwise."""
    chance = random.Random(f"{language}{kind}{test}{salt}")
    for template in of(language, kind, test):
        yield filled(template, test, chance)
