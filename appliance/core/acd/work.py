"""What an agent has done so far: calls taken, time talked; strategies and limits go by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

HOUR = 3600.0


class Work:
    """Counted from the moment the box knows the agent; see `level_with` for those who log in."""

    def __init__(self) -> None:
        self.calls = 0
        self.talked = 0.0  # seconds
        self.misses = 0  # offers missed since the last one that was answered
        self._taken: deque[float] = deque()
        self._talking_since: float | None = None

    def took(self, now: float) -> None:
        """A queue's caller was connected to them."""
        self.calls += 1
        self.misses = 0
        self._taken.append(now)

    def within_hour(self, now: float) -> int:
        """Queue calls taken within the last hour."""
        while self._taken and self._taken[0] <= now - HOUR:
            self._taken.popleft()
        return len(self._taken)

    def until_below(self, most: int, now: float) -> float:
        """Seconds until fewer than `most` calls were taken within the last hour."""
        return max(0.0, self._taken[-most] + HOUR - now) if self.within_hour(now) >= most else 0.0

    def talks(self, now: float) -> None:
        if self._talking_since is None:
            self._talking_since = now

    def silent(self, now: float) -> None:
        if self._talking_since is not None:
            self.talked += now - self._talking_since
            self._talking_since = None

    def level_with(self, others: Iterable[Work]) -> None:
        """They log in: not all calls of a day are theirs until they have caught up with the others."""
        present = list(others)
        self.calls = max(self.calls, min((one.calls for one in present), default=0))
        self.talked = max(self.talked, min((one.talked for one in present), default=0.0))
