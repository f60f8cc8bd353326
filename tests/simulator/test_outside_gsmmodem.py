"""python-gsmmodem-new, which nobody here wrote, takes and makes calls through the GSM modems."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from simulator import CallState, Exchange, GsmModem, HangUp, Listen, Subscriber

gsm = pytest.importorskip("gsmmodem.modem", reason="python-gsmmodem-new is not installed")

pytestmark = [
    pytest.mark.peer,
    pytest.mark.timeout(60),
    # Its own thread for a report trips over a port that was closed meanwhile.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

FAMILIES = ("generic", "simcom", "quectel", "huawei")


class Box:
    """A program on the modem: it answers each call, and keeps what it was told."""

    def __init__(self, modem: GsmModem) -> None:
        self.callers: list[str] = []
        self.messages: list[tuple[str, str]] = []
        self.rang = threading.Event()
        self.got_message = threading.Event()
        self.incoming: Any = None
        self._threads = set(threading.enumerate())
        self.modem = gsm.GsmModem(
            modem.port, 115200, incomingCallCallbackFunc=self.ring, smsReceivedCallbackFunc=self.message
        )
        self.modem.connect()

    def close(self) -> None:
        """Close the port and see the program's threads end."""
        self.modem.close()
        for thread in set(threading.enumerate()) - self._threads:
            thread.join(10)

    def ring(self, call: Any) -> None:
        self.callers.append(call.number)
        if self.incoming is None:
            self.incoming = call
            call.answer()
            self.rang.set()

    def message(self, sms: Any) -> None:
        self.messages.append((sms.number, sms.text))
        self.got_message.set()


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(speed=5) as network:
        yield network
        assert network.errors == []


@pytest.mark.parametrize("family", FAMILIES)
def test_incoming_call_is_seen_answered_and_hung_up(exchange: Exchange, family: str) -> None:
    line = GsmModem(exchange, "gsm1", family)
    box = Box(line)
    try:
        call = exchange.place_call("gsm1", [Listen(60.0)], "+36201112233")
        assert box.rang.wait(10) and call.wait_for(CallState.CONNECTED)
        assert box.callers[0] == "+36201112233"
        box.incoming.hangup()
        assert call.wait_for(CallState.ENDED)
        assert (call.ended_by, call.cause) == ("box", 16)
    finally:
        box.close()


@pytest.mark.parametrize("family", ["generic", "huawei"])  # by +CLCC, and by ^ORIG, ^CONN, ^CEND
def test_outgoing_call_is_answered_then_the_far_end_hangs_up(exchange: Exchange, family: str) -> None:
    # It looks at +CLCC every half second and must see the call ringing once.
    exchange.add_subscriber(Subscriber("+36301234567", answer_after=6.0, script=(Listen(1.5), HangUp())))
    line = GsmModem(exchange, "gsm1", family)
    box = Box(line)
    try:
        call = box.modem.dial("+36301234567", timeout=10)
        assert exchange.wait(lambda: bool(exchange.entries("answered")))
        deadline = time.monotonic() + 8
        seen = {"answered": False, "ended": False}
        while not seen["ended"] and time.monotonic() < deadline:
            seen["answered"] |= bool(call.answered)
            seen["ended"] = seen["answered"] and not call.active
            time.sleep(0.02)
        assert seen == {"answered": True, "ended": True}
        assert line.calls.table == []
    finally:
        box.close()


def test_messages_both_ways(exchange: Exchange) -> None:
    line = GsmModem(exchange, "gsm1", "generic")
    box = Box(line)
    try:
        box.modem.smsTextMode = False
        box.modem.sendSms("+36201234567", "out: [ok] €")
        line.send_sms("+36207654321", "in: ábc")
        assert box.got_message.wait(10)
        deadline = time.monotonic() + 5
        while any(line.sms.stores.values()) and time.monotonic() < deadline:
            time.sleep(0.02)  # it deletes what it has read
        assert [(sms.to, sms.text) for sms in line.sms.sent] == [("+36201234567", "out: [ok] €")]
        assert box.messages == [("+36207654321", "in: ábc")]
    finally:
        box.close()
