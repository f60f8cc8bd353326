"""Flows of any shape: names that exist and names that do not, circles, every kind of node."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from appliance.config.defaults import defaults
from appliance.config.schema import dump

NAMES = ("a", "b", "c", "d", "e")
_TO = st.sampled_from([*NAMES, *NAMES, *NAMES, "gone", ""])
_SAID = st.fixed_dictionaries({"text": st.sampled_from(["Hello.", "", "{x} {caller:digits}", "{x:date}"])})
_VARIABLE = st.sampled_from(["x", "y", "queue.sales.free", "contact.vip", "now"])
_ERROR = {"error": _TO}


def _node(kind: str, needed: dict[str, Any], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **needed}, optional={**_ERROR, **more})


_CASE = st.fixed_dictionaries(
    {
        "variable": _VARIABLE,
        "test": st.sampled_from(["is", "is_not", "less", "more", "is_set"]),
        "value": st.sampled_from(["", "1", "yes"]),
        "to": _TO,
    }
)
_KEYS = st.dictionaries(
    st.sampled_from("12*#"),
    st.fixed_dictionaries({"to": _TO}, optional={"words": st.just(["yes"])}),
    max_size=4,
)
_ASKED = {"prompt": _SAID, "timeout": _TO, "invalid": _TO, "tries": st.integers(1, 3)}

NODES = st.one_of(
    _node("prompt", {"next": _TO}, prompt=_SAID),
    _node("announcement", {"next": _TO}, prompt=_SAID),
    _node("menu", {"keys": _KEYS}, **_ASKED),
    _node(
        "digits",
        {"next": _TO, "variable": st.just("x")},
        most=st.integers(1, 4),
        luhn=st.booleans(),
        **_ASKED,
    ),
    _node("hours", {"open": _TO, "closed": _TO}, holiday=_TO, own_days=st.just(["12-24"])),
    _node("language", {"next": _TO, "language": st.sampled_from(["de", "xx"])}),
    _node("set", {"next": _TO, "values": st.just({"x": "{x}1", "y": "yes"})}),
    _node("condition", {"otherwise": _TO, "cases": st.lists(_CASE, max_size=3)}),
    _node("queue", {"queue": st.sampled_from(["sales", "sales", "lost"])}),
    _node("needs", {"next": _TO}, skills=st.just({"spanish": 5})),
    _node("department", {"queues": st.just(["sales"])}),
    _node("agent", {"agent": st.sampled_from(["11", "12"])}, failed=_TO),
    _node("extension", {"extension": st.just("201")}, failed=_TO),
    _node("outside", {"number": st.just("+49301234567")}, failed=_TO),
    _node("identify", {"next": _TO}, unknown=_TO, failed=_TO, account=st.just("x")),
    _node("http", {"next": _TO, "url": st.just("http://crm.example/{x}")}, answers=st.just({"y": "state"})),
    _node("sms", {"next": _TO, "text": st.sampled_from(["", "Hello {x}"])}, failed=_TO, to=_VARIABLE),
    _node("survey", {"next": _TO}, questions=st.sampled_from([["solved"], [], ["lost"]])),
    _node(
        "appointment",
        {"next": _TO},
        cancelled=_TO,
        ring_back=_TO,
        none=_TO,
        person=_TO,
        offers=st.integers(1, 5),
        tries=st.integers(1, 3),
    ),
    _node("flow", {"next": _TO, "flow": st.sampled_from(["main", "second", "third"])}),
    st.just({"kind": "return"}),
    st.fixed_dictionaries({"kind": st.just("hangup")}, optional={"prompt": _SAID}),
)


@st.composite
def _flows(draw: st.DrawFn, name: str) -> dict[str, Any]:
    nodes = {one: draw(NODES) for one in NAMES}
    return {
        "name": name,
        "label": name,
        "start": draw(st.sampled_from(NAMES)),
        "otherwise": draw(_TO),
        "dial_out": draw(st.booleans()),
        "anywhere": draw(st.dictionaries(st.sampled_from("0*"), _TO, max_size=2)),
        "nodes": nodes,
    }


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """The first settings with two such flows."""

    def whole(flows: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
        data = dump(defaults())
        return {**data, "flows": list(flows), "requests": {"hosts": ["crm.example"]}}

    return st.tuples(_flows("main"), _flows("second")).map(whole)


def flow_documents() -> st.SearchStrategy[dict[str, Any]]:
    """As `documents`, led to nodes that exist: most of them pass the lint."""

    def mended(data: dict[str, Any]) -> dict[str, Any]:
        for flow in data["flows"]:
            flow["otherwise"] = "end"
            flow["nodes"]["end"] = {"kind": "hangup"}
            for node in flow["nodes"].values():
                _mend(node)
        return data

    return documents().map(mended)


def _mend(node: dict[str, Any]) -> None:
    for way in (
        "next",
        "open",
        "closed",
        "otherwise",
        "holiday",
        "timeout",
        "invalid",
        "failed",
        "unknown",
        "error",
    ):
        if way in node and node[way] in ("gone", ""):
            node[way] = "end"
    for told in [*node.get("keys", {}).values(), *node.get("cases", [])]:
        told["to"] = told["to"] if told["to"] not in ("gone", "") else "end"
    if node["kind"] == "menu":
        node["keys"] = {key: {"to": told["to"]} for key, told in node["keys"].items()} or {"1": {"to": "end"}}
    if node["kind"] == "flow":
        node["flow"] = "second"
    if node.get("queue") == "lost":
        node["queue"] = "sales"
