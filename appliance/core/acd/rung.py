"""What the call to an agent's telephone outside, and who wanted that telephone rung, tell each other."""

from __future__ import annotations

from typing import Protocol

from appliance.contract.cause import HangupCause
from appliance.contract.ids import PortId
from appliance.core.call.step import Step


class Ear(Protocol):
    """Whoever talks at the telephone, to be told what a second call from there comes to."""

    def ringing(self) -> None:
        """The party rings."""

    def connected(self) -> None:
        """It is there, or whatever service was dialled."""

    def refused(self) -> None:
        """What was asked for cannot be."""

    def alone(self, reached: bool) -> None:
        """The second call is over; `reached`: somebody was there."""

    def left(self) -> None:
        """The first call is over, the second one goes on."""


class Rung(Protocol):
    """Who wanted the telephone rung, and is told how it goes. `seat` is its name among the handsets."""

    seat: str

    def rings(self) -> None:
        """It rings."""

    def accepted(self, ear: Ear) -> None:
        """Somebody is there and pressed the key."""

    def audio(self, port: PortId | None) -> None:
        """Its audio is there now."""

    def key(self, digit: str) -> None:
        """A key that is not in the audio."""

    def held(self, held: bool) -> None:
        """It put the call on hold, or went on."""

    @property
    def consulting(self) -> bool:
        """Is there a second call?"""

    def transfer(self, number: str) -> None:
        """Pass the caller on to a number, without asking there."""

    def consult(self, number: str) -> None:
        """Call a number while the caller is on hold."""

    def join(self) -> None:
        """Put the caller through to the party of the second call."""

    def confer(self) -> None:
        """All three talk with each other."""

    def back(self) -> None:
        """End the second call and go on with the caller."""

    def over(self, cause: HangupCause, reason: str) -> None:
        """The call to it has ended. Once, and last."""


class ForRung(Step):
    """A step of the call to the telephone: when it is the last, whoever rang it is told."""

    rung: Rung

    def leave(self) -> None:
        super().leave()
        if not self.call.open:
            self.rung.over(self.call.cause or HangupCause.NORMAL_UNSPECIFIED, self.call.reason)
