"""What an agent has done so far: calls taken, time talked; strategies and limits go by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

HOUR = 3600.0
#: Who was logged out for so long begins a new shift.
SHIFT_SECONDS = 4 * HOUR


class Work:
    """Counted over a shift; see `begin` for those who log in."""

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

    def begin(self, away: float, others: Iterable[Work]) -> None:
        """They log in after `away` seconds: a new shift begins at nothing, and in any case not all calls are
        theirs until they have caught up with the others who are there."""
        if away >= SHIFT_SECONDS:
            self.calls, self.talked = 0, 0.0
        present = list(others)
        self.calls = max(self.calls, min((one.calls for one in present), default=0))
        self.talked = max(self.talked, min((one.talked for one in present), default=0.0))

    def recollect(self, before: Work) -> None:
        """Go on where this one stopped, the times of its calls being of the same clock."""
        self.calls += before.calls
        self.talked += before.talked
        self._taken = deque(sorted([*before._taken, *self._taken]))
