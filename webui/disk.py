"""What uses the disk, as parts of one bar; and sizes as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

_NAMES = {
    "recordings": _("Recordings"),
    "records": _("Call list"),
    "prompts": _("Prompts"),
    "settings": _("Settings"),
    "log": _("Log"),
    "work": _("Copies at work"),
    "other": _("System and other"),
    "free": _("Free"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bar: from `start` on, `width` wide, both in percent of the disk."""

    key: str
    name: str
    size: int
    start: float
    width: float


def parts(disk: Mapping[str, Any]) -> list[Part]:
    """All parts, free space last."""
    total = max(1, int(disk["total"]))
    found: list[Part] = []
    start = 0.0
    for key, name in _NAMES.items():
        size = int(disk[key])
        width = 100 * size / total
        found.append(Part(key, str(name), size, round(start, 3), round(width, 3)))
        start += width
    return found


def size(count: float) -> str:
    """Bytes in the unit that suits them, as the reader's language writes numbers."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6)):
        if count >= factor:
            shown = count / factor
            return f"{format_decimal(round(shown, 1 if shown < 100 else 0))} {unit}"
    return f"{format_decimal(round(count / 1000))} kB"
