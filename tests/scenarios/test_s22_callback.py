"""Callbacks over real lines: two callers take one, one waits between them; all are served as they came."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from appliance.contract.journal import CallRecord, EntryKind
from appliance.launch import READY
from appliance.reports.desk import CallbackRow, DeskLists
from appliance.store.reader import RecordReader
from simulator import Call, CallState, Listen, Press, Say, Tone, WaitForSound
from simulator.people import GREETINGS, subscriber
from simulator.script import Step
from simulator.subscriber import Behaviour, Subscriber
from simulator.voices import spoken
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office, Until, heard_by
from tests.support.sounds import tone_seconds

FIRST, BETWEEN, LAST = "+12025550111", "+12025550122", "+12025550133"
CUSTOMER, AGENT = 1000.0, 440  # the tones they speak
RETRY_SECONDS = 5


@pytest.fixture(scope="module")
def phone(office: Office) -> Phone:
    """Agent 11 at 201; callers of the queue may press 2 to be called back."""
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["queues"][0] |= {
            "ring_seconds": 60,
            "wrap_up_seconds": 0,
            "callback_key": "2",
            "callback_retry_seconds": RETRY_SECONDS,
        }
        control.save_settings(version, settings, "scenario")
    return office.phone("201", AGENT)


def _stage(office: Office, stage: str) -> bool:
    return any(call.stage == stage for call in office.live().calls)


def _promised(office: Office) -> int:
    return office.live().queues[0].callbacks


def _list(office: Office, closed: bool = False) -> list[CallbackRow]:
    with contextlib.closing(DeskLists(office.box.options.records)) as lists:
        return lists.callbacks(closed)


def _takes_callback(office: Office, line: str, number: str) -> None:
    """Through the menu into the queue, 2 for a callback, 1 for yes; hears thanks, and is hung up on."""
    waiting, offered, before = threading.Event(), threading.Event(), _promised(office)
    script: list[Step] = [
        WaitForSound(),
        Press("1"),
        Until(waiting),
        Press("2"),
        Until(offered),
        Press("1"),
        Listen(60),
    ]
    others = sum(one.stage == "waiting" for one in office.live().calls)
    call = office.call(line, script, number)
    wait_for(
        lambda: sum(one.stage == "waiting" for one in office.live().calls) > others, 30, "waits in the queue"
    )
    waiting.set()
    wait_for(
        lambda: any(one.stage == "menu" and one.number == number for one in office.live().calls),
        20,
        "is offered to be called back",
    )
    offered.set()
    wait_for(lambda: _promised(office) == before + 1, 30, "is promised a callback")
    assert call.wait_for(CallState.ENDED, 30) and call.ended_by == "box"


def _rung(office: Office, phone: Phone, number: str, before: int) -> None:
    """The telephone rings once more than before, for this customer."""
    phone.expect("CALL_INCOMING", 60, before + 1)
    rings = lambda: any(c.number == number and c.stage == "offering" for c in office.live().calls)  # noqa: E731
    wait_for(rings, 20, f"it rings for {number}")
    phone.accept()


def _dialled(office: Office, number: str, nth: int = 1) -> Call:
    """The box's nth call to this customer."""

    def found() -> Call | None:
        calls = [call for call in office.exchange.calls if not call.to_box and call.number == number]
        return calls[nth - 1] if len(calls) >= nth else None

    return wait_for(found, 20, f"{number} is called")


def _talk(office: Office, call: Call) -> None:
    """The customer hears the agent."""
    talks = lambda: any(c.number == call.number and c.stage == "talking" for c in office.live().calls)  # noqa: E731
    wait_for(talks, 30, "they talk")
    since = len(heard_by(call))
    heard = lambda: tone_seconds(heard_by(call)[since:], AGENT) > 0.7  # noqa: E731
    wait_for(heard, 30, "the customer hears the agent")


def _records(office: Office, number: str, direction: str) -> list[CallRecord]:
    return [one for one in office.all_records() if (one.number, one.direction) == (number, direction)]


def test_all_are_served_in_the_order_in_which_they_came(office: Office, phone: Phone) -> None:
    _takes_callback(office, "gsm1", FIRST)
    live = office.call("fxo1", [WaitForSound(), Press("1"), Tone((CUSTOMER,), 120.0)], BETWEEN)
    wait_for(lambda: _stage(office, "waiting"), 30, "the second caller stays on the line")
    _takes_callback(office, "gsm1", LAST)
    assert [row.number for row in _list(office)] == [FIRST, LAST]

    speaks = (Listen(0.6), Say(spoken(GREETINGS[0], 0)), Listen(120.0))  # a bare tone is no customer
    office.exchange.add_subscriber(Subscriber(FIRST, answer_after=1.0, script=speaks))
    office.exchange.add_subscriber(Subscriber(LAST, Behaviour.BUSY))
    office.agent_at_work("11", "201")
    _rung(office, phone, FIRST, 0)
    _talk(office, _dialled(office, FIRST))
    phone.hang_up()

    _rung(office, phone, BETWEEN, 1)
    _talk(office, live)
    phone.hang_up()

    closed = phone.count("CALL_CLOSED")
    _rung(office, phone, LAST, 2)
    busy = _dialled(office, LAST)
    office.exchange.add_subscriber(Subscriber(LAST, answer_after=1.0, script=speaks))
    assert busy.wait_for(CallState.ENDED, 20)
    phone.expect("CALL_CLOSED", 20, closed + 1)
    row = wait_for(lambda: next((row for row in _list(office) if row.tries), None), 20, "the try is noted")
    assert (row.number, row.tried_why, row.tried_by) == (LAST, "busy", "11")
    assert 0 < (row.due - (row.tried_at or row.due)).total_seconds() <= RETRY_SECONDS

    _rung(office, phone, LAST, 3)
    _talk(office, _dialled(office, LAST, 2))
    phone.hang_up()
    office.idle()
    _check_records(office)


def _check_records(office: Office) -> None:
    """What the records say of it, and why."""
    wait_for(lambda: len(_records(office, LAST, "outbound")) == 2, 20, "a record of each call")
    (first,), (between,) = _records(office, FIRST, "outbound"), _records(office, BETWEEN, "inbound")
    last, busy = sorted(_records(office, LAST, "outbound"), key=lambda one: one.started, reverse=True)
    ended = [one.ended for one in (first, between, last)]
    assert None not in ended and ended == sorted(ended, key=str), "in the order in which they came"
    assert [one.outcome for one in (first, between, busy, last)] == [
        "answered", "answered", "busy", "answered"
    ]  # fmt: skip
    assert all(one.agent == "11" and one.queue == "sales" for one in (first, between, last))
    assert all(one.outcome == "callback" for one in _records(office, FIRST, "inbound"))
    assert _list(office) == [] and [row.closed_why for row in _list(office, True)] == ["served", "served"]
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        found = reader.call(first.call)
    assert found is not None
    (routed,) = [entry for entry in found[1] if entry.kind is EntryKind.ROUTED]
    assert (routed.data["callback"], routed.data["agents"], routed.data["of"]) == ("callback", "11", 3)


def _answered_by(office: Office) -> list[object]:
    """What was heard of who answered, of all callbacks so far."""
    ever, now = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        return [entry.data["kind"] for entry in reader.entries(ever, now, [EntryKind.ANSWER_HEARD])]


def _ready(office: Office) -> int:
    return sum(READY in line for line in office.box.log)


def test_a_promise_outlives_a_killed_core(office: Office, phone: Phone) -> None:
    office.agent_goes_home("11")
    number = "+12025550144"
    office.exchange.add_subscriber(subscriber("fax", number))
    _takes_callback(office, "gsm2", number)
    before, rung = _ready(office), phone.count("CALL_INCOMING")
    os.kill(office.box.child("appliance core"), signal.SIGKILL)
    wait_for(lambda: _ready(office) > before, 40, "the core is ready again")
    office.wait_lines()
    assert _promised(office) == 1
    office.agent_at_work("11", "201")
    _rung(office, phone, number, rung)
    machine = _dialled(office, number)
    assert machine.wait_for(CallState.CONNECTED, 20)
    wait_for(lambda: _answered_by(office)[-1:] == ["fax"], 30, "the box hears that it was no customer")
    office.exchange.add_subscriber(Subscriber(number, answer_after=1.0, script=(Listen(60.0),)))
    phone.hang_up()
    row = wait_for(lambda: next((row for row in _list(office) if row.tries), None), 20, "the try is noted")
    assert (row.number, row.tried_why) == (number, "machine") and _promised(office) == 1

    _rung(office, phone, number, rung + 1)
    assert _dialled(office, number, 2).wait_for(CallState.CONNECTED, 20)
    wait_for(lambda: _promised(office) == 0, 20, "it is served")
    phone.hang_up()
    office.idle()
