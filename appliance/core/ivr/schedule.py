"""Opening hours: local time by the weekday, whatever the box's own clock is set to."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.contract.plan import OpeningHours


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Is it open at `at` (aware)? A span holds from its start to before its end."""
    if not hours.spans:
        return True
    local = at.astimezone(ZoneInfo(hours.timezone))
    day, now = local.weekday(), local.time()
    return any(day == span_day and start <= now < end for span_day, start, end in hours.spans)
