"""The filter of the call list: from the address of the page to `reports` and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

if TYPE_CHECKING:
    from appliance.reports.calls import CallFilter


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What stands in the fields, as it was typed."""

    text: str = ""
    direction: str = ""
    outcome: str = ""
    queue: str = ""
    agent: str = ""
    trunk: str = ""
    since: str = ""
    until: str = ""

    @property
    def empty(self) -> bool:
        """Nothing is asked for: every call is listed."""
        return not any(asdict(self).values())

    @property
    def chosen(self) -> dict[str, str]:
        """The fields that are filled in."""
        return {name: value for name, value in asdict(self).items() if value}


def form_of(arguments: Mapping[str, str]) -> FilterForm:
    """The fields of a request."""
    fields = FilterForm.__dataclass_fields__
    return FilterForm(**{name: arguments.get(name, "").strip()[:80] for name in fields})


def understand(form: FilterForm, zone: ZoneInfo) -> tuple[CallFilter, dict[str, str]]:
    """The filter, and what cannot be understood: field -> sentence. Days count in `zone`, both included."""
    from appliance.reports.calls import filter_of

    problems: dict[str, str] = {}
    since = _day(form, "since", zone, problems, 0)
    until = _day(form, "until", zone, problems, 1)
    if since is not None and until is not None and until <= since:
        problems["until"] = _("The last day is before the first.")
    fields = asdict(form)
    fields.update(since=since, until=until)
    return filter_of(**fields), problems


def _day(
    form: FilterForm, name: str, zone: ZoneInfo, problems: dict[str, str], later: int
) -> datetime | None:
    text = getattr(form, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    except (ValueError, OverflowError):
        problems[name] = _("A day is written like 2026-03-31.")
        return None
