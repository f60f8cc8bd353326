"""Somebody listens to the messages of a box on a handset: 1 again, 2 next, 3 delete, hash ends."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.media import CallTone, Pause, Prompt, Sound
from appliance.contract.messages import Heard
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.phrases import Phrase, say

_DONE = "The messages were heard."


class Listen(Step):
    """The whole way of one listener; the call ends with it. `origin` is answered here."""

    stage = Stage.MENU

    def __init__(self, call: Call, origin: Leg, box: str) -> None:
        super().__init__(call)
        self.origin = origin
        self.box = box
        self._messages: list[Heard] = []
        self._begun = False

    def begin(self) -> None:
        self.origin.answer(f"messages of {self.box}")

    def ready(self, leg: Leg) -> None:
        if leg is not self.origin or self._begun:
            return
        self._begun = True
        self.kernel.services.messages.waiting(self.box, self._found)

    def leave(self) -> None:
        super().leave()
        self.origin.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is not self.origin or not self._messages:
            return
        if digit == "1":
            self._play()
        elif digit == "2":
            self._next("old", say(self._language, Phrase.NEXT_MESSAGE))
        elif digit == "3":
            self._next("deleted", say(self._language, Phrase.MESSAGE_DELETED))
        elif digit == "#":
            self._end(())

    @property
    def _language(self) -> str:
        return self.kernel.plan.language

    def _found(self, messages: tuple[Heard, ...]) -> None:
        def take() -> None:
            if not self.call.open or self.call.step is not self:
                return
            self._messages = list(messages)
            if self._messages:
                self._play()
            else:
                self._end(say(self._language, Phrase.NO_MESSAGES))

        self.kernel.run_contained(take)

    def _play(self, first: Prompt = ()) -> None:
        message = self._messages[0]
        sound = Sound(f"message/{message.recording}")
        self.origin.play((*first, sound, Pause(1.0)), done=self._heard)

    def _heard(self) -> None:
        """Heard to its end: it is old now; without a key the next one follows."""
        self.origin.play(CallTone.BEEP, done=lambda: self._next("old", ()))

    def _next(self, become: str, said: Prompt) -> None:
        message = self._messages.pop(0)
        if become == "deleted" or message.new:
            self.kernel.services.messages.set_state(message.id, become)
        if self._messages:
            self._play(said)
        else:
            self._end(said + say(self._language, Phrase.NO_MORE_MESSAGES))

    def _end(self, said: Prompt) -> None:
        self._messages = []
        self.origin.play(said, done=lambda: self.call.end(HangupCause.NORMAL_CLEARING, _DONE, "box"))
