"""Sentences for people about fields that cannot be used."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from appliance.config.flow_nodes import KINDS

#: What a pattern asks for, in words; a pattern without words here is described by its field.
_PATTERNS = {
    r"^[a-z][a-z0-9_-]{0,30}$": "A name has small letters, digits, - and _, begins with a letter and has "
    "at most 31 characters.",
    r"^[1-9][0-9]{1,5}$": "An extension has 2 to 6 digits and does not begin with 0.",
    r"^\+?[0-9*#]{1,32}$": "A number has 1 to 32 digits, * or #, with a + allowed in front.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "A language is written like en or pt-BR.",
    r"^[a-z][a-z0-9_-]{0,47}$": "A node's name has small letters, digits, - and _, begins with a letter and "
    "has at most 48 characters.",
    r"^([a-z][a-z0-9_-]{0,47})?$": "This is not the name of a node.",
    r"^[a-z][a-z0-9_]{0,30}$": "A variable has small letters, digits and _, and begins with a letter.",
    r"^[a-z][a-z0-9_.-]{0,60}$": "A variable has small letters, digits, _ and dots, a letter first.",
    r"^([0-9*#x]|\[[0-9]-[0-9]\])*\.?$": "A form has digits, x for any digit, [2-9] for some, and "
    "a dot at its end for whatever follows.",
    r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "A day is written like 2026-12-24, or 12-24 "
    "for every year.",
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "A day is written like 2026-12-24.",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "A time of day such as 09:30 is wanted here.",
    r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[^\s]*)?$": "An address begins with http:// or https:// and "
    "the name of the machine, which is no variable.",
    r"^[0-9]{2,6}$": "An agent number has 2 to 6 digits.",
    r"^[0-9*#]$": "A key is one of 0 to 9, * or #.",
    r"^[A-Z]{2}$": "A country is two capital letters, such as DE or US.",
    r"^[0-9]{0,2}$": "The prefix has at most two digits.",
    r"^(music|upload)/[A-Za-z0-9_.-]{1,80}$": "Music is music/ and a name, or upload/ and an id.",
    r"^[0-9a-f]{16,64}$": "This is not the id of an uploaded recording.",
    r"^(\+[1-9][0-9]{6,14})?$": "A number with + and the country code, such as +4930123456, is wanted here.",
    r"^[0-9]{1,3}$": "A key to say how a call went has 1 to 3 digits.",
    r"^[a-z][a-z0-9_]{0,29}$": "A field has small letters, digits and _, and begins with a letter.",
    r"^[0-9a-f]{32}$": "There is no such list.",
}

_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda c: "This is needed.",
    "greater_than_equal": lambda c: f"It must be at least {c['ge']:g}.",
    "less_than_equal": lambda c: f"It must be at most {c['le']:g}.",
    "string_too_short": lambda c: (
        "This is needed." if c["min_length"] == 1 else _count("at least", c, "min_length")
    ),
    "string_too_long": lambda c: _count("at most", c, "max_length"),
    "too_short": lambda c: f"At least {c['min_length']} must be given.",
    "too_long": lambda c: f"At most {c['max_length']} can be given.",
    "string_pattern_mismatch": lambda c: _PATTERNS.get(c["pattern"], f"It must match {c['pattern']}."),
    "string_type": lambda c: "A text is wanted here.",
    "list_type": lambda c: "A list is wanted here.",
    "dict_type": lambda c: "A set of names and values is wanted here.",
    "model_type": lambda c: "A set of names and values is wanted here.",
    "model_attributes_type": lambda c: "A set of names and values is wanted here.",
    "int_type": lambda c: "A whole number is wanted here.",
    "int_parsing": lambda c: "A whole number is wanted here.",
    "int_from_float": lambda c: "A whole number is wanted here.",
    "int_parsing_size": lambda c: "This number is too large.",
    "float_type": lambda c: "A number is wanted here.",
    "float_parsing": lambda c: "A number is wanted here.",
    "finite_number": lambda c: "A number is wanted here.",
    "bool_type": lambda c: "Yes or no (true or false) is wanted here.",
    "bool_parsing": lambda c: "Yes or no (true or false) is wanted here.",
    "time_type": lambda c: "A time of day such as 09:30 is wanted here.",
    "time_parsing": lambda c: "A time of day such as 09:30 is wanted here.",
    "time_delta_type": lambda c: "A time of day such as 09:30 is wanted here.",
    "value_error": lambda c: str(c["error"]),
}


def sentence(error: ErrorDetails, root: type[BaseModel]) -> str:
    """One of pydantic's errors as a sentence that says what to do."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(root, error["loc"][:-1])
        return "There is no setting of this name." + did_you_mean(str(error["loc"][-1]), known)
    if kind in ("literal_error", "union_tag_invalid"):
        return _one_of(str(context.get("expected") or context["expected_tags"]), error["input"], context)
    if kind == "union_tag_not_found":
        if "nodes" in error["loc"]:
            return f"The kind is needed: {', '.join(KINDS)}."
        return "The kind is needed: gsm, voice_modem or sip."
    made = _SENTENCES.get(kind)
    return made(context) if made is not None else f"{error['msg']}."


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question to append, with its space, when something known looks like `name`; else nothing."""
    close = closest(name, known)
    return f" Did you mean {close}?" if close else ""


def closest(name: str, known: Iterable[str]) -> str:
    """What looks most like `name` of all that is known; "" when nothing does."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def path_of(loc: Sequence[int | str], tags: frozenset[str]) -> str:
    """The path of a field as the page knows it: pydantic's, without the tags of unions and "[key]"."""
    parts: list[str] = []
    for place, part in enumerate(loc):
        follows_number = place > 0 and isinstance(loc[place - 1], int)
        tag = (follows_number and part in tags) or (place > 1 and loc[place - 2] == "nodes" and part in KINDS)
        if part == "[key]" or tag:
            continue
        parts.append(str(part))
    return ".".join(parts)


def _count(bound: str, context: dict[str, Any], key: str) -> str:
    return f"It must have {bound} {context[key]} characters."


def _one_of(expected: str, given: Any, context: dict[str, Any]) -> str:
    known = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
    name = str(context.get("tag") or given)
    return f"It must be one of {', '.join(known)}." + did_you_mean(name, known)


def _fields_at(root: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The names of the settings at a place: pydantic's location, followed through the models."""
    here: Any = root
    for part in loc:
        options = _models(here) if not _is_model(here) else [here]
        if _is_model(here) and part in here.model_fields:
            here = here.model_fields[str(part)].annotation
            continue
        if isinstance(part, int) and len(options) == 1:  # a row of a list that has one kind of rows
            here = options[0]
            continue
        tagged = [model for model in options if _tag(model) == part]
        here = tagged[0] if tagged else here
    models = _models(here)
    return list(models[0].model_fields) if models else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _tag(model: type[BaseModel]) -> Any:
    field = model.model_fields.get("kind")
    return field.default if field is not None else None


def _models(kind: Any) -> list[type[BaseModel]]:
    """Every model inside a type: list[X], dict[str, X], Annotated[X | Y, ...], X | None."""
    if _is_model(kind):
        return [kind]
    if typing.get_origin(kind) is typing.Annotated or isinstance(kind, types.UnionType):
        return [model for part in typing.get_args(kind) for model in _models(part)]
    return [model for part in typing.get_args(kind) for model in _models(part)]
