"""The four families of GSM modem: identity, own settings, what they say of a call, voice channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.at import AtError, Command, Final, Form, Handler
from simulator.gsm.calls import GsmCall, Stat
from simulator.settings import Setting

if TYPE_CHECKING:
    from simulator.gsm.modem import GsmModem


class Voice:
    """What a plain 3GPP TS 27.007 modem says of its calls: nothing. Families say more.

    `connected` and `ended` give lines that come unsolicited, or before the OK of the command that
    caused them where `before_ok` is set.
    """

    before_ok = False

    def __init__(self, modem: GsmModem) -> None:
        self.modem = modem
        self.clcc_reports = False

    def reset(self) -> None:
        self.clcc_reports = False

    def handlers(self) -> dict[str, Handler]:
        return {}

    def boot_lines(self) -> list[str]:
        return []

    def dialled(self, entry: GsmCall) -> None:
        """ATD was accepted."""

    def alerting(self, entry: GsmCall) -> None:
        """The far end rings."""

    def connected(self, entry: GsmCall) -> list[str]:
        return []

    def ended(self, entry: GsmCall, cause: int, *, by_box: bool) -> list[str]:
        return []

    def missed(self, entry: GsmCall) -> None:
        """The caller gave up."""
        self.modem.at.unsolicited("NO CARRIER")

    def changed(self, entry: GsmCall) -> None:
        """The state of a call changed (for reports like +CLCC)."""

    def digit(self, digit: str) -> None:
        """The subscriber pressed a key."""

    def idle(self) -> None:
        """The last call is over: the voice channel closes by itself."""
        if self.modem.pcm is not None:
            self.modem.pcm.open(False)

    def open_pcm(self, is_open: bool) -> None:
        if self.modem.pcm is not None:
            self.modem.pcm.open(is_open)


class SimcomVoice(Voice):
    """SIM7600: VOICE CALL lines, +CPCMREG for the voice port, +RXDTMF for digits."""

    before_ok = True

    def __init__(self, modem: GsmModem) -> None:
        super().__init__(modem)
        self._detect = False

    def reset(self) -> None:
        super().reset()
        self._detect = False

    def handlers(self) -> dict[str, Handler]:
        return {"+CPCMREG": self._cpcmreg, "+DDET": self._ddet}

    def boot_lines(self) -> list[str]:
        return [f"+CPIN: {self.modem.card.state}", "SMS DONE", "PB DONE"] if self.modem.card.present else []

    def connected(self, entry: GsmCall) -> list[str]:
        return ["VOICE CALL: BEGIN"]

    def ended(self, entry: GsmCall, cause: int, *, by_box: bool) -> list[str]:
        if entry.call.answered_at is None:
            return []
        hours, rest = divmod(entry.seconds(), 3600)
        return [f"VOICE CALL: END: {hours:02d}{rest // 60:02d}{rest % 60:02d}"]

    def missed(self, entry: GsmCall) -> None:
        when = datetime.now().astimezone().strftime("%I:%M%p")
        self.modem.at.unsolicited(f"MISSED_CALL: {when} {entry.call.number}")

    def changed(self, entry: GsmCall) -> None:
        if self.clcc_reports:
            self.modem.at.unsolicited(entry.clcc())

    def digit(self, digit: str) -> None:
        if self._detect:
            self.modem.at.unsolicited(f"+RXDTMF: {digit}")

    def _cpcmreg(self, command: Command) -> list[str] | Final:
        pcm = self.modem.pcm
        if command.form is Form.TEST:
            return ["+CPCMREG: (0-1)"]
        if command.form is Form.READ:
            return [f"+CPCMREG: {int(pcm is not None and pcm.is_open)}"]
        entry = self.modem.calls.current()
        if command.number(0) == 1 and (entry is None or entry.stat is not Stat.ACTIVE):
            raise AtError  # only in a call that was connected
        self.open_pcm(command.number(0) == 1)
        return []

    def _ddet(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+DDET: (0,1),(0-10000),(0,1)"]
        if command.form is Form.READ:
            return [f"+DDET: {int(self._detect)},0,0"]
        self._detect = command.number(0) == 1
        return []


class QuectelVoice(Voice):
    """EC25: +QPCMV for the voice port, +QTONEDET for digits, ^DSCI and +QIND: "ccinfo" for call states."""

    _DSCI = {Stat.ACTIVE: 3, Stat.HELD: 1, Stat.DIALING: 2, Stat.ALERTING: 7, Stat.INCOMING: 4,
             Stat.WAITING: 5, Stat.ENDED: 6}  # fmt: skip

    def __init__(self, modem: GsmModem) -> None:
        super().__init__(modem)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self._detect = False
        self._pcm_wanted = False
        self._dsci = False
        self._ccinfo = False

    def handlers(self) -> dict[str, Handler]:
        return {
            "+QPCMV": self._qpcmv, "+QTONEDET": self._qtonedet, "^DSCI": self._set_dsci,
            "+QINDCFG": self._qindcfg, "+QINISTAT": self._qinistat, "+QSIMSTAT": self._qsimstat,
            "+QNWINFO": self._qnwinfo,
        }  # fmt: skip

    def boot_lines(self) -> list[str]:
        if not self.modem.card.present:
            return ["RDY"]
        lines = ["RDY", "+CFUN: 1", f"+CPIN: {self.modem.card.state}"]
        return [*lines, "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"] if self.modem.card.ready else lines

    def alerting(self, entry: GsmCall) -> None:
        self.open_pcm(self._pcm_wanted)

    def connected(self, entry: GsmCall) -> list[str]:
        self.open_pcm(self._pcm_wanted)
        return []

    def changed(self, entry: GsmCall) -> None:
        number, kind, way = entry.call.number, entry.number_type(), int(entry.incoming)
        if self._dsci:
            state = self._DSCI[entry.stat]
            self.modem.at.unsolicited(f"^DSCI: {entry.index},{way},{state},0,{number},{kind}")
        if self._ccinfo:
            state = -1 if entry.stat is Stat.ENDED else int(entry.stat)
            self.modem.at.unsolicited(f'+QIND: "ccinfo",{entry.index},{way},{state},0,0,"{number}",{kind}')

    def digit(self, digit: str) -> None:
        if self._detect:
            self.modem.at.unsolicited(f"+QTONEDET: {ord(digit)}")

    def _qpcmv(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["+QPCMV: (0,1),(0-2)"]
        if command.form is Form.READ:
            return [f"+QPCMV: {int(self._pcm_wanted)},0"]
        if command.number(1) not in (0, 1, 2):
            raise AtError(50)
        # port 0 is the NMEA port; 2 is a USB sound card, which this modem does not have
        self._pcm_wanted = command.number(0) == 1 and command.number(1) == 0
        entry = self.modem.calls.current()
        self.open_pcm(self._pcm_wanted and entry is not None and entry.stat in (Stat.ACTIVE, Stat.ALERTING))
        return []

    def _qtonedet(self, command: Command) -> list[str] | Final:
        if command.form is Form.READ:
            return [f"+QTONEDET: {int(self._detect)}"]
        if command.form is Form.SET:
            self._detect = command.number(0) == 1
        return []

    def _set_dsci(self, command: Command) -> list[str] | Final:
        if command.form is Form.READ:
            return [f"^DSCI: {int(self._dsci)}"]
        if command.form is Form.SET:
            self._dsci = command.number(0) == 1
        return []

    def _qindcfg(self, command: Command) -> list[str] | Final:
        args = command.args
        if args and args[0] == "ccinfo":
            if len(args) < 2:
                return [f'+QINDCFG: "ccinfo",{int(self._ccinfo)}']
            self._ccinfo = args[1] == "1"
        return []

    def _qinistat(self, command: Command) -> list[str] | Final:
        return [f"+QINISTAT: {7 if self.modem.card.ready else 1 if self.modem.card.present else 0}"]

    def _qsimstat(self, command: Command) -> list[str] | Final:
        return [f"+QSIMSTAT: 0,{int(self.modem.card.present)}"] if command.form is Form.READ else []

    def _qnwinfo(self, command: Command) -> list[str] | Final:
        if not self.modem.radio.registered:
            return ["+QNWINFO: No Service"]
        return [f'+QNWINFO: "FDD LTE","{self.modem.radio.operator[2]}","LTE BAND 3",1300']


class HuaweiVoice(Voice):
    """E1550: ^ORIG, ^CONF, ^CONN, ^CEND; ^DDSETEX=2 for the voice port; no report of digits."""

    _END_STATUS = {True: 29, False: 104}

    def handlers(self) -> dict[str, Handler]:
        return {
            "^DDSETEX": self._ddsetex, "^DTMF": self._dtmf, "^SYSINFO": self._sysinfo,
            "^CVOICE": self._cvoice,
        }  # fmt: skip

    def boot_lines(self) -> list[str]:
        sim = 1 if self.modem.card.present else 255
        return ["^SYSSTART", f"^SIMST:{sim}", f"^RSSI:{self.modem.radio.csq}"]

    def dialled(self, entry: GsmCall) -> None:
        self.modem.at.unsolicited(f"^ORIG:{entry.index},0")

    def alerting(self, entry: GsmCall) -> None:
        self.modem.at.unsolicited(f"^CONF:{entry.index}")

    def connected(self, entry: GsmCall) -> list[str]:
        return [f"^CONN:{entry.index},0"]

    def ended(self, entry: GsmCall, cause: int, *, by_box: bool) -> list[str]:
        seconds = 0 if entry.call.answered_at is None else entry.seconds()
        return [f"^CEND:{entry.index},{seconds},{self._END_STATUS[by_box]},{cause}"]

    def missed(self, entry: GsmCall) -> None:
        self.modem.at.unsolicited(f"^CEND:{entry.index},0,104,16")
        super().missed(entry)

    def _ddsetex(self, command: Command) -> list[str] | Final:
        if command.form is Form.TEST:
            return ["^DDSETEX:(2)"]
        if command.number(0) == 2:
            if self.modem.calls.current() is None:
                raise AtError(3)
            self.open_pcm(True)
        return []

    def _dtmf(self, command: Command) -> list[str] | Final:
        entry = self.modem.calls.current()
        args = command.args
        if entry is None or entry.stat is not Stat.ACTIVE or len(args) < 2:
            raise AtError(3)
        self.modem.exchange.box_digit(entry.call, args[1])
        return []

    def _sysinfo(self, command: Command) -> list[str] | Final:
        in_service = 2 if self.modem.radio.registered else 0
        return [f"^SYSINFO:{in_service},3,0,5,{1 if self.modem.card.ready else 255}"]

    def _cvoice(self, command: Command) -> list[str] | Final:
        return ["^CVOICE:(0)"] if command.form is Form.TEST else ["^CVOICE:0,8000,16,20"]


@dataclass(frozen=True, slots=True)
class Family:
    """Who the modem says it is, and what only it has."""

    manufacturer: str
    model: str
    revision: str
    voice: type[Voice]
    has_pcm: bool
    act: int  # access technology, 3GPP TS 27.007 section 7.3
    settings: dict[str, Setting] = field(default_factory=dict)


FAMILIES = {
    "simcom": Family(
        "SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "SIM7600M22_V2.0", SimcomVoice, True, 7,
        {"+CVHU": Setting("1", "(0,1)"), "+CPCMFRM": Setting("0", "(0,1)"), "+CMICGAIN": Setting("4"),
         "+COUTGAIN": Setting("4", "(0-8)"), "+CSDVC": Setting("1", "(1,3)"), "+CECM": Setting("1"),
         "+CNMP": Setting("2"), "+CTZU": Setting("0", "(0,1)"), "+MORING": Setting("0"),
         "+CPCMBANDWIDTH": Setting("1,1"), "+CLTS": Setting("0")},
    ),
    "quectel": Family(
        "Quectel", "EC25", "EC25EFAR06A03M4G", QuectelVoice, True, 7,
        {"+QCFG": Setting("", "", prefix=False), "+QURCCFG": Setting('"urcport","usbat"'),
         "+QAUDMOD": Setting("0", "(0-3)"),
         "+QDAI": Setting("1"), "+QSCLK": Setting("0", "(0,1)"), "+QEEC": Setting("0"), "+QMIC": Setting("0"),
         "+QRXGAIN": Setting("20577"), "+QSIDET": Setting("0"), "+QLTS": Setting('""')},
    ),
    "huawei": Family(
        "huawei", "E1550", "11.608.12.10.209", HuaweiVoice, True, 0,
        {"^CURC": Setting("1", "(0,1)"), "^U2DIAG": Setting("0"), "^SYSCFG": Setting("2,2,3FFFFFFF,1,2"),
         "^CARDLOCK": Setting("2,10,0", "", prefix=True)},
    ),
    "generic": Family("OpenTel", "GSM Voice Modem", "1.0", Voice, False, 0),
}  # fmt: skip
