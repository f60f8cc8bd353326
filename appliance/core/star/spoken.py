"""A handset speaks with the box: it is asked, keys are taken, and it is told what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from appliance.contract.cause import HangupCause
from appliance.contract.media import CallTone, Prompt
from appliance.core.call.asking import Asking, Taken
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.line import HandsetLine

KEY_SECONDS = 8.0
TRIES = 3


class Spoken(Step, ABC):
    """Begins to speak once the handset is answered and has audio: `run` is what it says first."""

    stage = Stage.MENU

    def __init__(self, call: Call, origin: Leg, line: HandsetLine, why: str) -> None:
        super().__init__(call)
        self.origin = origin
        self.line = line
        self._why = why
        self._asking = Asking(origin, self.after)
        self._begun = False
        self._at_end: Callable[[], None] | None = None

    @abstractmethod
    def run(self) -> None:
        """Say the first thing."""

    def begin(self) -> None:
        self.origin.answer(self._why)
        self.ready(self.origin)

    def leave(self) -> None:
        self._asking.forget()
        self._finish()
        super().leave()
        self.origin.quiet()

    def ready(self, leg: Leg) -> None:
        if leg is self.origin and leg.ready and not self._begun:
            self._begun = True
            self.run()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.origin:
            self._asking.take(digit)

    @property
    def here(self) -> bool:
        """Does it still go on? An answer may come when the handset has long hung up."""
        return self.call.open and self.call.step is self

    # --------------------------------------------------------------------- asking

    def ask(self, prompt: Prompt, then: Taken, most: int = 16, closing: str = "#") -> None:
        """Say `prompt` and give `then` what was keyed, possibly nothing."""
        self._asking.ask(prompt, KEY_SECONDS, most, then, closing)

    def choose(self, prompt: Prompt, choices: Mapping[str, Callable[[], None]], tries: int = TRIES) -> None:
        """Say `prompt` until one of the keys is pressed; after `tries` without one, say goodbye."""

        def taken(key: str) -> None:
            if key in choices:
                choices[key]()
            elif tries > 1:
                self.choose(prompt, choices, tries - 1)
            else:
                self.done("no key")

        self.ask(prompt, taken, most=1, closing="")

    def at_end(self, action: Callable[[], None]) -> None:
        """Do this when the next thing is said, or the handset hangs up: once."""
        self._at_end = action

    def until_key(self, seconds: float, then: Callable[[], None]) -> None:
        """Wait for any key, or so long."""
        self._asking.any_key(seconds, then)

    def _finish(self) -> None:
        action, self._at_end = self._at_end, None
        if action is not None:
            action()

    # ------------------------------------------------------------------------ end

    def tell(self, prompt: Prompt | CallTone, why: str) -> None:
        """Say it, then hang up."""
        self._finish()
        self._asking.forget()
        self.origin.play(prompt, done=lambda: self.done(why))

    def done(self, why: str) -> None:
        """Hang up."""
        self.call.end(HangupCause.NORMAL_CLEARING, f"{self._why}: {why}", "box")
