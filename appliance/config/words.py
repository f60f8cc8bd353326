"""Sentences for people about fields that cannot be used."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from appliance.config.flow_nodes import KINDS

#: Code -> sentence. The page has those that a flow's file may get in the reader's language (`lint_words`).
SENTENCES = {
    "needed": "This is needed.",
    "least": "It must be at least %(bound)s.",
    "most": "It must be at most %(bound)s.",
    "longer": "It must have at least %(count)s characters.",
    "shorter_text": "It must have at most %(count)s characters.",
    "more": "At least %(count)s must be given.",
    "fewer": "At most %(count)s can be given.",
    "form": "It must match %(pattern)s.",
    "text": "A text is wanted here.",
    "list": "A list is wanted here.",
    "set": "A set of names and values is wanted here.",
    "whole": "A whole number is wanted here.",
    "large_number": "This number is too large.",
    "number": "A number is wanted here.",
    "yes_no": "Yes or no (true or false) is wanted here.",
    "time_of_day": "A time of day such as 09:30 is wanted here.",
    "unknown": "There is no setting of this name.",
    "one_of": "It must be one of %(known)s.",
    "node_kind": "The kind is needed: %(known)s.",
    "trunk_kind": "The kind is needed: gsm, voice_modem or sip.",
    "closing_first": "The closing time must be after the opening time.",
    "no_holidays": "The public holidays of this country are not known; list your own days.",
    "other": "%(why)s",
    "form_name": "A name has small letters, digits, - and _, begins with a letter and has at most 31 "
    "characters.",
    "form_extension": "An extension has 2 to 6 digits and does not begin with 0.",
    "form_dial_string": "A number has 1 to 32 digits, * or #, with a + allowed in front.",
    "form_language": "A language is written like en or pt-BR.",
    "form_node": "A node's name has small letters, digits, - and _, begins with a letter and has at most 48 "
    "characters.",
    "form_no_node_name": "This is not the name of a node.",
    "form_variable": "A variable has small letters, digits and _, and begins with a letter.",
    "form_any_variable": "A variable has small letters, digits, _ and dots, a letter first.",
    "form_mask": "A form has digits, x for any digit, [2-9] for some, and a dot at its end for whatever "
    "follows.",
    "form_day": "A day is written like 2026-12-24, or 12-24 for every year.",
    "form_date": "A day is written like 2026-12-24.",
    "form_clock": "A time of day such as 09:30 is wanted here.",
    "form_url": "An address begins with http:// or https:// and the name of the machine, which is no "
    "variable.",
    "form_agent_number": "An agent number has 2 to 6 digits.",
    "form_key": "A key is one of 0 to 9, * or #.",
    "form_country": "A country is two capital letters, such as DE or US.",
    "form_prefix": "The prefix has at most two digits.",
    "form_music": "Music is music/ and a name, or upload/ and an id.",
    "form_upload": "This is not the id of an uploaded recording.",
    "form_e164": "A number with + and the country code, such as +4930123456, is wanted here.",
    "form_disposition": "A key to say how a call went has 1 to 3 digits.",
    "form_field": "A field has small letters, digits and _, and begins with a letter.",
    "form_no_list": "There is no such list.",
}
#: What a pattern asks for; one that is not here is described by its field.
_PATTERNS = {
    r"^[a-z][a-z0-9_-]{0,30}$": "form_name",
    r"^[1-9][0-9]{1,5}$": "form_extension",
    r"^\+?[0-9*#]{1,32}$": "form_dial_string",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "form_language",
    r"^[a-z][a-z0-9_-]{0,47}$": "form_node",
    r"^([a-z][a-z0-9_-]{0,47})?$": "form_no_node_name",
    r"^[a-z][a-z0-9_]{0,30}$": "form_variable",
    r"^[a-z][a-z0-9_.-]{0,60}$": "form_any_variable",
    r"^([0-9*#x]|\[[0-9]-[0-9]\])*\.?$": "form_mask",
    r"^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "form_day",
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "form_date",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "form_clock",
    r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[^\s]*)?$": "form_url",
    r"^[0-9]{2,6}$": "form_agent_number",
    r"^[0-9*#]$": "form_key",
    r"^[A-Z]{2}$": "form_country",
    r"^[0-9]{0,2}$": "form_prefix",
    r"^(music|upload)/[A-Za-z0-9_.-]{1,80}$": "form_music",
    r"^[0-9a-f]{16,64}$": "form_upload",
    r"^(\+[1-9][0-9]{6,14})?$": "form_e164",
    r"^[0-9]{1,3}$": "form_disposition",
    r"^[a-z][a-z0-9_]{0,29}$": "form_field",
    r"^[0-9a-f]{32}$": "form_no_list",
}
#: Rules of the settings' own, by what they say.
_RULES = {SENTENCES[code]: code for code in ("closing_first", "no_holidays")}
_KINDS = {
    "missing": "needed",
    "string_type": "text",
    "list_type": "list",
    "dict_type": "set",
    "model_type": "set",
    "model_attributes_type": "set",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "int_parsing_size": "large_number",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "number",
    "bool_type": "yes_no",
    "bool_parsing": "yes_no",
    "time_type": "time_of_day",
    "time_parsing": "time_of_day",
    "time_delta_type": "time_of_day",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a field: one of `SENTENCES` with its arguments. "guess" may be what was meant."""

    code: str
    args: Mapping[str, str]

    @property
    def says(self) -> str:
        """The sentence, in English."""
        guess = self.args.get("guess")
        return SENTENCES[self.code] % self.args + (f" Did you mean {guess}?" if guess else "")


def sentence(error: ErrorDetails, root: type[BaseModel]) -> str:
    """One of pydantic's errors as a sentence that says what to do."""
    return told(error, root).says


def told(error: ErrorDetails, root: type[BaseModel]) -> Told:
    """One of pydantic's errors as a code with arguments."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _told("unknown", guess=closest(str(error["loc"][-1]), _fields_at(root, error["loc"][:-1])))
    if kind in ("literal_error", "union_tag_invalid"):
        return _one_of(str(context.get("expected") or context["expected_tags"]), error["input"], context)
    if kind == "union_tag_not_found":
        nodes = "nodes" in error["loc"]
        return _told("node_kind", known=", ".join(KINDS)) if nodes else _told("trunk_kind")
    if kind in _KINDS:
        return _told(_KINDS[kind])
    return _bounded(kind, context) or _other(error, context)


def _bounded(kind: str, context: dict[str, Any]) -> Told | None:
    """Too small, too large, too long, too short, not of the form."""
    if kind in ("greater_than_equal", "less_than_equal"):
        least = kind == "greater_than_equal"
        return _told("least" if least else "most", bound=f"{context['ge' if least else 'le']:g}")
    if kind == "string_too_short" and context["min_length"] == 1:
        return _told("needed")
    if kind == "string_pattern_mismatch":
        return _told(_PATTERNS.get(context["pattern"], "form"), pattern=context["pattern"])
    codes = {
        "string_too_short": ("longer", "min_length"),
        "string_too_long": ("shorter_text", "max_length"),
        "too_short": ("more", "min_length"),
        "too_long": ("fewer", "max_length"),
    }
    if kind not in codes:
        return None
    code, key = codes[kind]
    return _told(code, count=context[key])


def _other(error: ErrorDetails, context: dict[str, Any]) -> Told:
    """A rule of ours has spoken, or pydantic by itself."""
    if error["type"] != "value_error":
        return _told("other", why=f"{error['msg']}.")
    refused = context["error"]
    code = _RULES.get(str(refused))
    return _told(code) if code is not None else _told("other", why=str(refused))


def _told(code: str, **args: object) -> Told:
    return Told(code, {name: str(value) for name, value in args.items()})


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


def _one_of(expected: str, given: Any, context: dict[str, Any]) -> Told:
    known = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
    guess = closest(str(context.get("tag") or given), known)
    return _told("one_of", known=", ".join(known), guess=guess)


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
