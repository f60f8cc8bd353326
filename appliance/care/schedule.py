"""When a backup is due: at the hour the settings name, in the box's time zone, and late rather than never."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.config.care import BackupSettings

#: After a failure the next try comes so much later; a stick may just have been forgotten.
RETRY = timedelta(hours=1)


def last_slot(backup: BackupSettings, timezone: str, now: datetime) -> datetime | None:
    """The newest time at or before `now` for which a backup is wanted; None when none is scheduled."""
    if backup.schedule == "off" or backup.destination == "none":
        return None
    local = now.astimezone(ZoneInfo(timezone))
    slot = local.replace(hour=backup.hour, minute=0, second=0, microsecond=0)
    while slot > local or (backup.schedule == "weekly" and slot.weekday() != backup.day):
        slot -= timedelta(days=1)
    return slot


def due(
    backup: BackupSettings, timezone: str, now: datetime, good: datetime | None, tried: datetime | None
) -> bool:
    """Whether one should be made now: none was since the last slot, and the last try is an hour ago."""
    slot = last_slot(backup, timezone, now)
    if slot is None or (good is not None and good >= slot):
        return False
    return tried is None or now - tried >= RETRY or tried > now


def overdue(backup: BackupSettings, timezone: str, now: datetime, good: datetime | None) -> bool:
    """Whether two slots in a row passed without a good one."""
    slot = last_slot(backup, timezone, now)
    if slot is None or good is None:
        return False
    return good < slot - timedelta(days=7 if backup.schedule == "weekly" else 1)
