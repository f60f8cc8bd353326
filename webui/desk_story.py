"""Steps of a call's story that messages, surveys, contacts and marketing campaigns leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from appliance.contract.journal import EntryKind
from webui import words
from webui.numbers import shown
from webui.words import word

Data = Mapping[str, str | int | float | bool | None]


def _contact(data: Data, names: object) -> tuple[str, str, str]:
    return _("Known as %(name)s.", name=data.get("name") or "–"), "", "off"


def _marketing(data: Data, names: object) -> tuple[str, str, str]:
    return _("Came by the marketing campaign %(name)s.", name=data.get("campaign")), "", "off"


def _left(data: Data, names: object) -> tuple[str, str, str]:
    seconds = data.get("seconds")
    lasted = _("%(count)s seconds", count=round(seconds)) if isinstance(seconds, int | float) else ""
    return _("A message is left."), lasted, "good"


def _answered(data: Data, names: object) -> tuple[str, str, str]:
    answer = data.get("answer")
    said = _("skipped") if answer is None else str(answer)
    return _("Survey, %(question)s: %(answer)s.", question=data.get("question"), answer=said), "", "off"


def _appointment(data: Data, names: object) -> tuple[str, str, str]:
    at = str(data.get("to") or data.get("at") or "").replace("T", " ")
    said = word(words.APPOINTMENTS, str(data.get("answer") or ""))
    return _("The appointment: %(answer)s.", answer=said), at, "good"


def _text(data: Data, names: object) -> tuple[str, str, str]:
    number = shown(str(data.get("number") or "")) or "–"
    if problem := data.get("problem"):
        return _("A text message to %(number)s was not sent.", number=number), str(problem), "warn"
    return _("A text message to %(number)s was sent.", number=number), "", "good"


STEPS: dict[EntryKind, Callable[[Data, object], tuple[str, str, str]]] = {
    EntryKind.CONTACT: _contact,
    EntryKind.MARKETING: _marketing,
    EntryKind.VOICEMAIL_BEGUN: lambda data, names: (_("The caller may leave a message."), "", "busy"),
    EntryKind.VOICEMAIL_LEFT: _left,
    EntryKind.VOICEMAIL_DROPPED: lambda data, names: (_("The caller takes the message back."), "", "off"),
    EntryKind.SURVEY_BEGUN: lambda data, names: (_("The caller is asked about the call."), "", "off"),
    EntryKind.SURVEY_ANSWERED: _answered,
    EntryKind.APPOINTMENT: _appointment,
    EntryKind.TEXT_SENT: _text,
}
