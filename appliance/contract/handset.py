"""Handset: what an agent speaks into. Implemented by drivers.sip and, later, drivers.fxs.

The same rules as for trunks: methods return at once, what comes of them arrives as events, and every leg
ends in exactly one `Released`. A handset may have several legs (a call on hold and a consultation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from appliance.contract.cause import HangupCause
from appliance.contract.ids import LegId


@dataclass(frozen=True, slots=True)
class Party:
    """Who is shown on the handset's display: number and name of the caller, and the queue they come from."""

    number: str | None = None
    name: str | None = None
    queue: str | None = None
    auto_answer: bool = False  # intercom: a telephone that can, answers by itself (RFC 5373, Alert-Info)


class Handset(Protocol):
    """A telephone inside the office, known by its extension."""

    name: str

    def start(self) -> None:
        """Take the handset into service; `HandsetStatus` tells when it registers."""

    def stop(self) -> None:
        """Release its legs and forget it. Returns when done."""

    def ring(self, leg: LegId, caller: Party) -> None:
        """Ring it. Then Progress(RINGING), Answered + AudioReady, or Released: CALL_REJECTED (declined),
        USER_BUSY, SUBSCRIBER_ABSENT (not registered), NO_USER_RESPONDING (registered but dead)."""

    def stop_ringing(self, leg: LegId, cause: HangupCause) -> None:
        """Stop an unanswered ring; PICKED_ELSEWHERE says so to phones that can show it (RFC 3326)."""

    def progress(self, leg: LegId) -> None:
        """For a leg the handset dialled: the far end rings (SIP 180)."""

    def answer(self, leg: LegId) -> None:
        """For a leg the handset dialled: connect it (SIP 200). Then Answered and AudioReady."""

    def transfer_done(self, leg: LegId, accepted: bool) -> None:
        """Tell the handset how its `TransferRequested` ended (REFER's NOTIFY)."""

    def release(self, leg: LegId, cause: HangupCause) -> None:
        """End the leg in any state. Always ends in Released; harmless when it is over."""


@runtime_checkable
class MessageLamp(Protocol):
    """What a handset has beside that can show that messages wait (RFC 3842)."""

    def set_message_waiting(self, new: int, old: int) -> None:
        """Show so many new and old messages, now and whenever the handset comes back: lamp on while there
        are new ones. Returns at once and never fails; a telephone that cannot show it shows nothing."""
