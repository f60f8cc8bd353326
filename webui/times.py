"""Times and durations as people read them, in the time zone of the box."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.contract.errors import ControlError
from webui.box import box


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def box_zone() -> ZoneInfo:
    """The time zone of the settings; UTC while nobody can be asked."""
    try:
        return _zone(str(box().recent_settings()["box"]["timezone"]))
    except ControlError:
        return _zone("UTC")


def local(when: datetime | str) -> datetime:
    """An aware time, or its ISO 8601 text, in the box's zone."""
    found = datetime.fromisoformat(when) if isinstance(when, str) else when
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(box_zone())


def local_time(when: datetime | str) -> str:
    """Date and time of day."""
    return local(when).isoformat(" ", "seconds")[:19]


def moment_of(text: str) -> str | None:
    """ISO 8601 in UTC of what a field for day and time holds; None when it is none, or is past."""
    try:
        found = datetime.fromisoformat(text.strip()[:16])
    except ValueError:
        return None
    at = found.replace(tzinfo=box_zone()).astimezone(UTC)
    return at.isoformat() if at > datetime.now(UTC) else None


def local_day(when: datetime | str) -> str:
    """The date."""
    return local(when).date().isoformat()


def local_clock(when: datetime | str) -> str:
    """Time of day."""
    return local(when).strftime("%H:%M:%S")


def duration(seconds: float) -> str:
    """Seconds as m:ss, or h:mm:ss from an hour on."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
