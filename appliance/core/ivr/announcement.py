"""Something is said, then the call ends."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.media import Prompt
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step


class Announcement(Step):
    """Something is said, then the call ends: closed, goodbye."""

    stage = Stage.GREETING

    def __init__(self, call: Call, caller: Leg, prompt: Prompt, reason: str) -> None:
        super().__init__(call)
        self.caller = caller
        self.prompt = prompt
        self.reason = reason

    def begin(self) -> None:
        self.caller.listen()
        self.caller.play(self.prompt, done=self._said)

    def leave(self) -> None:
        super().leave()
        self.caller.quiet()

    def _said(self) -> None:
        self.call.end(HangupCause.NORMAL_CLEARING, self.reason, "box")
