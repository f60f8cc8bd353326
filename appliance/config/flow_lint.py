"""Looks through flows before a caller does: what leads nowhere, never ends, says nothing, is never reached.

Pure functions of checked flows and the names of the rest of the settings. An error keeps the settings from
being saved; a warning is only shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.config import flow_nodes as kinds
from appliance.config.flows import FlowSettings
from appliance.config.words import did_you_mean

Flows = Mapping[str, FlowSettings]

_SLOT = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"([a-z][a-z0-9_.-]{0,60})(:[a-z]{1,12}( [A-Za-z0-9]{1,12})?)?")
_FORMS = frozenset({"number", "ordinal", "digits", "money", "date", "time", "moment"})
#: What the box itself knows of a caller.
OWN_VARIABLES = ("caller", "caller_name", "trunk", "language", "now")


@dataclass(frozen=True, slots=True)
class Names:
    """What flows may refer to. `staffed` are the queues that have agents."""

    flows: Sequence[str] = ()
    queues: Sequence[str] = ()
    agents: Sequence[str] = ()
    extensions: Sequence[str] = ()
    groups: Sequence[str] = ()
    voicemail: Sequence[str] = ()
    hosts: Sequence[str] = ()
    emergency: Sequence[str] = ()
    staffed: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Finding:
    """`flow` and `path` (below the flow: "nodes.menu.keys.1.to") say where, `says` what is the matter."""

    flow: str
    path: str
    says: str
    error: bool = True

    @property
    def node(self) -> str:
        """The node it is about; "" for the flow itself."""
        parts = self.path.split(".")
        return parts[1] if parts[0] == "nodes" and len(parts) > 1 else ""


def lint(flows: Flows, names: Names) -> list[Finding]:
    """Everything there is to say about these flows, errors and warnings, in the order of the flows."""
    found: list[Finding] = []
    for flow in flows.values():
        found += _exits(flow)
        found += _targets(flow, names)
        found += _words(flow, flows)
        if not any(finding.error for finding in found if finding.flow == flow.name):
            found += _endless(flow)
        found += _unreached(flow)
    return [*found, *_circles(flows)]


# ---------------------------------------------------------------------------------- exits


def _exits(flow: FlowSettings) -> Iterator[Finding]:
    for path, name in (("start", flow.start), ("otherwise", flow.otherwise)):
        if name and name not in flow.nodes:
            yield Finding(flow.name, path, f"There is no node {name}." + did_you_mean(name, flow.nodes))
    for name in flow.nodes:
        for way in flow.ways(name):
            path = f"nodes.{name}.{way.field}"
            if not way.target:
                yield Finding(flow.name, path, _missing(way))
            elif way.target not in flow.nodes:
                guess = did_you_mean(way.target, flow.nodes)
                yield Finding(flow.name, path, f"There is no node {way.target}.{guess}")


def _missing(way: kinds.Way) -> str:
    if way.needed:
        return f"The exit “{way.exit}” leads nowhere; callers would be cut off."
    return f"The exit “{way.exit}” leads nowhere, and the flow does not say what then."


def _next_nodes(flow: FlowSettings, name: str) -> list[str]:
    return [way.target for way in flow.ways(name) if way.target in flow.nodes]


def _unreached(flow: FlowSettings) -> Iterator[Finding]:
    seen: set[str] = set()
    todo = [flow.start]
    while todo:
        name = todo.pop()
        if name in flow.nodes and name not in seen:
            seen.add(name)
            todo += _next_nodes(flow, name)
    for name in flow.nodes:
        if name not in seen:
            yield Finding(flow.name, f"nodes.{name}", "No caller ever comes here.", error=False)


# ---------------------------------------------------------------------------------- ends


_ENDS = (
    kinds.QueueNode, kinds.DepartmentNode, kinds.AgentNode, kinds.ExtensionNode, kinds.OutsideNode,
    kinds.VoicemailNode, kinds.ReturnNode, kinds.HangupNode,
)  # fmt: skip
#: They wait for the caller or for somebody else, so a circle through one is no endless one by itself.
_WAITS = (kinds.MenuNode, kinds.DigitsNode, *_ENDS)
#: They may lead out of a circle.
_DECIDES = (kinds.ConditionNode, kinds.HoursNode, kinds.IdentifyNode, kinds.HttpNode)


def _endless(flow: FlowSettings) -> Iterator[Finding]:
    """Nodes from which no end can be reached, and circles that a caller can do nothing about."""
    ways = {name: _next_nodes(flow, name) for name in flow.nodes}
    out = _leading_to(ways, {name for name, node in flow.nodes.items() if isinstance(node, _ENDS)})
    for name in flow.nodes:
        if name not in out:
            says = "Whoever comes here never gets out: no way leads to an end."
            yield Finding(flow.name, f"nodes.{name}", says)
    for name in sorted(_round(flow) & out):
        says = "Callers would go round here without being asked anything."
        yield Finding(flow.name, f"nodes.{name}", says)


def _round(flow: FlowSettings) -> set[str]:
    """Nodes whose one good exit leads back to them, with nothing to wait for or decide on the way."""
    good = {name: _only_way(flow, name) for name in flow.nodes}
    seen: set[str] = set()
    found: set[str] = set()
    for start in flow.nodes:
        path: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in seen:
            seen.add(name)
            path[name] = None
            name = good[name]
        if name in path:
            walked = list(path)
            found.update(walked[walked.index(name) :])
    return found


def _only_way(flow: FlowSettings, name: str) -> str | None:
    if isinstance(flow.nodes[name], (*_WAITS, *_DECIDES)):
        return None
    good = [way.target for way in flow.ways(name) if way.needed]
    return good[0] if len(good) == 1 and good[0] in flow.nodes else None


def _leading_to(ways: Mapping[str, list[str]], ends: set[str]) -> set[str]:
    """Every node from which one of `ends` can be reached."""
    back: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            back[target].append(name)
    found, todo = set(ends), list(ends)
    while todo:
        for name in back[todo.pop()]:
            if name not in found:
                found.add(name)
                todo.append(name)
    return found


def _circles(flows: Flows) -> Iterator[Finding]:
    """Flows that call each other in a circle."""
    calls = {
        name: [
            (node, told.flow)
            for node, told in flow.nodes.items()
            if isinstance(told, kinds.FlowNode) and told.flow in flows
        ]
        for name, flow in flows.items()
    }
    ways = {name: [target for _, target in found] for name, found in calls.items()}
    for name in flows:
        leading_here = _leading_to(ways, {name})
        for node, target in calls[name]:
            if target in leading_here:
                says = f"The flow {target} leads back to this one: callers would go round."
                yield Finding(name, f"nodes.{node}.flow", says)


# ---------------------------------------------------------------------------------- targets


def _targets(flow: FlowSettings, names: Names) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        for field_name, word, target, known in _named(node, names):
            if target not in known:
                says = f"There is no {word} {target}." + did_you_mean(target, known)
                yield Finding(flow.name, f"nodes.{name}.{field_name}", says)
            elif word == "queue" and target not in names.staffed:
                says = f"Queue {target} has no agents."
                yield Finding(flow.name, f"nodes.{name}.{field_name}", says, error=False)
        yield from _own(flow, name, node, names)


def _named(node: kinds.Node, names: Names) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    if isinstance(node, kinds.QueueNode):
        yield "queue", "queue", node.queue, names.queues
    elif isinstance(node, kinds.DepartmentNode):
        for place, queue in enumerate(node.queues):
            yield f"queues.{place}", "queue", queue, names.queues
    elif isinstance(node, kinds.AgentNode):
        yield "agent", "agent", node.agent, names.agents
    elif isinstance(node, kinds.ExtensionNode):
        yield "extension", "handset", node.extension, names.extensions
    elif isinstance(node, kinds.OutsideNode):
        yield "group", "line group", node.group, names.groups
    elif isinstance(node, kinds.VoicemailNode):
        yield "voicemail", "voicemail box", node.voicemail, names.voicemail
    elif isinstance(node, kinds.FlowNode):
        yield "flow", "flow", node.flow, names.flows


def _own(flow: FlowSettings, name: str, node: kinds.Node, names: Names) -> Iterator[Finding]:
    """What is wrong within one node."""
    path = f"nodes.{name}"
    if isinstance(node, kinds.OutsideNode):
        yield from _outside(flow, path, node, names)
    elif isinstance(node, kinds.MenuNode):
        yield from _menu(flow, path, node)
    elif isinstance(node, kinds.DigitsNode) and node.least > node.most:
        yield Finding(flow.name, f"{path}.most", "The longest input is shorter than the shortest.")
    elif isinstance(node, kinds.HttpNode):
        host = host_of(node.url)
        if host not in names.hosts:
            says = f"The machine {host} is not among those that flows may ask."
            yield Finding(flow.name, f"{path}.url", says + did_you_mean(host, names.hosts))


def _outside(flow: FlowSettings, path: str, node: kinds.OutsideNode, names: Names) -> Iterator[Finding]:
    if not flow.dial_out:
        yield Finding(flow.name, path, "This flow may not ring numbers outside; allow it first.")
    if node.number in names.emergency:
        yield Finding(flow.name, f"{path}.number", "Callers are never put through to emergency numbers.")


def host_of(url: str) -> str:
    """Machine and, where it is another than usual, port of a URL, as they stand in the list of machines."""
    return url.split("://", 1)[-1].split("/", 1)[0].casefold()


def _menu(flow: FlowSettings, path: str, node: kinds.MenuNode) -> Iterator[Finding]:
    if not node.keys:
        yield Finding(flow.name, f"{path}.keys", "A menu needs at least one key.")
    seen: dict[str, str] = {}
    for key, told in node.keys.items():
        for word in told.words:
            other = seen.setdefault(word.casefold(), key)
            if other != key:
                says = f"The word “{word}” means key {other} already."
                yield Finding(flow.name, f"{path}.keys.{key}.words", says)


# ---------------------------------------------------------------------------------- words


def _words(flow: FlowSettings, flows: Flows) -> Iterator[Finding]:
    known = variables(flows)
    for name, node in flow.nodes.items():
        words: kinds.Words | None = getattr(node, "prompt", None)
        if words is not None and not isinstance(node, kinds.HangupNode) and not _says(words):
            yield Finding(flow.name, f"nodes.{name}.prompt", "Nothing is said here.", error=False)
        for path, text in _texts(node):
            for says, error in _slots(text, known):
                yield Finding(flow.name, f"nodes.{name}.{path}", says, error)


def _says(words: kinds.Words) -> bool:
    return any(text.upload or text.text.strip() for text in (words, *words.languages.values()))


def _texts(node: kinds.Node) -> Iterator[tuple[str, str]]:
    """Every text of a node in which variables may stand."""
    for field_name in ("prompt", "wrong"):
        words: kinds.Words | None = getattr(node, field_name, None)
        if words is not None:
            yield f"{field_name}.text", words.text
            for language, told in words.languages.items():
                yield f"{field_name}.languages.{language}.text", told.text
    if isinstance(node, kinds.SetNode):
        yield from ((f"values.{name}", value) for name, value in node.values.items())
    elif isinstance(node, kinds.HttpNode):
        yield "url", node.url
        yield from ((f"body.{name}", value) for name, value in node.body.items())
    elif isinstance(node, kinds.ConditionNode):
        for place, case in enumerate(node.cases):
            yield f"cases.{place}.variable", f"{{{case.variable}}}"


def _slots(text: str, known: frozenset[str]) -> Iterator[tuple[str, bool]]:
    for slot in _SLOT.findall(text):
        plain = _PLAIN.fullmatch(slot)
        if plain is None:
            yield f"A variable is written {{name}} or {{name:form}}, not {{{slot}}}.", True
            continue
        name, form = plain.group(1), (plain.group(2) or "")[1:].split(" ")[0]
        if form and form not in _FORMS:
            yield f"There is no form {form}: it is one of {', '.join(sorted(_FORMS))}.", True
        if name not in known and not name.startswith(("contact.", "queue.")):
            yield f"No node sets the variable {name}." + did_you_mean(name, known), False


def variables(flows: Flows) -> frozenset[str]:
    """Every variable that some node of these flows sets, and those of the box."""
    found = set(OWN_VARIABLES)
    for flow in flows.values():
        for node in flow.nodes.values():
            if isinstance(node, kinds.DigitsNode):
                found.add(node.variable)
            elif isinstance(node, kinds.SetNode):
                found.update(node.values)
            elif isinstance(node, kinds.HttpNode):
                found.update(node.answers)
    return frozenset(found)
