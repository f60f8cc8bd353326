"""Callbacks and callers rung back pass the compliance gate, and what it said is on the disk first."""

from __future__ import annotations

import json

from appliance.contract.dialling import Blocked, History
from appliance.contract.journal import EntryKind
from appliance.contract.leads import Known
from tests.core.floor_hall import FloorHall


def rung_back(hall: FloorHall, number: str = "+12125550177") -> None:
    hall.system.ring_back(number, "201")
    hall.pump()
    hall.take_lines()


def test_a_caller_is_rung_back_when_the_gate_allows_it() -> None:
    hall = FloorHall()
    rung_back(hall)
    (line,) = hall.out()
    begun = hall.entries(EntryKind.ATTEMPT_BEGUN)[0].data
    assert (begun["kind"], begun["number"]) == ("callback", "+12125550177")
    assert json.loads(str(begun["verdict"]))["allowed"] is True
    hall.answers(line)
    hall.gone(line)
    assert hall.ended() == [("person", "")]
    hall.check()


def test_a_number_on_the_list_is_not_rung_back_and_the_record_says_why() -> None:
    hall = FloorHall()
    entry = Blocked("own", "", "+12125550177", hall.clock.wall())
    hall.shelf.known = lambda number, lead, answer: answer(Known(History(), (entry,), hall.clock.wall()))  # type: ignore[method-assign]
    rung_back(hall)
    hall.wait(6)
    assert not hall.out() and not hall.entries(EntryKind.ATTEMPT_BEGUN)
    refused = hall.entries(EntryKind.DIAL_REFUSED)[0].data
    assert json.loads(str(refused["verdict"]))["refusals"][0][0] == "blocked"
    assert "blocked" in hall.record().reason
    hall.check()


def test_lists_that_cannot_be_read_let_nobody_be_rung_back() -> None:
    hall = FloorHall()
    hall.shelf.known = lambda number, lead, answer: answer(None)  # type: ignore[method-assign]
    rung_back(hall)
    hall.wait(6)
    assert not hall.out() and hall.entries(EntryKind.DIAL_REFUSED)


def test_an_agent_who_hangs_up_meanwhile_is_the_end_of_it() -> None:
    hall = FloorHall()
    answers: list[object] = []
    hall.shelf.known = lambda number, lead, answer: answers.append(answer)  # type: ignore[method-assign]
    rung_back(hall)
    phone = hall.handsets["201"]
    phone.stop()
    hall.pump()
    for answer in answers:
        answer(Known(History(), (), hall.clock.wall()))  # type: ignore[operator]
    hall.pump()
    assert not hall.out() and not hall.entries(EntryKind.ATTEMPT_BEGUN)
    hall.check()
