"""Text messages that come: PDUs as networks write them, and their way out of a modem."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.events import TrunkState, TrunkStatus
from appliance.lines.inbox import LineInbox
from appliance.lines.pdu_in import read
from simulator.gsm.pdu import deliver
from tests.lines.gsm_plant import Plant, plant

WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENCE = 20.0


@pytest.mark.parametrize("sender", ["+493012345678", "03012345678", "112", "Acme"])
@pytest.mark.parametrize("text", ["STOP", "Stop it, [€5]!", "Привет", "ä", "@", "", "x" * 160])
def test_what_a_network_brings_is_read(sender: str, text: str) -> None:
    (pdu,) = deliver(sender, text, WHEN, 1)
    assert read(pdu) == (sender, text)


@pytest.mark.parametrize("text", ["y€" * 120, "я" * 200])
def test_each_part_of_a_long_one_is_read(text: str) -> None:
    parts = [read(pdu) for pdu in deliver("+4930123", text, WHEN, 7)]
    assert len(parts) > 1 and "".join(part.text for part in parts) == text


def test_one_of_another_make_is_read() -> None:
    """3GPP's own way to write "hellohello", as every tutorial of SMS PDUs has it."""
    pdu = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
    assert read(pdu) == ("+31641600986", "How are you?")


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(bytes.hex)))
def test_any_bytes_give_a_message_or_a_reason(data: str) -> None:
    try:
        sender, text = read(data)
    except ValueError:
        return
    assert len(sender) <= 60 and len(text) <= 200


class Reader:
    """Takes what comes; with `acts` it is done with at once."""

    def __init__(self, made: Plant, acts: bool) -> None:
        self.came: queue.Queue[tuple[str, str]] = queue.Queue()
        self.acts = acts
        self.inbox = LineInbox({"gsm1": [made.trunk]}, self._take)

    def _take(self, sender: str, text: str, acted: Callable[[], None]) -> None:
        if self.acts and text == "STOP":
            acted()
        self.came.put((sender, text))

    def next(self) -> tuple[str, str]:
        return self.came.get(timeout=PATIENCE)


def stored(made: Plant) -> int:
    return len(made.modem.sms.stores["SM"])


def until(what: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if what():
            return
        tick.wait(0.05)
    raise AssertionError("it did not come to that")


@pytest.mark.parametrize("family", ["generic", "simcom", "quectel", "huawei"])
def test_messages_are_shown_and_only_those_acted_on_are_taken_out(family: str) -> None:
    with plant(family) as made:
        status = made.in_service()
        reader = Reader(made, acts=True)
        reader.inbox.seen(status)
        made.modem.send_sms("+4930111", "Are you open?", WHEN)
        assert reader.next() == ("+4930111", "Are you open?")
        made.modem.send_sms("+4930222", "STOP", WHEN)
        assert reader.next() == ("+4930222", "STOP")
        until(lambda: stored(made) == 1)


def test_what_came_while_nobody_looked_is_found() -> None:
    with plant() as made:
        status = made.in_service()
        made.modem.send_sms("+4930333", "STOP", WHEN)
        made.modem.loop.call(lambda: made.modem.sms.arrive_raw("00FF"))
        reader = Reader(made, acts=True)
        reader.inbox.seen(status)
        assert reader.next() == ("+4930333", "STOP")
        until(lambda: stored(made) == 1)  # the one that cannot be read stays
        reader.inbox.seen(status)  # told again, as each change of the signal is: nothing is read twice
        reader.inbox.seen(TrunkStatus("gsm1", TrunkState.RECOVERING))
        made.modem.send_sms("+4930444", "STOP", WHEN)
        assert reader.next() == ("+4930444", "STOP")
        assert reader.came.empty()


def test_lines_without_a_modem_are_none_of_its_business() -> None:
    inbox = LineInbox({"sip/1": []}, lambda sender, text, acted: None)
    inbox.seen(TrunkStatus("sip/1", TrunkState.IN_SERVICE))
    inbox.seen(TrunkStatus("nowhere", TrunkState.IN_SERVICE))
    inbox.seen("anything")
