"""Static agents: at their own handset without logging in, as a desk-top exchange has them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.config.checks import cross_problems
from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from tests.core.office import Office, make_plan


def office_of(always: bool = True) -> Office:
    plan = make_plan()
    mine = replace(plan.agents["11"], always=always)
    return Office(replace(plan, agents={**plan.agents, "11": mine}))


def test_who_is_always_there_is_offered_calls_from_the_start() -> None:
    office = office_of()
    assert office.status("11") == "available" and office.status("12") == "logged_out"
    line, phone = office.talk()
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)
    line.hang_up()
    office.wait(15)
    office.check_quiet()


def test_a_break_is_possible_and_logging_out_is_not() -> None:
    office = office_of()
    with pytest.raises(CallboxError, match="always there; a break is possible"):
        office.system.set_agent_status("11", "logged_out", None, None, "page")
    office.system.set_agent_status("11", "on_break", None, None, "page")
    office.wait(60)
    assert office.status("11") == "on_break", "nobody is brought back from it"
    office.system.set_agent_status("11", "available", None, None, "page")
    assert office.status("11") == "available"


def test_somebody_else_may_sit_there_and_goes_again() -> None:
    office = office_of()
    office.system.set_agent_status("12", "available", None, "201", "page")
    office.pump()
    assert (office.status("11"), office.status("12")) == ("logged_out", "available")
    office.system.set_agent_status("12", "logged_out", None, None, "page")
    office.pump()
    assert (office.status("11"), office.status("12")) == ("available", "logged_out")


def test_the_settings_bring_them_and_let_them_go() -> None:
    office = office_of(always=False)
    assert office.status("11") == "logged_out"
    mine = replace(office.plan.agents["11"], always=True)
    office.change(agents={**office.plan.agents, "11": mine})
    assert office.status("11") == "available"
    office.change(agents={**office.plan.agents, "11": replace(mine, always=False)})
    office.system.set_agent_status("11", "logged_out", None, None, "page")
    office.wait(5)
    assert office.status("11") == "logged_out"


def test_a_break_outlives_a_restart() -> None:
    before = office_of()
    before.system.set_agent_status("11", "on_break", None, None, "page")
    after = office_of()
    after.system.restore_agents(before.entries(EntryKind.AGENT_STATUS))
    assert after.status("11") == "on_break"


def test_they_need_a_handset() -> None:
    agent = {"id": "11", "name": "Ana", "always": True}
    assert "agents.0.handset" in cross_problems({"agents": [agent]})
    assert "agents.0.handset" not in cross_problems({"agents": [{**agent, "outside_number": "+4930123456"}]})
    assert "agents.0.handset" not in cross_problems({"agents": [{**agent, "always": False}]})
