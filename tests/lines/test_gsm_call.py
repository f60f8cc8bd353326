"""One call's states on a stepped clock: who ends it, why, and what is not believed."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.errors import LineTimeoutError, LineTransientError
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
)
from drivers.gsm.call import GsmCall
from drivers.gsm.unsolicited import CallEnded, CallReport, CallStat, Clip, Digit, PathOpened, Ring, Waiting
from tests.lines.gsm_host import LEG, Host, listed, outgoing, ringing, talking


def test_an_outgoing_call_by_the_list_of_calls_alone() -> None:
    host = Host()
    call = outgoing(host)
    for stat in (CallStat.DIALLING, CallStat.ALERTING, CallStat.ACTIVE):
        host.clock.advance(0.5)
        host.link.answer("AT+CLCC", listed(1, False, stat))
    stages = [event.stage for event in host.events.of(Progress)]
    assert stages == [Stage.SEIZED, Stage.DIALLED, Stage.RINGING]
    assert host.kinds()[-1] is Answered and host.device.open_count == 1
    host.clock.advance(4.9)
    assert host.link.pending == []  # it is looked at seldom once it is up
    call.release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert host.device.open_count == 0 and host.over == [LEG]
    assert host.clock.pending() == 0


def test_the_list_is_asked_every_half_second_only_while_a_call_is_set_up() -> None:
    host = Host()
    outgoing(host)
    for _ in range(6):
        host.clock.advance(0.5)
        host.link.answer("AT+CLCC", listed(1, False, CallStat.ALERTING))
    assert host.link.sent.count("AT+CLCC") == 6


@pytest.mark.parametrize(
    ("final", "cause"),
    [
        ("BUSY", HangupCause.USER_BUSY),
        ("NO ANSWER", HangupCause.NO_ANSWER),
        ("NO DIALTONE", HangupCause.NO_DIAL_TONE),
        ("+CME ERROR: 30", HangupCause.NETWORK_OUT_OF_ORDER),
        ("ERROR", HangupCause.TEMPORARY_FAILURE),
    ],
)
def test_a_dial_that_is_refused(final: str, cause: HangupCause) -> None:
    host = Host()
    GsmCall(host, LEG, incoming=False).dial("123")
    host.link.answer("ATD123;", final=final)
    assert host.released() is cause


def test_no_carrier_asks_for_the_cause() -> None:
    host = Host()
    GsmCall(host, LEG, incoming=False).dial("123")
    host.link.answer("ATD123;", final="NO CARRIER")
    host.link.answer("AT+CEER", "+CEER: 5,21")
    assert host.released() is HangupCause.CALL_REJECTED


def test_an_end_that_speaks_of_the_call_before_is_not_believed() -> None:
    host = Host()
    call = outgoing(host)
    call.heard(CallEnded())
    host.link.answer("AT+CLCC", listed(1, False, CallStat.DIALLING))
    assert host.events.of(Released) == []
    call.heard(CallEnded())
    host.link.answer("AT+CLCC")
    host.link.answer("AT+CEER", "+CEER: User busy")
    assert host.released() is HangupCause.USER_BUSY


def test_a_hang_up_nobody_reported_is_found() -> None:
    host = Host()
    talking(host)
    for _ in range(2):
        host.clock.advance(5.0)
        host.link.answer("AT+CLCC")
    host.link.answer("AT+CEER", final="ERROR")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_the_modem_dies_while_the_cause_is_asked() -> None:
    host = Host()
    call = talking(host)
    call.heard(CallEnded())
    host.link.answer("AT+CEER", error=LineTransientError("gone"))
    assert host.released() is HangupCause.LINE_FAULT


def test_a_silent_modem_is_suspected_at_the_second_look() -> None:
    host = Host()
    call = talking(host)
    for expected in (0, 1):
        host.clock.advance(5.0)
        host.link.answer("AT+CLCC", error=LineTimeoutError("silent"))
        assert len(host.suspicions) == expected
    call.lost("silent")
    assert host.released() is HangupCause.LINE_FAULT


def test_release_while_the_dial_command_is_pending() -> None:
    host = Host()
    call = GsmCall(host, LEG, incoming=False)
    call.dial("123")
    call.release(HangupCause.PRE_EMPTED)
    assert host.link.aborts == 1
    assert "AT+CHUP" not in host.link.urgent  # it must not overtake the dial command
    host.link.answer("ATD123;", final="NO CARRIER")
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.PRE_EMPTED


def test_a_modem_without_chup_is_hung_up_by_ath() -> None:
    host = Host()
    talking(host).release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP", final="ERROR")
    host.link.answer("ATH")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_a_modem_that_does_not_hang_up_is_suspected() -> None:
    host = Host()
    talking(host).release(HangupCause.NORMAL_CLEARING)
    host.link.answer("AT+CHUP", error=LineTimeoutError("silent"))
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert len(host.suspicions) == 1


def test_an_incoming_call() -> None:
    host = Host()
    call = ringing(host)
    call.heard(Clip("+36301234567", "Anna"))
    call.heard(Ring())
    call.heard(Clip("+36301234567", "Anna"))
    call.answer()
    host.link.answer("ATA")
    call.heard(Digit("7"))
    assert host.kinds() == [RingStarted, CallerId, Answered, AudioReady, DigitReceived]
    call.heard(CallEnded())
    host.link.answer("AT+CEER", "+CEER: 16")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_nobody_says_who_calls() -> None:
    host = Host()
    call = ringing(host)
    call.heard(Ring())
    assert host.events.of(CallerId) == [CallerId("gsm1", LEG, None, None, False)]


def test_the_ringing_stops_without_a_word() -> None:
    host = Host()
    call = ringing(host)
    host.clock.advance(9.0)
    call.heard(Ring())
    host.clock.advance(9.9)
    assert host.events.of(Released) == []
    host.clock.advance(0.2)
    host.link.answer("AT+CHUP", final="ERROR")
    host.link.answer("ATH")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_the_caller_is_gone_before_the_answer() -> None:
    host = Host()
    call = ringing(host)
    call.answer()
    host.link.answer("ATA", final="NO CARRIER")
    assert host.released() is HangupCause.NORMAL_CLEARING
    assert host.events.of(Answered) == []


def test_a_second_caller_knocks_and_gives_up_without_ending_the_call() -> None:
    host = Host()
    call = talking(host)
    call.heard(Waiting("+36309998877"))
    call.heard(Waiting("+36309998877"))
    assert host.events.of(CallWaiting) == [CallWaiting("gsm1", LEG, "+36309998877")]
    call.heard(CallEnded(missed=True))
    call.heard(CallEnded(HangupCause.NORMAL_CLEARING, index=2))
    call.heard(CallEnded())
    host.link.answer("AT+CLCC", listed(1, False, CallStat.ACTIVE))
    assert host.events.of(Released) == []
    call.heard(CallReport(1, False, CallStat.OVER))
    host.link.answer("AT+CEER", "+CEER: 16")
    assert host.released() is HangupCause.NORMAL_CLEARING


def test_sound_opens_when_the_family_lets_it() -> None:
    simcom = Host("simcom")
    call = outgoing(simcom)
    call.heard(PathOpened())
    simcom.link.answer("AT+CLCC", listed(1, False, CallStat.ALERTING))
    assert simcom.device.open_count == 0
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    assert simcom.events.of(Answered) == []  # the sound comes first
    simcom.link.answer("AT+CPCMREG=1")
    assert simcom.kinds()[-2:] == [AudioReady, Answered]
    huawei = Host("huawei")
    call = outgoing(huawei)
    call.heard(CallReport(1, False, CallStat.ALERTING))
    huawei.link.answer("AT^DDSETEX=2")
    assert huawei.kinds()[-1] is AudioReady
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    assert huawei.kinds()[-1] is Answered


def test_a_call_without_sound_is_ended() -> None:
    host = Host("simcom")
    call = outgoing(host)
    call.heard(CallReport(1, False, CallStat.ACTIVE))
    for _ in range(4):
        host.link.answer("AT+CPCMREG=1", final="ERROR")
        host.clock.advance(0.25)
    host.link.answer("AT+CHUP")
    assert host.released() is HangupCause.LINE_FAULT


def test_digits_go_out_one_by_one_and_nothing_else_does() -> None:
    host = Host("huawei")
    _talking_huawei = outgoing(host)
    _talking_huawei.heard(CallReport(1, False, CallStat.ALERTING))
    _talking_huawei.send_digits("1*a;\r#")
    sent = [text for text in host.link.sent if text.startswith("AT^DTMF")]
    assert sent == ["AT^DTMF=1,1", "AT^DTMF=1,*", "AT^DTMF=1,A", "AT^DTMF=1,#"]
