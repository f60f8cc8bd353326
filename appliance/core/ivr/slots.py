"""Which times of appointments can be offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.contract.appointments import has_room
from appliance.contract.flow import Exit, Slots
from appliance.core.ivr.schedule import exit_at

#: Where there are no opening hours at all.
_DAY = (time(9), time(17))
_MOST_LOOKED_AT = 20_000


def free_slots(
    slots: Slots, now: datetime, taken: Sequence[datetime], after: datetime | None = None
) -> list[datetime]:
    """The first free times (local, naive) behind `after`, as many as are offered at once. `now` is aware."""
    zone = ZoneInfo(slots.schedule.timezone)
    local = now.astimezone(zone).replace(tzinfo=None)
    earliest = local + timedelta(hours=slots.notice_hours)
    last = local + timedelta(days=slots.days)
    found: list[datetime] = []
    for looked, at in enumerate(_times(slots, earliest, last, zone)):
        if len(found) >= slots.offers or looked > _MOST_LOOKED_AT:
            break
        if (after is None or at > after) and has_room(at, taken, slots.minutes, slots.places):
            found.append(at)
    return found


def _times(slots: Slots, earliest: datetime, last: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The beginnings of all slots of open hours, in order."""
    length = timedelta(minutes=slots.minutes)
    day = earliest.date()
    while day <= last.date():
        for start, end in sorted(_spans(slots, datetime.combine(day, time()))):
            at, over = datetime.combine(day, start), datetime.combine(day, end)
            while at + length <= over:
                if earliest <= at <= last and exit_at(slots.schedule, at.replace(tzinfo=zone)) is Exit.OPEN:
                    yield at
                at += length
        day += timedelta(days=1)


def _spans(slots: Slots, day: datetime) -> list[tuple[time, time]]:
    special = [(start, end) for on, start, end in slots.schedule.openings if on == day.date().isoformat()]
    if special:
        return special
    if not slots.schedule.week:
        return [_DAY]
    return [(start, end) for on, start, end in slots.schedule.week if on == day.weekday()]
