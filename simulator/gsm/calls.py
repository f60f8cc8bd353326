"""The calls of one GSM modem and the commands that make, take and end them (3GPP TS 27.007)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from simulator.at import AtError, Command, Final, Form, Handler
from simulator.call import Call, CallState
from simulator.loop import Timer
from simulator.sound import SILENCE

if TYPE_CHECKING:
    from simulator.gsm.modem import GsmModem

RING_SECONDS = 5.0
NORMAL, BUSY, NO_ANSWER, REJECTED = 16, 17, 19, 21
NOT_ALLOWED = 3

#: What +CEER says, in the words of 3GPP TS 24.008 annex H.
CAUSE_WORDS = {
    1: "Unassigned (unallocated) number", 16: "Normal call clearing", 17: "User busy",
    19: "User alerting, no answer", 20: "Subscriber absent", 21: "Call rejected",
    22: "Number changed", 34: "No circuit/channel available",
    27: "Destination out of order", 38: "Network out of order", 42: "Switching equipment congestion",
}  # fmt: skip


class Stat(IntEnum):
    """The states of +CLCC."""

    ACTIVE = 0
    HELD = 1
    DIALING = 2
    ALERTING = 3
    INCOMING = 4
    WAITING = 5
    ENDED = 6


@dataclass(slots=True)
class GsmCall:
    """One row of +CLCC."""

    index: int
    call: Call
    stat: Stat

    @property
    def incoming(self) -> bool:
        return self.call.to_box

    def number_type(self) -> int:
        if not self.call.number:
            return 128
        return 145 if self.call.number.startswith("+") else 129

    def clcc(self) -> str:
        head = f"{self.index},{int(self.incoming)},{int(self.stat)},0,0"
        return f'+CLCC: {head},"{self.call.number}",{self.number_type()}'

    def seconds(self) -> int:
        return int((self.call.ended_at or self.call.exchange.loop.now()) - (self.call.answered_at or 0))


class Calls:
    """The call table. What a vendor says about it is `modem.voice`'s business."""

    def __init__(self, modem: GsmModem) -> None:
        self.table: list[GsmCall] = []
        self.last_cause = NORMAL
        self.waiting_service = True
        self._modem = modem
        self._ring_timer: Timer | None = None

    # -------------------------------------------------------------------------------- from the far end

    def offer(self, call: Call) -> bool:
        """A subscriber calls: ring, wait, or be busy."""
        if not self._modem.radio.registered or self._with(Stat.INCOMING, Stat.WAITING):
            return False
        if self.table and not (self.waiting_service and self._with(Stat.ACTIVE)):
            return False
        entry = self._add(call, Stat.WAITING if self.table else Stat.INCOMING)
        if entry.stat is Stat.WAITING:
            self._say_waiting(entry)
        else:
            self._ring()
        self._modem.voice.changed(entry)
        return True

    def given_up(self, call: Call) -> None:
        entry = self._of(call)
        if entry is not None:
            self._remove(entry, NORMAL)
            self._modem.voice.missed(entry)

    def alerting(self, call: Call) -> None:
        entry = self._of(call)
        if entry is not None:
            entry.stat = Stat.ALERTING
            self._modem.voice.alerting(entry)
            self._modem.voice.changed(entry)

    def answered(self, call: Call) -> None:
        entry = self._of(call)
        if entry is not None:
            entry.stat = Stat.ACTIVE
            for line in self._modem.voice.connected(entry):
                self._modem.at.unsolicited(line)
            self._modem.voice.changed(entry)

    def refused(self, call: Call, cause: int) -> None:
        entry = self._of(call)
        if entry is None:
            return
        self._remove(entry, cause)
        for line in self._modem.voice.ended(entry, cause, by_box=False):
            self._modem.at.unsolicited(line)
        self._modem.at.unsolicited({BUSY: "BUSY", NO_ANSWER: "NO ANSWER"}.get(cause, "NO CARRIER"))

    def hung_up(self, call: Call, cause: int) -> None:
        entry = self._of(call)
        if entry is None:
            return
        self._remove(entry, cause)
        for line in self._modem.voice.ended(entry, cause, by_box=False):
            self._modem.at.unsolicited(line)
        self._modem.at.unsolicited("NO CARRIER")

    def lost(self, cause: int, *, silent: bool) -> None:
        """The radio or the power is gone: every call ends as a fault."""
        for entry in list(self.table):
            self._modem.exchange.box_releases(entry.call, cause, by="fault")
            if silent:
                self._remove(entry, cause)
            else:
                self.hung_up(entry.call, cause)

    def tick(self, box_said: bytes) -> bytes:
        """20 ms for each call; what the box hears comes from the active (or alerting) one."""
        heard = SILENCE
        for entry in list(self.table):
            if entry.stat in (Stat.ACTIVE, Stat.ALERTING):
                heard = entry.call.frame(box_said)
            elif entry.stat is Stat.HELD:
                entry.call.frame(SILENCE)
        return heard

    def current(self) -> GsmCall | None:
        """The call that is not on hold."""
        return self._with(Stat.ACTIVE, Stat.ALERTING, Stat.DIALING, Stat.INCOMING)

    # ------------------------------------------------------------------------------------- commands

    def handlers(self) -> dict[str, Handler]:
        return {
            "D": self._dial, "A": self._answer, "H": self._ath, "+CHUP": self._chup, "+CLCC": self._clcc,
            "+CHLD": self._chld, "+VTS": self._vts, "+CEER": self._ceer, "+CPAS": self._cpas,
            "+CCWA": self._ccwa,
        }  # fmt: skip

    def _dial(self, command: Command) -> list[str] | Final:
        modem = self._modem
        modem.card.require()
        number = "".join(char for char in command.text.lstrip("TPtp") if char in "+0123456789*#,ABCD")
        if not command.text.endswith(";") or not number or not modem.radio.registered:
            return Final("NO CARRIER")
        if self.table and self._with(Stat.DIALING, Stat.ALERTING, Stat.INCOMING, Stat.WAITING):
            raise AtError(NOT_ALLOWED)
        active = self._with(Stat.ACTIVE)
        if active is not None:
            active.stat = Stat.HELD
        entry = self._add(modem.exchange.dial(modem, number), Stat.DIALING)
        modem.voice.dialled(entry)
        modem.voice.changed(entry)
        return []

    def _answer(self, _command: Command) -> list[str] | Final:
        entry = self._with(Stat.INCOMING)
        if entry is None:
            return Final("NO CARRIER")
        return self._take(entry)

    def _take(self, entry: GsmCall) -> list[str]:
        self._stop_ringing()
        entry.stat = Stat.ACTIVE
        self._modem.exchange.box_answers(entry.call)
        lines = self._modem.voice.connected(entry)
        self._modem.voice.changed(entry)
        if self._modem.voice.before_ok:
            return lines
        for line in lines:
            self._modem.at.unsolicited(line)
        return []

    def _ath(self, command: Command) -> list[str] | Final:
        ignored = self._modem.settings.number("+CVHU") == 1
        return [] if ignored else self._chup(command)

    def _chup(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return []
        lines = []
        for entry in [entry for entry in self.table if entry.stat not in (Stat.HELD, Stat.WAITING)]:
            lines += self._release(entry)
        return lines

    def _release(self, entry: GsmCall) -> list[str]:
        cause = REJECTED if entry.stat in (Stat.INCOMING, Stat.WAITING) else NORMAL
        self._modem.exchange.box_releases(entry.call, cause)
        self._remove(entry, NORMAL)
        lines = self._modem.voice.ended(entry, NORMAL, by_box=True)
        if self._modem.voice.before_ok:
            return lines
        for line in lines:
            self._modem.at.unsolicited(line)
        return []

    def _clcc(self, command: Command) -> list[str] | Final:
        if command.form is Form.SET:
            self._modem.voice.clcc_reports = command.text == "1"
            return []
        if command.form is Form.READ:
            return [f"+CLCC: {int(self._modem.voice.clcc_reports)}"]
        if command.form is Form.TEST:
            return []
        return [entry.clcc() for entry in self.table]

    def _chld(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+CHLD: (0,1,1x,2,2x)"]
        what, which = command.text[:1], command.text[1:]
        actions: dict[str, Callable[[str], list[str]]] = {
            "0": self._drop_held, "1": self._drop_active, "2": self._swap,
        }  # fmt: skip
        if what not in actions:
            raise AtError(4)
        return actions[what](which)

    def _drop_held(self, _which: str) -> list[str]:
        waiting = self._with(Stat.WAITING)
        doomed = [waiting] if waiting else [entry for entry in self.table if entry.stat is Stat.HELD]
        return [line for entry in doomed for line in self._release(entry)]

    def _drop_active(self, which: str) -> list[str]:
        if which:
            doomed = [entry for entry in self.table if entry.index == int(which)]
            return [line for entry in doomed for line in self._release(entry)]
        active = [entry for entry in self.table if entry.stat is Stat.ACTIVE]
        lines = [line for entry in active for line in self._release(entry)]
        return lines + self._bring_forward()

    def _swap(self, _which: str) -> list[str]:
        active = self._with(Stat.ACTIVE)
        lines = self._bring_forward()
        if active is not None:
            active.stat = Stat.HELD
            self._modem.voice.changed(active)
        return lines

    def _bring_forward(self) -> list[str]:
        waiting, held = self._with(Stat.WAITING), self._with(Stat.HELD)
        if waiting is not None:
            return self._take(waiting)
        if held is not None:
            held.stat = Stat.ACTIVE
            self._modem.voice.changed(held)
        return []

    def _vts(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+VTS: (0-9,*,#,A-D)"]
        entry = self._with(Stat.ACTIVE)
        if entry is None:
            raise AtError(NOT_ALLOWED)
        for digit in command.text.replace('"', "").replace("{", "").split(","):
            if digit and digit in "0123456789*#ABCD":
                self._modem.exchange.box_digit(entry.call, digit)
        return []

    def _ceer(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return []
        return [f"+CEER: {CAUSE_WORDS.get(self.last_cause, f'Cause {self.last_cause}')}"]

    def _cpas(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+CPAS: (0,3,4)"]
        ringing = self._with(Stat.INCOMING)
        return [f"+CPAS: {3 if ringing else 4 if self.table else 0}"]

    def _ccwa(self, command: Command) -> list[str] | Final:
        settings = self._modem.settings
        if command.form is Form.TEST:
            return ["+CCWA: (0,1)"]
        if command.form is Form.READ:
            return [f"+CCWA: {settings.number('+CCWA#')}"]
        args = command.args
        settings["+CCWA#"] = args[0] or "0"
        if len(args) > 1 and args[1] == "2":
            return [f"+CCWA: {int(self.waiting_service)},1"]
        if len(args) > 1 and args[1] in ("0", "1"):
            self.waiting_service = args[1] == "1"
        return []

    # --------------------------------------------------------------------------------------- inside

    def _add(self, call: Call, stat: Stat) -> GsmCall:
        used = {entry.index for entry in self.table}
        entry = GsmCall(next(index for index in range(1, 9) if index not in used), call, stat)
        self.table.append(entry)
        self._modem.clock.start()
        return entry

    def _remove(self, entry: GsmCall, cause: int) -> None:
        self.table.remove(entry)
        entry.stat = Stat.ENDED
        self.last_cause = cause
        if entry.call.state is not CallState.ENDED:
            self._modem.exchange.box_releases(entry.call, cause)
        self._modem.voice.changed(entry)
        if not self.table:
            self._stop_ringing()
            self._modem.voice.idle()
            self._modem.clock.stop()
        elif not self._with(Stat.INCOMING):
            self._stop_ringing()

    def _of(self, call: Call) -> GsmCall | None:
        return next((entry for entry in self.table if entry.call is call), None)

    def _with(self, *stats: Stat) -> GsmCall | None:
        return next((entry for entry in self.table if entry.stat in stats), None)

    def _ring(self) -> None:
        entry = self._with(Stat.INCOMING)
        if entry is None:
            return
        ring = "+CRING: VOICE" if self._modem.settings.number("+CRC") else "RING"
        clip = [self._clip(entry)] if self._modem.settings.number("+CLIP") else []
        self._modem.at.unsolicited(ring, *clip)
        self._modem.note("ring")
        self._ring_timer = self._modem.exchange.later(RING_SECONDS, self._ring)

    @staticmethod
    def _clip(entry: GsmCall) -> str:
        withheld = "" if entry.call.number else ",1"
        return f'+CLIP: "{entry.call.number}",{entry.number_type()},,,{"" if withheld else ",0"}{withheld}'

    def _say_waiting(self, entry: GsmCall) -> None:
        if self._modem.settings.number("+CCWA#"):
            self._modem.at.unsolicited(f'+CCWA: "{entry.call.number}",{entry.number_type()},1')

    def _stop_ringing(self) -> None:
        if self._ring_timer is not None:
            self._ring_timer.cancel()
            self._ring_timer = None
