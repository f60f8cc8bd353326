"""Each decision is in the journal with who was looked at, and why it was not them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.explained import Why, pack, reason, unpack
from appliance.contract.plan import AgentPlan, Tier
from appliance.core.call.wants import Wants
from tests.core.acd_hall import Hall, agent, queue


def test_everybody_of_the_queue_is_accounted_for() -> None:
    people = [
        agent("11"),
        agent("12", skills={"tax": 5}),
        agent("13", skills={"tax": 5}),
        agent("14", skills={"tax": 5}),
        agent("15", skills={"tax": 5}),
        agent("16", skills={"tax": 6}, tiers={"sales": Tier(2)}),
        agent("17", skills={"tax": 6}),
        agent("18", "help"),
    ]
    hall = Hall([queue(wrap_up_seconds=30.0), queue("help")], people)
    hall.status("13", "logged_out")
    hall.status("14", "on_break", "lunch")
    hall.phone("15").register(False)
    hall.call(wants=Wants(skills={"tax": 5}))
    assert hall.ringing() == ["12"]
    hall.serve("12")
    hall.call(wants=Wants(skills={"tax": 5}))
    assert hall.ringing() == ["17"]
    data = hall.routed().data
    assert (data["rule"], data["agents"], data["by"], data["of"]) == ("longest_idle", "17", "wait", 1)
    codes = {name: (why.code, *why.arguments) for name, why in hall.left().items()}
    assert codes == {
        "11": ("skill", "tax", "0", "5"),
        "12": ("wrap", "30", "sales"),
        "13": ("out",),
        "14": ("break", "lunch"),
        "15": ("unreg",),
        "16": ("later",),
    }


def test_who_cannot_be_served_is_told_once() -> None:
    hall = Hall(agents=[agent("11")])
    hall.status("11", "on_break")
    hall.call()
    hall.wait(60)
    assert [entry.data["agents"] for entry in hall.entries(hall.routed().kind)] == [""]
    assert hall.left()["11"].code == "break"


def test_why_this_caller_and_not_one_before() -> None:
    """Waited longest; others before need agents who are not free; came before others by priority."""
    people = [agent("11", "help"), agent("12", "sales"), agent("13", "sales")]
    hall = Hall([queue("sales"), queue("help")], people, available=False)
    for where, vip in (("help", False), ("help", False), ("sales", False), ("sales", True)):
        hall.call(where, wants=Wants(vip=vip))
        hall.wait(1)
    told = []
    for one in ("12", "13", "11"):
        hall.log_in(one)
        data = hall.routed().data
        told.append((data["agents"], data["by"], data.get("ahead"), data["of"]))
    assert told == [("12", "priority", None, 4), ("13", "others", 2, 4), ("11", "wait", None, 4)]


def test_explanations_are_short() -> None:
    """24 agents, one call: what the journal keeps of a decision."""
    people: list[AgentPlan] = [agent(str(number)) for number in range(11, 35)]
    hall = Hall(agents=people)
    for one in ("12", "13", "14"):
        hall.status(one, "logged_out")
    hall.call()
    assert len(json.dumps(dict(hall.routed().data))) < 260


@given(
    st.dictionaries(st.from_regex(r"[0-9]{2,6}", fullmatch=True), st.tuples(st.sampled_from(Why), st.text()))
)
def test_what_is_packed_can_be_unpacked(passed: dict[str, tuple[Why, str]]) -> None:
    packed = {name: reason(code, argument) for name, (code, argument) in passed.items()}
    found = {name: why for why in unpack(pack(packed)) for name in why.agents}
    assert set(found) == set(packed)
    assert all(found[name].code == code for name, (code, _) in passed.items())


@given(st.text())
def test_any_text_can_be_unpacked(text: str) -> None:
    for found in unpack(text):
        assert isinstance(found.code, str)
