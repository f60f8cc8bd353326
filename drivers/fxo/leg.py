"""One call on an analog line: what is known of it while it lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.contract.cause import HangupCause
from appliance.contract.ids import LegId
from drivers.fxo.caller_id import CallerIdReader
from drivers.fxo.quirks import Signal

#: A busy tone so soon after dialling is the called party's; later it follows a far end that hung up.
FAILURE_SECONDS = 20.0
#: Ringback comes every 3 to 6 s: a busy tone so soon after one means that nobody answered.
RINGBACK_SECONDS = 7.0
#: Dialling breaks the dial tone; the modem may report the rest of it.
DIAL_TONE_REST = 2.0
#: Seizing and ringing off disturb the loop by themselves.
LOOP_SETTLES = 1.0


@dataclass(slots=True)
class Leg:
    """The leg and its marks; times are the clock's."""

    id: LegId
    outbound: bool
    number: str = ""
    rings: int = 0
    last_ring: float = 0.0
    caller: CallerIdReader = field(default_factory=CallerIdReader)
    id_settled: bool = False
    wanted: bool = False  # the core said answer
    seized_at: float = 0.0
    dialled_at: float = 0.0
    connected: bool = False
    rang_at: float = 0.0  # the newest ringback of the far end, 0: none yet
    far_end_heard: bool = False  # voice or a digit: somebody answered
    digits: str = ""  # to be sent once the stream is open
    reports: Counter[Signal] = field(default_factory=Counter)
    ending: tuple[HangupCause, str] | None = None
    probe: Callable[[bool], None] | None = None  # no call at all: a look for dial tone

    def tone_ends(self, signal: Signal, now: float) -> tuple[HangupCause, str] | None:
        """The cause and sentence when this tone means that the call is over, else None."""
        failed = self._unanswered(now)
        if signal is Signal.BUSY:
            return (HangupCause.USER_BUSY, "Busy tone.") if failed else _CLEARED_BUSY
        if signal is Signal.REORDER:
            return (HangupCause.CONGESTION, "Reorder tone.") if failed else _CLEARED_BUSY
        if signal is Signal.DIAL_TONE:
            fresh = self.outbound and now - self.dialled_at < DIAL_TONE_REST
            return None if fresh else (HangupCause.NORMAL_CLEARING, "Dial tone: the far end has hung up.")
        if signal is Signal.LOOP_DROP:
            fresh = now - max(self.seized_at, self.dialled_at) < LOOP_SETTLES
            return None if fresh else (HangupCause.NORMAL_CLEARING, "The loop current dropped: hung up.")
        return None

    def _unanswered(self, now: float) -> bool:
        """As far as a loop start line can know."""
        if not self.outbound or self.far_end_heard:
            return False
        if self.rang_at:
            return now - self.rang_at < RINGBACK_SECONDS
        return now - self.dialled_at < FAILURE_SECONDS


_CLEARED_BUSY = (HangupCause.NORMAL_CLEARING, "Busy tone: the far end has hung up.")
#: Signals a `tone_ends` may end the call for.
ENDING = frozenset((Signal.BUSY, Signal.REORDER, Signal.DIAL_TONE, Signal.LOOP_DROP))
