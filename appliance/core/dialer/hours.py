"""Local time of the called place: which zones count, whether it is open there, and whether it is a
holiday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from appliance.contract.dialling import Calendar, Hours, Refusal, Why

Calendars = Mapping[tuple[str, int], Calendar]


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of this name, if there is one."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError; odd names raise the others
        return None
    except KeyError:
        return None


def places(by_number: tuple[str, ...], by_address: str) -> tuple[str, ...]:
    """The zones that must all agree. An address decides among the number's own zones; with a number from
    elsewhere (a mobile that moved) both count."""
    if not by_address:
        return by_number
    if not by_number or by_address in by_number:
        return (by_address,)
    return (*by_number, by_address)


def within(hours: Hours, local: datetime) -> bool:
    """Is this local time in one of the spans?"""
    day, now = local.weekday(), local.time()
    return any(day == span_day and start <= now < end for span_day, start, end in hours.spans)


def shut(
    zone: str, local: datetime, law: Hours, own: Hours | None, country: str, region: str, calendars: Calendars
) -> Iterator[Refusal]:
    """Why nobody may be called at this place at this local time."""
    for hours, whose in ((law, "law"), (own, "campaign")):
        if hours is not None and not within(hours, local):
            yield Refusal(Why.HOURS, (zone, local.strftime("%Y-%m-%d %H:%M"), whose))
    if law.holidays and (own is None or own.holidays):
        return
    calendar = calendars.get((country, local.year))
    if calendar is None:
        yield Refusal(Why.NO_CALENDAR, (country, str(local.year)))
    elif holiday(calendar, local.date(), region):
        yield Refusal(Why.HOLIDAY, (zone, local.date().isoformat()))


def holiday(calendar: Calendar, day: date, region: str) -> bool:
    """A day off there; where the region is not known, a day off in any region of the country."""
    if day in calendar.national:
        return True
    if region in calendar.regions:
        return day in calendar.regions[region]
    return any(day in days for days in calendar.regions.values())
