"""Keys that an agent presses while talking: some mean something to the box, all others go to the far end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance.contract.clock import Timer

After = Callable[[float, Callable[[], None]], Timer]

#: Between two keys of a code; what is no code goes on to the far end after so long at the latest.
GAP_SECONDS = 2.0


class CallKeys:
    """Gives `act` the action of a code; everything else goes to `send`, whole and in order."""

    def __init__(
        self, codes: Mapping[str, str], after: After, act: Callable[[str], None], send: Callable[[str], None]
    ) -> None:
        self._codes = codes
        self._after = after
        self._act = act
        self._send = send
        self._held = ""
        self._timer: Timer | None = None

    def take(self, digit: str) -> None:
        """One more key."""
        self._forget_timer()
        self._held += digit
        if self._held in self._codes:
            action, self._held = self._codes[self._held], ""
            self._act(action)
        elif any(code.startswith(self._held) for code in self._codes):
            self._timer = self._after(GAP_SECONDS, self.flush)
        else:
            self._pass_on()

    def flush(self) -> None:
        """What was held back is no code: it goes on."""
        self._forget_timer()
        held, self._held = self._held, ""
        if held:
            self._send(held)

    def _pass_on(self) -> None:
        """The last key may begin a code of its own."""
        held, last = self._held[:-1], self._held[-1]
        if held and any(code.startswith(last) for code in self._codes):
            self._held = held
            self.flush()
            self.take(last)
        else:
            self.flush()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
