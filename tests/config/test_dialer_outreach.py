"""What a campaign says without an agent: settings, what is wrong with them, and what the core gets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.dialer import problems_of
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.errors import SettingsError
from appliance.contract.flow import OptOutNode, OutcomeNode
from appliance.contract.media import Speech
from appliance.contract.outreach import OutreachPlan

FLOW: dict[str, Any] = {
    "name": "press_one",
    "label": "Press 1",
    "start": "ask",
    "otherwise": "bye",
    "nodes": {
        "ask": {
            "kind": "menu",
            "prompt": {
                "text": "Good day {lead.name}, this is {campaign.company}. Press 1 or {campaign.key}."
            },
            "keys": {"1": {"to": "yes"}, "9": {"to": "never"}},
        },
        "yes": {"kind": "outcome", "code": "1", "next": "bye"},
        "never": {"kind": "opt_out", "campaign_only": True, "next": "bye"},
        "bye": {"kind": "hangup"},
    },
}
SAID = [{"code": "1", "label": "Yes"}]


def settings(flows: list[dict[str, Any]] | None = None, **row: Any) -> dict[str, Any]:
    campaign = {"name": "spring", "label": "Spring", "dispositions": SAID, **row}
    return {"box": {"name": "Acme"}, "flows": flows or [], "dialer": {"campaigns": [campaign]}}


def refused(data: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(data)
    return caught.value.problems


def test_settings_become_what_the_core_says() -> None:
    talk = {
        "flow": "press_one",
        "leave_message": True,
        "machine": {"text": "Call us.", "languages": {"de": {"text": "Rufen Sie an, {lead.name}."}}},
        "dropped": {"text": ""},
        "everywhere": False,
    }
    data = settings([FLOW], outreach={**talk, "number": "+49301112233"}, language="en")
    plan = to_plan(load(data))
    told = plan.campaigns["spring"].outreach
    assert (told.company, told.number, told.everywhere, told.flow) == (
        "Acme",
        "+49301112233",
        False,
        "press_one",
    )
    assert told.dropped == {}, "the box's own words"
    assert told.machine == {
        "": (Speech("Call us.", "en"),),
        "de": (Speech("Rufen Sie an, {lead.name}.", "de"),),
    }
    nodes = plan.flows["press_one"].nodes
    assert nodes["never"] == OptOutNode(exits={"next": "bye", "error": "bye"}, campaign_only=True)
    assert isinstance(nodes["yes"], OutcomeNode)
    assert load(dump(load(data))) == load(data)


def test_a_campaign_that_knows_nothing_of_it_still_loads() -> None:
    plan = to_plan(load(settings()))
    assert plan.campaigns["spring"].outreach == OutreachPlan(company="Acme")


@pytest.mark.parametrize(
    ("row", "path", "part"),
    [
        ({"outreach": {"flow": "nowhere"}}, "flow", "There is no flow nowhere."),
        ({"outreach": {"flow": "press_one"}, "dispositions": []}, "flow", "the outcome 1"),
        ({"outreach": {"leave_message": True}}, "machine", "nothing to say"),
        ({"outreach": {"machine": {"text": "Dear {name}"}}}, "machine", "{name} is no field"),
        ({"outreach": {"dropped": {"text": "{lead.due:month}"}}}, "dropped", "{lead.due:month} is no field"),
        ({"outreach": {"key": "12"}}, "key", ""),
    ],
)
def test_what_cannot_be_is_said_in_its_place(row: dict[str, Any], path: str, part: str) -> None:
    problems = refused(settings([FLOW], **row))
    assert part in problems[f"dialer.campaigns.0.outreach.{path}"]


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["press_one", "outcome"]),
    lambda more: (
        st.lists(more, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "outreach",
                    "flow",
                    "dropped",
                    "machine",
                    "languages",
                    "text",
                    "nodes",
                    "kind",
                    "code",
                    "name",
                ]
            ),
            more,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANY, ANY, ANY)
def test_any_data_gives_problems_and_no_fault(talk: object, flow: object, codes: object) -> None:
    row = {"name": "spring", "outreach": talk, "dispositions": codes}
    list(problems_of({"flows": [flow, FLOW], "dialer": {"campaigns": [row]}}))
