"""Collects keyed digits: until enough, a closing key, or a silence too long."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.clock import Timer

After = Callable[[float, Callable[[], None]], Timer]


class DigitCollector:
    """Gives `done` what was keyed, once. The time-out starts with `wait` and again with each digit."""

    def __init__(
        self, after: After, seconds: float, most: int, done: Callable[[str], None], closing: str = ""
    ) -> None:
        self._after = after
        self._seconds = seconds
        self._most = most
        self._done = done
        self._closing = closing
        self._digits = ""
        self._timer: Timer | None = None
        self._open = True

    def wait(self) -> None:
        """The prompt is over: from now on the caller has so many seconds for the next key."""
        if self._timer is not None:
            self._timer.cancel()
        if self._open:
            self._timer = self._after(self._seconds, self._finish)

    def hold(self) -> None:
        """Wait no longer, until `wait`: the caller speaks."""
        if self._timer is not None:
            self._timer.cancel()

    def take(self, digit: str) -> None:
        if not self._open:
            return
        if digit in self._closing:
            self._finish()
            return
        self._digits += digit
        if len(self._digits) >= self._most:
            self._finish()
        else:
            self.wait()

    def cancel(self) -> None:
        """Nothing will be given any more."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()

    def _finish(self) -> None:
        if self._open:
            self.cancel()
            self._done(self._digits)
