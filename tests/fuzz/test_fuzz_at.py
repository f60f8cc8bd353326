"""Any bytes from a modem: no parser raises, no port hangs, and service goes on afterwards."""

from __future__ import annotations

import queue
import random
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.at_channel import AtChannel, Reply
from drivers.at_channel.black_box import masked
from drivers.at_channel.lines import LineReader
from drivers.at_channel.reply import Command, refusal
from drivers.gsm import replies, unsolicited
from drivers.gsm.quirks import VENDORS, Vendor, vendor_of
from tests.lines.at_wire import Wire

_HEADS = [
    "+CLIP:",
    "+CCWA:",
    "+CREG:",
    "+CMTI:",
    "+CLCC:",
    "+CPIN:",
    "+CSQ:",
    "+CEER:",
    "+COPS:",
    "+RXDTMF:",
    "+DTMF:",
    "+QTONEDET:",
    "^DSCI:",
    "+QSIMSTAT:",
    "^ORIG:",
    "^CONN:",
    "^CONF:",
    "^CEND:",
    "^RSSI:",
    "^SIMST:",
    "^DTMF:",
    "VOICE CALL: END:",
    "MISSED_CALL:",
    "+CRING:",
    "+CME ERROR:",
    "+CMS ERROR:",
]
_LINE = st.one_of(
    st.text(max_size=80),
    st.builds(lambda head, rest: head + rest, st.sampled_from(_HEADS), st.text(max_size=60)),
    st.builds(
        lambda head, values: head + " " + ",".join(values),
        st.sampled_from(_HEADS),
        st.lists(
            st.one_of(st.integers().map(str), st.text(max_size=8).map('"{}"'.format), st.text(max_size=4))
        ),
    ),
)


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS.keys())
@given(line=_LINE)
@example(line="+CSQ: \u00b2")
@example(line="^RSSI:\u0663")
@example(line="+QTONEDET: 999999")
def test_no_report_raises(vendor: Vendor, line: str) -> None:
    vendor.parse(line)
    unsolicited.parse(line)
    masked(line)


@given(st.lists(_LINE, max_size=6), _LINE)
def test_no_reply_raises(lines: list[str], final: str) -> None:
    reply = Reply("AT+CSQ", final, tuple(lines), refusal("AT+CSQ", final))
    replies.signal(reply)
    replies.operator(reply)
    replies.calls(reply)
    replies.registration(reply, "CREG")
    replies.identity(reply, "+CGMI")
    replies.cause_of_ceer(final)
    replies.cause_of_refusal(reply)
    vendor_of(final)


@given(_LINE, _LINE)
def test_every_line_has_one_place(text: str, line: str) -> None:
    command = Command(text, 1.0)
    assert isinstance(command.is_final(line), bool)
    assert isinstance(command.owns(line), bool)
    assert isinstance(command.takes(line), bool)


@given(st.binary(max_size=5000), st.booleans())
def test_no_bytes_are_lost_without_being_counted(data: bytes, dle: bool) -> None:
    reader = LineReader(dle)
    reader.feed(data)
    while reader.take() is not None:
        pass
    assert 0 <= reader.garbage <= len(data)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_megabyte_of_noise_and_then_service(tmp_path: Path, seed: int) -> None:
    wire = Wire(tmp_path)
    noise: queue.Queue[int] = queue.Queue()
    lost: queue.Queue[Exception] = queue.Queue()
    channel = AtChannel(
        "noisy", str(wire.link), on_line=lambda line: None, on_lost=lost.put, on_garbage=noise.put
    )
    channel.open()
    data = random.Random(seed).randbytes(1_000_000)
    writer = threading.Thread(target=wire.write, args=(data,))
    writer.start()
    writer.join()
    wire.write(b"\r\n")
    answers: queue.Queue[Reply] = queue.Queue()
    channel.command("AT", 10.0, answers.put)
    assert wire.command() == "AT"
    wire.say("OK")
    assert answers.get(timeout=10).ok
    assert noise.get_nowait() >= 1024
    assert channel.garbage > 900_000
    assert lost.empty()
    channel.close()
    wire.unplug()
