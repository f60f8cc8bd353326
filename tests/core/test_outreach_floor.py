"""Outreach on the campaigns' floor: broadcasts, machines and dropped calls end in the right words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from appliance.contract.answering import AnsweredBy, AnswerWish
from appliance.contract.campaigns import DialMethod
from appliance.contract.dialling import Blocked
from appliance.contract.events import BeepHeard
from appliance.contract.flow import AnyNode, FlowPlan, GoNode, MenuNode, OutcomeNode
from appliance.contract.journal import EntryKind
from appliance.contract.leads import Candidate, Dial, Lead, LeadState, Outcome
from appliance.contract.media import Speech
from tests.core.fakes import FakeTrunk
from tests.core.floor_hall import FloorHall
from tests.core.flow_office import BYE
from tests.core.plans import said

NODES: dict[str, AnyNode] = {
    "menu": MenuNode(
        said=said("{lead.name}: 1 to us, 2 yes, 3 no, 4 later, 5 out."),
        keys={key: () for key in "12345"},
        exits={
            "key 1": "sales",
            "key 2": "yes",
            "key 3": "no",
            "key 4": "later",
            "key 5": "out",
            "timeout": "bye",
            "invalid": "bye",
        },
    ),
    "sales": GoNode(kind="queue", target="sales", exits={"error": "bye"}),
    "yes": OutcomeNode(code="1", exits={"next": "bye"}),
    "later": OutcomeNode(code="2", exits={"next": "bye"}),
    "no": OutcomeNode(code="3", exits={"next": "bye"}),
    "out": OutcomeNode(code="4", exits={"next": "bye"}),
    "bye": BYE,
}


def broadcasting(leads: int = 3, method: DialMethod = DialMethod.BROADCAST, **talk: Any) -> FloorHall:
    hall = FloorHall(leads, method=method, recorded=True)
    own = replace(hall.campaign.outreach, **{"flow": "spring", **talk})
    hall.change(
        flows={**hall.plan.flows, "spring": FlowPlan("spring", "menu", NODES)},
        campaigns={"spring": replace(hall.campaign, outreach=own)},
    )
    hall.start("14")  # for whoever presses 1
    return hall


def heard(hall: FloorHall, line: FakeTrunk) -> str:
    playing = hall.hears(line.port) or ()
    return " ".join(part.text for part in playing if isinstance(part, Speech))


def lead_of(hall: FloorHall, line: FakeTrunk) -> int:
    return int(line.dialled[-1][-4:])


@pytest.mark.parametrize(
    ("key", "state", "no", "blocked"),
    [
        ("2", LeadState.DONE, None, 0),
        ("3", LeadState.DONE, True, 0),
        ("4", LeadState.DONE, None, 0),
        ("5", LeadState.DONE, True, 1),
        ("9", LeadState.DONE, True, 1),
    ],
)
def test_keys_are_what_the_campaign_says_they_are(
    key: str, state: LeadState, no: object, blocked: int
) -> None:
    hall = broadcasting()
    line = hall.out()[0]
    number = lead_of(hall, line)
    hall.answers(line)
    assert heard(hall, line) == f"Lead {number}: 1 to us, 2 yes, 3 no, 4 later, 5 out."
    assert hall.look().hearing == 1
    line.key(key)
    hall.wait(4)
    (ended,) = hall.entries(EntryKind.ATTEMPT_ENDED)
    assert (ended.data["outcome"], ended.data.get("said_no")) == ("person", no)
    assert hall.shelf.leads[number].state is state
    assert len(hall.entries(EntryKind.DNC_ADDED)) == blocked
    said_so = [entry.data for entry in hall.entries(EntryKind.DISPOSITION)]
    codes = {"2": "1", "3": "3", "4": "2", "5": "4"}
    assert said_so == ([{"code": codes[key]}] if key in codes else [])
    hall.check()


@pytest.mark.parametrize("method", [method for method in DialMethod if method.speaks])
def test_press_1_is_joined_with_an_agent_who_stands_with_the_attempt(method: DialMethod) -> None:
    hall = broadcasting(method=method)
    line = hall.out()[0]
    hall.answers(line)
    hall.log_in("11")
    line.key("1")
    hall.pump()
    hall.take_lines()
    assert hall.together("11", line)
    hall.gone(line)
    assert hall.ended() == [("person", "11")]
    hall.check()


def test_who_finds_no_agent_hears_so_within_two_seconds_and_is_counted() -> None:
    hall = FloorHall(method=DialMethod.POWER, drop_limit=0.03, ratio=3.0)
    at = hall.clock.wall() - timedelta(seconds=1)
    hall.shelf.past = [Dial(at, Outcome.PERSON, 10.0)] * 400  # the day has earned drops
    hall.start("11")
    first, second, *_ = hall.out()
    hall.answers(first)
    assert hall.together("11", first)
    hall.answers(second)
    hall.clock.advance(1.899)
    hall.pump()
    assert heard(hall, second) == ""
    hall.clock.advance(0.002)
    hall.pump()
    assert heard(hall, second).startswith("This is Acme.")
    second.key("9")
    hall.wait(10)
    (ended,) = hall.entries(EntryKind.ATTEMPT_ENDED)
    assert (ended.data["outcome"], ended.data["said_no"]) == ("dropped", True)
    assert hall.shelf.leads[lead_of(hall, second)].state is LeadState.DONE
    assert len(hall.entries(EntryKind.DNC_ADDED)) == 1
    assert hall.together("11", first), "the other call goes on"
    hall.check()


def test_who_texts_stop_is_not_dialled_though_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = broadcasting(leads=120)
    ready = hall.shelf._candidate

    def candidate(one: Lead, at: datetime) -> Candidate:
        entries = [entry.data["entry"] for entry in hall.entries(EntryKind.DNC_ADDED)]
        blocked = (Blocked("own", "", one.phone.number, at),) if one.phone.number in entries else ()
        return replace(ready(one, at), blocked=blocked)

    monkeypatch.setattr(hall.shelf, "_candidate", candidate)
    dialled = {lead_of(hall, line) for line in hall.out()}
    waits = min(set(hall.shelf.leads) - dialled)
    assert hall.system.text_came(hall.shelf.leads[waits].phone.number, "STOP", lambda: None)
    for _ in range(4):
        for line in hall.out():
            hall.gone(line)
        hall.wait(1)
    numbers = [number for line in hall.trunks.values() for number in line.dialled]
    assert len(numbers) >= 12 and hall.shelf.leads[waits].phone.number not in numbers
    hall.check()


def test_a_machine_is_hung_up_on_at_once_and_is_no_person() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    hall.start("11")
    line = hall.out()[0]
    hall.answers(line)
    hall.told(line, AnsweredBy.MACHINE)
    assert hall.ended()[0][0] == "machine" and "dropped" not in dict(hall.ended())
    hall.check()


def test_a_machine_is_left_a_message_and_its_agent_is_free_meanwhile() -> None:
    hall = FloorHall(machines=AnswerWish.BALANCED)
    own = replace(hall.campaign.outreach, machine=said("Call {campaign.company}."), left_is_done=True)
    hall.change(campaigns={"spring": replace(hall.campaign, outreach=own)})
    hall.start("11")
    line = hall.out()[0]
    number = lead_of(hall, line)
    hall.answers(line)
    hall.told(line, AnsweredBy.MACHINE)
    assert line.port is not None and heard(hall, line) == ""
    hall.post.post(BeepHeard(line.port, 4.0, 0.1))
    hall.pump()
    assert heard(hall, line) == "Call Acme."
    hall.wait(2)
    assert hall.ended()[0][0] == "machine" and hall.shelf.leads[number].state is LeadState.DONE
    hall.check()
