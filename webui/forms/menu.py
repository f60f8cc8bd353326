"""The pages of the set-up in groups, as menu and overview show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from webui.forms.catalog import PARTS
from webui.forms.sheets import SHEETS


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: `name` is its tab, `part` the list in the settings whose rows are counted."""

    name: str
    where: str
    title: Any
    about: Any
    part: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together."""

    title: Any
    entries: tuple[Entry, ...]


def _page(name: str) -> Entry:
    """A list or sheet of the settings."""
    found = PARTS.get(name) or SHEETS[name]
    return Entry(name, f"/setup/{name}", found.title, found.about, name if name in PARTS else "")


GROUPS = (
    Group(_("Lines and telephones"), tuple(map(_page, ("trunks", "trunk_groups", "handsets")))),
    Group(_("Agents and queues"), tuple(map(_page, ("agents", "queues", "talk")))),
    Group(_("What callers meet"), tuple(map(_page, ("flows", "hours", "voicemail", "survey", "marketing")))),
    Group(
        _("The box itself"),
        (
            *map(_page, ("box", "mail", "network", "requests")),
            Entry(
                "certificate",
                "/setup/certificate",
                _("Certificate"),
                _("What browsers and telephones trust the box by."),
            ),
            Entry("care", "/care", _("Upkeep"), _("Backups and the way back, the disk, the support file.")),
            Entry("versions", "/setup/versions", _("History"), _("Who changed what, and the way back.")),
            Entry("password", "/password", _("Password"), _("For logging in to these pages.")),
            Entry(
                "first",
                "/first",
                _("First steps"),
                _("Take the five steps of the first day again; nothing is lost by it."),
            ),
            Entry("reset", "/setup/reset", _("Factory reset"), _("Forget the settings, or everything.")),
        ),
    ),
)
