"""Whether the box's time of day can be trusted: outbound campaigns wait for it, calls never do.

A board without a clock of its own starts with the time of its last shutdown. systemd-timesyncd leaves a file
once a time server has answered (systemd-timesyncd.service(8)); a clock chip is believed when the kernel took
the time from it and both still agree.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.store.notes import Notes

TOPIC = "time"
_OLDEST = datetime(2026, 1, 1, tzinfo=UTC)  # the box is younger than any earlier time
_DRIFT_SECONDS = 60.0


class TimeOfDay:
    """Looks at what the system knows. `root` is where /run and /sys are; tests give another."""

    def __init__(self, notes: Notes, wall: Callable[[], datetime], root: Path = Path("/")) -> None:
        self._notes, self._wall = notes, wall
        self._service = root / "run/systemd/timesync"
        self._clocks = root / "sys/class/rtc"
        self.trusted = False

    def look(self) -> bool:
        """Look again, and say so on the page while it is not trusted."""
        self.trusted = self._wall() >= _OLDEST and (self._told() or self._has_clock())
        if self.trusted:
            self._notes.clear(TOPIC)
        else:
            self._notes.say(TOPIC, "time")
        return self.trusted

    def _told(self) -> bool:
        """A time server has answered; or another service than timesyncd keeps the time of this machine."""
        return (self._service / "synchronized").exists() or not self._service.is_dir()

    def _has_clock(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return any(self._keeps_time(chip) for chip in self._clocks.iterdir())
        return False

    def _keeps_time(self, chip: Path) -> bool:
        """The kernel took the time from this chip at the start, and both still agree: it has a battery."""
        with contextlib.suppress(OSError, ValueError):
            if (chip / "hctosys").read_text().strip() == "1":
                told = float((chip / "since_epoch").read_text())
                return abs(told - self._wall().timestamp()) < _DRIFT_SECONDS
        return False
