"""One thread a line: runs what is posted to it, in order, and timers; the line's logic needs no locks."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

_log = logging.getLogger(__name__)

Action = Callable[[], None]


class LoopTimer:
    """A pending action of a `Loop`."""

    def __init__(self, action: Action) -> None:
        self.action: Action | None = action

    def cancel(self) -> None:
        self.action = None


class Loop:
    """A `Clock` whose actions run on its own thread, together with those that other threads `post`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._order = itertools.count()
        self._timers: list[tuple[float, int, LoopTimer]] = []
        self._posted: deque[Action] = deque()
        self._ready = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; actions and timers not yet run are dropped. Harmless twice."""
        with self._ready:
            self._stopping = True
            self._ready.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        with self._ready:
            self._posted.clear()
            self._timers.clear()

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive() and not self._stopping

    def post(self, action: Action) -> None:
        """Run `action` on the loop's thread as soon as it can. Any thread; never waits."""
        with self._ready:
            if not self._stopping:
                self._posted.append(action)
                self._ready.notify()

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def after(self, seconds: float, action: Action) -> LoopTimer:
        timer = LoopTimer(action)
        with self._ready:
            heapq.heappush(self._timers, (self.now() + max(0.0, seconds), next(self._order), timer))
            self._ready.notify()
        return timer

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception:  # noqa: BLE001 - a thread's top: one bad action must not end the line
                _log.exception("%s: an action failed", self._name)

    def _next(self) -> Action | None:
        """The next action to run; waits for one. None: stop."""
        with self._ready:
            while not self._stopping:
                if self._posted:
                    return self._posted.popleft()
                wait = self._timers[0][0] - self.now() if self._timers else None
                if wait is not None and wait <= 0:
                    timer = heapq.heappop(self._timers)[2]
                    if timer.action is not None:
                        return timer.action
                    continue
                self._ready.wait(wait)
        return None
