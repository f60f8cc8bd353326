"""One thread that does a line's jobs and timers, in order: no locks in its logic. It is also its `Clock`."""

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
Job = Callable[[], None]


class WorkTimer:
    """A pending timer of a `Worker`."""

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job

    def cancel(self) -> None:
        self.job = None


class Worker:
    """Runs jobs one after the other until it is stopped; sleeps while there is nothing to do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: deque[Job] = deque()
        self._timers: list[tuple[float, int, WorkTimer]] = []
        self._order = itertools.count()
        self._change = threading.Condition()
        self._ending = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, also anew after `stop`."""
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """End after the job that runs now; called on the worker itself or before `join`."""
        with self._change:
            self._ending = True
            self._change.notify()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)
        return not self.running

    def stop(self) -> None:
        """End the thread; jobs and timers that did not run are dropped. Harmless twice."""
        self.finish()
        self.join()
        with self._change:
            self._jobs.clear()
            self._timers.clear()

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def post(self, job: Job) -> None:
        """Do `job` on the worker, after what was posted before. Any thread; never waits."""
        with self._change:
            if not self._ending:
                self._jobs.append(job)
                self._change.notify()

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def after(self, seconds: float, action: Job) -> WorkTimer:
        """Do `action` on the worker, `seconds` from now. Any thread."""
        timer = WorkTimer(action)
        with self._change:
            heapq.heappush(self._timers, (self.now() + max(0.0, seconds), next(self._order), timer))
            self._change.notify()
        return timer

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:  # noqa: BLE001 - a thread's top: one bad job must not end the line
                _log.exception("%s: a job of the line failed", self._name)

    def _next(self) -> Job | None:
        with self._change:
            while not self._ending:
                if self._jobs:
                    return self._jobs.popleft()
                wait = self._due()
                if callable(wait):
                    return wait
                self._change.wait(wait)
            return None

    def _due(self) -> Job | float | None:
        """The job of a timer that is due, else the seconds to the next timer, None without one."""
        while self._timers:
            due, _, timer = self._timers[0]
            if timer.job is not None and due > self.now():
                return due - self.now()
            heapq.heappop(self._timers)
            if timer.job is not None:
                job, timer.job = timer.job, None
                return job
        return None
