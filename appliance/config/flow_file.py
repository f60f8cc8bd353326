"""A flow as a file: JSON by docs/flow.schema.json, written for people, read whatever the bytes are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from appliance.config.flow_menu import migrated
from appliance.config.flow_nodes import KINDS
from appliance.config.flows import FlowSettings
from appliance.config.words import Told, path_of, told
from appliance.contract.errors import SettingsError

MOST_BYTES = 2_000_000
_MOST_TOLD = 50  # problems; whoever has more has another kind of file

Row = dict[str, Any]

#: Why a file is no flow at all: code -> sentence. The page has them in the reader's language.
SENTENCES = {
    "large": "The file is larger than %(most)s MB: this is no flow.",
    "empty": "The file is empty.",
    "no_text": "This is no text in UTF-8: choose a file that was saved on this page.",
    "twice": "“%(name)s” stands twice in the same place; one of them would be lost.",
    "no_json": "Line %(line)s, column %(column)s: this is no JSON.",
    "odd_json": "This is no JSON of a flow: a number is too long, or it is nested too deeply.",
    "no_flow": "There are no steps (“nodes”) in this file: it is not the file of a flow.",
    "half": "A text in this file has half a character in it.",
}


class FlowFieldsError(SettingsError):
    """The file is a flow with fields that cannot be used; `told` has what `problems` say as codes."""

    def __init__(self, told: dict[str, Told]) -> None:
        super().__init__({path: one.says for path, one in told.items()})
        self.told = told


class FlowFileError(SettingsError):
    """The file is no flow at all; `code` and `args` say why."""

    def __init__(self, code: str, **args: str) -> None:
        super().__init__({"file": SENTENCES[code] % args})
        self.code, self.args_told = code, args


def flow_text(flow: Mapping[str, Any]) -> str:
    """The file of a flow that is valid: what is as usual is left out."""
    checked = FlowSettings.model_validate(dict(flow))
    row = checked.model_dump(mode="json", exclude_defaults=True)
    row["nodes"] = {name: {"kind": checked.nodes[name].kind, **node} for name, node in row["nodes"].items()}
    return json.dumps(row, indent=1, ensure_ascii=False) + "\n"


def read_flow_file(data: bytes) -> Row:
    """The flow of a file, with everything set. SettingsError says in words what is wrong, and where."""
    row = _row(data)
    try:
        return FlowSettings.model_validate(row).model_dump(mode="json")
    except ValidationError as refused:
        problems: dict[str, Told] = {}
        for error in refused.errors(include_url=False)[:_MOST_TOLD]:
            path = path_of(error["loc"], frozenset(KINDS))
            problems.setdefault(path or "file", told(error, FlowSettings))
        raise FlowFieldsError(problems) from None


def _row(data: bytes) -> Row:
    if len(data) > MOST_BYTES:
        raise FlowFileError("large", most=str(MOST_BYTES // 1_000_000))
    if not data.strip():
        raise FlowFileError("empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FlowFileError("no_text") from None
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except _Twice as twice:
        raise FlowFileError("twice", name=str(twice)) from None
    except json.JSONDecodeError as problem:
        raise FlowFileError("no_json", line=str(problem.lineno), column=str(problem.colno)) from None
    except (ValueError, RecursionError):
        raise FlowFileError("odd_json") from None
    if not isinstance(found, dict) or not isinstance(found.get("nodes", found.get("choices")), dict):
        raise FlowFileError("no_flow")
    found.pop("$schema", None)  # editors put it there to help
    return _plain(found)


def _plain(found: Row) -> Row:
    """The same, of the first version's form too; refused where it holds what is no text."""
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise FlowFileError("half") from None
    row: Row = migrated({"flows": [found]})["flows"][0]
    return row


class _Twice(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> Row:
    row: Row = {}
    for name, value in pairs:
        if name in row:
            raise _Twice(name[:40].encode("utf-8", "replace").decode())
        row[name] = value
    return row


def _no_number(name: str) -> Any:
    raise ValueError(name)
