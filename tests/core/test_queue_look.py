"""A queue from close by: who waits, what they need, and why nobody has them yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.explained import Why, unpack
from appliance.core.acd import look as looking
from tests.core.callback_hall import NUMBER, hall_of, takes_callback
from tests.core.office import Office


def test_nobody_waits() -> None:
    office = Office()
    found = office.system.look_at_queue("sales")
    assert (found.label, found.count, found.waiting) == ("Sales", 0, ())
    assert [(agent.id, agent.why) for agent in found.agents] == [(f"1{n}", Why.OUT) for n in range(1, 5)]
    with pytest.raises(CallboxError, match="no queue tea"):
        office.system.look_at_queue("tea")


def test_who_is_rung_and_why_the_next_one_has_nobody() -> None:
    office = Office()
    office.log_in("11")
    office.caller_in_queue("gsm1")
    office.caller_in_queue("gsm2", "+14155550101")
    office.wait(3)
    first, second = office.system.look_at_queue("sales").waiting
    assert (first.place, first.number, first.rung) == (1, "+14155550100", ("11",))
    assert (second.place, second.number, second.rung) == (2, "+14155550101", ())
    assert second.waited == 3.0 and first.waited > second.waited
    assert first.low is None and first.high is None, "no agent was seen at work yet"
    reasons = {reason.code: reason.agents for reason in unpack(second.left)}
    assert reasons == {Why.RINGING: ("11",), Why.OUT: ("12", "13", "14")}


def test_a_skill_that_nobody_free_has_is_named_as_it_is_needed_now() -> None:
    office = Office()
    agents = {
        name: replace(plan, skills={"spanish": 3} if name == "11" else {})
        for name, plan in office.plan.agents.items()
    }
    office.change(agents=agents)
    office.change_queue(skills={"spanish": 5}, relax_seconds=10.0)
    office.log_in("11", "12")
    office.caller_in_queue()
    (caller,) = office.system.look_at_queue("sales").waiting
    assert caller.needs == {"spanish": 5}
    assert [(reason.arguments, reason.agents) for reason in unpack(caller.left)][:2] == [
        (("spanish", "3", "5"), ("11",)),
        (("spanish", "0", "5"), ("12",)),
    ]
    office.wait(11)
    (caller,) = office.system.look_at_queue("sales").waiting
    assert caller.needs == {"spanish": 4}
    office.wait(10)
    (caller,) = office.system.look_at_queue("sales").waiting
    assert caller.rung == ("11",), "relaxed to what the agent has"
    assert [agent.skills for agent in office.system.look_at_queue("sales").agents][0] == {"spanish": 3}


def test_only_the_first_ones_are_explained_but_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST", 1)
    office = Office()
    office.caller_in_queue("gsm1")
    office.caller_in_queue("gsm2")
    found = office.system.look_at_queue("sales")
    assert found.count == 2 and [one.place for one in found.waiting] == [1]


def test_who_waits_to_be_called_back_is_in_the_queue_but_not_on_the_line() -> None:
    hall = hall_of()
    takes_callback(hall)
    (turn,) = hall.system.look_at_queue("sales").waiting
    assert (turn.place, turn.here, turn.number) == (1, False, NUMBER)
