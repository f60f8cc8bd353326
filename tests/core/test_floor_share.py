"""Blended work by share: so many of a campaign's agents wait for it, the others for callers."""

from __future__ import annotations

import pytest

from appliance.config.dialer import CampaignSettings
from appliance.config.dialer_plan import campaign_plan
from appliance.contract.campaigns import WorkPlan
from tests.core.floor_hall import FloorHall


def calling(share: float, *agents: str) -> FloorHall:
    hall = FloorHall(work=WorkPlan(required=False, share=share))
    hall.start(*agents)
    hall.wait(2)
    return hall


@pytest.mark.parametrize(("share", "out"), [(1.0, 4), (0.75, 3), (0.5, 2), (0.3, 1), (0.01, 1)])
def test_so_many_agents_are_the_campaigns(share: float, out: int) -> None:
    hall = calling(share, "11", "12", "13", "14")
    assert len(hall.out()) == out
    hall.wait(20)
    assert len(hall.out()) == out


def test_a_caller_finds_an_agent_while_the_campaign_calls_on() -> None:
    hall = calling(0.5, "11", "12")
    (dialled,) = hall.out()
    caller = next(line for line in hall.trunks if hall.trunks[line] is not dialled)
    hall.caller_in_queue(caller, "+14155550188")
    hall.wait(1)
    ringing = [name for name, handset in hall.handsets.items() if handset.ringing is not None]
    assert len(ringing) == 1, "the agent who is not the campaign's"
    assert dialled.leg is not None, "nobody who is being called was dropped for it"


def test_one_agent_alone_works_for_both() -> None:
    assert len(calling(0.5, "11").out()) == 1


def test_the_setting_says_it_in_percent() -> None:
    assert campaign_plan(CampaignSettings(name="a", label="A"), "US").work.share == 1.0
    assert campaign_plan(CampaignSettings(name="a", label="A", agents_percent=40), "US").work.share == 0.4
