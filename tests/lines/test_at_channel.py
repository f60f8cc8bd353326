"""The AT channel on a pseudo-terminal: replies, reports, time-outs, prompts, raw streams, loss."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.errors import ContractError, LineTimeoutError, LineTransientError
from drivers.at_channel import AtChannel, CmeError, CmsError, Reply, parameter
from tests.lines.at_wire import Wire, handles, threads


class Rig:
    """A channel on a wire, and what it told."""

    def __init__(self, folder: Path, dle: bool = False) -> None:
        self.wire = Wire(folder)
        self.lines: queue.Queue[str] = queue.Queue()
        self.codes: queue.Queue[int] = queue.Queue()
        self.lost: queue.Queue[LineTransientError] = queue.Queue()
        self.noise: queue.Queue[int] = queue.Queue()
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.channel = AtChannel(
            "line1",
            str(self.wire.link),
            on_line=self.lines.put,
            on_lost=self.lost.put,
            on_garbage=self.noise.put,
            on_dle=self.codes.put if dle else None,
            is_urc=lambda line: line.startswith(("RING", "+CLIP:", "+CREG:", "VOICE CALL")),
        )
        self.channel.open()

    def send(self, text: str, timeout: float = 3.0, **options: object) -> None:
        self.channel.command(text, timeout, self.replies.put, **options)  # type: ignore[arg-type]

    def reply(self) -> Reply:
        return self.replies.get(timeout=3)

    def close(self) -> None:
        self.channel.close()
        self.wire.unplug()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def test_a_command_and_its_reply(rig: Rig) -> None:
    rig.send("AT+CSQ")
    assert rig.wire.command() == "AT+CSQ"
    rig.wire.say("+CSQ: 20,99", "OK")
    reply = rig.reply()
    assert reply.ok and reply.value("+CSQ") == "20,99"


def test_echo_is_no_answer(rig: Rig) -> None:
    rig.send("AT+CGMI")
    rig.wire.command()
    rig.wire.write(b"AT+CGMI\r\r\nQuectel\r\n\r\nOK\r\n")
    assert rig.reply().lines == ("Quectel",)


def test_reports_come_between_a_command_and_its_reply(rig: Rig) -> None:
    rig.send("AT+CSQ")
    rig.wire.command()
    rig.wire.say("RING", "+CSQ: 20,99", "VOICE CALL: BEGIN", '+CLIP: "123",129', "OK")
    assert rig.reply().lines == ("+CSQ: 20,99",)
    assert [rig.lines.get(timeout=1) for _ in range(3)] == ["RING", "VOICE CALL: BEGIN", '+CLIP: "123",129']


@pytest.mark.parametrize("at", range(0, 48, 3))
def test_a_reply_split_over_reads(rig: Rig, at: int) -> None:
    data = b"\r\nRING\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+CREG: 5\r\n"
    rig.send("AT+CSQ")
    rig.wire.command()
    rig.wire.write(data[:at])
    assert not (at < 10 and rig.replies.qsize())
    rig.wire.write(data[at:])
    assert rig.reply().lines == ("+CSQ: 20,99",)
    assert [rig.lines.get(timeout=1) for _ in range(2)] == ["RING", "+CREG: 5"]


def test_a_registration_report_is_not_the_answer(rig: Rig) -> None:
    rig.send("AT+CREG?")
    rig.wire.command()
    rig.wire.say("+CREG: 5", '+CREG: 1,"00A1","0001"', "+CREG: 1,2", "OK")
    assert rig.reply().lines == ("+CREG: 1,2",)
    assert [rig.lines.get(timeout=1) for _ in range(2)] == ["+CREG: 5", '+CREG: 1,"00A1","0001"']


def test_commands_wait_for_each_other(rig: Rig) -> None:
    rig.send("AT+ONE")
    assert rig.wire.command() == "AT+ONE"
    rig.send("AT+TWO")
    rig.send("AT+FIRST", urgent=True)
    assert rig.wire.read(0.1) == b""
    rig.wire.say("OK")
    for name in ("AT+FIRST", "AT+TWO"):
        assert rig.wire.command() == name
        rig.wire.say("OK")
    assert [rig.reply().command for _ in range(3)] == ["AT+ONE", "AT+FIRST", "AT+TWO"]


@pytest.mark.parametrize(
    ("final", "kind", "code"),
    [
        ("+CME ERROR: 10", CmeError, 10),
        ("+CME ERROR: SIM not inserted", CmeError, 10),
        ("+CMS ERROR: 500", CmsError, 500),
        ("+CME ERROR: \u00b2", CmeError, None),
    ],
)
def test_errors_are_typed(rig: Rig, final: str, kind: type[CmeError], code: int | None) -> None:
    rig.send("AT+CPIN?")
    rig.wire.command()
    rig.wire.say(final)
    error = rig.reply().error
    assert isinstance(error, kind) and error.code == code


def test_silence_is_a_time_out_and_the_late_reply_is_not_the_next_ones(rig: Rig) -> None:
    rig.send("AT+COPS?", 0.1)
    rig.wire.command()
    assert isinstance(rig.reply().error, LineTimeoutError)
    rig.send("AT+CREG?")
    rig.wire.command()
    rig.wire.say("OK")  # late: of AT+COPS?
    rig.wire.say("+CREG: 0,1", "OK")
    assert rig.reply().value("+CREG") == "0,1"


def test_a_late_reply_before_the_next_command_is_dropped(rig: Rig) -> None:
    rig.send("AT+COPS?", 0.1)
    rig.wire.command()
    assert isinstance(rig.reply().error, LineTimeoutError)
    rig.send("AT+CMEE=1")
    rig.wire.say("ERROR")  # late, in the quiet before the next command
    rig.wire.command()
    rig.wire.say("OK")
    assert rig.reply().ok
    assert rig.lines.empty()


def test_final_words_of_one_command(rig: Rig) -> None:
    rig.send("ATD123;", finals=("BUSY",))
    rig.wire.command()
    rig.wire.say("BUSY")
    assert rig.reply().final == "BUSY"
    rig.wire.say("BUSY")  # and without a command it is a report
    assert rig.lines.get(timeout=1) == "BUSY"


def test_a_prompt_gets_its_text(rig: Rig) -> None:
    rig.send("AT+CMGS=4", prompt=b"0011\x1a")
    rig.wire.command()
    rig.wire.write(b"\r\n> ")
    assert rig.wire.read() == b"0011\x1a"
    rig.wire.say("+CMGS: 7", "OK")
    assert rig.reply().value("+CMGS") == "7"


def test_a_raw_stream_there_and_back(rig: Rig) -> None:
    stream = bytearray()
    after: queue.Queue[Reply] = queue.Queue()

    def raw(data: bytes) -> bytes | None:
        stream.extend(data)
        end = stream.find(b"\x10\x03")
        if end < 0:
            return None
        rest = bytes(stream[end + 2 :])
        del stream[end:]
        return rest

    rig.send("AT+VTR", finals=("VCON",), raw=raw, after_raw=after.put)
    rig.send("AT+AFTER")
    rig.wire.command()
    rig.wire.write(b"\r\nCONNECT\r\n\x01\r\nOK\r\n\xff")
    assert rig.reply().final == "CONNECT"
    rig.channel.write_raw(b"\r\x00out")
    assert rig.wire.read() == b"\r\x00out"
    rig.wire.write(b"more\x10\x03\r\nVCON\r\n")
    assert after.get(timeout=3).final == "VCON"
    assert bytes(stream) == b"\x01\r\nOK\r\n\xffmore"
    assert rig.wire.command() == "AT+AFTER"


def test_a_raw_stream_is_left_from_outside(rig: Rig) -> None:
    after: queue.Queue[Reply] = queue.Queue()
    rig.send("AT+VRX", raw=lambda data: None, after_raw=after.put)
    rig.wire.command()
    rig.wire.say("CONNECT")
    rig.reply()
    rig.channel.leave_raw()
    rig.wire.say("OK")
    assert after.get(timeout=3).final == "OK"


def test_dle_events_beside_lines(tmp_path: Path) -> None:
    rig = Rig(tmp_path, dle=True)
    rig.send("AT+VLS=1")
    rig.wire.command()
    rig.wire.write(b"\r\nO\x105K\r\n\x10b")
    assert rig.reply().ok
    assert [chr(rig.codes.get(timeout=1)) for _ in range(2)] == ["5", "b"]
    rig.close()


@pytest.mark.parametrize("text", ["AT+X\rAT+Y", "AT\n", "AT\x1a", "AT+X=\u00e1", "AT\0"])
def test_no_second_command_can_be_smuggled_in(rig: Rig, text: str) -> None:
    with pytest.raises(ContractError):
        rig.channel.command(text)


@pytest.mark.parametrize("text", ['1";+CFUN=0', "1;2", "a\rb", "\n", "\u0665"])
def test_a_parameter_is_plain(text: str) -> None:
    with pytest.raises(ContractError):
        parameter(text)
    assert parameter("+36 (30)") == "+36 (30)"


def test_unplugging_ends_everything(rig: Rig) -> None:
    rig.send("AT+CSQ", 30.0)
    rig.send("AT+NEXT", 30.0)
    rig.wire.command()
    rig.wire.unplug()
    assert isinstance(rig.reply().error, LineTransientError)
    assert isinstance(rig.reply().error, LineTransientError)
    assert "line1" in str(rig.lost.get(timeout=1))
    rig.send("AT+LATE")
    assert isinstance(rig.reply().error, LineTransientError)
    rig.channel.close()
    assert rig.lost.empty()


def test_close_ends_what_waits_and_is_harmless_twice(rig: Rig) -> None:
    rig.send("AT+CSQ", 30.0)
    rig.wire.command()
    rig.channel.close()
    rig.channel.close()
    assert isinstance(rig.reply().error, LineTransientError)
    assert rig.lost.empty()


def test_ask_waits_but_never_on_the_channels_own_thread(rig: Rig) -> None:
    outcome: queue.Queue[Exception] = queue.Queue()

    def done(reply: Reply) -> None:
        try:
            rig.channel.ask("AT+AGAIN")
        except ContractError as problem:
            outcome.put(problem)

    rig.channel.command("AT", 3.0, done)
    rig.wire.command()
    rig.wire.say("OK")
    assert isinstance(outcome.get(timeout=3), ContractError)

    def answer() -> None:
        rig.wire.command()
        rig.wire.say("OK")

    answers = threading.Thread(target=answer)
    answers.start()
    assert rig.channel.ask("AT+CMEE=1").ok
    answers.join()


def test_a_failing_callback_does_not_take_the_port_down(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    def fails(reply: Reply) -> None:
        raise ValueError(reply.command)

    rig.channel.command("AT", 3.0, fails)
    rig.wire.command()
    rig.wire.say("OK")
    rig.send("AT+NEXT")
    assert rig.wire.command() == "AT+NEXT"
    rig.wire.say("OK")
    assert rig.reply().ok
    assert "line1: a callback" in caplog.text


def test_garbage_is_told_once_a_burst(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        rig.wire.write(b"\x01\x02" * 100 + b"\r\n")
    rig.send("AT")
    rig.wire.command()
    rig.wire.say("OK")
    assert rig.reply().ok
    assert rig.channel.garbage == 4000
    assert rig.noise.get(timeout=1) >= 1024
    assert sum("no text" in record.message for record in caplog.records) == 1


def test_a_port_that_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    before = handles(), threads()
    wire = Wire(tmp_path)
    occupied = handles()
    first = AtChannel("a", str(wire.link), on_line=print, on_lost=print)
    first.open()
    opened = handles()
    second = AtChannel("b", str(wire.link), on_line=print, on_lost=print)
    with pytest.raises(LineTransientError, match="b: .*cannot be opened"):
        second.open()
    assert handles() == opened
    first.close()
    assert handles() == occupied
    wire.unplug()
    with pytest.raises(LineTransientError):
        AtChannel("c", str(tmp_path / "nothing"), on_line=print, on_lost=print).open()
    assert (handles(), threads()) == before


def test_fifty_openings_leave_nothing(tmp_path: Path) -> None:
    before = handles(), threads()
    for count in range(50):
        rig = Rig(tmp_path)
        rig.send("AT", 30.0)
        if count % 2:
            rig.wire.unplug()  # pulled out in a command
            rig.lost.get(timeout=3)
        rig.close()
        assert rig.reply().error is not None
    assert (handles(), threads()) == before


def test_an_idle_channel_sleeps(rig: Rig) -> None:
    begin = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - begin < 0.05
