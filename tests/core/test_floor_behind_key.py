"""A recorded message with a key to an agent: paced by the agents behind the key, halted without any."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.flow import AnyNode, FlowNode, FlowPlan, GoNode, HangupNode, MenuNode, PromptNode
from appliance.contract.outreach import OutreachPlan
from tests.core.floor_hall import FloorHall
from tests.core.plans import said

ASK: dict[str, AnyNode] = {
    "hello": PromptNode(said=said("Spring is here."), exits={"next": "menu"}),
    "menu": MenuNode(
        said=said("1 for us."), keys={"1": ()}, exits={"key 1": "sales", "timeout": "bye", "invalid": "bye"}
    ),
    "sales": GoNode(kind="queue", target="sales", exits={"error": "bye"}),
    "bye": HangupNode(),
}
TOLD: dict[str, AnyNode] = {
    "hello": PromptNode(said=said("Spring is here."), exits={"next": "bye"}),
    "bye": HangupNode(),
}


def _hall(nodes: Mapping[str, AnyNode] = ASK, **flows: FlowPlan) -> FloorHall:
    hall = FloorHall(
        leads=60, method=DialMethod.BROADCAST, outreach=OutreachPlan(company="Acme", flow="spring")
    )
    hall.change(flows={**hall.plan.flows, "spring": FlowPlan("spring", "hello", dict(nodes)), **flows})
    hall.pump()
    return hall


def test_without_a_key_all_lines_but_the_last() -> None:
    hall = _hall(TOLD)
    hall.start()
    assert len(hall.out()) == 5
    hall.check()


@pytest.mark.parametrize("nested", [False, True])
def test_with_a_key_nobody_is_called_while_no_agent_is_there(nested: bool) -> None:
    inner: dict[str, AnyNode] = {"hello": FlowNode(flow="inner", exits={"next": "bye"}), "bye": HangupNode()}
    hall = _hall(inner, inner=FlowPlan("inner", "hello", ASK)) if nested else _hall()
    assert ("behind_key", "sales") in hall.floor.checking("spring")().missing
    hall.start()
    assert not hall.out() and ("no_agents", "sales") in hall.look().why
    hall.log_in("11")
    assert hall.out() and not hall.look().why
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    for line in hall.out():
        hall.gone(line)
    assert not hall.out() and ("no_agents", "sales") in hall.look().why
    hall.check()


def test_one_agent_behind_the_key_lets_some_hear_it_and_none_while_they_talk() -> None:
    hall = _hall()
    hall.start("11")
    first = hall.out()
    assert len(first) == 5, "one in ten presses the key, as far as is known"
    hall.answers(first[0])
    hall.wait(2)
    first[0].key("1")
    hall.pump()
    hall.phone("11").pick_up()
    hall.pump()
    assert hall.together("11", first[0])
    for line in first[1:]:
        hall.gone(line)
    assert hall.out() == [first[0]], "nobody would be there for the next who presses it"
    assert hall.look().pace == "behind_key" and hall.look().figures["agents"] == 0
    hall.gone(first[0])
    hall.wait(16)  # wrap-up
    assert len(hall.out()) > 1
    assert ("person", "11") in hall.ended()
    hall.check()


def test_who_presses_the_key_often_is_called_less() -> None:
    hall = _hall()
    hall.start("11")
    learnt = hall.floor.campaign("spring").behind.learnt
    for _ in range(60):
        learnt.ended(heard=True, keyed=True)
    for line in hall.out():
        hall.gone(line)
    assert len(hall.out()) == 1
    hall.check()


def test_a_caller_who_waits_is_before_them() -> None:
    hall = _hall()
    hall.log_in("11")
    hall.system.set_agent_status("11", "on_break", None, None, "page")
    hall.caller_in_queue("gsm6")
    hall.log_in("12")
    hall.floor.tell("spring", "start", "admin")
    hall.pump()
    assert not hall.out() or all(line.name == "gsm6" for line in hall.out()), "the agent is the caller's"
    hall.check()
