"""Captured lines to facts: the standard's, each vendor's, and replies."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from drivers.at_channel import Reply
from drivers.at_channel.reply import refusal
from drivers.gsm import replies, unsolicited
from drivers.gsm.quirks import VENDORS, AudioFrom, AudioKind, vendor_of
from drivers.gsm.unsolicited import (
    CallEnded,
    CallReport,
    CallStat,
    Clip,
    Digit,
    Ignored,
    MessageArrived,
    PathOpened,
    Registration,
    Restarted,
    Ring,
    Signal,
    SimChanged,
    Urc,
    Waiting,
)

STANDARD: dict[str, Urc | None] = {
    "RING": Ring(),
    "+CRING: VOICE": Ring(),
    "+CRING: REL ASYNC": Ignored(),
    '+CLIP: "+36301234567",145': Clip("+36301234567"),
    '+CLIP: "+36301234567",145,"",0,"Kovács",0': Clip("+36301234567", "Kovács"),
    '+CLIP: "",128,,,,1': Clip(None, None, withheld=True),
    '+CLIP: "",128,,,,2': Clip(None),
    '+CLIP: "0612345",161,,,"Anna, home",0': Clip("0612345", "Anna, home"),
    '+CCWA: "+36309998877",145,1': Waiting("+36309998877"),
    '+CCWA: "",128,1': Waiting(None),
    "+CCWA: 1,1": Ignored(),
    "+CREG: 5": Registration("CREG", 5),
    '+CREG: 1,"00A1","01B2C3D4",7': Registration("CREG", 1),
    "+CEREG: 2": Registration("CEREG", 2),
    "+CGREG: 0": Registration("CGREG", 0),
    '+CMTI: "SM",3': MessageArrived("SM", 3),
    '+CLCC: 4,1,4,0,0,"08020866256",128': CallReport(4, True, CallStat.INCOMING, True, "08020866256"),
    '+CLCC: 3,0,6,0,0,"num",129': CallReport(3, False, CallStat.OVER, True, None),
    "+CLCC: 1,0,0,1,0": CallReport(1, False, CallStat.ACTIVE, False, None),
    "+CLCC: 1,0,9,0,0": None,
    "+CPIN: NOT READY": SimChanged("NOT READY"),
    "+CPIN: READY": SimChanged("READY"),
    "NO CARRIER": CallEnded(),
    "BUSY": CallEnded(HangupCause.USER_BUSY, "The modem said BUSY."),
    "NO ANSWER": CallEnded(HangupCause.NO_ANSWER, "The modem said NO ANSWER."),
    "RDY": Restarted(),
    "+CSQ: 14,99": Signal(-85),
    "+CSQ: 99,99": Signal(None),
    '+CUSD: 0,"Egyenleg",15': Ignored(),
    "SMS Ready": Ignored(),
    "+WHAT: 1": None,
    "RINGO": None,
    "": None,
}
SIMCOM: dict[str, Urc | None] = {
    "VOICE CALL: BEGIN": PathOpened(),
    "VOICE CALL: END": CallEnded(),
    "VOICE CALL: END: 000017": CallEnded(),
    "MISSED_CALL: 11:53AM 08020866256": CallEnded(reason="The caller gave up.", missed=True),
    "+RXDTMF: 5": Digit("5"),
    "+RXDTMF: *": Digit("*"),
    "+RXDTMF: 55": Ignored(),
    "+DTMF: #": Digit("#"),
    "+DTMF: A": Digit("A"),
    "+SIMCARD: NOT AVAILABLE": SimChanged("NOT INSERTED"),
    "RXLEV": None,
}
QUECTEL: dict[str, Urc | None] = {
    "+QTONEDET: 56": Digit("8"),
    "+QTONEDET: 42": Digit("*"),
    "+QTONEDET: 7": Ignored(),
    "^DSCI: 4,1,3,0,+8613012345678,145": CallReport(4, True, CallStat.ACTIVE, True, "+8613012345678"),
    "^DSCI: 3,0,6,0,13012345678,129": CallReport(3, False, CallStat.OVER, True, "13012345678"),
    "^DSCI: 1,0,7,0,10086,129": CallReport(1, False, CallStat.ALERTING, True, "10086"),
    "^DSCI: 1,0,2,1,10086,129": CallReport(1, False, CallStat.DIALLING, False, "10086"),
    "^DSCI: 1,0,0,0": Ignored(),
    "+QSIMSTAT: 1,0": SimChanged("NOT INSERTED"),
    "+QSIMSTAT: 1,1": SimChanged("READY"),
    '+QIND: "csq",22,99': Ignored(),
    "+QPCMV: 1,2": Ignored(),
}
HUAWEI: dict[str, Urc | None] = {
    "^ORIG:1,0": CallReport(1, False, CallStat.DIALLING),
    "^CONF:1": CallReport(1, False, CallStat.ALERTING),
    "^CONN:1,0": CallReport(1, False, CallStat.ACTIVE),
    "^CEND:1,6,67,16": CallEnded(HangupCause.NORMAL_CLEARING, "The network gave cause 16.", 1),
    "^CEND: 1,9,67,16": CallEnded(HangupCause.NORMAL_CLEARING, "The network gave cause 16.", 1),
    "^CEND:1,0,101,17,0": CallEnded(HangupCause.USER_BUSY, "The network gave cause 17.", 1),
    "^CEND:1,82,29": CallEnded(index=1),
    "^CEND:1,0,255,255": CallEnded(index=1),
    "^CEND:1,0,104,999999": CallEnded(index=1),
    "^RSSI:20": Signal(-73),
    "^RSSI:99": Signal(None),
    "^SIMST:255": SimChanged("NOT INSERTED"),
    "^BOOT:20952548,0,0,0,77": Ignored(),
    '^HCSQ:"WCDMA",30,30,58': Ignored(),
    "^CONN": Ignored(),
}


@pytest.mark.parametrize(("line", "fact"), STANDARD.items())
def test_the_standards_reports(line: str, fact: Urc | None) -> None:
    assert unsolicited.parse(line) == fact


@pytest.mark.parametrize(
    ("family", "line", "fact"),
    [
        (family, line, fact)
        for family, lines in (("simcom", SIMCOM), ("quectel", QUECTEL), ("huawei", HUAWEI))
        for line, fact in lines.items()
    ],
)
def test_the_vendors_reports(family: str, line: str, fact: Urc | None) -> None:
    assert VENDORS[family].parse(line) == fact


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("SIMCOM INCORPORATED SIMCOM_SIM7600E-H", "simcom"),
        ("SIMCOM_Ltd SIMCOM_SIM800L", "simcom"),
        ("Quectel EG25", "quectel"),
        ("huawei E173", "huawei"),
        ("Manufacturer: huawei Model: K3765", "huawei"),
        ("Telit LE910", "generic"),
        ("", "generic"),
    ],
)
def test_the_family_is_found(words: str, family: str) -> None:
    assert vendor_of(words).family == family


def test_sound_paths() -> None:
    simcom, quectel, huawei = (VENDORS[name].plan for name in ("simcom", "quectel", "huawei"))
    lte = simcom("SIMCOM_SIM7600E-H", "/dev/pcm", None)
    assert lte is not None and (lte.kind, lte.since) == (AudioKind.SERIAL, AudioFrom.ANSWER)
    assert lte.on == ("AT+CPCMREG=1",)
    assert simcom("SIMCOM_SIM800L", "/dev/pcm", None) is None  # analog sound only
    assert simcom("SIMCOM_SIM800L", None, "hw:1") is not None
    serial, card = quectel("EC25", "/dev/pcm", None), quectel("EC25", "/dev/pcm", "hw:EC25")
    assert serial is not None and serial.on == ("AT+QPCMV=1,0",)
    assert card is not None and (card.kind, card.on) == (AudioKind.ALSA, ("AT+QPCMV=1,2",))
    stick = huawei("E173", "/dev/pcm", None)
    assert stick is not None and (stick.on, stick.since) == (("AT^DDSETEX=2",), AudioFrom.ALERTING)
    assert all(vendor.plan("x", None, None) is None for vendor in VENDORS.values())


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('"16 Normal call clearing"', HangupCause.NORMAL_CLEARING),
        ("0,0,5,16,normal call clearing", HangupCause.NORMAL_CLEARING),
        ("5,17", HangupCause.USER_BUSY),
        ("17, CM_USER_BUSY", HangupCause.USER_BUSY),
        ("User alerting, no answer", HangupCause.NO_ANSWER),
        ("Call rejected", HangupCause.CALL_REJECTED),
        ("Unassigned (unallocated) number", HangupCause.UNALLOCATED_NUMBER),
        ("Client ended call", HangupCause.NORMAL_CLEARING),
        ("Switching equipment congestion", HangupCause.CONGESTION),
        ('"0 Unknown"', None),
        ("No report available", None),
        ("1.5", None),
        ("\u00b2", None),
    ],
)
def test_causes_of_ceer(text: str, cause: HangupCause | None) -> None:
    assert replies.cause_of_ceer(text) is cause


def _reply(*lines: str, final: str = "OK") -> Reply:
    return Reply("AT", final, lines, refusal("AT", final))


def test_replies() -> None:
    assert replies.registration(_reply('+CREG: 2,5,"00A1","0001"'), "CREG") == 5
    assert replies.registration(_reply(final="ERROR"), "CREG") is None
    assert replies.operator(_reply('+COPS: 0,0,"Telekom HU",7')) == "Telekom HU"
    assert replies.operator(_reply("+COPS: 0")) is None
    assert replies.signal(_reply("+CSQ: 31,99")) == -51
    assert replies.identity(_reply("+CGMR: LE20B04"), "+CGMR") == "LE20B04"
    assert (
        replies.identity(_reply("Manufacturer: huawei", "Model: E173")) == "Manufacturer: huawei Model: E173"
    )
    assert [
        call.index for call in replies.calls(_reply("+CLCC: 1,0,0,0,0", "+CLCC: 2,1,5,1,0", "+CLCC: x"))
    ] == [1]


@pytest.mark.parametrize(
    ("stats", "registered", "denied"),
    [
        ({"CREG": 1}, True, False),
        ({"CREG": 5}, True, False),
        ({"CREG": 0, "CEREG": 1}, True, False),
        ({"CREG": 3}, False, True),
        ({"CREG": 3, "CEREG": 5}, True, False),
        ({"CREG": 2, "CGREG": 1}, False, False),  # data alone carries no call
        ({"CREG": 6}, False, False),  # SMS only
        ({}, False, False),
    ],
)
def test_registration(stats: dict[str, int], registered: bool, denied: bool) -> None:
    assert (replies.registered(stats), replies.denied(stats)) == (registered, denied)


def test_why_a_dial_was_refused() -> None:
    assert replies.cause_of_refusal(_reply(final="BUSY")) is HangupCause.USER_BUSY
    assert replies.cause_of_refusal(_reply(final="NO DIALTONE")) is HangupCause.NO_DIAL_TONE
    assert replies.cause_of_refusal(_reply(final="+CME ERROR: 30")) is HangupCause.NETWORK_OUT_OF_ORDER
    assert replies.cause_of_refusal(_reply(final="ERROR")) is HangupCause.TEMPORARY_FAILURE
