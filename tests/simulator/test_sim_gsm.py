"""The GSM modems on a raw port: dialogues, faults, and the clock of the voice port."""

from __future__ import annotations

import errno
import os
import re
import time

import pytest

from simulator import (
    Babble,
    Behaviour,
    CallState,
    Exchange,
    GsmModem,
    HangUp,
    Listen,
    Press,
    Step,
    Subscriber,
    Tone,
    WaitForDigits,
    sound,
)
from simulator.gsm.vendors import FAMILIES
from tests.simulator.sim_port import Port


def ready(port: Port) -> Port:
    """Echo off, numeric errors, caller id on; what was said at power on is gone."""
    port.quiet(0.1)
    assert port.command("ATE0").endswith("OK")
    assert port.command("AT+CMEE=1;+CLIP=1") == "OK"
    return port


@pytest.mark.parametrize("family", FAMILIES)
def test_identity_network_and_an_unknown_command(network: Exchange, family: str) -> None:
    modem = GsmModem(network, "gsm1", family)
    with ready(Port(modem.port)) as port:
        assert port.command("AT+CGMI") == f"{modem.family.manufacturer}|OK"
        assert port.command("AT+CPIN?;+CREG?") == "+CPIN: READY|+CREG: 0,1|OK"
        assert port.command("AT+CREG=2;+CREG?").startswith('+CREG: 2,1,"0001","00A1"')
        assert port.command("AT+NOSUCH=7") == "ERROR"
        assert modem.unscripted == ["+NOSUCH=7"]


def test_echo_split_reads_and_two_commands_at_once(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "generic")
    modem.split_reads()
    with Port(modem.port) as port:
        for byte in b"AT+CSQ\r":
            port.send(bytes([byte]))
        port.expect(r"AT\+CSQ\r\r\n\+CSQ: 20,99\r\n\r\nOK\r\n")
        port.send("\x1b\r\n\rAT\rATE0\r")
        port.expect(r"OK.*OK")
        port.send("AT\r")
        assert port.expect("OK\r\n").string.lstrip(b"\r\n").startswith(b"OK")  # no echo any more


def test_unsolicited_lines_wait_for_the_answer_or_not(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "generic")
    with ready(Port(modem.port)) as port:
        port.command("AT+CNMI=2,1,0,0,0")
        for anywhere, order in ((False, r"\+CSQ.*OK.*\+CMTI"), (True, r"\+CMTI.*\+CSQ.*OK")):
            modem.faults.unsolicited_anywhere = anywhere
            modem.faults.answer_delay = 0.3
            port.send("AT+CSQ\r")
            time.sleep(0.1)
            modem.send_sms("+36201234567", "hi")
            port.expect(order)


def test_pin_then_puk_and_their_counters(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "simcom", pin="1234")
    with ready(Port(modem.port)) as port:
        assert port.command("AT+CPIN?;+CREG?") == "+CPIN: SIM PIN|+CREG: 0,0|OK"
        assert port.command("AT+CIMI") == "+CME ERROR: 11"
        assert port.command("ATD123;") == "+CME ERROR: 11"
        answers = [port.command('AT+CPIN="9999"') for _ in range(3)]
        assert answers == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
        assert port.command("AT+CPIN?;+SPIC") == "+CPIN: SIM PUK|+SPIC: 0,10,0,0|OK"
        assert port.command('AT+CPIN="00000000","4321"') == "+CME ERROR: 16"
        assert port.command('AT+CPIN="12345678","4321"') == "OK"
        assert network.wait(lambda: modem.radio.registered)
        modem.unplug()
        modem.plug()
    with ready(Port(modem.port)) as port:
        assert port.command('AT+CPIN="4321";+CPIN?') == "+CPIN: READY|OK"


def test_no_sim(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "quectel")
    modem.insert_sim(False)
    with ready(Port(modem.port)) as port:
        assert port.command("AT+CPIN?") == "+CME ERROR: 10"
        assert port.command("AT+CREG?") == "+CREG: 0,0|OK"


INCOMING = {
    "simcom": (r"VOICE CALL: BEGIN\r\n\r\nOK", r"VOICE CALL: END: 00000\d\r\n\r\nNO CARRIER", "AT+CPCMREG=1"),
    "quectel": (r"OK", r"NO CARRIER", "AT+QPCMV=1,0"),
    "huawei": (r"OK\r\n\r\n\^CONN:1,0", r"\^CEND:1,\d,104,16\r\n\r\nNO CARRIER", "AT^DDSETEX=2"),
}
DIGITS = {
    "simcom": ("AT+DDET=1", r"\+RXDTMF: 5"),
    "quectel": ("AT+QTONEDET=1", r"\+QTONEDET: 53"),
    "huawei": ("AT", ""),
}


@pytest.mark.parametrize("family", INCOMING)
def test_incoming_call_with_voice_both_ways(network: Exchange, family: str) -> None:
    modem = GsmModem(network, "gsm1", family)
    answered, ended, voice_on = INCOMING[family]
    detect, digit = DIGITS[family]
    with ready(Port(modem.port)) as port, Port(modem.audio_port) as audio:
        port.command(detect)
        script: list[Step] = [Listen(0.3), Press("5"), Tone((1000.0,), 1.0), HangUp()]
        call = network.place_call("gsm1", script, "+36201112233")
        port.expect(r'RING\r\n\r\n\+CLIP: "\+36201112233",145,,,,0\r\n')
        assert port.command("AT+CLCC") == '+CLCC: 1,1,4,0,0,"+36201112233",145|OK'
        port.send("ATA\r")
        port.expect(answered)
        assert port.command(voice_on) == "OK"
        audio.send(sound.tone((440.0,), 0.2))
        heard = audio.take(16000 + 3200)
        if digit:
            port.expect(digit)
        port.expect(ended)
        assert sound.hear_digits(heard) == "5"
        assert max(sound.power_at(frame, 1000.0) for frame in sound.frames(heard)) > 0.95
        assert max(sound.power_at(frame, 440.0) for frame in sound.frames(call.heard)) > 0.95
        assert port.command("AT+CLCC;+CEER") == "+CEER: Normal call clearing|OK"
    assert (call.ended_by, call.cause) == ("far end", 16)
    assert modem.unscripted == []


FAILURES = {
    "+36301230002": ("BUSY", "User busy"),
    "+36301230003": ("NO ANSWER", "User alerting, no answer"),
    "+36301230004": ("NO CARRIER", "Call rejected"),
    "+36301230006": ("NO CARRIER", "Unassigned"),
    "+36301230007": ("NO CARRIER", "Switching equipment congestion"),
}


def test_dialling_ends_in_each_way(network: Exchange) -> None:
    network.speed = 30
    modem = GsmModem(network, "gsm1", "huawei")
    with ready(Port(modem.port)) as port:
        for number, (result, words) in FAILURES.items():
            port.send(f"ATD{number};\r")
            port.expect(r"OK\r\n.*\^ORIG:1,0.*\^CEND:1,0,104,\d+\r\n\r\n" + result)
            assert words in port.command("AT+CEER")


def test_dialling_answered_with_digits_and_hang_up(network: Exchange) -> None:
    script = (WaitForDigits(2), Tone(), Listen(9.0))
    network.add_subscriber(Subscriber("+36301234567", answer_after=1.0, script=script))
    modem = GsmModem(network, "gsm1", "quectel")
    with ready(Port(modem.port)) as port, Port(modem.audio_port) as audio:
        port.command('AT+QPCMV=1,0;+QINDCFG="ccinfo",1')
        port.send("ATDT+36301234567;\r")
        port.expect(r'"ccinfo",1,0,2,.*"ccinfo",1,0,3,.*"ccinfo",1,0,0,0,0,"\+36301234567",145\r\n')
        assert port.command("AT+VTS=1;+VTS=#") == "OK"
        deadline = time.monotonic() + 5
        while sound.power_at(audio.take(320), 1000.0) < 0.9:
            assert time.monotonic() < deadline
        assert port.command("ATH") == "OK"
    (call,) = network.calls
    assert (call.digits, call.ended_by, call.cause) == ("1#", "box", 16)


def test_call_waiting_hold_and_release(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "generic")
    with ready(Port(modem.port)) as port:
        port.command("AT+CCWA=1,1,1")
        first = network.place_call("gsm1", [Listen(60.0)], "+361")
        port.expect("RING")
        port.command("ATA")
        second = network.place_call("gsm1", [Listen(60.0)], "+362")
        port.expect(r'\+CCWA: "\+362",145,1')
        third = network.place_call("gsm1", [], "+363")
        assert third.wait_for(CallState.ENDED) and third.cause == 17
        assert port.command("AT+CHLD=2") == "OK"
        assert port.command("AT+CLCC") == '+CLCC: 1,1,1,0,0,"+361",145|+CLCC: 2,1,0,0,0,"+362",145|OK'
        assert port.command("AT+CHLD=1") == "OK"
        assert (first.state, second.state) == (CallState.CONNECTED, CallState.ENDED)
        port.command("AT+CHUP")
        assert first.state is CallState.ENDED


def test_voice_port_keeps_the_clock_and_counts_what_the_box_did(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "quectel", ppm=100000.0)
    with ready(Port(modem.port)) as port, Port(modem.audio_port) as audio:
        call = network.place_call("gsm1", [Babble(30.0)])
        port.expect("RING")
        port.command("ATA")
        port.command("AT+QPCMV=1,0")
        start, first = time.monotonic(), modem.audio.frames
        for _ in range(125):
            audio.take(320)
            audio.send(bytes(320))
        frames = (time.monotonic() - start) / 0.02 * 1.1  # by a clock 10 % fast
        assert frames == pytest.approx(modem.audio.frames - first, abs=4)
        before = modem.audio.underruns
        for _ in range(8):
            audio.send(bytes(3200))  # far more than the buffer holds
            audio.take(320)
        audio.quiet(0.7)  # and now nothing for longer than that
        assert modem.audio.overrun_bytes > 10000
        assert modem.audio.most_ahead_ms == 300.0
        assert modem.audio.underruns >= before + 5
        call.hang_up()
        port.expect("NO CARRIER")
    assert modem.pcm is not None and not modem.pcm.is_open


def test_generic_modem_has_no_voice_port_but_the_script_runs(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "generic")
    assert modem.audio_port is None
    call = network.place_call("gsm1", [Tone((1000.0,), 0.3), HangUp()])
    with ready(Port(modem.port)) as port:
        port.expect("RING")
        port.command("ATA")
        assert call.wait_for(CallState.ENDED, 3)


def test_unplugged_in_a_call_and_plugged_in_again(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "simcom")
    for _ in range(3):
        with ready(Port(modem.port)) as port, Port(modem.audio_port) as audio:
            call = network.place_call("gsm1", [Babble(60.0)])
            port.expect("RING")
            port.command("ATA")
            port.command("AT+CPCMREG=1")
            audio.take(3200)
            modem.unplug()
            for handle in (port.fd, audio.fd):
                with pytest.raises(OSError) as error:
                    while os.read(handle, 65536):
                        pass
                    raise OSError(errno.EIO, "end of file")
                assert error.value.errno in (errno.EIO, errno.EAGAIN)
            assert not os.path.lexists(modem.port) and not os.path.lexists(modem.audio_port or "")
            assert (call.state, call.ended_by, call.cause) == (CallState.ENDED, "fault", 27)
            assert network.place_call("gsm1", []).cause == 20  # nobody can reach it
            modem.plug()
    with ready(Port(modem.port)) as port:
        assert port.command("AT+CLCC;+CLIP?") == "+CLIP: 1|OK"


def test_reboot_by_command(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "simcom")
    with ready(Port(modem.port)) as port:
        assert port.command("AT+CFUN=1,1") == "OK"
        assert network.wait(lambda: not modem.plugged)
    assert network.wait(lambda: modem.plugged)
    with Port(modem.port) as port:
        port.expect(r"\+CPIN: READY.*SMS DONE")


def test_coverage_lost_in_a_call(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "simcom")
    with ready(Port(modem.port)) as port:
        port.command("AT+CREG=1")
        call = network.place_call("gsm1", [Listen(60.0)])
        port.expect("RING")
        port.command("ATA")
        modem.set_coverage(False)
        port.expect(r"\+CREG: 2.*VOICE CALL: END.*NO CARRIER")
        assert (call.ended_by, call.cause) == ("fault", 38)
        assert port.command("AT+CSQ") == "+CSQ: 99,99|OK"
        assert port.command("ATD+36301;") == "NO CARRIER"
        modem.set_coverage(True)
        port.expect(r"\+CREG: 1")


def test_silent_modem_garbage_and_a_missing_hang_up(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "huawei")
    with ready(Port(modem.port)) as port:
        modem.garbage(b"\xff\x00\x10garb\r\n+CLCC: x\r\n")
        assert port.command("AT").endswith("OK")
        call = network.place_call("gsm1", [Listen(60.0)])
        port.expect("RING")
        port.command("ATA")
        modem.faults.missing_hangup = True
        call.hang_up()
        port.quiet(0.1)
        assert call.state is CallState.GONE
        assert re.match(r"\+CLCC: 1,1,0,", port.command("AT+CLCC"))
        modem.faults.silent = True
        port.send("AT\r")
        assert port.quiet(0.3) == b""
        modem.faults.silent = False
        port.command("AT+CHUP")
        assert call.wait_for(CallState.ENDED)


def test_messages_in_each_direction(network: Exchange) -> None:
    modem = GsmModem(network, "gsm1", "simcom")
    with ready(Port(modem.port)) as port:
        port.command("AT+CMGF=0;+CNMI=2,1,0,0,0")
        modem.send_sms("+36201234567", "hello")
        port.expect(r'\+CMTI: "SM",1')
        assert re.match(r"\+CMGR: 0,,\d+\|00040B91", port.command("AT+CMGR=1"))
        assert port.command("AT+CMGL=0") == "OK"  # it has been read
        assert port.command("AT+CMGD=1") == "OK"
        assert port.command("AT+CMGR=1") == "+CMS ERROR: 321"
        port.send("AT+CMGS=23\r")
        port.expect("\r\n> ")
        port.send("0011000B916407281553F80000AA0AE8329BFD4697D9EC37\x1a")
        port.expect(r"\+CMGS: 1\r\n\r\nOK")
        port.send("AT+CMGS=23\r")
        port.expect("\r\n> ")
        port.send("0011\x1a")
        port.expect(r"\+CMS ERROR: 304")
        port.send("AT+CMGS=23\r")
        port.expect("\r\n> ")
        port.send("00\x1b")
        port.expect("OK")
    assert [(sms.to, sms.text) for sms in modem.sms.sent] == [("+46708251358", "hellohello")]


def test_a_refusing_subscriber_can_be_replaced(network: Exchange) -> None:
    network.add_subscriber(Subscriber("+361", Behaviour.BUSY))
    network.add_subscriber(Subscriber("+361", Behaviour.REJECT))
    assert [entry.behaviour for entry in network.subscribers if entry.number == "+361"] == [Behaviour.REJECT]
