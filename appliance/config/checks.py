"""What no single field can know: names that must be unique, and names that must exist elsewhere.

The checks read plain data of any shape and never raise: so they run beside the checks of single fields,
and an admin sees all problems of both at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from appliance.config.flow_lint import Names, lint
from appliance.config.flows import FlowSettings
from appliance.config.messages import SurveySettings
from appliance.config.talk import number_problems
from appliance.config.words import did_you_mean
from appliance.contract.plan import Plan

Problems = dict[str, str]
Rows = list[tuple[str, Mapping[str, Any]]]

_STAR_CODES = Plan().star_codes
_EMERGENCY = ["112", "911", "999", "000"]
#: The list of each kind of thing, the field that names it, and its word.
_KEYS = (
    ("trunks", "name", "trunk"),
    ("handsets", "extension", "handset"),
    ("agents", "id", "agent"),
    ("queues", "name", "queue"),
    ("flows", "name", "flow"),
    ("voicemail", "name", "voicemail box"),
)


def cross_problems(data: Mapping[str, Any]) -> Problems:
    """Every problem between fields of this settings document, path -> sentence."""
    found: Problems = {}
    names = {kind: _names(data, kind, key) for kind, key, _ in _KEYS}
    for kind, key, word in _KEYS:
        found.update(_repeated(data, kind, key, word))
    for check in (_trunks, _handsets, _agents, _queues, _flows, _groups, _numbers, number_problems):
        found.update(check(data, names))
    return found


def _rows(data: Mapping[str, Any], kind: str) -> Rows:
    rows = data.get(kind)
    if not isinstance(rows, list):
        return []
    return [(f"{kind}.{place}", row) for place, row in enumerate(rows) if isinstance(row, Mapping)]


def _names(data: Mapping[str, Any], kind: str, key: str) -> list[str]:
    return [row[key] for _, row in _rows(data, kind) if isinstance(row.get(key), str)]


def _strings(value: Any) -> Iterator[tuple[int, str]]:
    if isinstance(value, list):
        yield from ((place, item) for place, item in enumerate(value) if isinstance(item, str))


def _repeated(data: Mapping[str, Any], kind: str, key: str, word: str) -> Problems:
    found: Problems = {}
    seen: set[str] = set()
    for path, row in _rows(data, kind):
        name = row.get(key)
        if not isinstance(name, str):
            continue
        if name in seen:
            found[f"{path}.{key}"] = f"There is another {word} {name}; each needs a name of its own."
        seen.add(name)
    return found


def _unknown(word: str, name: Any, known: Sequence[str]) -> str | None:
    if not isinstance(name, str) or name in known:
        return None
    return f"There is no {word} {name}." + did_you_mean(name, known)


def _note(found: Problems, path: str, problem: str | None) -> None:
    if problem is not None:
        found[path] = problem


def _choice(found: Problems, path: str, choice: Any, names: Mapping[str, list[str]], last: bool) -> None:
    """`last`: the caller comes here after the menu gave up, so there is nothing left to repeat."""
    if not isinstance(choice, Mapping):
        return
    kind, target = choice.get("kind"), choice.get("target", "")
    if kind == "queue":
        _note(found, f"{path}.target", _unknown("queue", target, names["queues"]))
    elif kind == "agent":
        _note(found, f"{path}.target", _unknown("agent", target, names["agents"]))
    elif kind == "flow":
        _note(found, f"{path}.target", _unknown("flow", target, names["flows"]))
    elif kind == "voicemail":
        _note(found, f"{path}.target", _unknown("voicemail box", target, names["voicemail"]))
    elif kind == "repeat" and last:
        found[f"{path}.kind"] = "The menu cannot be repeated here: choose a queue, an agent or hanging up."


def _trunks(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    found: Problems = {}
    ports: dict[str, str] = {}
    for path, row in _rows(data, "trunks"):
        _note(found, f"{path}.flow", _unknown("flow", row.get("flow", "main"), names["flows"]))
        for field in ("port", "audio_port"):
            port = row.get(field)
            if row.get("kind") == "sip" or not isinstance(port, str):
                continue
            if port in ports:
                found[f"{path}.{field}"] = f"Trunk {ports[port]} uses the port {port} already."
            ports.setdefault(port, str(row.get("name", "")))
        if row.get("kind") == "sip" and row.get("register_out", True) and not row.get("user"):
            found[f"{path}.user"] = "To register at the provider a user name is needed."
    return found


def _handsets(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    found: Problems = {}
    known = _group_names(data)
    for path, row in _rows(data, "handsets"):
        group = row.get("trunk_group", "outside")
        _note(found, f"{path}.trunk_group", _unknown("trunk group", group, known))
    return found


def _group_names(data: Mapping[str, Any]) -> list[str]:
    groups = data.get("trunk_groups", {"outside": []})
    return [name for name in groups if isinstance(name, str)] if isinstance(groups, Mapping) else []


def _outside_number(data: Mapping[str, Any], path: str, row: Mapping[str, Any]) -> Problems:
    """An agent's telephone outside: on lines that are there, and never one that calls for help."""
    number = row.get("outside_number")
    if not isinstance(number, str) or not number:
        return {}
    found: Problems = {}
    group = row.get("outside_group", "outside")
    _note(found, f"{path}.outside_group", _unknown("trunk group", group, _group_names(data)))
    box = data.get("box")
    if number in {one for _, one in _strings(_get(box, "emergency_numbers") or _EMERGENCY)}:
        found[f"{path}.outside_number"] = f"{number} is for emergencies; it is nobody's telephone."
    return found


def _agents(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    found: Problems = {}
    for path, row in _rows(data, "agents"):
        found |= _outside_number(data, path, row)
        _note(found, f"{path}.handset", _unknown("handset", row.get("handset"), names["handsets"]))
        if row.get("always") is True and not row.get("handset") and not row.get("outside_number"):
            found[f"{path}.handset"] = "Who is always there needs a handset of their own."
        for place, queue in _strings(row.get("queues")):
            _note(found, f"{path}.queues.{place}", _unknown("queue", queue, names["queues"]))
        tiers = row.get("tiers")
        for queue in tiers if isinstance(tiers, Mapping) else ():
            _note(found, f"{path}.tiers.{queue}", _unknown("queue", queue, names["queues"]))
    return found


def _queues(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    found: Problems = {}
    for path, row in _rows(data, "queues"):
        name, exits = row.get("name"), row.get("exits")
        ways = {field: row.get(field) for field in ("overflow", "unstaffed", "closing")}
        ways |= {f"exits.{key}": way for key, way in exits.items()} if isinstance(exits, Mapping) else {}
        for field, way in ways.items():
            _choice(found, f"{path}.{field}", way, names, last=True)
            if way == {"kind": "queue", "target": name}:
                found[f"{path}.{field}.target"] = "A queue cannot overflow into itself."
        _note(found, f"{path}.escalate_to", _unknown("queue", row.get("escalate_to"), names["queues"]))
        if name is not None and row.get("escalate_to") == name:
            found[f"{path}.escalate_to"] = "The next tier of support must be another queue."
        if isinstance(exits, Mapping) and row.get("callback_key") in exits:
            found[f"{path}.callback_key"] = "This key leads elsewhere already."
        group, groups = row.get("callback_group"), data.get("trunk_groups")
        known = list(groups) if isinstance(groups, Mapping) else ["outside"]
        _note(found, f"{path}.callback_group", _unknown("line group", group, known))
    return found


def _flows(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    """The errors of the lint. Flows that are not even well-formed are judged by the schema alone."""
    places = {row["name"]: path for path, row in _rows(data, "flows") if isinstance(row.get("name"), str)}
    found = lint(well_formed_flows(data), flow_names(data))
    return {f"{places[one.flow]}.{one.path}": one.says for one in found if one.error}


def well_formed_flows(data: Mapping[str, Any]) -> dict[str, FlowSettings]:
    """Those flows of a settings document that can be read."""
    flows: dict[str, FlowSettings] = {}
    for _, row in _rows(data, "flows"):
        with suppress(ValidationError):
            flow = FlowSettings.model_validate(row)
            flows[flow.name] = flow
    return flows


def flow_names(data: Mapping[str, Any]) -> Names:
    """What the flows of a settings document may refer to."""
    names = {kind: _names(data, kind, key) for kind, key, _ in _KEYS}
    box, requests = data.get("box"), data.get("requests")
    groups = data.get("trunk_groups", {"outside": []})
    return Names(
        queues=names["queues"],
        agents=names["agents"],
        extensions=names["handsets"],
        groups=[name for name in groups if isinstance(name, str)] if isinstance(groups, Mapping) else [],
        hosts=[host.casefold() for _, host in _strings(_get(requests, "hosts"))],
        emergency=[number for _, number in _strings(_get(box, "emergency_numbers") or _EMERGENCY)],
        flows=names["flows"],
        voicemail=names["voicemail"],
        questions=_question_names(data.get("survey")),
        sims=any(row.get("kind") == "gsm" for _, row in _rows(data, "trunks")) or not data.get("trunks"),
        hours=bool(_get(data.get("hours"), "spans")),
        language=next((tongue for _, tongue in _strings([_get(box, "language")])), "en"),
        staffed=frozenset(
            queue for _, row in _rows(data, "agents") for _, queue in _strings(row.get("queues"))
        ),
    )


def _question_names(survey: Any) -> list[str]:
    rows = _get(survey, "questions")
    if not isinstance(rows, list):
        return [question.name for question in SurveySettings().questions]
    return [row["name"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("name"), str)]


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _groups(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    found: Problems = {}
    groups = data.get("trunk_groups")
    for group, trunks in groups.items() if isinstance(groups, Mapping) else ():
        for place, trunk in _strings(trunks):
            _note(found, f"trunk_groups.{group}.{place}", _unknown("trunk", trunk, names["trunks"]))
    return found


def _numbers(data: Mapping[str, Any], names: Mapping[str, list[str]]) -> Problems:
    """Emergency numbers come before all else on a handset's keys: nothing else may look like one."""
    found: Problems = {}
    box = data.get("box")
    box = box if isinstance(box, Mapping) else {}
    emergency = box.get("emergency_numbers", _EMERGENCY)
    for place, number in _strings(emergency):
        if number in _STAR_CODES:
            found[f"box.emergency_numbers.{place}"] = f"{number} is a star code of the handsets already."
    numbers = [number for _, number in _strings(emergency)]
    prefix = box.get("outside_prefix", "")
    for path, row in _rows(data, "handsets"):
        extension = row.get("extension")
        if not isinstance(extension, str):
            continue
        if extension in numbers:
            found[f"{path}.extension"] = f"{extension} is an emergency number; a handset cannot have it."
        elif isinstance(prefix, str) and prefix and extension.startswith(prefix):
            found[f"{path}.extension"] = f"{extension} begins with {prefix}, which is dialled to get outside."
    return found
