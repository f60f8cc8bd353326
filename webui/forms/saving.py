"""From a posted form to saved settings, or back to the form with all that was typed and all problems."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appliance.contract.errors import ControlError, SettingsError
from appliance.control.messages import ErrorCode
from webui.box import Box
from webui.forms.fields import Row
from webui.forms.parts import Settings
from webui.said import all_in_words, in_words

Problems = dict[str, str]


@dataclass(slots=True)
class Outcome:
    """What became of a save. `problems` by path in the row, `elsewhere` by path in the settings."""

    saved: bool = False
    conflict: bool = False
    problems: Problems = field(default_factory=dict)
    elsewhere: Problems = field(default_factory=dict)


def fingerprint(row: object) -> str:
    """A mark of what a form showed, to tell whether somebody else changed it meanwhile."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:24]


def save(box: Box, change: Callable[[Settings], Settings], prefix: str, own: Problems) -> Outcome:
    """Save what `change` makes of the settings of now; `own` are problems the form found itself.

    When another save comes in between, the change is made once more on top of it: whether both touched the
    same row is for the caller to know.
    """
    for _attempt in range(3):
        version, settings = box.settings()
        wanted = change(settings)
        if own:
            return _refused(
                {**_schema_problems(wanted), **{prefix + path: text for path, text in own.items()}}, prefix
            )
        try:
            box.save(version, wanted)
            return Outcome(saved=True)
        except ControlError as error:
            if error.code == ErrorCode.CONFLICT:
                continue
            if error.code == ErrorCode.INVALID and error.problems:
                return _refused(error.problems, prefix)
            raise
    return Outcome(conflict=True)


def _schema_problems(settings: Settings) -> Problems:
    """All that the core would say, for forms that have problems of their own and do not get that far."""
    from appliance.config.schema import load

    try:
        load(settings)
    except SettingsError as error:
        return error.problems
    return {}


def _refused(problems: Mapping[str, str], prefix: str) -> Outcome:
    whole = prefix.removesuffix(".")
    mine = {path for path in problems if path.startswith(prefix) or (prefix and path == whole)}
    here = {
        path.removeprefix(prefix) if path != whole else "": in_words(problems[path])
        for path in problems
        if path in mine
    }
    rest = all_in_words({path: text for path, text in problems.items() if path not in mine})
    return Outcome(problems=here, elsewhere=rest)


def changed_meanwhile(row: Row | None, seen: str) -> bool:
    """Whether the row is not the one the form was made of."""
    return bool(seen) and (row is None or fingerprint(row) != seen)
