"""Wrong passwords make the next try wait: per address, and for all addresses together.

Nothing sleeps; a try that comes too early is refused without looking at its password.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 3
FREE_TRIES_OVERALL = 30
LONGEST_WAIT = 300.0
LONGEST_WAIT_OVERALL = 10.0  # a guesser must not be able to lock the owner out
FORGET_SECONDS = 1800.0
MOST_ADDRESSES = 1000


@dataclass(slots=True)
class _Count:
    failures: int = 0
    until: float = 0.0
    last: float = 0.0

    def fail(self, now: float, free: int, longest: float) -> None:
        if now - self.last > FORGET_SECONDS:
            self.failures = 0
        self.failures += 1
        self.last = now
        if self.failures >= free:
            self.until = now + min(2.0 ** min(self.failures - free, 20), longest)


class Throttle:
    """Counts failed logins. Safe from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._addresses: OrderedDict[str, _Count] = OrderedDict()
        self._overall = _Count()
        #: One password is checked at a time: argon2 takes 19 MB and the audio needs the processor.
        self.checking = threading.Lock()

    def wait(self, address: str) -> float:
        """Seconds until this address may try; 0 when it may now."""
        with self._lock:
            until = self._overall.until
            if address in self._addresses:
                until = max(until, self._addresses[address].until)
            return max(0.0, until - self._clock())

    def failed(self, address: str) -> None:
        """A wrong password came from this address."""
        with self._lock:
            now = self._clock()
            count = self._addresses.setdefault(address, _Count())
            self._addresses.move_to_end(address)
            count.fail(now, FREE_TRIES, LONGEST_WAIT)
            self._overall.fail(now, FREE_TRIES_OVERALL, LONGEST_WAIT_OVERALL)
            while len(self._addresses) > MOST_ADDRESSES:
                self._addresses.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """The right password came from this address: it starts anew."""
        with self._lock:
            self._addresses.pop(address, None)
