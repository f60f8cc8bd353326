"""Time as the logic sees it: monotonic in service, stepped by hand in tests and simulations."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """One pending action of a `Clock`."""

    def cancel(self) -> None:
        """Make sure the action will not run. Harmless after it ran or was cancelled."""


class Clock(Protocol):
    """The only source of time in the core. Actions run on the core's own thread."""

    def now(self) -> float:
        """Monotonic seconds; only differences mean anything."""

    def wall(self) -> datetime:
        """The time of day, aware, in UTC. For records and opening hours, never for durations."""

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run `action` once, `seconds` (>= 0) from now."""


class SteppedTimer:
    """A timer of a `SteppedClock`."""

    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Forget the action."""
        self.action = None


class SteppedClock:
    """A clock that moves only when `advance` is called: tests and simulations run as fast as they can."""

    def __init__(self, wall: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = 0.0
        self._start = self._wall = wall
        self._wall_at = 0.0  # a moment has twenty journal entries: its time is made once
        self._order = itertools.count()
        self._queue: list[tuple[float, int, SteppedTimer]] = []

    def now(self) -> float:
        """Seconds stepped so far."""
        return self._now

    def wall(self) -> datetime:
        """The start given, plus what was stepped."""
        if self._wall_at != self._now:
            self._wall, self._wall_at = self._start + timedelta(seconds=self._now), self._now
        return self._wall

    def after(self, seconds: float, action: Callable[[], None]) -> SteppedTimer:
        """Run `action` when `advance` passes that moment."""
        timer = SteppedTimer(self._now + max(0.0, seconds), action)
        heapq.heappush(self._queue, (timer.due, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, running every due action at its own time and in order."""
        end = self._now + seconds
        while self._queue and self._queue[0][0] <= end:
            due, _, timer = heapq.heappop(self._queue)
            action, timer.action = timer.action, None
            if action is not None:
                self._now = due
                action()
        self._now = end

    def pending(self) -> int:
        """How many timers are still armed; a test asks it to see that nothing was left behind."""
        return sum(1 for _, _, timer in self._queue if timer.action is not None)
