"""The one thread of a simulated network: it owns every pseudo-terminal, timer and frame clock."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import logging
import os
import selectors
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

log = logging.getLogger("simulator")

T = TypeVar("T")
Action = Callable[[], None]


class Timer:
    """One thing to do later on the loop's thread."""

    __slots__ = ("action", "due")

    def __init__(self, due: float, action: Action | None) -> None:
        self.due = due
        self.action = action

    def cancel(self) -> None:
        self.action = None


class Loop:
    """A selector thread. Everything in the simulator runs on it, so nothing in there needs a lock.

    `errors` keeps what a callback raised; a test asserts that it is empty.
    """

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._posted: list[Action] = []
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._drain_wake)
        self._running = False
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def start(self) -> None:
        self._running = True
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close its handles. Returns when done."""
        if not self._running:
            return
        self.post(self._quit)
        self._thread.join(5)
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    @staticmethod
    def now() -> float:
        return time.monotonic()

    def on_thread(self) -> bool:
        return threading.current_thread() is self._thread

    def post(self, action: Action) -> None:
        """Run `action` on the loop's thread, soon."""
        with self._lock:
            self._posted.append(action)
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"\0")

    def call(self, function: Callable[[], T], timeout: float = 10.0) -> T:
        """Run `function` on the loop's thread and hand back what it returns or raises."""
        if self.on_thread():
            return function()
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(function())
            except Exception as error:  # noqa: BLE001 - it is raised again in the caller's thread
                future.set_exception(error)

        self.post(run)
        return future.result(timeout)

    def later(self, delay: float, action: Action) -> Timer:
        return self.at(self.now() + delay, action)

    def at(self, due: float, action: Action) -> Timer:
        """Run `action` at the monotonic time `due`. Loop's thread only."""
        timer = Timer(due, action)
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    def watch(self, fd: int, events: int, ready: Callable[[int], None]) -> None:
        """Call `ready(event mask)` whenever `fd` is; watching again replaces, no events ends it."""
        if fd not in self._selector.get_map():
            if events:
                self._selector.register(fd, events, ready)
        elif events:
            self._selector.modify(fd, events, ready)
        else:
            self._selector.unregister(fd)

    def _run(self) -> None:
        while self._running:
            for key, mask in self._selector.select(self._pause()):
                self._guard(partial(key.data, mask))
            self._run_posted()
            self._run_timers()

    def _pause(self) -> float | None:
        while self._timers and self._timers[0][2].action is None:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - self.now())

    def _run_posted(self) -> None:
        with self._lock:
            posted, self._posted = self._posted, []
        for action in posted:
            self._guard(action)

    def _run_timers(self) -> None:
        now = self.now()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            action, timer.action = timer.action, None
            if action is not None:
                self._guard(action)

    def _guard(self, action: Action) -> None:
        try:
            action()
        except Exception as error:
            self.errors.append(error)
            log.exception("the simulator stumbled")

    def _drain_wake(self, _mask: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _quit(self) -> None:
        self._running = False
