"""Flows for tests, in a few words."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.contract.flow import AnyNode, FlowPlan, GoNode, HangupNode, MenuNode, PromptNode
from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Choice

HANG_UP = Choice("hangup")


def said(text: str | Prompt) -> dict[str, Prompt]:
    """What a node says, in the box's own language."""
    return {"": (Speech(text),) if isinstance(text, str) else text}


def menu_plan(
    greeting: Prompt,
    menu: Prompt,
    choices: Mapping[str, Choice],
    *,
    invalid: Prompt = (),
    fallback: Choice = HANG_UP,
    goodbye: Prompt = (),
    tries: int = 3,
) -> FlowPlan:
    """The flow "main": greeting, menu, and where each key leads ("repeat" asks again)."""
    ends = {_name(end): end for end in (*choices.values(), fallback) if end.kind not in ("hangup", "repeat")}
    exits = {f"key {key}": "menu" if end.kind == "repeat" else _name(end) for key, end in choices.items()}
    nodes: dict[str, AnyNode] = {
        "greeting": PromptNode(
            said=said(greeting),
            interruptible=bool(choices),
            exits={"next": "menu" if choices else _name(fallback)},
        ),
        "goodbye": HangupNode(said=said(goodbye)),
    }
    if choices:
        nodes["menu"] = MenuNode(
            said=said(menu),
            invalid=said(invalid),
            tries=tries,
            keys={key: () for key in choices},
            exits={**exits, "timeout": _name(fallback), "invalid": _name(fallback)},
        )
    for name, end in ends.items():
        back = "goodbye" if end == fallback else _name(fallback)
        nodes[name] = GoNode(kind=end.kind, target=end.target, exits={"failed": back, "error": back})
    return FlowPlan("main", "greeting", nodes)


def _name(end: Choice) -> str:
    return "goodbye" if end.kind == "hangup" else f"{end.kind}-{end.target}"
