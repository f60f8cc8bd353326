"""What a save changed, in words for the list of versions. Secrets are said to have changed, never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_KEYS = {"trunks": "name", "handsets": "extension", "agents": "id", "queues": "name", "flows": "name"}
_HIDDEN = frozenset({"pin", "password", "secret", "pin_hash", "admin_hash"})
_SHOWN = 8  # differences said one by one
_LONGEST = 30  # characters of a value that are said


def summary(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> str:
    """One line: "trunk gsm1 added; queue sales: ring seconds 20 → 25". `old` is None at the first save."""
    if old is None:
        return "first settings"
    said = list(_document(old, new))
    if not said:
        return "no change"
    more = len(said) - _SHOWN
    return "; ".join(said[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Each difference by itself, in the words of `summary`."""
    yield from _document(old, new)


def _document(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for part in {**old, **new}:
        before, after = old.get(part), new.get(part)
        if part in _KEYS:
            yield from _rows(part, _by_key(before, _KEYS[part]), _by_key(after, _KEYS[part]))
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _fields(_spoken(part), before, after)
        elif before != after:
            yield f"{_spoken(part)} {_change(part, before, after)}"


def _by_key(rows: Any, key: str) -> dict[str, Mapping[str, Any]]:
    return {str(row.get(key)): row for row in rows or () if isinstance(row, Mapping)}


def _rows(part: str, old: dict[str, Mapping[str, Any]], new: dict[str, Mapping[str, Any]]) -> Iterator[str]:
    word = part.removesuffix("s")
    for name in {**old, **new}:
        if name not in old:
            yield f"{word} {name} added"
        elif name not in new:
            yield f"{word} {name} removed"
        else:
            yield from _fields(f"{word} {name}", old[name], new[name])


def _fields(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _fields(f"{where}, {_spoken(name)}", before, after)
        else:
            yield f"{where}: {_spoken(name)} {_change(name, before, after)}"


def _change(name: str, before: Any, after: Any) -> str:
    if name in _HIDDEN or isinstance(before, list | dict) or isinstance(after, list | dict):
        return "changed"
    if before in (None, ""):
        return f"set to {_value(after)}"
    return "cleared" if after in (None, "") else f"{_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return text if len(text) <= _LONGEST else f"“{text[:_LONGEST]}…”"


def _spoken(name: str) -> str:
    return name.replace("_", " ")
