"""What a form shows on demand: fields under one heading each, and how many of them are not as usual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from webui.forms.fields import Field, Row


@dataclass(slots=True)
class Section:
    """Some fields that can be unfolded."""

    title: Any
    fields: list[Field] = field(default_factory=list)
    changed: int = 0  # fields that differ from a new row's
    opened: bool = False


def sections(
    fields: Sequence[Field], row: Row, usual: Row | None, problems: Mapping[str, str]
) -> list[Section]:
    """The fields shown on demand; a section with a problem is open. `usual` is a row as a new one is."""
    found: list[Section] = []
    for one in fields:
        if not one.more:
            continue
        if one.heading or not found:
            found.append(Section(one.heading or _("More settings")))
        section = found[-1]
        section.fields.append(one)
        section.changed += usual is not None and _differs(row.get(one.name), usual.get(one.name))
        section.opened |= _wrong(one, problems)
    return found


def _differs(value: Any, usual: Any) -> bool:
    """A form has numbers as text until they are saved."""
    return value != usual and str(value) != str(usual) and f"{value}.0" != str(usual)


def _wrong(one: Field, problems: Iterable[str]) -> bool:
    return any(path == one.name or path.startswith(f"{one.name}.") for path in problems)
