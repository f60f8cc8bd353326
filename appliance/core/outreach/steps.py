"""What a dialed call does while it is with outreach: waits for an agent, hears that nobody is free, or is a
machine that is waited for and spoken to."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.events import BeepHeard
from appliance.contract.media import Prompt
from appliance.core.call.call import Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.contacts.refusal import never_again
from appliance.core.outreach.dialed import Dialed
from appliance.core.phrases import Phrase, say

#: The message begins within two seconds of the greeting's end (16 CFR 310.4(b)(4)(iii)); what is left is for
#: the command's way to the line.
BEGINS_WITHIN = 1.9
KEY_SECONDS = 6.0  # for the key, after the message
DROPPED_SECONDS = 45.0  # the message that nobody is free is cut off then
MOST_BEEPS = 3  # a machine that beeps on and on is no machine that records


class Awaiting(Step):
    """A person who said hello, while an agent is found; nobody is there in time: `late`."""

    stage = Stage.WAITING

    def __init__(self, dialed: Dialed, seconds: float, late: Callable[[], None]) -> None:
        super().__init__(dialed.call)
        self._party, self._seconds, self._late = dialed.party, seconds, late

    def begin(self) -> None:
        self._party.listen()
        self.after(self._seconds, self._late)

    def leave(self) -> None:
        super().leave()
        self._party.quiet()


class NobodyIsFree(Step):
    """The safe-harbour message, a while for the key, the end."""

    stage = Stage.GREETING

    def __init__(self, dialed: Dialed, prompt: Prompt, refused: Callable[[], None]) -> None:
        super().__init__(dialed.call)
        self._dialed, self._party, self._prompt = dialed, dialed.party, prompt
        self._refused = refused
        self._asked = False

    def begin(self) -> None:
        self._party.listen(digits=True)
        self.after(DROPPED_SECONDS, lambda: self._end("the message took too long"))
        self._party.play(self._prompt, done=self._said)

    def leave(self) -> None:
        super().leave()
        self._party.quiet()

    def _said(self) -> None:
        self.after(KEY_SECONDS, self._over)

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        talk = self._dialed.plan.outreach
        if leg is not self._party or digit != talk.key or self._asked:
            return
        self._asked = True
        campaign = None if talk.everywhere else self._dialed.plan.name
        number = self._dialed.number
        never_again(self.kernel, number, "key", self._saved, campaign=campaign, call=self.call.id)

    def _saved(self, good: bool) -> None:
        if good:
            self._refused()
        if not self.call.open or self.call.step is not self:
            return
        self.cancel_timers()
        self.after(DROPPED_SECONDS, self._over)
        phrase = Phrase.OUTREACH_NEVER if good else Phrase.REFUSED
        language = self.call.language or self.kernel.plan.language
        self._party.play(say(language, phrase), done=self._over)

    def _over(self) -> None:
        self._end("it heard that nobody is free")

    def _end(self, why: str) -> None:
        self.call.end(HangupCause.NORMAL_CLEARING, f"No agent was free: {why}.", "box")


class Machine(Step):
    """A machine is listened to until it beeps, then spoken to; a later beep begins the message anew."""

    stage = Stage.WAITING

    def __init__(self, dialed: Dialed, prompt: Prompt, left: Callable[[], None], now: bool) -> None:
        """`now`: its beep was heard already. `left` is told when the message was said to its end."""
        super().__init__(dialed.call)
        self._talk, self._party, self._prompt = dialed.plan.outreach, dialed.party, prompt
        self._left, self._now = left, now
        self._beeps = 0

    def begin(self) -> None:
        self._party.listen()
        if self._now:
            self._speak()
        else:
            self.after(self._talk.beep_seconds, lambda: self._end("did not beep in time"))

    def leave(self) -> None:
        super().leave()
        self._party.quiet()

    def beep(self, leg: Leg, event: BeepHeard) -> None:
        if leg is self._party and self._beeps < MOST_BEEPS:
            self._speak()

    def silence(self, leg: Leg, seconds: float) -> None:
        """A machine that records is silent; its times are bounded here."""

    def _speak(self) -> None:
        self._beeps += 1
        self.cancel_timers()
        self.call.move(Stage.GREETING, "the machine beeped")
        self.after(self._talk.machine_seconds, lambda: self._end("was told what fits the longest message"))
        self._party.play(self._prompt, done=self._said)

    def _said(self) -> None:
        self._left()
        self._end("was left a message")

    def _end(self, why: str) -> None:
        self.call.end(HangupCause.NORMAL_CLEARING, f"A machine {why}.", "box")
