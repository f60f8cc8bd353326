"""Steps of a call's story that promises to call somebody leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from appliance.contract.journal import EntryKind
from webui import words
from webui.times import local_time

if TYPE_CHECKING:
    from webui.story import Names

Data = Mapping[str, str | int | float | bool | None]
_Said = tuple[str, str, str] | None


def _promised(data: Data, names: Names) -> _Said:
    """That an agent put a call off is told by its own entry."""
    if data.get("kind") == "scheduled":
        return None
    number = words.caller(str(data.get("number") or ""), None)
    why = words.word(words.CALLBACK_REASONS, str(data.get("reason") or ""))
    return _("A callback is promised: %(number)s.", number=number), why, "good"


def _heard(data: Data, names: Names) -> _Said:
    """By its sound; a callback that a machine answers is not kept yet."""
    kind = str(data.get("kind") or "")
    sentences = {
        "person": (_("By its sound a person answered."), "good"),
        "machine": (_("By its sound an answering machine answered."), "warn"),
        "fax": (_("By its sound a fax machine answered."), "warn"),
        "tone": (_("Nobody answered: a tone of the network is heard."), "warn"),
        "silent": (_("Whoever answered says nothing."), "off"),
    }
    text, tone = sentences.get(kind, (kind, "off"))
    return text, "", tone


def _tried(data: Data, names: Names) -> _Said:
    why = words.word(words.CALLBACK_TRIES, str(data.get("why") or ""))
    return _("The customer is not reached: %(why)s.", why=why), _again(data), "warn"


def _again(data: Data) -> str:
    try:
        due = datetime.fromisoformat(str(data.get("due")))
    except ValueError:
        return ""
    return str(_("next try %(time)s", time=local_time(due)))


def _closed(data: Data, names: Names) -> _Said:
    why = str(data.get("why") or "")
    return words.word(words.CALLBACK_ENDS, why) + ".", "", "good" if why == "served" else "off"


STEPS: dict[EntryKind, Callable[[Data, Names], _Said]] = {
    EntryKind.CALLBACK_PROMISED: _promised,
    EntryKind.ANSWER_HEARD: _heard,
    EntryKind.CALLBACK_TRIED: _tried,
    EntryKind.CALLBACK_CLOSED: _closed,
}
