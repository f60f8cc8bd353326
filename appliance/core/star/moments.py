"""Day and hour as they are keyed on a handset, and as they are said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.core.kernel import Kernel


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment to come, and how it is said."""

    utc: datetime
    said: str


def moment_of(day: str, hour: str, kernel: Kernel) -> Moment | None:
    """`day` is DDMM, or nothing for today; `hour` is HHMM, in the office's time. None when it is no moment
    to come: a day that has passed this year is one of the next.
    """
    zone, now = office_zone(kernel), office_time(kernel)
    on, at = _day(day, now.date()), _hour(hour)
    if on is None or at is None:
        return None
    local = datetime.combine(on, at, zone)
    utc = local.astimezone(UTC)
    if utc <= kernel.clock.wall() or utc - kernel.clock.wall() > timedelta(days=366):
        return None
    return Moment(utc, f"{local.day:02}.{local.month:02}., {local.hour:02}:{local.minute:02}")


def office_zone(kernel: Kernel) -> ZoneInfo:
    """The time zone of the office."""
    return next((ZoneInfo(trunk.hours.timezone) for trunk in kernel.plan.trunks.values()), ZoneInfo("UTC"))


def office_time(kernel: Kernel) -> datetime:
    """Now, by the office's clock."""
    return kernel.clock.wall().astimezone(office_zone(kernel))


def _day(keyed: str, today: date) -> date | None:
    if not keyed:
        return today
    if len(keyed) != 4 or not (keyed.isascii() and keyed.isdecimal()):
        return None
    for year in (today.year, today.year + 1):
        try:
            found = date(year, int(keyed[2:]), int(keyed[:2]))
        except ValueError:  # 29 February may be one next year
            continue
        if found >= today:
            return found
    return None


def _hour(keyed: str) -> time | None:
    if len(keyed) != 4 or not (keyed.isascii() and keyed.isdecimal()):
        return None
    hours, minutes = int(keyed[:2]), int(keyed[2:])
    return time(hours, minutes) if hours < 24 and minutes < 60 else None
