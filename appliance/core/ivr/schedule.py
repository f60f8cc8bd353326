"""Opening hours: local time by the weekday, whatever the box's own clock is set to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from appliance.contract.flow import Exit, Schedule
from appliance.contract.plan import OpeningHours

Spans = tuple[tuple[int, time, time], ...]


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Is it open at `at` (aware)? A span holds from its start to before its end."""
    return _within(hours.spans, at.astimezone(ZoneInfo(hours.timezone)))


def next_opening(hours: OpeningHours, at: datetime) -> datetime:
    """The first moment from `at` (aware) on at which it is open: `at` itself, or the start of a span, in UTC.

    A span that is skipped by a change of the clocks begins when the clocks have changed.
    """
    if is_open(hours, at):
        return at
    zone = ZoneInfo(hours.timezone)
    today = at.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(9)):
        starts = (datetime.combine(day, start, zone) for on, start, _ in hours.spans if on == day.weekday())
        later = [found for start in starts if (found := start.astimezone(UTC)) > at and is_open(hours, found)]
        if later:
            return min(later)
    return at


def exit_at(schedule: Schedule, at: datetime) -> Exit:
    """Open, closed or a holiday at `at` (aware)?"""
    local = at.astimezone(ZoneInfo(schedule.timezone))
    day, now = local.date().isoformat(), local.time()
    special = [(start, end) for opening, start, end in schedule.openings if opening == day]
    if special:
        return Exit.OPEN if any(start <= now < end for start, end in special) else Exit.CLOSED
    if day in schedule.own_days or day[5:] in schedule.own_days:
        return Exit.HOLIDAY
    if schedule.country and local.date() in public_holidays(schedule.country, schedule.region, local.year):
        return Exit.HOLIDAY
    return Exit.OPEN if _within(schedule.week, local) else Exit.CLOSED


def _within(spans: Spans, local: datetime) -> bool:
    day, now = local.weekday(), local.time()
    return not spans or any(day == span_day and start <= now < end for span_day, start, end in spans)


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The days off in a country, and in a region of it; none where the package knows nothing of it."""
    from holidays import country_holidays  # half a second on a small board: only who asks pays

    try:
        return frozenset(country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return frozenset()
