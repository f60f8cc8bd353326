"""Settings of queues and agents reach the core as they were set, and what cannot be is refused in words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from appliance.config.checks import cross_problems
from appliance.config.queue_plan import agent_plan, queue_plan
from appliance.config.queues import AgentSettings, QueueSettings
from appliance.contract.plan import AgentPlan, Choice, OutsidePlan, QueuePlan, Tier

#: A value other than the default for every setting of a queue.
QUEUE: dict[str, Any] = {
    "name": "sales",
    "label": "Sales",
    "strategy": "ring_all",
    "ring_seconds": 21,
    "ring_step_seconds": 6,
    "retry_seconds": 7,
    "reject_seconds": 8,
    "busy_seconds": 9,
    "no_answer_seconds": 11,
    "pause_after_misses": 2,
    "wrap_up_seconds": 12,
    "music": "music/other",
    "record": False,
    "head_start_seconds": 13,
    "vip_seconds": 14,
    "weight": 2,
    "skills": {"tax": 3},
    "relax_seconds": 15,
    "relax_levels": 2,
    "widen_seconds": 16,
    "sticky_seconds": 17,
    "welcome": {"text": "Hello."},
    "comfort": {"text": "Still there."},
    "comfort_seconds": 18,
    "say_position": True,
    "say_wait": True,
    "say_seconds": 19,
    "exits": {"1": {"kind": "hangup"}},
    "maximum_wait_seconds": 20,
    "maximum_waiting": 5,
    "overflow": {"kind": "queue", "target": "help"},
    "overflow_message": {"text": "Sorry."},
    "join": "logged_in",
    "leave": "available",
    "unstaffed": {"kind": "agent", "target": "11"},
    "closing": {"kind": "flow", "target": "main"},
    "return_minutes": 3,
    "escalate_to": "help",
    "whisper": True,
    "callback_key": "2",
    "callback_wait_seconds": 22,
    "callback_group": "mobile",
    "callback_most": 4,
    "callback_tries": 5,
    "callback_retry_seconds": 23,
    "callback_abroad": True,
    "callback_text": False,
}


def test_every_setting_of_a_queue_reaches_the_core() -> None:
    # The number is the directory's, not the queue's.
    assert (
        set(QUEUE) == set(QueueSettings.model_fields) - {"number"} == {one.name for one in fields(QueuePlan)}
    )
    plan, plain = queue_plan(QueueSettings(**QUEUE), "en"), QueuePlan("sales", "Sales")
    same = [name for name in QUEUE if getattr(plan, name) == getattr(plain, name)]
    assert same == ["name", "label"]
    assert plan.closing == Choice("flow", "main") and plan.exits == {"1": Choice("hangup")}


def test_every_setting_of_an_agent_reaches_the_core() -> None:
    told = AgentSettings(
        id="11",
        name="Ana",
        handset="201",
        queues=["sales"],
        skills={"tax": 4, "law": 0},
        tiers={"sales": {"level": 2, "position": 3, "weight": 4}},  # type: ignore[dict-item]
        wrap_up_seconds=0,
        supervisor=True,
        maximum_calls_an_hour=5,
        outside_number="+4930123456",
        outside_group="mobile",
        accept_seconds=9,
        outside_dials=True,
        whisper=False,
    )
    plan = agent_plan(told)
    there = {field.name for field in fields(AgentPlan)} - {"outside"}
    outside = {"outside_number", "outside_group", "accept_seconds", "outside_dials"}
    assert there | outside == set(AgentSettings.model_fields)
    assert plan.outside == OutsidePlan("+4930123456", "mobile", 9, may_dial=True) and not plan.whisper
    assert plan.handset == "201", "the telephone outside is for who has none inside"
    assert agent_plan(told.model_copy(update={"handset": None})).handset == "outside-11"
    assert agent_plan(AgentSettings(id="12", name="Ben")).outside is None
    assert plan.tiers == {"sales": Tier(2, 3, 4)} and plan.skills == {"tax": 4}
    assert plan.wrap_up_seconds == 0 and plan.maximum_calls_an_hour == 5 and plan.supervisor


def test_settings_of_before_still_load() -> None:
    old = {
        "name": "sales",
        "label": "Sales",
        "strategy": "longest_idle",
        "overflow": {"kind": "hangup", "target": ""},
    }
    assert queue_plan(QueueSettings.model_validate(old), "en") == QueuePlan("sales", "Sales")


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("unstaffed", {"kind": "queue", "target": "sales"}, "queues.0.unstaffed.target"),
        ("closing", {"kind": "flow", "target": "gone"}, "queues.0.closing.target"),
        ("exits", {"1": {"kind": "agent", "target": "99"}}, "queues.0.exits.1.target"),
        ("overflow", {"kind": "repeat"}, "queues.0.overflow.kind"),
        ("escalate_to", "gone", "queues.0.escalate_to"),
        ("escalate_to", "sales", "queues.0.escalate_to"),
    ],
)
def test_ways_that_lead_nowhere_are_refused(field: str, value: object, path: str) -> None:
    data = {"queues": [{"name": "sales", "label": "Sales", field: value}], "agents": [], "flows": []}
    assert path in cross_problems(data)


def test_places_in_queues_that_are_not_there_are_refused() -> None:
    data = {"queues": [], "agents": [{"id": "11", "name": "Ana", "tiers": {"gone": {"level": 2}}}]}
    assert "agents.0.tiers.gone" in cross_problems(data)


@pytest.mark.parametrize(
    ("agent", "field"),
    [
        ({"outside_number": "112"}, "outside_number"),
        ({"outside_number": "+4930123456", "outside_group": "gone"}, "outside_group"),
    ],
)
def test_a_telephone_outside_is_on_lines_there_are_and_never_for_emergencies(
    agent: dict[str, str], field: str
) -> None:
    data = {"agents": [{"id": "11", "name": "Ana", **agent}], "queues": [], "flows": []}
    assert set(cross_problems(data)) == {f"agents.0.{field}"}
    with pytest.raises(ValueError, match="outside_number"):
        AgentSettings(id="11", name="Ana", outside_number="call me")
