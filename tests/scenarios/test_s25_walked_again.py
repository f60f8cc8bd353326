"""Callers who go different ways through a flow; the virtual caller goes the same way from each record alone.

What the other scenarios' calls leave is walked again when their offices close (see conftest)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Call, CallState, HangUp, Listen, Press, WaitForSilence, WaitForSound
from simulator.script import Step
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office
from tests.support.replayed import walked_again

PATIENT = 60.0
KNOWN, OTHERS = "+12025550501", "+12025550502"

MAIN: dict[str, Any] = {
    "who": {"kind": "identify", "next": "vip", "unknown": "menu", "error": "menu"},
    "vip": {"kind": "condition", "otherwise": "menu", "cases": [
        {"variable": "contact.vip", "value": "yes", "to": "welcome"}]},
    "welcome": {"kind": "prompt", "prompt": {"text": "Hello."}, "next": "menu"},
    "menu": {"kind": "menu", "prompt": {"text": "One, two, three or four."}, "seconds": 2, "tries": 2,
             "timeout": "late", "invalid": "wrong", "keys": {
                 "1": {"to": "number"}, "2": {"to": "sub"}, "3": {"to": "ana"}, "4": {"to": "help"}}},
    "number": {"kind": "digits", "variable": "order", "least": 4, "most": 6, "next": "which",
               "prompt": {"text": "Your number?"}},
    "which": {"kind": "condition", "otherwise": "wrong", "cases": [
        {"variable": "order", "value": "4711", "to": "sales"}]},
    "sub": {"kind": "flow", "flow": "side", "next": "menu"},
    "ana": {"kind": "agent", "agent": "11", "seconds": 10, "failed": "sales"},
    "sales": {"kind": "queue", "queue": "sales"},
    "help": {"kind": "queue", "queue": "help"},
    "late": {"kind": "prompt", "prompt": {"text": "Too late."}, "next": "bye"},
    "wrong": {"kind": "prompt", "prompt": {"text": "Sorry."}, "next": "bye"},
    "bye": {"kind": "hangup", "prompt": {"text": "Goodbye."}},
}  # fmt: skip
SIDE: dict[str, Any] = {
    "ask": {"kind": "menu", "prompt": {"text": "Seven goes back."}, "seconds": 2, "tries": 2,
            "keys": {"7": {"to": "back"}}},
    "back": {"kind": "return"},
    "gone": {"kind": "hangup"},
}  # fmt: skip
AFTER: dict[str, Any] = {
    "sorry": {"kind": "prompt", "prompt": {"text": "Nobody has time."}, "next": "end"},
    "end": {"kind": "hangup"},
}

_PAUSE = WaitForSilence(1.0)
#: What each caller does, and the node at which that ends.
CALLERS: dict[str, tuple[list[Step], str]] = {
    "an order, then out of the queue by key": (
        [WaitForSound(), Press("1"), Listen(1.0), Press("4711#"), Listen(4.0), Press("9"), Listen(20.0)],
        "end",
    ),
    "a wrong order": ([WaitForSound(), Press("1"), Listen(1.0), Press("1234#"), Listen(20.0)], "bye"),
    "presses nothing": ([Listen(30.0)], "bye"),
    "presses what is not there": ([WaitForSound(), Press("8"), _PAUSE, Press("8"), Listen(20.0)], "bye"),
    "into the side flow and back": (
        [WaitForSound(), Press("2"), Listen(1.0), Press("7"), Listen(1.0), Press("2"), Listen(30.0)],
        "gone",
    ),
    "an agent who is not there": ([WaitForSound(), Press("3"), Listen(40.0)], "end"),
    "hangs up in the menu": ([WaitForSound(), Listen(0.5), HangUp()], "menu"),
    "talks": ([WaitForSound(), Press("4"), Listen(40.0)], "help"),
}


def _settings(settings: dict[str, Any]) -> None:
    settings["box"]["record"] = False
    settings["flows"] = [
        {"name": "main", "label": "Main", "start": "who", "otherwise": "wrong", "nodes": MAIN},
        {"name": "side", "label": "Side", "start": "ask", "otherwise": "gone", "nodes": SIDE},
        {"name": "after", "label": "After", "start": "sorry", "otherwise": "end", "nodes": AFTER},
    ]
    after = {"kind": "flow", "target": "after"}
    plain = {"wrap_up_seconds": 0, "maximum_wait_seconds": 10, "overflow": after}
    settings["queues"] = [
        {"name": "sales", "label": "Sales", "exits": {"9": after}, **plain},
        {"name": "help", "label": "Help", **plain, "maximum_wait_seconds": 120},
    ]
    settings["agents"][0]["queues"] = ["sales"]
    settings["agents"][1]["queues"] = ["help"]


class Talker(threading.Thread):
    """The agent who takes the one call for help, and hangs up after a moment."""

    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self._phone = phone

    def run(self) -> None:
        self._phone.expect("CALL_INCOMING", 2 * PATIENT)
        self._phone.accept()
        self._phone.expect("CALL_ESTABLISHED", PATIENT)
        self._phone.hang_up()


@pytest.fixture
def talker(office: Office) -> Iterator[None]:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        _settings(settings)
        control.save_settings(version, settings, "scenario")
        control.desk.save_contact(None, {"name": "Carla", "numbers": [KNOWN], "vip": True})
    talker = Talker(office.phone("202", 620))
    office.agent_at_work("12", "202")
    talker.start()
    yield
    talker.join(3 * PATIENT)


def _calls(office: Office) -> None:
    """All of them, four lines at a time; the last is known to the box."""
    waiting = [(steps, OTHERS) for steps, _ in CALLERS.values()]
    waiting.append((CALLERS["hangs up in the menu"][0], KNOWN))
    free = ["gsm1", "gsm2", "fxo1", "fxo2"]
    going: dict[str, Call] = {}

    def go_on() -> bool:
        for line in [line for line, call in going.items() if call.state is CallState.ENDED]:
            del going[line]
            free.append(line)
        while free and waiting and _quiet(office, free[0]):
            line = free.pop(0)
            steps, number = waiting.pop(0)
            going[line] = office.call(line, steps, number)
        return not waiting and not going

    wait_for(go_on, 3 * PATIENT, "every caller was there")
    office.idle(PATIENT)


def _quiet(office: Office, line: str) -> bool:
    """The box has put the line back on hook."""
    return not any(call.trunk == line for call in office.live().calls)


@pytest.mark.usefixtures("talker")
def test_the_virtual_caller_takes_the_way_of_each_recorded_call(office: Office) -> None:
    _calls(office)
    office.records(len(CALLERS) + 1, PATIENT)
    walked = list(walked_again(office.box.options))
    assert len(walked) == len(CALLERS) + 1
    for one in walked:
        assert one.again == one.recorded, one.record
    ends = sorted(one.recorded[-1][1] for one in walked if one.record.number == OTHERS)
    assert ends == sorted(end for _, end in CALLERS.values())
    (known,) = [one.recorded for one in walked if one.record.number == KNOWN]
    assert ("main", "welcome") in known
