"""The voice modems on a raw port: hook, caller id, duplex voice, tones, dialling, call waiting."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack

import pytest

from simulator import (
    Babble,
    CallState,
    Exchange,
    HangUp,
    HangUpWay,
    Listen,
    Press,
    Say,
    Step,
    Subscriber,
    Tone,
    VoiceModem,
    dle,
    sound,
)
from simulator.terminal import Terminal
from simulator.voice.families import FAMILIES
from simulator.voice.stream import Mode, VoiceStream
from tests.simulator.sim_port import Port

END = b"\x10\x03\r\nOK\r\n"
EVERY_BYTE = bytes(range(256)) * 4


def voice(port: Port, *commands: str) -> Port:
    """Echo off and voice mode."""
    port.quiet(0.05)
    for text in ("ATE0", "AT+FCLASS=8", "AT+VSD=128,0", *commands):
        assert port.command(text).endswith("OK")
    return port


def open_stream(port: Port, command: str = "AT+VTR") -> None:
    port.send(command + "\r")
    port.expect("\r\nCONNECT\r\n")


def close_stream(port: Port) -> list[bytes | int]:
    """End duplex voice; what came, with its shielding taken off."""
    port.send(b"\x10^")
    return dle.Unshielder().feed(port.until(END))


def close_receive(port: Port) -> list[bytes | int]:
    """End recording; what came."""
    port.send(b"\x10!")
    return dle.Unshielder().feed(port.until(END))


def data_of(parts: list[bytes | int]) -> bytes:
    return b"".join(part for part in parts if isinstance(part, bytes))


def events_of(parts: list[bytes | int]) -> str:
    return "".join(chr(part) for part in parts if isinstance(part, int))


def answer(port: Port) -> None:
    assert port.command("AT+VLS=1") == "OK"


def method(family: str) -> int:
    return next(coding.method for coding in FAMILIES[family].codings if coding.kind == "unsigned")


IDENTS = {
    "conexant": ("56000", "CX93001-EIS_V0.2002-V92"),
    "usr": ("5601", "U.S. Robotics 56K FAX USB V1.2.23"),
}


@pytest.mark.parametrize("family", IDENTS)
def test_identity_and_classes(network: Exchange, family: str) -> None:
    modem = VoiceModem(network, "fxo1", family)
    with Port(modem.port) as port:
        port.command("ATE0")
        assert (port.command("ATI"), port.command("ATI3")) == tuple(f"{text}|OK" for text in IDENTS[family])
        assert port.command("AT+FCLASS=?;+FCLASS?") == "0,1,8|0|OK"
        assert port.command("AT+VLS=1") == "ERROR"  # not in voice mode
        assert port.command("AT+FCLASS=8") == "OK"
        assert port.command("AT+VTX") == "ERROR"  # on hook
        assert port.command(f"AT+VSM={method(family)},8000;+VSM?").startswith(f"{method(family)},8000")
        assert port.command("AT+VSM=99,8000") == "ERROR"
        assert port.command("AT+VTR=?;+VBQ?") == "1024|OK"


@pytest.mark.parametrize("family", ["conexant", "usr"])
def test_rings_caller_id_and_the_caller_who_gives_up(network: Exchange, family: str) -> None:
    network.speed = 12
    modem = VoiceModem(network, "fxo1", family)
    separator = re.escape(FAMILIES[family].id_separator)
    with Port(modem.port) as port:
        port.command("ATE0")
        port.command("AT+VCID=1")
        call = network.place_call("fxo1", number="+15551234", name="HARING K")
        lines = rf"\r\nRING\r\n.*DATE{separator}\d{{4}}.*TIME{separator}\d{{4}}.*NMBR{separator}15551234\r\n"
        port.expect(lines + rf".*NAME{separator}HARING K\r\n.*\r\nRING\r\n")
        call.hang_up()
        assert port.quiet(0.7).count(b"RING") == 0  # an analog line just stops ringing
        voice(port, "AT+VCID=2")
        call = network.place_call("fxo1", number="")
        message = port.expect(rf"\x10R.*MESG{separator}([0-9A-F]+)\r\n.*\x10R")
        assert bytes.fromhex(message.group(1).decode())[12:15] == b"\x04\x01P"
        answer(port)
        assert call.wait_for(CallState.CONNECTED)
        port.command("ATH")
        assert call.wait_for(CallState.ENDED) and call.ended_by == "box"


@pytest.mark.parametrize("family", FAMILIES)
def test_duplex_voice_carries_every_byte_both_ways(network: Exchange, family: str) -> None:
    modem = VoiceModem(network, "fxo1", family)
    coding = next(coding for coding in modem.family.codings if coding.kind == "unsigned")
    spoken = coding.decode(EVERY_BYTE)
    call = network.place_call("fxo1", [Listen(0.5), Say(spoken), Listen(30.0)])
    with voice(Port(modem.port), f"AT+VSM={coding.method},8000") as port:
        answer(port)
        open_stream(port)
        port.send(dle.shield(EVERY_BYTE))
        time.sleep(0.9)
        heard = data_of(close_stream(port))
        assert EVERY_BYTE in heard
        assert spoken in call.heard
        port.command("AT+VLS=0")
    assert call.ended_by == "box"


def test_transmit_is_paced_and_ends_after_the_last_sample(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "generic")
    call = network.place_call("fxo1", [Listen(30.0)])
    with voice(Port(modem.port), "AT+VSM=1,8000") as port:
        answer(port)
        open_stream(port, "AT+VTX")
        start, first = time.monotonic(), modem.audio.frames
        port.send(dle.shield(modem.family.codings[1].encode(sound.tone((500.0,), 1.5)))[:12000])
        port.send(b"\x10\x03")
        port.expect(r"\r\nOK\r\n")
        assert time.monotonic() - start > 1.4
        assert modem.audio.frames - first == pytest.approx(75, abs=3)
        assert modem.audio.most_ahead_ms > 500  # it all came at once
        open_stream(port, "AT+VTX")
        port.send(bytes([0x40]) * 12000)
        time.sleep(0.2)
        port.send(b"\x10\x18\x10\x03")  # takes effect when its turn comes
        port.expect(r"\r\nOK\r\n")
    assert sum(sound.power_at(frame, 500.0) > 0.9 for frame in sound.frames(call.heard)) >= 73


def test_receive_keeps_the_pace(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "usr", jitter=0.01)
    network.place_call("fxo1", [Babble(30.0)])
    with voice(Port(modem.port), "AT+VSM=131,8000") as port:
        answer(port)
        open_stream(port, "AT+VRX")
        start = time.monotonic()
        received = len(port.take(16000))
        seconds = time.monotonic() - start
        assert received / 8000 == pytest.approx(seconds, abs=0.3)
        close_receive(port)


class TightTerminal(Terminal):
    """Its buffer takes a piece of each frame that ends within a shielded pair."""

    def write_now(self, data: bytes) -> int:
        return super().write_now(data[:100])


def test_sound_nobody_reads_is_lost_in_whole_bytes(network: Exchange) -> None:
    terminal = TightTerminal(network.loop, network.folder / "x", lambda data: None)
    stream = VoiceStream(terminal, lambda result: None, lambda: 0)
    coding = FAMILIES["generic"].codings[1]

    def fill() -> None:
        terminal.plug()
        stream.begin(Mode.RECEIVE, coding)
        for _ in range(100):
            stream.give(coding.decode(b"\x10A" * 80))

    network.loop.call(fill)
    with Port(str(terminal.link)) as port:
        assert stream.stats.unread_bytes == 100 * (240 - 100)
        parts = dle.Unshielder().feed(port.quiet(0.3))
        assert events_of(parts) == "" and set(data_of(parts)) == {0x10, ord("A")}
    network.loop.call(terminal.unplug)


@pytest.mark.parametrize(("family", "codes"), [("usr", "5"), ("conexant", "/5~")])
def test_digits_come_as_events_and_as_sound(network: Exchange, family: str, codes: str) -> None:
    modem = VoiceModem(network, "fxo1", family)
    keys: list[Step] = [Press("5"), Press("6", tone_ms=20), Press("7", dbm0=-36.0)]
    network.place_call("fxo1", [Listen(0.3), *keys, Listen(30.0)])
    with voice(Port(modem.port), f"AT+VSM={method(family)},8000") as port:
        answer(port)
        open_stream(port)
        time.sleep(1.2)
        parts = close_stream(port)
    assert events_of(parts) == codes  # 20 ms are too short, -36 dBm0 too faint
    assert "5" in sound.hear_digits(_decode(modem, data_of(parts)))


def _decode(modem: VoiceModem, data: bytes) -> bytes:
    return next(coding for coding in modem.family.codings if coding.kind == "unsigned").decode(data)


WAYS = {
    HangUpWay.SIGNALLED: ("lb", True),
    HangUpWay.BUSY_TONE: ("b", True),
    HangUpWay.LOOP_DROP: ("l", False),
    HangUpWay.SILENCE: ("", False),
    HangUpWay.NOTHING: ("", False),
}


def test_each_way_to_hang_up_has_its_events_and_sound(network: Exchange) -> None:
    modems = {way: VoiceModem(network, f"fxo-{way}", "conexant") for way in WAYS}
    calls = {}
    for way, modem in modems.items():
        calls[way] = network.place_call(modem.name, [Tone((1000.0,), 0.4), HangUp(way)])
    with ExitStack() as stack:
        ports = {way: stack.enter_context(Port(modem.port)) for way, modem in modems.items()}
        for port in ports.values():
            voice(port, "AT+VSM=1,8000")
            answer(port)
            open_stream(port)
        time.sleep(1.6)
        for way, (codes, busy) in WAYS.items():
            parts = close_stream(ports[way])
            assert events_of(parts) == codes, way
            tail = sound.frames(_decode(modems[way], data_of(parts))[8000:])
            tones = max(sound.power_at(frame, 480.0) + sound.power_at(frame, 620.0) for frame in tail)
            assert (tones > 0.9) is busy, way
            ports[way].command("AT+VLS=0")
            assert calls[way].ended_by == ("far end" if way is HangUpWay.SIGNALLED else "box")


def test_silence_is_reported_when_asked_for(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "conexant")
    network.place_call("fxo1", [Tone((1000.0,), 0.5), Listen(30.0)])
    with voice(Port(modem.port), "AT+VSM=1,8000", "AT+VSD=128,10") as port:
        answer(port)
        open_stream(port)
        time.sleep(2.0)
        assert events_of(close_stream(port)) == "q"


def test_missing_hang_up_detection(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "conexant")
    modem.faults.missing_hangup = True
    network.place_call("fxo1", [HangUp()])
    with voice(Port(modem.port), "AT+VSM=1,8000") as port:
        answer(port)
        open_stream(port)
        time.sleep(1.0)
        assert events_of(close_stream(port)) == ""


def test_dialling_results(network: Exchange) -> None:
    network.speed = 20
    modem = VoiceModem(network, "fxo1", "usr")
    with voice(Port(modem.port)) as port:
        assert port.command("ATDT5550001;") == "OK"
        assert network.wait(lambda: bool(network.entries("answered")))
        port.command("ATH")
        for number, result in (("5550001", "RINGING.*VCON"), ("5550002", "BUSY"), ("5550006", "BUSY")):
            port.send(f"ATDT{number}\r")
            port.expect(result + r"\r\n", 8)
            port.quiet(0.05)
            port.command("ATH")
        port.command("AT+VRN=0")
        assert port.command("ATDT5550003") == "VCON"  # it does not wait
        port.command("ATH")
        port.command("AT+VRN=10;S7=5")
        port.send("ATDT5550003\r")
        port.expect(r"RINGING.*NO ANSWER")
        port.send("ATDT5550003\r")
        port.expect("RINGING")
        port.send("x")
        port.expect("NO CARRIER")
        assert not modem.off_hook
        modem.dial_tone = False
        port.send("ATDT5550001\r")
        port.expect("NO DIAL TONE")
    assert modem.unscripted == []


def test_a_line_that_is_seized_while_it_rings_is_answered_and_gives_no_dial_tone(network: Exchange) -> None:
    network.speed = 12
    modem = VoiceModem(network, "fxo1", "usr")
    with voice(Port(modem.port)) as port:
        call = network.place_call("fxo1", [Listen(60.0)])
        port.expect("\x10R")
        port.send("ATDTW5550001;\r")
        assert call.wait_for(CallState.CONNECTED)
        port.expect("NO DIAL TONE")
        assert call.wait_for(CallState.ENDED) and call.ended_by == "box"
        assert not modem.off_hook and not network.entries("dialled")
        assert port.command("ATDTW5550001;") == "OK"
    assert modem.unscripted == []


def test_the_subscriber_hears_dialled_digits_as_sound(network: Exchange) -> None:
    network.speed = 20
    network.add_subscriber(Subscriber("555", answer_after=0.1, script=(Listen(60.0),)))
    modem = VoiceModem(network, "fxo1", "generic")
    with voice(Port(modem.port), "AT+VSM=1,8000", "AT+VRN=0") as port:
        port.command("ATDT555")
        (call,) = network.calls
        assert call.wait_for(CallState.CONNECTED)
        assert port.command("AT+VTS=1,{2,20},#").endswith("OK")
        open_stream(port)
        pcm = sound.dtmf("8") + sound.dtmf("0")
        port.send(dle.shield(modem.family.codings[1].encode(pcm)))
        assert network.wait(lambda: call.digits == "12#80")
        close_stream(port)


def test_dial_tone_is_heard_and_noticed(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "generic")
    with voice(Port(modem.port), "AT+VSM=1,8000") as port:
        answer(port)
        open_stream(port, "AT+VRX")
        time.sleep(0.8)
        parts = close_receive(port)
    assert events_of(parts) == "d"
    frame = _decode(modem, data_of(parts))[3200:6400]
    assert sound.power_at(frame, 350.0) > 0.4 and sound.power_at(frame, 440.0) > 0.4


def test_call_waiting_and_flash(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "conexant")
    first = network.place_call("fxo1", [Listen(60.0)], "1")
    with voice(Port(modem.port), "AT+VSM=1,8000") as port:
        answer(port)
        refused = network.place_call("fxo1", [], "2")
        assert refused.wait_for(CallState.ENDED) and refused.cause == 17
        modem.call_waiting = True
        second = network.place_call("fxo1", [Tone((1000.0,), 5.0)], "3")
        open_stream(port)
        time.sleep(0.5)
        parts = close_stream(port)
        beep = max(sound.power_at(frame, 440.0) for frame in sound.frames(_decode(modem, data_of(parts))))
        assert beep > 0.9
        assert port.command("AT+VTS=!") == "OK"
        assert (first.state, second.state) == (CallState.CONNECTED, CallState.CONNECTED)
        port.command("AT+VLS=0")
        assert first.wait_for(CallState.ENDED) and second.wait_for(CallState.ENDED)
    waits = [entry for entry in network.entries("called") if entry.detail["number"] == "3"]
    assert len(waits) == 1


def test_unplugged_while_it_plays_and_again(network: Exchange) -> None:
    modem = VoiceModem(network, "fxo1", "conexant")
    for _ in range(3):
        call = network.place_call("fxo1", [Babble(60.0)])
        with voice(Port(modem.port), "AT+VSM=1,8000") as port:
            answer(port)
            open_stream(port)
            port.take(800)
            modem.unplug()
            assert (call.state, call.ended_by) == (CallState.ENDED, "fault")
        modem.plug()
        assert not modem.off_hook
    with Port(modem.port) as port:
        assert port.command("ATE0") == "OK"
        assert port.command("AT+FCLASS?") == "0|OK"
