"""Messages and appointments of a virtual caller: nothing is sent, nothing is kept but for this one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from appliance.contract.appointments import AppointmentAnswer, Kept, has_room
from appliance.contract.texts import Sent


class Secretary:
    """`Texts` and `Appointments` at once. `wrote` is told of each message; with `fails` none is sent."""

    def __init__(self, taken: Sequence[datetime], fails: bool, wrote: Callable[[str, str], None]) -> None:
        self._taken = tuple(taken)
        self._fails = fails
        self._wrote = wrote

    def able(self, line: str) -> bool:
        return True

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        if not self._fails:
            self._wrote(number, text)
        sent("The script lets it fail." if self._fails else "")

    def taken(self, told: Callable[[tuple[datetime, ...] | None], None]) -> None:
        told(self._taken)

    def keep(self, answer: AppointmentAnswer, told: Callable[[Kept], None]) -> None:
        free = answer.to is None or has_room(answer.to, self._taken, answer.minutes, answer.places)
        told(Kept.DONE if free else Kept.TAKEN)
