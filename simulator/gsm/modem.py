"""A GSM modem on a pseudo-terminal, with a second one for the voice where its family has that."""

from __future__ import annotations

from datetime import datetime

from simulator.at import AtError, AtInterpreter, Command, Final, Form, Handler
from simulator.call import Call
from simulator.exchange import OUT_OF_ORDER, Exchange
from simulator.gsm.calls import Calls
from simulator.gsm.card import SimCard
from simulator.gsm.network import Radio
from simulator.gsm.parameters import SETTINGS
from simulator.gsm.pcm import PcmPort, PcmStats
from simulator.gsm.sms import ShortMessages
from simulator.gsm.ussd import Ussd
from simulator.gsm.vendors import FAMILIES
from simulator.line import Line
from simulator.script import HangUpWay
from simulator.settings import Settings

BOOT_SECONDS = 3.0
NETWORK_OUT_OF_ORDER = 38


class GsmModem(Line):
    """One GSM or LTE modem and its SIM. `family` is "simcom", "quectel", "huawei" or "generic".

    Parts a test looks at or turns: `card` (the SIM), `radio` (coverage, signal), `sms` (`sent`),
    `ussd` (`answers`), `calls.table`, `audio` (how the box kept the clock), `faults`, `unscripted`.
    """

    def __init__(
        self, exchange: Exchange, name: str, family: str = "simcom", number: str = "+36301110001", *,
        pin: str | None = None, puk: str = "12345678", ppm: float = 0.0, jitter: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(exchange, name, number, ppm, jitter)
        self.family = FAMILIES[family]
        self.family_name = family
        identity = sum(ord(char) * 31**place for place, char in enumerate(name)) % 10**9
        self.imei = f"86425803{identity % 10**7:07d}"
        self.settings = Settings(SETTINGS | self.family.settings)
        self.at = AtInterpreter(self.loop, self.faults, lambda name: self._handlers.get(name), self._unknown)
        self.card = SimCard(f"216300{identity:09d}", f"8936300{identity:012d}", pin, puk, self._look)
        self.radio = Radio(
            self.family.act, lambda: self.card.ready, self.at.unsolicited, exchange.later,
            self._radio_lost, self.note,
        )  # fmt: skip
        self.sms = ShortMessages(
            self.at, self.settings, self.card.require, lambda: self.radio.registered, self.note
        )
        self.ussd = Ussd(self.at, self.settings, self.card.require, exchange.later, self.note)
        self.calls = Calls(self)
        self.voice = self.family.voice(self)
        self.at.terminal = self.make_terminal("", self.at.feed)
        self.pcm: PcmPort | None = None
        if self.family.has_pcm:
            self.pcm = PcmPort(self.clock.overdue)
            self.pcm.terminal = self.make_terminal("-audio", self.pcm.feed)
        self._handlers = self._all_handlers()
        self.loop.call(lambda: exchange.add_line(self))
        self.plug()

    # ----------------------------------------------------------------------------------- for tests

    @property
    def audio_port(self) -> str | None:
        """The path of the voice port, where the family has one."""
        return str(self.terminals[1].link) if len(self.terminals) > 1 else None

    @property
    def audio(self) -> PcmStats:
        """How the box served the voice port since the voice channel last opened."""
        return self.pcm.stats if self.pcm is not None else PcmStats()

    def set_coverage(self, covered: bool) -> None:
        """Carry the modem out of coverage (its calls drop) or back."""
        self.radio.coverage = covered
        self.loop.call(self._look)

    def set_signal(self, csq: int) -> None:
        """Signal quality as +CSQ reports it: 0 to 31."""
        self.radio.csq = csq

    def insert_sim(self, present: bool) -> None:
        """Take the SIM out, or put it back in."""
        self.card.present = present
        self.loop.call(self._look)

    def send_sms(self, sender: str, text: str, when: datetime | None = None) -> int:
        """A message comes to the box from `sender`. Returns the number of its parts."""
        return self.loop.call(lambda: self.sms.arrive(sender, text, when))

    # ------------------------------------------------------------------------------------ the line

    def tick(self) -> None:
        box_said = self.pcm.take() if self.pcm is not None else bytes(320)
        heard = self.calls.tick(box_said)
        if self.pcm is not None:
            self.pcm.give(heard)

    def power_up(self) -> None:
        self.at.reset()
        self.settings.reset()
        self.card.reset()
        self.radio.reset()
        self.voice.reset()
        self.sms.reset()
        self.ussd.reset()
        self.radio.power_up()
        self.loop.later(0.05, self._say_boot_lines)

    def power_lost(self) -> None:
        self.calls.lost(OUT_OF_ORDER, silent=True)

    def busy(self) -> bool:
        return bool(self.calls.table)

    def far_calls(self, call: Call) -> bool:
        return self.calls.offer(call)

    def far_gives_up(self, call: Call) -> None:
        self.calls.given_up(call)

    def far_rings(self, call: Call) -> None:
        self.calls.alerting(call)

    def far_answers(self, call: Call) -> None:
        self.calls.answered(call)

    def far_refuses(self, call: Call, cause: int) -> None:
        self.calls.refused(call, cause)

    def far_hangs_up(self, call: Call, way: HangUpWay, cause: int) -> None:
        if way is HangUpWay.SIGNALLED and not self.faults.missing_hangup:
            self.calls.hung_up(call, cause)

    def far_digit(self, call: Call, digit: str, down: bool) -> None:
        if down:
            self.voice.digit(digit)

    def status(self) -> dict[str, object]:
        radio = {"registered": self.radio.registered, "csq": self.radio.csq, "coverage": self.radio.coverage}
        calls = [entry.clcc() for entry in self.calls.table]
        return super().status() | {
            "family": self.family_name,
            "audio_port": self.audio_port,
            "sim": self.card.state,
            "calls": calls,
            **radio,
        }

    # ---------------------------------------------------------------------------------- commands

    def _all_handlers(self) -> dict[str, Handler]:
        handlers: dict[str, Handler] = {}
        for part in (self.settings, self.card, self.radio, self.sms, self.ussd, self.calls, self.voice):
            handlers |= part.handlers()
        identity = {
            "+CGMI": self.family.manufacturer, "+GMI": self.family.manufacturer, "+CGMM": self.family.model,
            "+GMM": self.family.model, "+CGMR": self.family.revision, "+GMR": self.family.revision,
            "+CGSN": self.imei, "+GSN": self.imei,
        }  # fmt: skip
        handlers |= {name: self._say_text(text) for name, text in identity.items()}
        plain = {name: self._nothing for name in ("Z", "&F", "&W", "&D", "&C", "&K", "X", "L", "M", "S")}
        return handlers | plain | {
            "I": self._ati, "E": self._ate, "Q": self._atq, "V": self._atv, "+CMEE": self._cmee,
            "+CFUN": self._cfun, "+CBC": self._cbc, "+GCAP": self._say_text("+GCAP: +CGSM,+FCLASS,+DS"),
        }  # fmt: skip

    @staticmethod
    def _say_text(text: str) -> Handler:
        return lambda command: [] if command.form is Form.TEST else [text]

    def _unknown(self, command: str) -> None:
        self.unscripted.append(command)
        self.note("unscripted", command=command)

    @staticmethod
    def _nothing(command: Command) -> list[str] | Final:
        return []

    def _ati(self, command: Command) -> list[str] | Final:
        family = self.family
        if self.family_name == "quectel":
            return [family.manufacturer, family.model, f"Revision: {family.revision}"]
        names = [f"Manufacturer: {family.manufacturer}", f"Model: {family.model}"]
        return [*names, f"Revision: {family.revision}", f"IMEI: {self.imei}"]

    def _ate(self, command: Command) -> list[str] | Final:
        self.at.echo = command.number(0) == 1
        return []

    def _atq(self, command: Command) -> list[str] | Final:
        self.at.quiet = command.number(0) == 1
        return []

    def _atv(self, command: Command) -> list[str] | Final:
        self.at.verbose = command.number(0) == 1
        return []

    def _cmee(self, command: Command) -> list[str] | Final:
        if command.form is Form.READ:
            return [f"+CMEE: {self.at.cmee}"]
        if command.form is Form.TEST:
            return ["+CMEE: (0-2)"]
        self.at.cmee = command.number(0)
        return []

    def _cbc(self, command: Command) -> list[str] | Final:
        return ["+CBC: 0,100"] if command.form is not Form.TEST else ["+CBC: (0-3),(0-100)"]

    def _cfun(self, command: Command) -> list[str] | Final:
        if command.form is Form.READ:
            return [f"+CFUN: {self.radio.functionality}"]
        if command.form is Form.TEST:
            return ["+CFUN: (0,1,4),(0,1)"]
        level = command.number(0)
        if level not in (0, 1, 4):
            raise AtError(50)
        if command.number(1) == 1:
            self.loop.later(0.1, self._reboot)
            return []
        self.radio.functionality = level
        self._look()
        return []

    def _reboot(self) -> None:
        """A USB modem leaves the bus and comes back."""
        self._unplug()
        self.exchange.later(BOOT_SECONDS, self._plug)

    # -------------------------------------------------------------------------------------- inside

    def _look(self) -> None:
        self.radio.look()

    def _radio_lost(self) -> None:
        self.calls.lost(NETWORK_OUT_OF_ORDER, silent=False)

    def _say_boot_lines(self) -> None:
        for line in self.voice.boot_lines():
            self.at.unsolicited(line)
