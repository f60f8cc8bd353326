"""A campaign rehearsed on the real core, with people who are not there."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.config.defaults import defaults
from appliance.config.dialer_flows import outcomes, starter_flow
from appliance.config.dialer_trades import campaign_of
from appliance.config.plan import to_plan
from appliance.config.schema import Settings, dump, load
from appliance.contract.campaign_look import CheckLook, RehearsalLook
from appliance.contract.campaigns import DialMethod
from appliance.contract.errors import ControlError
from appliance.contract.leads import Outcome
from appliance.planning.campaign_desk import CampaignRehearsals, in_a_worker
from appliance.planning.campaign_people import ENOUGH_DIALS, GUESS, People, World, world_of
from appliance.planning.campaign_run import Wished, rehearse_campaign
from appliance.planning.campaign_worker import rehearsed

LINES = tuple(f"gsm{number}" for number in range(6))
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def settings(method: str = "progressive", **more: Any) -> Settings:
    data = dump(defaults())
    queue = data["queues"][0]["name"]
    row = campaign_of("telemarketing", "spring", "Spring").model_dump(mode="json")
    row |= {"method": method, "queue": queue, **more}
    if DialMethod(method).speaks:
        data["flows"].append(starter_flow(method, "telemarketing", "f", "F", queue).model_dump(mode="json"))
        row["outreach"]["flow"] = "f"
        row["dispositions"] += [one.model_dump() for one in outcomes(method, "telemarketing")]
    data["dialer"]["campaigns"] = [row]
    data["trunks"] = [
        {"kind": "gsm", "name": name, "label": name, "flow": "main", "port": f"/dev/{name}"} for name in LINES
    ]
    data["trunk_groups"] = {"outside": list(LINES)}
    return load(data)


def run(
    method: str = "progressive", agents: int = 2, people: int = 25, world: World | None = None, **more: Any
) -> RehearsalLook:
    wished = Wished("spring", agents, people, LINES, more.pop("seed", 1))
    return rehearse_campaign(to_plan(settings(method, **more)), wished, world or World())


ALL_ANSWER = World({Outcome.PERSON: 1.0}, talk_seconds=30.0, wrap_up_seconds=5.0)


@pytest.mark.parametrize("method", list(DialMethod))
def test_every_method_calls_all_and_ends(method: DialMethod) -> None:
    found = run(method.value)
    assert found.faults == 0 and found.dials >= 25 and found.finish_hours is not None
    assert found.per_hour == pytest.approx(found.dials * 3600 / found.seconds, abs=0.1)
    assert sum(dials for dials, _, _ in found.bins) == found.dials
    assert sum(persons for _, persons, _ in found.bins) == found.persons
    assert found.events[0][1:3] == ("dialled", "1") and len(found.events) == 20
    if method.speaks:
        assert 0 < found.keyed <= found.persons
    else:
        assert found.joined + found.dropped == found.persons and found.keyed == 0
        assert found.talking_percent is not None and 0 < found.talking_percent < 100


def test_progressive_drops_nobody_although_all_answer_at_once() -> None:
    found = run(agents=3, world=ALL_ANSWER)
    assert (found.persons, found.joined, found.dropped, found.drop_percent) == (25, 25, 0, 0.0)
    assert [what for _, what, _, _ in found.events[:3]] == ["dialled"] * 3
    assert found.events[3][1] == "answered_person" and found.events[4][1] == "joined"


def test_what_drops_is_counted_against_the_limit() -> None:
    found = run("power", agents=2, people=40, world=ALL_ANSWER, ratio=4.0, drop_limit_percent=3.0)
    assert found.dropped > 0 and found.joined + found.dropped == found.persons
    assert found.drop_percent == pytest.approx(100 * found.dropped / found.persons, abs=0.1)
    assert found.limit_percent == 3.0


def test_machines_are_heard_by_agents_unless_they_are_told_from_people() -> None:
    machines = World({Outcome.MACHINE: 1.0})
    assert any(what == "joined_machine" for _, what, _, _ in run(world=machines).events)
    told = run(world=machines, machines="balanced")
    assert told.events and not any(what.startswith("joined") for _, what, _, _ in told.events)


def test_more_agents_call_more_and_the_same_seed_calls_the_same() -> None:
    few, many = run(agents=1), run(agents=4)
    assert many.per_hour > 1.5 * few.per_hour and run(agents=1) == few
    assert run(agents=1, seed=2) != few


def test_wrap_up_that_is_asked_for_lasts() -> None:
    quick = run(world=replace(ALL_ANSWER, wrap_up_seconds=1.0), agents=1)
    slow = run(world=replace(ALL_ANSWER, wrap_up_seconds=60.0), agents=1)
    assert slow.per_hour < 0.7 * quick.per_hour


def test_without_agents_or_lines_it_says_what_is_missing() -> None:
    with pytest.raises(ControlError) as refused:
        run(agents=0)
    assert set(refused.value.problems) == {"agents"}
    with pytest.raises(ControlError) as refused:
        rehearse_campaign(to_plan(settings()), Wished("spring", 2, 10, ()), World())
    assert "lines" in refused.value.problems


def test_people_are_as_in_the_campaigns_own_calls_once_there_are_enough() -> None:
    few = world_of({"person": 5, "busy": 5}, 5, 300.0)
    assert (few.shares, few.talk_seconds, few.known) == (GUESS, 120.0, False)
    own = {"person": 90, "dropped": 10, "busy": 100, "line_fault": 50, "": 3, "of a newer box": 1}
    known = world_of(own, 90, 75.0)
    assert known.shares == {Outcome.PERSON: 0.5, Outcome.BUSY: 0.5}
    assert (known.talk_seconds, known.known) == (75.0, True) and ENOUGH_DIALS <= 200
    people = People(known, 4)
    drawn = [people.draw().fate for _ in range(400)]
    assert 0.4 < drawn.count(Outcome.PERSON) / len(drawn) < 0.6


def test_what_is_asked_for_and_one_at_a_time(tmp_path: Path) -> None:
    here = settings()
    desk = CampaignRehearsals(tmp_path / "none.sqlite", lambda: here, lambda: NOW, rehearsed)
    look = CheckLook("spring", True, leads=20, allowed=12, lines=LINES[:3])
    found = desk.rehearse(look, 2)
    assert (found["lines"], found["people"], found["agents"], found["known"]) == (3, 12, 2, False)
    assert found["dials"] >= 12 and found["faults"] == 0
    assert desk.rehearse(replace(look, lines=(), allowed=0), 2)["people"] == 20
    with pytest.raises(ControlError) as refused:
        desk.rehearse(look, 0)
    assert set(refused.value.problems) == {"agents"}
    with pytest.raises(ControlError, match="lists"):
        desk.rehearse(replace(look, leads=0), 2)
    with pytest.raises(ControlError, match="no campaign gone"):
        desk.rehearse(replace(look, campaign="gone"), 2)
    with desk._lock, pytest.raises(ControlError, match="still going on"):
        desk.rehearse(look, 2)


@pytest.mark.timeout(300)
def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    wished = Wished("spring", 0, 5, LINES)
    job = {"settings": dump(settings()), "wished": asdict(wished), "records": str(tmp_path / "none")}
    with pytest.raises(ControlError) as refused:  # as soon as it has begun: quick
        in_a_worker({**job, "now": NOW.isoformat()}, (), 280.0)
    assert set(refused.value.problems) == {"agents"}
    with pytest.raises(ControlError, match="unexpectedly"):
        in_a_worker({}, (), 280.0)
