"""A flow as a form: read out of a request whole, laid out as a tree, looked through by the lint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from appliance.contract.errors import SettingsError
from webui import words
from webui.forms import fields as f
from webui.forms.flow_controls import Exit, Openings, Pairs, Said
from webui.forms.flow_fields import Around, node_fields, title
from webui.forms.parts import Settings
from webui.lint_words import said
from webui.said import in_words

MOST_DEPTH = 6
#: Keys that may lead to a step from everywhere.
ANYWHERE = ("0", "9", "*")


def head_fields(flow: f.Row, around: Around, new: bool) -> list[f.Field]:
    """What concerns the flow as a whole."""
    name = f.Field(
        name="name",
        label=_("Short name"),
        help=_("Small letters, digits, - and _. Leave it empty and the box makes one."),
        only_new=True,
    )
    return [
        f.Field(name="label", label=_("Name"), help=_("As you want to read it on the pages.")),
        *([name] if new else []),
        Exit(name="start", label=_("Callers begin at"), options=around.nodes[1:]),
        Exit(name="otherwise", label=_("Where a step does not say what then, go to"), options=around.nodes),
        *(
            Exit(
                name=f"anywhere.{key}",
                label=_("Key %(key)s leads at any time to", key=key),
                options=[("", gettext("not used")), *around.nodes[1:]],
                help=_("Such as an agent by 0, the main menu by 9. A menu's own key goes first.")
                if key == "0"
                else "",
            )
            for key in ANYWHERE
        ),
        f.OptionalText(
            name="number",
            label=_("Dialled inside to reach it"),
            help=_("May be empty. Handsets dial it, or transfer to it."),
        ),
        f.Check(
            name="dial_out",
            label=_("May ring numbers outside"),
            help=_("Calls that come in may then go out again at your cost."),
        ),
    ]


def read_flow(form: f.Form, settings: Settings, new: bool) -> tuple[f.Row, list[f.Field]]:
    """The flow as it was typed, and the fields in which recordings may have been given."""
    names = [name for name in form.getlist("node") if form.get(f"nodes.{name}.kind") in words.NODES]
    kinds = {name: {"kind": form[f"nodes.{name}.kind"]} for name in names}
    bare: f.Row = {
        "nodes": {
            name: {**kind, "label": form.get(f"nodes.{name}.label", "")} for name, kind in kinds.items()
        }
    }
    for name, kind in kinds.items():
        if kind["kind"] == "language":
            bare["nodes"][name]["language"] = form.get(f"nodes.{name}.language", "")
    around = Around(settings, bare)
    found: list[f.Field] = []
    flow: f.Row = {"anywhere": {}}
    for field in head_fields(bare, around, new):
        put(flow, field.name, field.read(form, {}))
    flow["nodes"] = {}
    for name, kind in kinds.items():
        fields = node_fields(name, bare["nodes"][name], around)
        found += fields
        flow["nodes"][name] = {**kind, **_read_node(name, fields, form)}
    return flow, found


def _read_node(name: str, fields: list[f.Field], form: f.Form) -> f.Row:
    node: f.Row = {}
    for field in fields:
        put(node, field.name.removeprefix(f"nodes.{name}."), field.read(form, {}))
    return node


def put(node: f.Row, path: str, value: Any) -> None:
    """Set a value at a path such as "prompt.languages.de"; an empty one that need not be is left out."""
    *parts, last = path.split(".")
    here = node
    for part in parts:
        here = here.setdefault(part, {})
    if parts and value in ("", {"text": "", "upload": None}) and parts[-1] in ("languages", "anywhere"):
        return
    here[last] = value


def flat(flow: f.Row, fields: list[f.Field]) -> f.Row:
    """Field name -> value, as the templates draw them."""
    found: f.Row = {}
    for field in fields:
        value: Any = flow
        for part in field.name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        found[field.name] = _shown(field, value)
    return found


def _shown(field: f.Field, value: Any) -> Any:
    if isinstance(field, Said):
        return value or {"text": "", "upload": None}
    if isinstance(field, Pairs):
        return "\n".join(f"{name} = {one}" for name, one in (value or {}).items())
    if isinstance(field, Openings):
        return "\n".join(f"{one['day']} {one['start']}-{one['end']}" for one in value or [])
    if isinstance(field, f.Many | f.Week | f.Words):
        return value or []
    return value


# ---------------------------------------------------------------------------------- nodes


def new_node(kind: str) -> f.Row:
    """A node of this kind with the schema's own defaults; what has none is empty and must be chosen."""
    from appliance.config.flow_nodes import KINDS

    model = KINDS[kind]
    needed = {
        name: [] if name == "queues" else ""
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    blank: Any = model.model_construct
    row: f.Row = blank(**needed).model_dump(mode="json")
    return row


def free_name(kind: str, flow: f.Row) -> str:
    """A name no node has yet."""
    names = [kind, *(f"{kind}-{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in flow["nodes"])


@dataclass(frozen=True, slots=True)
class Branch:
    """A node where it stands in the tree. `by` is the exit that leads there from the node above."""

    name: str
    depth: int
    by: str


def tree(flow: f.Row) -> list[Branch]:
    """Every node once, each below the first that leads to it; those nobody comes to at the end."""
    from appliance.config.flow_nodes import KINDS

    nodes, seen, found = flow["nodes"], set[str](), list[Branch]()

    def ways(name: str) -> Iterator[tuple[str, str]]:
        model = KINDS[nodes[name]["kind"]]
        keys = nodes[name].get("keys") or {}
        yield from ((f"key {key}", keys[key]["to"]) for key in f.KEYS if key in keys)
        for place, case in enumerate(nodes[name].get("cases") or [], 1):
            yield f"case {place}", case["to"]
        yield from ((way, nodes[name].get(way) or "") for way in words.EXITS if way in model.model_fields)

    todo = [Branch(name, 0, "") for name in [*reversed(nodes), flow["start"]]]
    apart = [*(flow.get("anywhere") or {}).values(), *filter(None, [flow.get("otherwise")])]
    todo = [*todo[:-1], *(Branch(name, 0, "") for name in apart), todo[-1]]
    while todo:
        branch = todo.pop()
        if branch.name not in nodes or branch.name in seen:
            continue
        seen.add(branch.name)
        found.append(branch)
        below = [Branch(to, min(branch.depth + 1, MOST_DEPTH), by) for by, to in ways(branch.name)]
        todo += reversed(below)
    return found


def way_said(by: str) -> str:
    """An exit in words, with what else is said of it ("failed: Busy.")."""
    way, colon, why = by.partition(": ")
    if way in words.EXITS:
        return f"{words.word(words.EXITS, way)}{colon}{why}"
    return by.replace("key ", "⌨ ").replace("case ", "? ")


# ---------------------------------------------------------------------------------- lint


@dataclass(frozen=True, slots=True)
class Found:
    """What the lint says, for the page. `node` is where it leads."""

    path: str
    node: str
    title: str
    says: str
    error: bool


def look_through(flow: f.Row, settings: Settings) -> list[Found]:
    """What the schema and the lint say about this flow among the others."""
    from appliance.config.checks import flow_names, well_formed_flows
    from appliance.config.flow_lint import lint

    named = {**flow, "name": flow["name"] or "new", "label": flow["label"] or "new"}
    whole = {**settings, "flows": [named if row is flow else row for row in settings["flows"]]}
    flows = well_formed_flows(whole)
    if named["name"] not in flows:
        found = [(path, says, True) for path, says in _malformed(whole, named).items()]
    else:
        findings = [one for one in lint(flows, flow_names(whole)) if one.flow == named["name"]]
        found = [(one.path, said(one, way_said), one.error) for one in findings]
    return [_found(flow, path, says, error) for path, says, error in found]


def translated(problems: dict[str, str], found: list[Found]) -> dict[str, str]:
    """The same problems, in the reader's language where the lint has found them."""
    known = {one.path: one.says for one in found if one.error}
    return {path: known.get(path, says) for path, says in problems.items()}


def _malformed(settings: Settings, flow: f.Row) -> dict[str, str]:
    """What the schema says of a flow that is not even well-formed, by path in it."""
    from appliance.config.schema import load

    prefix = f"flows.{settings['flows'].index(flow)}."
    try:
        load(settings)
    except SettingsError as refused:
        problems = refused.problems
        mine = {path: text for path, text in problems.items() if path.startswith(prefix)}
        return {path.removeprefix(prefix): in_words(text) for path, text in mine.items()}
    return {}


def _found(flow: f.Row, path: str, says: str, error: bool) -> Found:
    parts = path.split(".")
    node = parts[1] if parts[0] == "nodes" and len(parts) > 1 else ""
    return Found(path, node, title(node, flow["nodes"].get(node, {})), says, error)
