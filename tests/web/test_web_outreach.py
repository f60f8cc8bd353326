"""What campaigns say where no agent speaks, on the page: texts, keys, and a flow to begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from appliance.reports.campaigns import Said, results, with_said
from tests.web.site import Browser, Site
from tests.web.typed import form_values


def _make(admin: Browser, trade: str, **typed: Any) -> None:
    values = form_values(admin.text(f"/campaigns/new/{trade}"))
    answer = admin.post(f"/campaigns/new/{trade}", {**values, "label": "Renewals", **typed})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def test_what_is_said_without_an_agent_and_a_flow_to_begin_with(pages: Site, admin: Browser) -> None:
    _make(
        admin,
        "payment_reminder",
        **{
            "outreach.company": "Acme",
            "outreach.number": "+493012345",
            "outreach.key": "8",
            "outreach.flow": "+",
            "outreach.leave_message": "on",
            "outreach.machine.text": "Dear {lead.name}, call {campaign.number}.",
        },
    )
    (made,), told = pages.settings().dialer.campaigns, pages.settings().dialer.campaigns[0].outreach
    assert (told.company, told.number, told.key, told.flow) == ("Acme", "+493012345", "8", "renewals")
    assert told.leave_message and told.machine.text.startswith("Dear") and told.beep_seconds == 30
    flow = next(flow for flow in pages.settings().flows if flow.name == "renewals")
    assert {node.kind for node in flow.nodes.values()} >= {"opt_out", "outcome", "queue"}
    page = admin.text(f"/campaigns/{made.name}/settings")
    assert 'value="renewals" selected' in page and "Dear {lead.name}" in page
    values = {**form_values(page), "outreach.dropped.text": "Sorry, {name}"}
    answer = admin.post(f"/campaigns/{made.name}/settings", values)
    assert answer.status_code == 422 and "is no field" in unescape(answer.get_data(as_text=True))


def test_a_key_that_means_something_else_is_refused_in_its_place(pages: Site, admin: Browser) -> None:
    _make(admin, "telemarketing", **{"outreach.flow": "+"})
    (made,) = pages.settings().dialer.campaigns
    values = form_values(admin.text(f"/campaigns/{made.name}/settings"))
    answer = admin.post(f"/campaigns/{made.name}/settings", {**values, "outreach.key": "1"})
    assert answer.status_code == 422 and "choose another" in answer.get_data(as_text=True)


def test_what_was_keyed_counts_for_the_campaign_and_for_no_agent() -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    zone = ZoneInfo("UTC")
    words = [Said(noon, "", "1"), Said(noon, "11", "1")]
    found = with_said(results([], [], zone), words, zone, frozenset("1"))
    assert found.said == {"1": 2} and list(found.agents) == ["11"]
    assert found.hours[12].success == 2
