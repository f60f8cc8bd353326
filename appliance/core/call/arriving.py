"""An outside call rings: the caller's number is waited for, then the line is answered."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.line import TrunkLine

#: A driver reports the ring when it may be answered; a caller id it has comes at once, not seconds later.
CALLER_ID_SECONDS = 0.3


class Arriving(Step):
    """Ends in `answered()` once the line is answered and has audio."""

    stage = Stage.RINGING

    def __init__(self, call: Call, caller: Leg, answered: Callable[[], None]) -> None:
        super().__init__(call)
        self.caller = caller
        self._answered = answered

    def begin(self) -> None:
        line = self.caller.line
        if isinstance(line, TrunkLine) and line.capabilities.caller_id:
            self.after(CALLER_ID_SECONDS, self._answer)
        else:
            self._answer()

    def caller_id(self, leg: Leg) -> None:
        self._answer()

    def ready(self, leg: Leg) -> None:
        if leg is self.caller:
            self._answered()

    def _answer(self) -> None:
        self.caller.answer("an outside call")
