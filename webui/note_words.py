"""What the box tells whoever runs it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from appliance.control.messages import LiveState
from webui.said import in_words

#: Code -> sentence, as `appliance.contract.notes.SENTENCES`.
NOTES = {
    "speech_small": _("Menus are keys only: this board has less than 1 GB of memory."),
    "speech_language": _("Menus are keys only in %(languages)s: there is no model of the language."),
    "prompt": "%(why)s",
    "backup_old": _("The last good backup is of %(day)s."),
    "backup_failed": _("The backup has failed: %(why)s The last good one is of %(day)s."),
    "backup_never": _("The backup has failed: %(why)s There is no good one yet."),
    "mail": _("A mail could not be sent. %(why)s"),
    "disk_full": _("The disk is nearly full: nothing is recorded. Calls go on."),
    "time": _(
        "The box does not know the time of day yet: no time server has answered. Calls are answered as ever; "
        "opening hours and reports may be wrong, and campaigns wait. Look whether the box reaches the "
        "internet."
    ),
    "records_damaged": _(
        "The records were damaged (%(why)s) and set aside as %(name)s; new ones were begun."
    ),
    "settings_missing": _("The file %(name)s is missing; the last good copy was loaded."),
    "settings_damaged": _("The file %(name)s is damaged; the last good copy was loaded."),
    "settings_unread": _("The file %(name)s cannot be read (%(why)s); the last good copy was loaded."),
    "callbacks_unread": _("The callbacks cannot be read; start the box anew."),
    "entries_lost": _("%(count)s entries of the journal were lost while the disk was full."),
    "records_waiting": _(
        "Call records cannot be written to the disk (%(why)s); %(count)s entries wait in memory. Calls go on."
    ),
}


def notes(state: LiveState) -> list[tuple[str, str]]:
    """Each note as the box says it, by which it is known again, and as the reader does."""
    coded = {one["says"]: one for one in state.told if one["code"] in NOTES}
    return [(says, _note(coded[says]) if says in coded else in_words(says)) for says in state.notes]


def _note(told: Mapping[str, Any]) -> str:
    args = told["args"]
    return str(NOTES[told["code"]]) % ({**args, "why": in_words(args["why"])} if "why" in args else args)
