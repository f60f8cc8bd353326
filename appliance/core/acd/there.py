"""One call to an agent's telephone outside, told in the contract's events as a handset with several legs.

The telephone has one sound, the handset it stands for up to three legs: the caller's, that of a second call,
and that of the conference all meet in. The newest one has the sound, those before it are on hold.
"""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioGone,
    AudioReady,
    DigitReceived,
    HandsetDialled,
    HoldChanged,
    Progress,
    Released,
    Stage,
    TransferRequested,
)
from appliance.contract.ids import LegId, PortId, new_id
from appliance.core.acd.rung import Ear
from appliance.core.call.call import Call
from appliance.core.call.emergency import emergency_number
from appliance.core.kernel import Kernel


class CallThere:
    """The `Rung` of that call. It puts its legs into `book`, and takes them out when they are over."""

    def __init__(
        self, kernel: Kernel, seat: str, call: Call, leg: LegId, book: dict[LegId, CallThere]
    ) -> None:
        self.seat, self.call = seat, call
        self._kernel, self._post = kernel, kernel.post
        self._legs, self._book = [leg], book
        self._up: set[LegId] = set()
        self._port: PortId | None = None
        self._ear: Ear | None = None
        self._number = ""  # of the second call

    # ------------------------------------------------------------ from the telephone

    def rings(self) -> None:
        self._post(Progress(self.seat, self._legs[0], Stage.RINGING))

    def accepted(self, ear: Ear) -> None:
        self._ear = ear
        self._up.add(self._legs[0])
        self._post(Answered(self.seat, self._legs[0]))

    def audio(self, port: PortId | None) -> None:
        if port != self._port:
            self._mute()
            self._port = port
            self._sound()

    def key(self, digit: str) -> None:
        self._post(DigitReceived(self.seat, self._legs[-1], digit))

    def held(self, held: bool) -> None:
        self._post(HoldChanged(self.seat, self._legs[-1], held))

    def over(self, cause: HangupCause, reason: str) -> None:
        self._mute()
        self._port = None
        for leg in reversed(self._legs):
            self._book.pop(leg, None)
            self._post(Released(self.seat, leg, cause, reason))
        self._legs = []

    # ------------------------------------------------------------------- asked by keys

    @property
    def consulting(self) -> bool:
        return len(self._legs) > 1

    def transfer(self, number: str) -> None:
        if self._may(number):
            self._post(TransferRequested(self.seat, self._legs[0], number))
        else:
            self.refused()

    def consult(self, number: str) -> None:
        self._number = number
        if self._may(number):
            self._dial(number)
        else:
            self.refused()

    def join(self) -> None:
        first, second = self._legs[:2]
        self._post(TransferRequested(self.seat, first, self._number, second))

    def confer(self) -> None:
        codes = self._kernel.plan.star_codes.items()
        code = next((code for code, action in codes if action == "conference"), None)
        if code is not None and self._may(code):
            self._dial(code)
        else:
            self.refused()

    def back(self) -> None:
        self._gone(self._legs[-1], HangupCause.NORMAL_CLEARING, "The agent went back to the caller.")

    def _may(self, number: str) -> bool:
        """Help would be sent to the box, not to where this telephone is. A telephone that has been taken out
        of the settings begins nothing new."""
        line = self._kernel.handsets.get(self.seat)
        known = line is not None and not line.leaving
        return known and emergency_number(number, self._kernel.plan) is None

    def _dial(self, number: str) -> None:
        self.held(True)
        self._mute()
        leg = LegId(new_id())
        self._legs.append(leg)
        self._book[leg] = self
        self._post(HandsetDialled(self.seat, leg, number))

    # ----------------------------------------------------------------------- commands

    def progress(self, leg: LegId) -> None:
        """Whom the second call is for rings."""
        if leg == self._legs[-1] and self._ear is not None:
            self._ear.ringing()

    def answer(self, leg: LegId) -> None:
        """The second call is there."""
        if self._ear is not None:
            self._ear.connected()
        self._up.add(leg)
        self._post(Answered(self.seat, leg))
        self._sound()

    def refused(self) -> None:
        """What was asked for by keys cannot be."""
        if self._ear is not None:
            self._ear.refused()

    def release(self, leg: LegId, cause: HangupCause) -> None:
        """End a leg; with the last one the call."""
        if len(self._legs) == 1:
            self.call.end(cause, "The agent is not needed there any more.", "box")
        else:
            self._gone(leg, cause, "The other side is gone.")

    def _gone(self, leg: LegId, cause: HangupCause, reason: str) -> None:
        last = leg == self._legs[-1]
        if last:
            self._mute()
        self._legs.remove(leg)
        self._book.pop(leg, None)
        self._post(Released(self.seat, leg, cause, reason))
        if last:
            self._sound()
        if self._ear is not None and last:
            self._ear.alone(leg in self._up)
        elif self._ear is not None:
            self._ear.left()

    # -------------------------------------------------------------------------- sound

    def _sound(self) -> None:
        """The newest leg has it, once it is answered."""
        if self._port is not None and self._legs[-1] in self._up:
            self._post(AudioReady(self.seat, self._legs[-1], self._port))

    def _mute(self) -> None:
        if self._port is not None and self._legs[-1] in self._up:
            self._post(AudioGone(self.seat, self._legs[-1], self._port))
