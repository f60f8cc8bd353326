"""Registration, operator and signal (3GPP TS 27.007 sections 7.2, 7.3, 8.5)."""

from __future__ import annotations

from collections.abc import Callable

from simulator.at import AtError, Command, Final, Form, Handler

HOME, SEARCHING, DENIED, ROAMING = 1, 2, 3, 5
LAC, CELL = "0001", "00A1"
LTE, GSM = 7, 0
REGISTER_SECONDS = 1.0


class Radio:
    """Where the modem stands in the network.

    `coverage`, `denied` and `roaming` are the world; `status` is what the modem reports of it.
    """

    def __init__(
        self, act: int, sim_ready: Callable[[], bool], say: Callable[[str], None],
        later: Callable[[float, Callable[[], None]], object], lost: Callable[[], None],
        note: Callable[..., None],
    ) -> None:  # fmt: skip
        self.act = act
        self.operator = ("Simulated Mobile", "SimMob", "21630")
        self.csq = 20
        self.coverage = True
        self.denied = False
        self.roaming = False
        self.status = 0
        self.functionality = 1
        self._sim_ready = sim_ready
        self._say = say
        self._later = later
        self._lost = lost
        self._note = note
        self.reset()

    def reset(self) -> None:
        """As after power on: nothing reported, not registered."""
        self.functionality = 1
        self.status = 0
        self._levels = {"+CREG": 0, "+CGREG": 0, "+CEREG": 0}
        self._cops_format = 0

    @property
    def registered(self) -> bool:
        return self.status in (HOME, ROAMING)

    def power_up(self) -> None:
        """A modem that just came up is registered at once when nothing hinders it."""
        self.status = self._due()

    def look(self) -> None:
        """The world changed: lose the network now, find it after a while."""
        due = self._due()
        if due in (HOME, ROAMING):
            if self.status not in (HOME, ROAMING):
                self._set(SEARCHING)
                self._later(REGISTER_SECONDS, lambda: self._set(self._due()))
            else:
                self._set(due)
            return
        was = self.registered
        self._set(due)
        if was:
            self._lost()

    def _due(self) -> int:
        if self.functionality != 1 or not self._sim_ready():
            return 0
        if not self.coverage:
            return SEARCHING
        if self.denied:
            return DENIED
        return ROAMING if self.roaming else HOME

    def _set(self, status: int) -> None:
        if status == self.status:
            return
        self.status = status
        self._note("registration", status=status)
        for name, level in self._levels.items():
            if level:
                self._say(f"{name}: {self._place(name, level)}")

    def _place(self, name: str, level: int) -> str:
        if level < 2 or not self.registered:
            return str(self.status)
        return f'{self.status},"{LAC}","{CELL}",{self.act}'

    def handlers(self) -> dict[str, Handler]:
        return {
            "+CREG": self._creg, "+CGREG": self._creg, "+CEREG": self._creg, "+COPS": self._cops,
            "+CSQ": self._csq, "+CGATT": self._cgatt, "+CESQ": self._cesq,
        }  # fmt: skip

    def _creg(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return [f"{command.name}: (0-2)"]
        if command.form is Form.SET:
            level = command.number(0)
            if not 0 <= level <= 2:
                raise AtError(50)
            self._levels[command.name] = level
            return []
        level = self._levels[command.name]
        return [f"{command.name}: {level},{self._place(command.name, level)}"]

    def _cops(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            long, short, code = self.operator
            return [f'+COPS: (2,"{long}","{short}","{code}",{self.act}),,(0-4),(0-2)']
        if command.form is Form.SET:
            if len(command.args) > 1:
                self._cops_format = command.number(1)
            return []
        if not self.registered:
            return ["+COPS: 0"]
        return [f'+COPS: 0,{self._cops_format},"{self.operator[self._cops_format]}",{self.act}']

    def _csq(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+CSQ: (0-31,99),(0-7,99)"]
        return [f"+CSQ: {self.csq if self.coverage and self.functionality == 1 else 99},99"]

    def _cesq(self, command: Command) -> list[str] | Final:
        rsrp = self.csq * 2 + 20 if self.coverage and self.functionality == 1 else 255
        return [f"+CESQ: 99,99,255,255,255,{rsrp}"]

    def _cgatt(self, command: Command) -> list[str] | Final:
        return [f"+CGATT: {int(self.registered)}"] if command.form is Form.READ else []
