"""The SIM: present or not, PIN and PUK with their counters (3GPP TS 27.007 section 8.3, TS 31.101)."""

from __future__ import annotations

from collections.abc import Callable

from simulator.at import AtError, Command, Final, Form, Handler

PIN_TRIES = 3
PUK_TRIES = 10
NOT_INSERTED, PIN_REQUIRED, PUK_REQUIRED, SIM_FAILURE, WRONG_PASSWORD = 10, 11, 12, 13, 16


class SimCard:
    """One SIM. `pin` None: it asks for none. Its counters outlive a loss of power."""

    def __init__(
        self, imsi: str, iccid: str, pin: str | None, puk: str, unlocked: Callable[[], None]
    ) -> None:
        self.present = True
        self.imsi = imsi
        self.iccid = iccid
        self.pin = pin
        self.puk = puk
        self.pin_tries = PIN_TRIES
        self.puk_tries = PUK_TRIES
        self.verified = False
        self._unlocked = unlocked

    def reset(self) -> None:
        """The power came back: the PIN must be given again."""
        self.verified = False

    @property
    def ready(self) -> bool:
        return self.present and self.state == "READY"

    @property
    def state(self) -> str:
        if self.pin_tries == 0:
            return "SIM PUK"
        return "READY" if self.pin is None or self.verified else "SIM PIN"

    def require(self) -> None:
        """Raise the error a command gets that needs the SIM."""
        if not self.present:
            raise AtError(NOT_INSERTED)
        if self.puk_tries == 0:
            raise AtError(SIM_FAILURE)
        if self.state != "READY":
            raise AtError(PIN_REQUIRED if self.state == "SIM PIN" else PUK_REQUIRED)

    def handlers(self) -> dict[str, Handler]:
        return {
            "+CPIN": self._cpin, "+CIMI": self._cimi, "+CCID": self._ccid, "+ICCID": self._ccid,
            "+CICCID": self._ccid, "+QCCID": self._ccid, "^ICCID": self._ccid, "+SPIC": self._spic,
            "+QPINC": self._qpinc, "+CPINR": self._cpinr, "^CPIN": self._huawei_cpin, "+CLCK": self._clck,
        }  # fmt: skip

    def _check_present(self) -> None:
        if not self.present:
            raise AtError(NOT_INSERTED)
        if self.puk_tries == 0:
            raise AtError(SIM_FAILURE)

    def _cpin(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return []
        self._check_present()
        if command.form is not Form.SET:
            return [f"+CPIN: {self.state}"]
        args = command.args
        if self.state == "SIM PUK":
            self._try_puk(args)
        elif self.state == "SIM PIN":
            self._try_pin(args[0])
        else:
            raise AtError(3)
        return []

    def _try_pin(self, pin: str) -> None:
        if pin != self.pin:
            self.pin_tries -= 1
            raise AtError(WRONG_PASSWORD if self.pin_tries else PUK_REQUIRED)
        self.pin_tries = PIN_TRIES
        self.verified = True
        self._unlocked()

    def _try_puk(self, args: list[str]) -> None:
        if len(args) < 2 or args[0] != self.puk:
            self.puk_tries -= 1
            raise AtError(WRONG_PASSWORD if self.puk_tries else SIM_FAILURE)
        self.pin, self.pin_tries, self.puk_tries = args[1], PIN_TRIES, PUK_TRIES
        self.verified = True
        self._unlocked()

    def _cimi(self, command: Command) -> list[str] | Final:
        self.require()
        return [self.imsi] if command.form is Form.RUN else []

    def _ccid(self, command: Command) -> list[str] | Final:
        self._check_present()
        head = {"+ICCID": "+ICCID", "^ICCID": "^ICCID", "+CICCID": "+ICCID"}.get(command.name, command.name)
        return [f"{head}: {self.iccid}"] if command.form is not Form.TEST else []

    def _spic(self, command: Command) -> list[str] | Final:
        return [f"+SPIC: {self.pin_tries},{self.puk_tries},0,0"]

    def _qpinc(self, command: Command) -> list[str] | Final:
        return [f'+QPINC: "SC",{self.pin_tries},{self.puk_tries}', '+QPINC: "P2",0,0']

    def _cpinr(self, command: Command) -> list[str] | Final:
        rows = (("SIM PIN", self.pin_tries, PIN_TRIES), ("SIM PUK", self.puk_tries, PUK_TRIES))
        return [f"+CPINR: {name},{left},{full}" for name, left, full in rows]

    def _huawei_cpin(self, command: Command) -> list[str] | Final:
        self._check_present()
        left = {"SIM PIN": self.pin_tries, "SIM PUK": self.puk_tries}.get(self.state, "")
        return [f"^CPIN: {self.state},{left},{self.puk_tries},{self.pin_tries},10,3"]

    def _clck(self, command: Command) -> list[str] | Final:
        self._check_present()
        if command.form is Form.TEST:
            return ['+CLCK: ("SC")']
        args = command.args
        if args[0] != "SC" or len(args) < 2:
            raise AtError(4)
        if args[1] == "2":
            return [f"+CLCK: {int(self.pin is not None)}"]
        if len(args) < 3 or (self.pin is not None and args[2] != self.pin):
            raise AtError(WRONG_PASSWORD)
        self.pin = args[2] if args[1] == "1" else None
        return []
