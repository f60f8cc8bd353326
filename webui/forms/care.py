"""The forms of the upkeep: where backups go and when, and what the disk is kept for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from webui.forms import fields as f
from webui.forms.sheets import DAYS, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNumber(f.Select):
    """One of several whole numbers."""

    def read(self, form: MultiDict[str, str], row: f.Row) -> Any:
        typed = form.get(self.name, "")
        return int(typed) if typed.isdecimal() and len(typed) < 6 else typed


def _hours() -> list[f.Option]:
    return [(str(hour), f"{hour}:00") for hour in range(24)]


def _days() -> list[f.Option]:
    return [(str(number), str(day)) for number, day in enumerate(DAYS)]


def _where() -> list[f.Field]:
    return [
        f.Select(
            name="destination",
            label=_("Backups go to"),
            options=[
                ("none", str(_("nowhere; I download them"))),
                ("usb", str(_("a USB stick in the box"))),
                ("sftp", str(_("another machine, by SFTP"))),
            ],
        ),
        f.Field(
            name="folder",
            label=_("Folder of the stick"),
            heading=_("USB stick"),
            help=_("Where the stick is mounted."),
        ),
        f.Field(name="host", label=_("Server"), heading=_("SFTP"), help=_("Name or address.")),
        f.Number(name="port", label=_("Port")),
        f.Field(name="user", label=_("User")),
        f.Field(name="path", label=_("Folder on the server")),
    ]


def _when() -> list[f.Field]:
    return [
        f.Select(
            name="schedule",
            label=_("A backup is made"),
            heading=_("Schedule"),
            options=[
                ("off", str(_("only by hand"))),
                ("daily", str(_("every day"))),
                ("weekly", str(_("every week"))),
            ],
        ),
        WholeNumber(name="day", label=_("Weekly on"), options=_days()),
        WholeNumber(name="hour", label=_("At"), options=_hours()),
        f.Number(
            name="keep",
            label=_("Keep"),
            unit=_("copies"),
            help=_("The oldest copies of this box beyond that are removed."),
        ),
        f.Check(
            name="recordings",
            label=_("With the recordings of calls"),
            help=_("They make a backup much larger. Settings, prompts and the call list are always in it."),
        ),
    ]


def _backup_fields() -> list[f.Field]:
    return [*_where(), *_when()]


def _storage_fields() -> list[f.Field]:
    return [
        f.Number(
            name="recordings_percent",
            label=_("Recordings may use"),
            unit=_("percent of the disk"),
            help=_("Beyond that the oldest recordings are removed, one after the other."),
        ),
        f.Number(
            name="reserve_mb",
            label=_("Always keep free"),
            unit=_("MB"),
            help=_(
                "When less is free, the oldest recordings go; if that does not help, nothing is recorded."
            ),
        ),
    ]


BACKUP = Sheet(
    "backup", _("Backups: where and when"), _("Stick or server, schedule, copies."), _backup_fields
)
STORAGE = Sheet("storage", _("Limits of the disk"), _("What recordings may use."), _storage_fields)
CARE_SHEETS = {sheet.name: sheet for sheet in (BACKUP, STORAGE)}
