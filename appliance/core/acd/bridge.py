"""An agent talks at a telephone outside: its audio is that of the handset it stands for, its keys that
handset's buttons. No line shows the box what such a telephone can do by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Prompt
from appliance.core.acd.rung import ForRung, Rung
from appliance.core.call.asking import Asking
from appliance.core.call.call import Call, Stage
from appliance.core.call.keys import CallKeys
from appliance.core.call.leg import Leg
from appliance.core.phrases import Phrase, say

HOLD = "*3"  # and back again, from a second call, too
BLIND = "*4"
ATTENDED = "*5"  # once more: the caller is put through
THREE = "*6"
#: Only where the settings allow keys while talking.
CODES = {HOLD: "hold", BLIND: "blind", ATTENDED: "attended", THREE: "three"}
KEY_SECONDS = 8.0
LONGEST_NUMBER = 24


class Bridge(ForRung):
    """The talk, and what is asked for in it."""

    stage = Stage.TALKING

    def __init__(self, call: Call, rung: Rung, leg: Leg) -> None:
        super().__init__(call)
        self.rung, self.leg = rung, leg
        self._on_hold = False
        codes = CODES if call.kernel.plan.talk.keys else {}
        self._keys = CallKeys(codes, self.after, self._asked, self._pass_on)
        # What is heard in the audio is with the caller already: only the codes are looked for.
        self._heard = CallKeys(codes, self.after, self._asked, lambda digits: None)
        self._asking = Asking(leg, self.after)

    def begin(self) -> None:
        self._listen()
        self.call.note(EntryKind.CONNECTED, agent=None, handset=None, waited=None)
        self.rung.accepted(self)
        self.rung.audio(self.leg.port)

    def leave(self) -> None:
        self._asking.forget()
        self.leg.quiet()
        super().leave()

    def audio_changed(self, leg: Leg) -> None:
        self.rung.audio(leg.port)

    def held(self, leg: Leg) -> None:
        self.rung.held(leg.held)

    # ---------------------------------------------------------------------- keys

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if not self._asking.take(digit):
            (self._keys if signalled else self._heard).take(digit)

    def _pass_on(self, digits: str) -> None:
        for digit in digits:
            self.rung.key(digit)

    def _asked(self, action: str) -> None:
        {"hold": self._hold, "blind": self._blind, "attended": self._attended, "three": self._three}[action]()

    def _hold(self) -> None:
        if self.rung.consulting:
            self.rung.back()
        else:
            self._put_on_hold(not self._on_hold)
            self.leg.play(CallTone.BEEP)

    def _blind(self) -> None:
        if self.rung.consulting:
            self.refused()
        else:
            self._where(self.rung.transfer)

    def _attended(self) -> None:
        if self.rung.consulting:
            self.rung.join()
        else:
            self._where(self.rung.consult)

    def _three(self) -> None:
        if self.rung.consulting:
            self.rung.confer()
        else:
            self.refused()

    def _where(self, go: Callable[[str], None]) -> None:
        """The caller hears music while the number is keyed."""
        before = self._on_hold
        self._put_on_hold(True)

        def keyed(number: str) -> None:
            if number:
                go(number)
            elif not before:
                self._go_on(CallTone.BEEP)

        self._asking.ask(self._text(Phrase.EXTENSION), KEY_SECONDS, LONGEST_NUMBER, keyed, "#")

    # ---------------------------------------------------------- what came of them

    def ringing(self) -> None:
        self.leg.play(CallTone.RINGBACK, loop=True)

    def connected(self) -> None:
        self.leg.quiet()

    def refused(self) -> None:
        said = self._text(Phrase.REFUSED)
        if self._on_hold and not self.rung.consulting:
            self._go_on(said)
        else:
            self.leg.play(said)

    def alone(self, reached: bool) -> None:
        self._go_on(CallTone.BEEP if reached else self._text(Phrase.NOT_REACHED))

    def left(self) -> None:
        self._on_hold = False
        self._listen()
        self.leg.play(CallTone.BEEP)

    def _go_on(self, said: Prompt | CallTone) -> None:
        """Back to the caller, once that was said."""
        self.leg.play(said, done=lambda: self._put_on_hold(False))

    # ---------------------------------------------------------------------- audio

    def _put_on_hold(self, held: bool) -> None:
        self._on_hold = held
        self.rung.held(held)
        self._listen()

    def _listen(self) -> None:
        """Who holds a caller may be silent for as long as they like."""
        self.leg.listen(digits=bool(self.kernel.plan.talk.keys), silence=not self._on_hold)

    def _text(self, phrase: Phrase) -> Prompt:
        return say(self.kernel.plan.language, phrase)
