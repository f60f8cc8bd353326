"""One party is asked for keys: a prompt, then what is keyed; one question after the other."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.media import Prompt
from appliance.core.call.digits import After, DigitCollector
from appliance.core.call.leg import Leg

Taken = Callable[[str], None]


class Asking:
    """The questions of a step to `leg`; a new one takes the place of the last. `after` is the step's own."""

    def __init__(self, leg: Leg, after: After) -> None:
        self._leg, self._after = leg, after
        self._collector: DigitCollector | None = None

    def ask(self, prompt: Prompt, seconds: float, most: int, then: Taken, closing: str = "") -> None:
        """Say `prompt` and give `then` what was keyed, possibly nothing; `seconds` count from its end."""
        collector = self._collect(seconds, most, then, closing)
        self._leg.play(prompt, done=collector.wait)

    def any_key(self, seconds: float, then: Callable[[], None]) -> None:
        """Wait for a key, whichever, or so long; what is being said goes on."""
        self._collect(seconds, 1, lambda _: then(), "").wait()

    def take(self, digit: str) -> bool:
        """A key was pressed: is it an answer? Then whoever asks is quiet."""
        collector = self._collector
        if collector is None:
            return False
        self._leg.quiet()
        collector.take(digit)
        return True

    def forget(self) -> None:
        """No answer is wanted any more."""
        if self._collector is not None:
            self._collector.cancel()
            self._collector = None

    def _collect(self, seconds: float, most: int, then: Taken, closing: str) -> DigitCollector:
        self.forget()

        def taken(keyed: str) -> None:
            self._collector = None
            then(keyed)

        self._collector = DigitCollector(self._after, seconds, most, taken, closing)
        return self._collector
