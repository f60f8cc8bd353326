"""One event stream from the core, shared by all browsers that watch the live page."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from appliance.contract.errors import ControlError
from appliance.control.messages import LiveState

log = logging.getLogger(__name__)

MOST_WATCHERS = 12  # each holds one of the server's 16 threads; the others poll
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 4.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was heard last. `state` is None while the core does not answer, and `problem` says so."""

    number: int
    state: LiveState | None
    problem: str = ""
    at: float = 0.0  # by the monotonic clock
    _made: dict[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)
    _making: threading.Lock = field(default_factory=threading.Lock, init=False, compare=False, repr=False)

    def once(self, what: str, make: Callable[[], str]) -> str:
        """What `make` makes of this state: done by the first who asks, the others wait and share it."""
        with self._making:
            if what not in self._made:
                self._made[what] = make()
            return self._made[what]


class Relay:
    """Listens to the core while anybody watches, and again after every break. Safe from any thread."""

    def __init__(self, events: Callable[[], Iterator[LiveState | None]]) -> None:
        self._events = events
        self._changed = threading.Condition()
        self._watchers = 0
        self._running = False
        self._seen: Seen | None = None
        self._number = 0  # grows for ever, so that a number never means two states

    def watch(self) -> bool:
        """One more watcher; False when there are too many. Every True needs an `unwatch`."""
        with self._changed:
            if self._watchers >= MOST_WATCHERS:
                return False
            self._watchers += 1
            if not self._running:
                self._running, self._seen = True, None
                threading.Thread(target=self._run, name="relay", daemon=True).start()
            return True

    def unwatch(self) -> None:
        """A watcher has gone; after the last one the stream is closed."""
        with self._changed:
            self._watchers -= 1
            self._changed.notify_all()

    def recent(self, seconds: float) -> Seen | None:
        """The state that was heard last, when that is less than so many seconds ago and somebody listens."""
        with self._changed:
            seen = self._seen if self._running else None
        fresh = seen is not None and seen.state is not None and time.monotonic() - seen.at < seconds
        return seen if fresh else None

    def next(self, after: int, seconds: float) -> Seen | None:
        """What was heard since number `after`; waits that long for it, then None."""
        with self._changed:
            self._changed.wait_for(lambda: self._seen is not None and self._seen.number > after, seconds)
            return self._seen if self._seen is not None and self._seen.number > after else None

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            heard = self._listen()
            pause = FIRST_PAUSE if heard else min(pause * 2, LONGEST_PAUSE)
            with self._changed:
                self._changed.wait_for(lambda: self._watchers == 0, pause)
                if self._watchers == 0:
                    self._running = False
                    return

    def _listen(self) -> bool:
        """Follow one stream until it breaks or nobody watches; was anything heard?"""
        heard = False
        try:
            for state in self._events():
                heard = True
                if state is not None:
                    self._tell(state, "")
                if self._watchers == 0:
                    break
        except ControlError as problem:
            log.info("the event stream ended: %s", problem)
            self._tell(None, str(problem))
        return heard

    def _tell(self, state: LiveState | None, problem: str) -> None:
        with self._changed:
            repeated = self._seen is not None and state is None and self._seen.state is None
            if not repeated:
                self._number += 1
                self._seen = Seen(self._number, state, problem, time.monotonic())
                self._changed.notify_all()
