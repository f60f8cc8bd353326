"""Somebody listens to the messages of a box on a handset: 1 again, 2 next, 3 delete, hash ends."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.contract.cause import HangupCause
from appliance.contract.ids import dial_string
from appliance.contract.media import CallTone, Prompt, Sound
from appliance.contract.messages import Heard
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.numbers import for_loop_start
from appliance.core.phrases import Phrase, say

_DONE = "The messages were heard."
#: Who presses nothing after a message goes on to the next one.
KEY_SECONDS = 4.0


class Listen(Step):
    """The whole way of one listener; the call ends with it. `origin` is answered here where it is not yet.
    Times are said in `zone`."""

    stage = Stage.MENU

    def __init__(self, call: Call, origin: Leg, box: str, zone: ZoneInfo) -> None:
        super().__init__(call)
        self.origin = origin
        self.box = box
        self._zone = zone
        self._messages: list[Heard] = []
        self._begun = False

    def begin(self) -> None:
        self.origin.answer(f"messages of {self.box}")
        self.ready(self.origin)

    def ready(self, leg: Leg) -> None:
        if leg is self.origin and leg.ready and not self._begun:
            self._begun = True
            self.kernel.services.messages.waiting(self.box, self._found)

    def leave(self) -> None:
        super().leave()
        self.origin.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is not self.origin or not self._messages:
            return
        self.cancel_timers()
        if digit == "1":
            self._play()
        elif digit == "2":
            self._next("old", self._text(Phrase.NEXT_MESSAGE))
        elif digit == "3":
            self._next("deleted", self._text(Phrase.MESSAGE_DELETED))
        elif digit == "#":
            self._end(())
        else:
            self._offer_keys()

    def _text(self, phrase: Phrase, **values: str | int) -> Prompt:
        return say(self.kernel.plan.language, phrase, **values)

    def _found(self, messages: tuple[Heard, ...]) -> None:
        def take() -> None:
            if not self.call.open or self.call.step is not self:
                return
            self._messages = list(messages)
            if self._messages:
                new = sum(message.new for message in messages)
                self._play(self._text(Phrase.MESSAGES, count=len(messages), new=new))
            else:
                self._end(self._text(Phrase.NO_MESSAGES))

        self.kernel.run_contained(take)

    def _play(self, first: Prompt = ()) -> None:
        message = self._messages[0]
        sound = Sound(f"message/{message.recording}")
        self.origin.play((*first, *self._about(message), sound), done=self._heard)

    def _about(self, message: Heard) -> Prompt:
        """Who left it, and when, in the words of the box's language."""
        when = self._moment(message.at.astimezone(self._zone).replace(tzinfo=None))
        if message.number is None:
            return self._text(Phrase.MESSAGE_WITHHELD, when=when)
        return self._text(Phrase.MESSAGE_FROM, number=self._digits(message.number), when=when)

    def _digits(self, number: str) -> str:
        """One by one, as people here write the number."""
        try:
            number = for_loop_start(dial_string(number), self.kernel.plan.country)
            return self.kernel.services.grammar(number, "digits", "", self.kernel.plan.language)
        except ValueError:  # a name or an address in the place of a number
            return number

    def _moment(self, at: datetime) -> str:
        written = at.isoformat(sep=" ", timespec="minutes")
        try:
            return self.kernel.services.grammar(written, "moment", "", self.kernel.plan.language)
        except ValueError:  # no words for it in this language
            return written

    def _heard(self) -> None:
        """Heard to its end: without a key the next one follows."""
        self.origin.play(CallTone.BEEP, done=self._offer_keys)

    def _offer_keys(self) -> None:
        self.origin.play(self._text(Phrase.MESSAGE_KEYS), done=self._await_key)

    def _await_key(self) -> None:
        self.after(KEY_SECONDS, lambda: self._next("old", ()))

    def _next(self, become: str, said: Prompt) -> None:
        message = self._messages.pop(0)
        if become == "deleted" or message.new:
            self.kernel.services.messages.set_state(message.id, become)
        if self._messages:
            self._play(said)
        else:
            self._end(said + self._text(Phrase.NO_MORE_MESSAGES))

    def _end(self, said: Prompt) -> None:
        self._messages = []
        self.origin.play(said, done=lambda: self.call.end(HangupCause.NORMAL_CLEARING, _DONE, "box"))
