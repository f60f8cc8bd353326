"""The plainest flow, greeting, menu and goodbye; and flows as they were kept before there were nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from appliance.config.fields import ChoiceSettings, PromptText
from appliance.config.flows import FlowSettings

Row = dict[str, Any]

_GREETING = "Welcome. Thank you for calling."
_INVALID = "Sorry, that is not a choice."
_GOODBYE = "Goodbye."


def menu_flow(
    name: str,
    label: str,
    *,
    greeting: str = _GREETING,
    menu: str | PromptText = "",
    choices: Mapping[str, ChoiceSettings] | None = None,
    fallback: ChoiceSettings | None = None,
    seconds: float = 5.0,
    tries: int = 3,
    goodbye: str = _GOODBYE,
) -> FlowSettings:
    """A greeting, then keys that lead to queues and agents; who presses nothing goes to `fallback`."""
    ends = fallback or ChoiceSettings(kind="hangup")
    old = {
        "name": name,
        "label": label,
        "greeting": PromptText(text=greeting).model_dump(),
        "menu": (PromptText(text=menu) if isinstance(menu, str) else menu).model_dump(),
        "choices": {key: choice.model_dump() for key, choice in (choices or {}).items()},
        "digit_seconds": seconds,
        "tries": tries,
        "invalid": PromptText(text=_INVALID).model_dump(),
        "fallback": ends.model_dump(),
        "goodbye": PromptText(text=goodbye).model_dump(),
    }
    return FlowSettings.model_validate(_nodes_of(old))


def migrated(data: Mapping[str, Any]) -> dict[str, Any]:
    """Settings data whose flows all have nodes. What cannot be understood stays, for the schema to judge."""
    flows = data.get("flows")
    if not isinstance(flows, list):
        return dict(data)
    return {**data, "flows": [_nodes_of(row) if _is_old(row) else row for row in flows]}


_OLD = frozenset(
    {
        *("name", "label", "greeting", "menu", "choices"),
        *("digit_seconds", "tries", "invalid", "fallback", "goodbye"),
    }
)


def _is_old(row: Any) -> bool:
    """A flow of the first version: only its names, and everything of the shape that it had."""
    if not isinstance(row, Mapping) or "nodes" in row or "start" in row or not _OLD.issuperset(row):
        return False
    choices = row.get("choices", {})
    ends = [row.get("fallback", {}), *(choices.values() if isinstance(choices, Mapping) else [None])]
    return all(isinstance(end, Mapping) and _is_text(end, "kind") and _is_text(end, "target") for end in ends)


def _is_text(end: Mapping[str, Any], name: str) -> bool:
    return isinstance(end.get(name, ""), str)


def _nodes_of(old: Mapping[str, Any]) -> Row:
    """The same flow as nodes: greeting -> menu -> where each key leads; goodbye before the end."""
    choices = old.get("choices", {})
    fallback = old.get("fallback", {"kind": "hangup"})
    end = _end_name(fallback)
    greeting, menu = old.get("greeting", {"text": _GREETING}), old.get("menu", {})
    kind = "prompt" if choices else "announcement"  # keys only count where there is a menu
    nodes: dict[str, Row] = {}
    if choices:
        nodes["menu"] = _menu(old, choices)
    elif _says(menu):
        nodes["menu"] = {"kind": kind, "prompt": menu, "next": end}
    if _says(greeting):
        nodes = {"greeting": {"kind": kind, "prompt": greeting, "next": "menu" if nodes else end}, **nodes}
    start = next(iter(nodes), end)
    for choice in _ends([*choices.values(), fallback]):
        nodes[_end_name(choice)] = _end(choice, _end_name(fallback))
    nodes["goodbye"] = {"kind": "hangup", "prompt": old.get("goodbye", {"text": _GOODBYE})}
    row: Row = {key: old[key] for key in ("name", "label") if key in old}
    return {**row, "start": start, "otherwise": end, "nodes": nodes}


def _says(words: Any) -> bool:
    return not isinstance(words, Mapping) or bool(words.get("text") or words.get("upload"))


def _menu(old: Mapping[str, Any], choices: Mapping[str, Any]) -> Row:
    repeat = {key for key, end in choices.items() if end.get("kind") == "repeat"}
    return {
        "kind": "menu",
        "prompt": old.get("menu", {}),
        "wrong": old.get("invalid", {"text": _INVALID}),
        "seconds": old.get("digit_seconds", 5.0),
        "tries": old.get("tries", 3),
        "keys": {key: {"to": "menu" if key in repeat else _end_name(end)} for key, end in choices.items()},
    }


def _ends(choices: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [choice for choice in choices if choice.get("kind") in ("queue", "agent")]


def _end_name(choice: Mapping[str, Any]) -> str:
    kind = choice.get("kind")
    return f"{kind}-{choice.get('target', '')}" if kind in ("queue", "agent") else "goodbye"


def _end(choice: Mapping[str, Any], otherwise: str) -> Row:
    """An agent who cannot be reached leads to the fallback, and to the end where it is that agent."""
    kind, target = str(choice["kind"]), choice.get("target", "")
    row: Row = {"kind": kind, kind: target}
    if otherwise == _end_name(choice):
        row["error"] = "goodbye"
        if kind == "agent":
            row["failed"] = "goodbye"
    return row
