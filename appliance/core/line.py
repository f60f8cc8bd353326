"""The core's side of one trunk or handset: its commands through the guard, its state, its legs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Clock, Timer
from appliance.contract.events import HandsetStatus, TrunkState, TrunkStatus
from appliance.contract.handset import Handset, MessageLamp, Party
from appliance.contract.ids import DialString, LegId
from appliance.contract.trunk import AnswerSupervision, DigitSource, Trunk, TrunkCapabilities
from appliance.core.guard import Guard

if TYPE_CHECKING:
    from appliance.core.call.leg import Leg

#: A line marked faulty by the core is left alone for so long, unless its driver reports itself well before.
FAULT_SECONDS = 60.0

#: After a line refused to dial: a modem that is being rung says so at each ring, at most 6 s apart.
REST_SECONDS, MOST_REST_SECONDS = 7.0, 60.0

_UNKNOWN = TrunkCapabilities(
    answer=AnswerSupervision.INFERRED,
    digits=DigitSource.REPORTED,
    hangup_signalled=True,
    caller_id=False,
    progress=True,
    audio=False,
)

#: States in which a line has surely lost whatever call it carried.
DEAD_STATES = frozenset(
    {TrunkState.DISABLED, TrunkState.UNPLUGGED, TrunkState.SILENT, TrunkState.FAULTY, TrunkState.RECOVERING}
)

#: Not in service, yet worth trying for an emergency number: a modem may find any network for those
#: (3GPP TS 22.101).
EMERGENCY_STATES = frozenset(
    {
        TrunkState.OUT_OF_COVERAGE,
        TrunkState.REGISTRATION_DENIED,
        TrunkState.SIM_ABSENT,
        TrunkState.SIM_LOCKED,
        TrunkState.UNREACHABLE,
        TrunkState.NO_LINE,
    }
)


class Line:
    """What a trunk and a handset have in common: a name, legs, and what the core holds against them."""

    kind = "line"
    borrows_audio = False  # its audio belongs to another line's leg, which hears what is to be heard there

    def __init__(self, name: str, guard: Guard) -> None:
        self.name = name
        self.guard = guard
        self.legs: list[Leg] = []
        self.fault: str | None = None
        self.leaving = False  # removed from the box; goes when its last leg has gone
        self.given_up: LegId | None = None  # the leg whose end it never reported
        self._fault_since = 0.0
        self._when_idle: list[Callable[[], None]] = []

    @property
    def idle(self) -> bool:
        return not self.legs

    def when_idle(self, action: Callable[[], None]) -> None:
        """Run `action` once, as soon as the line carries no leg."""
        if self.idle:
            action()
        else:
            self._when_idle.append(action)

    def dropped(self, leg: Leg) -> None:
        """A leg is over."""
        if leg in self.legs:
            self.legs.remove(leg)
        if self.idle:
            actions, self._when_idle = self._when_idle, []
            for action in actions:
                action()

    def mark(self, fault: str, now: float) -> None:
        """Hold a fault against the line, for the page and for hunting."""
        self.fault, self._fault_since = fault, now

    def faulty(self, now: float) -> bool:
        if self.fault is not None and now - self._fault_since >= FAULT_SECONDS:
            self.fault = None
        return self.fault is not None


class TrunkLine(Line):
    """An outside line."""

    kind = "trunk"

    def __init__(self, trunk: Trunk, guard: Guard) -> None:
        super().__init__(trunk.name, guard)
        self.trunk = trunk
        self.status = TrunkStatus(trunk.name, TrunkState.STARTING)
        self.reserved = False  # kept for an emergency call that waits for it to come free
        self._rest, self._rests_until = 0.0, 0.0
        self._rises: Timer | None = None

    @property
    def capabilities(self) -> TrunkCapabilities:
        return self.guard.ask(f"Trunk {self.name}", lambda: self.trunk.capabilities, _UNKNOWN)

    def usable(self, now: float) -> bool:
        """May an ordinary call go out on it, once it is idle?"""
        return (
            self.status.state is TrunkState.IN_SERVICE
            and not self.leaving
            and not self.reserved
            and not self.faulty(now)
            and self.capabilities.audio
        )

    def rest(self, clock: Clock, rises: Callable[[], None] | None) -> None:
        """It refused to dial, or failed in a call: perhaps somebody rings on it this moment. Others are taken
        before it, and campaigns leave it alone, for a while, longer each time in a row; then `rises` runs."""
        self._rest = min(2.0 * self._rest or REST_SECONDS, MOST_REST_SECONDS)
        self._rests_until = clock.now() + self._rest
        if self._rises is not None:
            self._rises.cancel()
        self._rises = clock.after(self._rest, rises) if rises is not None else None

    def resting(self, now: float) -> bool:
        """Should others be taken before it?"""
        return now < self._rests_until

    def rested(self) -> None:
        """It dialled, or rang: it is well."""
        self._rest = self._rests_until = 0.0
        if self._rises is not None:
            self._rises.cancel()
            self._rises = None

    def usable_for_emergency(self) -> bool:
        """May it be tried for an emergency number? Marks of the core do not count, coverage neither."""
        state = self.status.state
        return (
            not self.reserved
            and (state is TrunkState.IN_SERVICE or state in EMERGENCY_STATES)
            and self.capabilities.audio
        )

    def dial(self, leg: LegId, number: DialString) -> str | None:
        return self.guard.tell(f"Trunk {self.name}", lambda: self.trunk.dial(leg, number))

    def answer(self, leg: LegId) -> str | None:
        return self.guard.tell(f"Trunk {self.name}", lambda: self.trunk.answer(leg))

    def send_digits(self, leg: LegId, digits: str) -> str | None:
        return self.guard.tell(f"Trunk {self.name}", lambda: self.trunk.send_digits(leg, digits))

    def release(self, leg: LegId, cause: HangupCause, *, calling: bool) -> str | None:
        return self.guard.tell(f"Trunk {self.name}", lambda: self.trunk.release(leg, cause))


class HandsetLine(Line):
    """A telephone inside."""

    kind = "handset"

    def __init__(self, handset: Handset, guard: Guard) -> None:
        super().__init__(handset.name, guard)
        self.handset = handset
        self.status = HandsetStatus(handset.name, registered=False)
        self.do_not_disturb = False
        self.pin_failures = 0
        self.pin_locked_until = 0.0
        self.pin_checking = False

    def ring(self, leg: LegId, caller: Party) -> str | None:
        return self.guard.tell(f"Handset {self.name}", lambda: self.handset.ring(leg, caller))

    def progress(self, leg: LegId) -> str | None:
        return self.guard.tell(f"Handset {self.name}", lambda: self.handset.progress(leg))

    def answer(self, leg: LegId) -> str | None:
        return self.guard.tell(f"Handset {self.name}", lambda: self.handset.answer(leg))

    def transfer_done(self, leg: LegId, accepted: bool) -> str | None:
        return self.guard.tell(f"Handset {self.name}", lambda: self.handset.transfer_done(leg, accepted))

    @property
    def patience(self) -> float:
        """Seconds of ringing beyond what the settings say."""
        return 0.0

    @property
    def dials_on(self) -> str | None:
        """The group of lines it may call out on, where the settings of handsets do not say."""
        return None

    def barred(self) -> bool:
        """Can it not be rung now, although it is there and idle?"""
        return False

    def show_messages(self, new: int, old: int) -> None:
        """Light the lamp, where it has one."""
        handset = self.handset
        if isinstance(handset, MessageLamp):
            self.guard.tell(f"Handset {self.name}", lambda: handset.set_message_waiting(new, old))

    def release(self, leg: LegId, cause: HangupCause, *, calling: bool) -> str | None:
        if calling:
            return self.guard.tell(f"Handset {self.name}", lambda: self.handset.stop_ringing(leg, cause))
        return self.guard.tell(f"Handset {self.name}", lambda: self.handset.release(leg, cause))


AnyLine = TrunkLine | HandsetLine
