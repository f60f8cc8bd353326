"""Trunk: one outside line that carries one call at a time. Implemented by drivers and the simulator's tests.

A SIP trunk of n channels is n trunks. Methods return at once, never wait for a device, and may be called
on the core's thread only; what comes of them arrives as events. A driver MUST implement every method and
report `Released` exactly once for each leg, whoever ended it and also when the device is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from appliance.contract.cause import HangupCause
from appliance.contract.ids import DialString, LegId


class AnswerSupervision(StrEnum):
    """How a trunk learns that the far end picked up."""

    SEEN = "seen"  # signalled: GSM, SIP, polarity reversal
    INFERRED = "inferred"  # from audio or time only: loop start


class DigitSource(StrEnum):
    """Where incoming DTMF comes from."""

    REPORTED = "reported"  # the device or protocol reports digits
    AUDIO = "audio"  # media must listen for them


@dataclass(frozen=True, slots=True)
class TrunkCapabilities:
    """What a line can do and see. The core adapts to it and never hopes for more."""

    answer: AnswerSupervision
    digits: DigitSource
    hangup_signalled: bool  # far end's hang-up arrives as signalling; else by tone, loop drop or silence
    caller_id: bool
    progress: bool  # ringing/busy are signalled; else media listens for tones
    audio: bool = True  # False: SMS only
    flash: bool = False
    own_tone_detection: bool = False  # the device itself reports busy/reorder/dial tone (V.253)


class Trunk(Protocol):
    """An outside line."""

    name: str

    @property
    def capabilities(self) -> TrunkCapabilities:
        """What this line can do; may grow once the device was identified, before `in_service`."""

    def start(self) -> None:
        """Take the device; `TrunkStatus` events tell how it goes. The driver's supervisor keeps it going."""

    def stop(self) -> None:
        """Release any call, put the line on hook, close the device, end all threads. Returns when done."""

    def dial(self, leg: LegId, number: DialString) -> None:
        """Seize and dial. Then Progress*, AudioReady, Answered, … , Released. A busy or faulty trunk
        reports `Released` with REQUESTED_CIRCUIT_UNAVAILABLE at once."""

    def answer(self, leg: LegId) -> None:
        """Answer the ringing leg. Then Answered and AudioReady, or Released."""

    def send_digits(self, leg: LegId, digits: str) -> None:
        """Send DTMF (0-9 * # A-D) to the far end of an answered or dialled leg."""

    def flash(self, leg: LegId) -> None:
        """Flash the hook (recall), where capabilities say it can; else it does nothing."""

    def release(self, leg: LegId, cause: HangupCause) -> None:
        """End the leg (reject it when it still rings). Always ends in Released; harmless when it is over."""
