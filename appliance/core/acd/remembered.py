"""What queues remember of callers who are gone: their place, and who spoke with them. Bounded, by number."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

MOST = 2000

T = TypeVar("T")


class Remembered(Generic[T]):
    """The newest `MOST` things, each by a key, each until a moment of the monotonic clock."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, tuple[float, T]] = OrderedDict()

    def keep(self, key: object, until: float, value: T) -> None:
        """Remember; what was kept of this key before is forgotten."""
        self._kept.pop(key, None)
        self._kept[key] = (until, value)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, key: object, now: float) -> T | None:
        """What is remembered of the key now."""
        until, value = self._kept.get(key, (now, None))
        return value if until > now else None

    def take(self, key: object, now: float) -> T | None:
        """The same, and forget it."""
        value = self.get(key, now)
        self._kept.pop(key, None)
        return value
