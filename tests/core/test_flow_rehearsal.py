"""The virtual caller: scripts, flows walked by the real core, recorded calls walked again; all walks end."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.config.defaults import defaults
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.contacts import Contact
from appliance.contract.errors import SettingsError
from appliance.contract.plan import Plan
from appliance.media.grammar import say
from appliance.planning.desk import try_flow
from appliance.planning.rehearsal import Rehearsal, rehearse
from appliance.planning.replay import path_of, script_of
from appliance.planning.script import MOST_LINES, Action, Script, read
from tests.config.random_flows import flow_documents
from tests.core.office import Office
from tests.support.examples import examples

SHOP: dict[str, Any] = {
    "hours": {"kind": "hours", "box_hours": False, "own_days": ["12-24"], "open": "hello", "closed": "shut"},
    "shut": {"kind": "announcement", "prompt": {"text": "Closed."}, "next": "bye"},
    "hello": {"kind": "prompt", "prompt": {"text": "Hello {contact.name}."}, "next": "menu"},
    "menu": {
        "kind": "menu",
        "prompt": {"text": "1 sales, 2 order, 3 Ana, 4 outside."},
        "tries": 2,
        "timeout": "late",
        "keys": {
            "1": {"to": "sales", "words": ["sales"]},
            "2": {"to": "order"},
            "3": {"to": "ana"},
            "4": {"to": "out"},
        },
    },
    "order": {
        "kind": "digits",
        "variable": "order",
        "least": 4,
        "most": 6,
        "next": "ask",
        "prompt": {"text": "Number?"},
    },
    "ask": {"kind": "http", "url": "http://shop.example/{order}", "answers": {"due": "due"}, "next": "state"},
    "state": {"kind": "prompt", "prompt": {"text": "{order:digits} comes on {due:date}."}, "next": "bye"},
    "sales": {"kind": "queue", "queue": "sales"},
    "ana": {"kind": "agent", "agent": "11", "seconds": 10},
    "out": {"kind": "outside", "number": "+493012345"},
    "late": {"kind": "prompt", "prompt": {"text": "Too late."}, "next": "bye"},
    "sorry": {"kind": "prompt", "prompt": {"text": "Sorry."}, "next": "bye"},
    "bye": {"kind": "hangup", "prompt": {"text": "Bye."}},
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    data = dump(defaults())
    data["requests"] = {"hosts": ["shop.example"]}
    data["flows"] = [
        {
            "name": "main",
            "label": "Shop",
            "start": "hours",
            "otherwise": "sorry",
            "dial_out": True,
            "nodes": SHOP,
        }
    ]
    return to_plan(load(data))


def run(plan: Plan, script: str) -> Rehearsal:
    return rehearse(
        plan, "main", read(script), "Europe/Berlin", say, datetime.fromisoformat("2026-03-02T09:00+00:00")
    )


@pytest.mark.parametrize(
    ("script", "nodes", "heard", "end"),
    [
        ("press 1", "hours hello menu sales", "1 sales", ("queue", "sales")),
        ("say Sales", "hours hello menu sales", "1 sales", ("queue", "sales")),
        ("interrupt 1", "hours hello menu sales", "Hello .", ("queue", "sales")),
        ("at 2026-12-24 11:00", "hours shut bye", "Closed.", ("ended", "Flow main ended at node bye.")),
        ("contact name=Ana vip=yes\npress 1", "hours hello menu sales", "Hello Ana.", ("queue", "sales")),
        ("press 9\nwait", "hours hello menu late bye", "Too late.", ("ended", None)),
        ("queue sales free 1\npress 1", "hours hello menu sales", "1 sales", ("connected", "11")),
        ("agent 11 free\npress 3", "hours hello menu ana", "1 sales", ("connected", "11")),
        ("agent 11 silent\npress 3", "hours hello menu ana sorry bye", "Sorry.", ("ended", None)),
        ("press 3", "hours hello menu ana sorry bye", "Sorry.", ("ended", None)),
        ("press 4", "hours hello menu out", "1 sales", ("connected", "")),
        ("outside busy\npress 4", "hours hello menu out sorry bye", "Sorry.", ("ended", None)),
        (
            "answer fails\npress 2\npress 4711#",
            "hours hello menu order ask sorry bye",
            "Sorry.",
            ("ended", None),
        ),
        ("hang up", "hours hello menu", "1 sales", ("ended", "")),
    ],
)
def test_scripts(plan: Plan, script: str, nodes: str, heard: str, end: tuple[str, str | None]) -> None:
    found = run(plan, script)
    assert [node for _flow, node in found.path] == nodes.split()
    assert any(heard in text for text in found.heard), found.heard
    assert found.end is not None and found.end.kind == end[0]
    assert end[1] is None or found.end.text == end[1]


def test_values_are_said_by_the_grammar(plan: Plan) -> None:
    found = run(plan, "answer due=2026-11-01\npress 2\npress 4711 #")
    assert "four seven one, one comes on Sunday, November first, twenty twenty-six." in found.heard


def test_callers_who_wait_are_before_the_virtual_one(plan: Plan) -> None:
    found = run(plan, "queue sales free 1 waiting 2\npress 1")
    assert found.end is not None and found.end.kind == "queue"


def test_what_is_left_of_a_script_is_told(plan: Plan) -> None:
    found = run(plan, "at 2026-12-24 11:00\npress 1\nsay sales")
    assert [(line.kind, line.text) for line in found.lines][-2:] == [
        ("unused", "press 1"),
        ("unused", "say sales"),
    ]


@pytest.mark.parametrize(
    "line",
    ["dance", "press", "press x", "wait 5", "hang on", "at noon", "from nobody", "queue", "agent 1 free",
     "contact", "contact name", "outside maybe", "say", "trunk", "answer", "from +1 2 3 4 x"],
)  # fmt: skip
def test_a_line_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(f"press 1\n\n{line}")
    assert refused.value.problems == {"script.3": f"Line 3 is not understood: {line}"}


def test_a_script_is_read_whole() -> None:
    text = """
    # a caller of tomorrow
    at 2026-12-24 10:30
    from +49 (30) 123-456   # Berlin
    trunk gsm1
    contact name="Ana B" account=77 balance=12.50 vip=yes language=de
    answer state=sent
    press *1#
    """
    contact = Contact("virtual", "Ana B", language="de", vip=True, account="77", fields={"balance": "12.50"})
    assert read(text) == Script(
        at=datetime.fromisoformat("2026-12-24T10:30"),
        number="+4930123456",
        trunk="gsm1",
        contact=contact,
        answers={"state": "sent"},
        actions=(Action("press", "*1#"),),
    )
    assert read("from withheld").number is None
    with pytest.raises(SettingsError):
        read("wait\n" * (MOST_LINES + 1))


@given(st.text(max_size=200))
def test_any_text_is_a_script_or_is_refused_by_line(text: str) -> None:
    try:
        read(text)
    except SettingsError as refused:
        assert refused.problems


def test_the_page_s_way_in() -> None:
    lines = try_flow(defaults(), "main", "press 1")
    assert lines[0]["kind"] == "node" and lines[-1]["kind"] == "queue"
    with pytest.raises(SettingsError):
        try_flow(defaults(), "other", "")
    with pytest.raises(SettingsError):
        try_flow(defaults(), "main", "fly")


def shop_office(plan: Plan) -> Office:
    office = Office()
    office.change(flows=plan.flows, agents=plan.agents, queues=plan.queues, handsets=plan.handsets)
    office.trunks["gsm1"].ring("+14155550100")
    return office


def walk_again(office: Office) -> list[tuple[str, str]]:
    """The call's path, which the virtual caller takes as well, from the journal alone."""
    office.trunks["gsm1"].hang_up()
    office.pump()
    path = path_of(office.journal.entries)
    assert rehearse(office.plan, "main", script_of(office.journal.entries)).path == path
    return path


@pytest.mark.parametrize("seed", range(12))
def test_a_recorded_call_is_walked_again_the_same_way(plan: Plan, seed: int) -> None:
    """Callers who press as they like."""
    chance, office = random.Random(seed), shop_office(plan)
    for _ in range(chance.randint(1, 9)):
        office.wait(chance.choice([0.3, 1.2, 3.0, 6.5]))
        for key in chance.choice(["1", "2", "9", "471", "4711#", "3", ""]):
            office.trunks["gsm1"].key(key)
    office.wait(chance.choice([0.5, 30.0]))
    assert walk_again(office)[0] == ("main", "hours")


def test_a_recorded_call_of_somebody_who_pressed_nothing(plan: Plan) -> None:
    office = shop_office(plan)
    office.wait(25)
    assert ("main", "late") in walk_again(office)


@given(
    flow_documents(),
    st.lists(st.sampled_from(["press 1", "press 12#", "wait", "interrupt 2", "hang up"]), max_size=6),
)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_walk_through_a_flow_the_lint_lets_pass_ends(data: dict[str, Any], script: list[str]) -> None:
    try:
        plan = to_plan(load(data))
    except SettingsError:
        return
    found = rehearse(
        plan, "main", read("\n".join(script)), now=datetime.fromisoformat("2026-03-02T09:00+00:00")
    )
    assert found.end is not None and found.faults == 0
