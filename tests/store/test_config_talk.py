"""Settings of talking: what the core makes of them, and numbers that would mean two things."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.config.defaults import defaults
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.errors import SettingsError
from appliance.contract.talk import KeyedWord, TalkPlan


@pytest.fixture
def data() -> dict[str, Any]:
    return dump(defaults())


def test_settings_from_before_load_and_mean_the_defaults(data: dict[str, Any]) -> None:
    del data["talk"]
    for row in (*data["queues"], *data["flows"]):
        row.pop("number")
    for row in data["agents"]:
        row.pop("supervisor")
    plan = to_plan(load(data))
    assert plan.talk == TalkPlan() and not any(agent.supervisor for agent in plan.agents.values())


def test_the_plan_has_what_was_set(data: dict[str, Any]) -> None:
    data["talk"] |= {"supervision_tone": "all", "park_slots": 3, "record_on_demand": True}
    data["talk"] |= {"dispositions": ["Sold", "No answer"], "breaks": ["Lunch"]}
    data["queues"][0]["number"] = "300"
    data["flows"][0]["number"] = "301"
    data["agents"][0]["supervisor"] = True
    data["handsets"][0]["pickup_group"] = "shop"
    plan = to_plan(load(data))
    assert plan.talk.supervision_tone == "all" and plan.talk.park_slots == 3 and plan.talk.record_on_demand
    assert plan.talk.dispositions == (
        KeyedWord("1", "Sold", "Sold"),
        KeyedWord("2", "No answer", "No answer"),
    )
    assert plan.talk.breaks == (KeyedWord("1", "Lunch", "Lunch"),)
    assert plan.talk.numbers == {"300": ("queue", "sales"), "301": ("flow", "main")}
    assert plan.agents["11"].supervisor and plan.handsets["201"].pickup_group == "shop"


@pytest.mark.parametrize("number", ["201", "11"])
def test_a_number_means_one_thing(data: dict[str, Any], number: str) -> None:
    data["queues"][0]["number"] = number
    with pytest.raises(SettingsError) as refused:
        load(data)
    assert f"{number} is the number of" in refused.value.problems["queues.0.number"]


def test_a_queue_and_a_flow_cannot_share_a_number(data: dict[str, Any]) -> None:
    data["queues"][0]["number"] = data["flows"][0]["number"] = "300"
    with pytest.raises(SettingsError) as refused:
        load(data)
    assert refused.value.problems == {"flows.0.number": "300 is the number of queue sales already."}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("supervision_tone", "some"),
        ("park_slots", 0),
        ("dispositions", [str(n) for n in range(10)]),
        ("breaks", [""]),
    ],
)
def test_what_cannot_be_is_refused(data: dict[str, Any], field: str, value: object) -> None:
    data["talk"][field] = value
    with pytest.raises(SettingsError) as refused:
        load(data)
    assert any(path.startswith(f"talk.{field}") for path in refused.value.problems)
