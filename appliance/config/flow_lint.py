"""Looks through flows before a caller does: what leads nowhere, never ends, says nothing, is never reached.

Pure functions of checked flows and the names of the rest of the settings. An error keeps the settings from
being saved; a warning is only shown.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.config import flow_nodes as kinds
from appliance.config.alike import alike
from appliance.config.flow_findings import Finding, unknown
from appliance.config.flows import FlowSettings

Flows = Mapping[str, FlowSettings]

_SLOT = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"([a-z][a-z0-9_.-]{0,60})(:[a-z]{1,12}( [A-Za-z0-9]{1,12})?)?")
_FORMS = frozenset({"number", "ordinal", "digits", "money", "date", "time", "moment"})
#: The languages the box has a model for (`appliance.media.hearing`); in others a menu is keys only.
UNDERSTOOD = frozenset({"en"})
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
    questions: Sequence[str] = ()
    sims: bool = True  # some line has a SIM card
    hours: bool = True  # the box has opening hours
    staffed: frozenset[str] = field(default_factory=frozenset)
    language: str = "en"  # the box's


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
    keys = [(f"anywhere.{key}", name) for key, name in flow.anywhere.items()]
    for path, name in [("start", flow.start), ("otherwise", flow.otherwise), *keys]:
        if name and name not in flow.nodes:
            yield Finding(flow.name, path, *unknown("no_node", name, flow.nodes))
    for name in flow.nodes:
        for way in flow.ways(name):
            path = f"nodes.{name}.{way.field}"
            if not way.target:
                code = "exit_nowhere" if way.needed else "exit_unsaid"
                yield Finding(flow.name, path, code, {"exit": way.exit})
            elif way.target not in flow.nodes:
                yield Finding(flow.name, path, *unknown("no_node", way.target, flow.nodes))


def _next_nodes(flow: FlowSettings, name: str) -> list[str]:
    return [way.target for way in flow.ways(name) if way.target in flow.nodes]


def _unreached(flow: FlowSettings) -> Iterator[Finding]:
    seen: set[str] = set()
    todo = [flow.start, *flow.anywhere.values()]
    while todo:
        name = todo.pop()
        if name in flow.nodes and name not in seen:
            seen.add(name)
            todo += _next_nodes(flow, name)
    for name in flow.nodes:
        if name not in seen:
            yield Finding(flow.name, f"nodes.{name}", "never_reached", error=False)


# ---------------------------------------------------------------------------------- ends


_ENDS = (
    kinds.QueueNode, kinds.DepartmentNode, kinds.AgentNode, kinds.ExtensionNode, kinds.OutsideNode,
    kinds.VoicemailNode, kinds.CallbackNode, kinds.ReturnNode, kinds.HangupNode,
)  # fmt: skip
#: They wait for the caller or for somebody else, so a circle through one is no endless one by itself.
_WAITS = (kinds.MenuNode, kinds.DigitsNode, kinds.SurveyNode, kinds.AppointmentNode, *_ENDS)
#: They may lead out of a circle.
_DECIDES = (kinds.ConditionNode, kinds.HoursNode, kinds.IdentifyNode, kinds.HttpNode, kinds.SmsNode)


def _endless(flow: FlowSettings) -> Iterator[Finding]:
    """Nodes from which no end can be reached, and circles that a caller can do nothing about."""
    ways = {name: _next_nodes(flow, name) for name in flow.nodes}
    out = _leading_to(ways, {name for name, node in flow.nodes.items() if isinstance(node, _ENDS)})
    for name in flow.nodes:
        if name not in out:
            yield Finding(flow.name, f"nodes.{name}", "no_end")
    for name in sorted(_round(flow) & out):
        yield Finding(flow.name, f"nodes.{name}", "round")


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
                yield Finding(name, f"nodes.{node}.flow", "circle", {"name": target})


# ---------------------------------------------------------------------------------- targets


def _targets(flow: FlowSettings, names: Names) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        for field_name, code, target, known in _named(node, names):
            path = f"nodes.{name}.{field_name}"
            if target not in known:
                yield Finding(flow.name, path, *unknown(code, target, known))
            elif code == "no_queue" and target not in names.staffed:
                yield Finding(flow.name, path, "not_staffed", {"name": target}, error=False)
        yield from _own(flow, name, node, names)


#: Kind of node -> its field that names something, the code of what is wrong when that is not there, and where
#: in `Names` it would be.
_NAMED: Mapping[type[kinds.Node], tuple[str, str, str]] = {
    kinds.QueueNode: ("queue", "no_queue", "queues"),
    kinds.DepartmentNode: ("queues", "no_queue", "queues"),
    kinds.AgentNode: ("agent", "no_agent", "agents"),
    kinds.ExtensionNode: ("extension", "no_handset", "extensions"),
    kinds.OutsideNode: ("group", "no_group", "groups"),
    kinds.SmsNode: ("group", "no_group", "groups"),
    kinds.CallbackNode: ("queue", "no_queue", "queues"),
    kinds.VoicemailNode: ("voicemail", "no_box", "voicemail"),
    kinds.FlowNode: ("flow", "no_flow", "flows"),
    kinds.SurveyNode: ("questions", "no_question", "questions"),
}


def _named(node: kinds.Node, names: Names) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Field, code of what is wrong when it is not there, name, and the names there are."""
    if type(node) not in _NAMED:
        return
    name, code, where = _NAMED[type(node)]
    given: str | list[str] = getattr(node, name)
    if isinstance(given, list):
        yield from ((f"{name}.{place}", code, one, getattr(names, where)) for place, one in enumerate(given))
    elif given:
        yield name, code, given, getattr(names, where)


def _own(flow: FlowSettings, name: str, node: kinds.Node, names: Names) -> Iterator[Finding]:
    """What is wrong within one node."""
    path = f"nodes.{name}"
    if isinstance(node, kinds.OutsideNode):
        yield from _outside(flow, path, node, names)
    elif isinstance(node, kinds.MenuNode):
        yield from _menu(flow, path, node, names.language)
    elif isinstance(node, kinds.DigitsNode) and node.least > node.most:
        yield Finding(flow.name, f"{path}.most", "shorter")
    elif isinstance(node, kinds.HttpNode):
        host = host_of(node.url)
        if host not in names.hosts:
            yield Finding(flow.name, f"{path}.url", *unknown("no_host", host, names.hosts))
    elif isinstance(node, kinds.SmsNode):
        yield from _sms(flow, path, node, names)
    elif isinstance(node, kinds.SurveyNode) and not names.questions:
        yield Finding(flow.name, f"{path}.questions", "no_questions")
    elif isinstance(node, kinds.AppointmentNode) and not (names.hours if node.box_hours else node.week):
        yield Finding(flow.name, f"{path}.week", "every_day", error=False)


def _sms(flow: FlowSettings, path: str, node: kinds.SmsNode, names: Names) -> Iterator[Finding]:
    if not node.text.strip():
        yield Finding(flow.name, f"{path}.text", "no_text")
    if not (flow.dial_out or node.to == "caller" or node.to.startswith("contact.")):
        yield Finding(flow.name, f"{path}.to", "no_other_number")
    if not names.sims:
        yield Finding(flow.name, path, "no_sim", error=False)


def _outside(flow: FlowSettings, path: str, node: kinds.OutsideNode, names: Names) -> Iterator[Finding]:
    if not flow.dial_out:
        yield Finding(flow.name, path, "no_outside")
    if node.number in names.emergency:
        yield Finding(flow.name, f"{path}.number", "emergency")


def host_of(url: str) -> str:
    """Machine and, where it is another than usual, port of a URL, as they stand in the list of machines."""
    return url.split("://", 1)[-1].split("/", 1)[0].casefold()


def _menu(flow: FlowSettings, path: str, node: kinds.MenuNode, language: str) -> Iterator[Finding]:
    if not node.keys:
        yield Finding(flow.name, f"{path}.keys", "no_keys")
    seen: dict[str, str] = {}
    for key, told in node.keys.items():
        for word in told.words:
            other = seen.setdefault(word.casefold(), key)
            if other != key:
                yield Finding(
                    flow.name, f"{path}.keys.{key}.words", "word_twice", {"word": word, "key": other}
                )
    if node.speech:
        yield from _said(flow, path, node, language)


def _said(flow: FlowSettings, path: str, node: kinds.MenuNode, language: str) -> Iterator[Finding]:
    """A menu's words that may be taken for each other when they are said, or that nobody understands."""
    spoken = {"": [(key, word) for key, told in node.keys.items() for word in told.words]}
    for name in sorted({name for told in node.keys.values() for name in told.languages}):
        spoken[name] = [
            (key, word) for key, told in node.keys.items() for word in told.languages.get(name, ())
        ]
    for name, words in spoken.items():
        tongue = (name or language).partition("-")[0]
        if words and tongue not in UNDERSTOOD:
            yield Finding(flow.name, f"{path}.keys", "no_model", {"language": name or language}, error=False)
            continue
        for (key, word), (other, heard) in itertools.combinations(words, 2):
            if key != other and word.casefold() != heard.casefold() and alike(word, heard):
                args = {"word": heard, "other": word, "key": key}
                yield Finding(flow.name, f"{path}.keys.{other}.words", "sound_alike", args, error=False)


# ---------------------------------------------------------------------------------- words


_MAY_BE_SILENT = (kinds.HangupNode, kinds.AppointmentNode, kinds.OptOutNode)


def _words(flow: FlowSettings, flows: Flows) -> Iterator[Finding]:
    known = variables(flows)
    for name, node in flow.nodes.items():
        words: kinds.Words | None = getattr(node, "prompt", None)
        if words is not None and not isinstance(node, _MAY_BE_SILENT) and not _says(words):
            yield Finding(flow.name, f"nodes.{name}.prompt", "silent", error=False)
        for path, text in _texts(node):
            for code, args, error in _slots(text, known):
                yield Finding(flow.name, f"nodes.{name}.{path}", code, args, error)


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
    elif isinstance(node, kinds.SmsNode):
        yield "text", node.text
        yield from ((f"languages.{name}", text) for name, text in node.languages.items())
        yield "to", f"{{{node.to}}}"
    elif isinstance(node, kinds.ConditionNode):
        for place, case in enumerate(node.cases):
            yield f"cases.{place}.variable", f"{{{case.variable}}}"


def _slots(text: str, known: frozenset[str]) -> Iterator[tuple[str, dict[str, str], bool]]:
    for slot in _SLOT.findall(text):
        plain = _PLAIN.fullmatch(slot)
        if plain is None:
            yield "slot_form", {"slot": slot}, True
            continue
        name, form = plain.group(1), (plain.group(2) or "")[1:].split(" ")[0]
        if form and form not in _FORMS:
            yield "no_form", {"name": form, "known": ", ".join(sorted(_FORMS))}, True
        if name not in known and not name.startswith(("contact.", "queue.", "lead.", "campaign.")):
            yield *unknown("not_set", name, known), False


def wrong_slots(texts: Iterable[str]) -> Iterator[str]:
    """Slots of a campaign's own texts that are none: those know their lead and their campaign."""
    for slot in itertools.chain.from_iterable(map(_SLOT.findall, texts)):
        plain = _PLAIN.fullmatch(slot)
        form = (plain.group(2) or "")[1:].split(" ")[0] if plain else ""
        if plain is None or (form and form not in _FORMS) or not slot.startswith(("lead.", "campaign.")):
            yield slot


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
