"""How many agents are kept for callers: so many as will ring, by the pace of the last half hour, before the
next agent comes free.
"""

from __future__ import annotations

import math
from collections import deque

SPAN = 1800.0  # seconds whose callers count
COVERED = 0.8  # chance that those kept are enough
_MOST = 200


class Arrivals:
    """Callers who came to the queues of a campaign's agents. Times are monotonic."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._came: deque[float] = deque(maxlen=_MOST)

    def came(self, now: float) -> None:
        """One more."""
        self._came.append(now)

    def rate(self, now: float) -> float:
        """Callers a second."""
        while self._came and self._came[0] < now - SPAN:
            self._came.popleft()
        span = min(SPAN, now - self._began)
        return len(self._came) / max(60.0, span)

    def reserve(self, now: float, agents: int, handling: float, waiting: int) -> int:
        """Agents to keep: all who ring before another agent comes free find one, with the chance above;
        `waiting` callers take theirs at once. `handling` is how long a talk and its wrap-up last, seconds."""
        if agents <= 0:
            return 0
        expected = self.rate(now) * handling / agents
        return min(agents, waiting + fewest(expected))


def fewest(expected: float) -> int:
    """The least number that a Poisson count of this mean does not pass with the chance `COVERED`."""
    term = total = math.exp(-expected)
    count = 0
    while total < COVERED and count < _MOST:
        count += 1
        term *= expected / count
        total += term
    return count
