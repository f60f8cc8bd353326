"""What campaigns say where no agent speaks, on the page: texts, keys, and a flow to begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appliance.config.dialer_flows import outcomes
from appliance.config.flow_nodes import OutcomeNode
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.reports.campaigns import Said, results, with_said
from appliance.store.journal import SqliteJournal
from tests.web.floor import running
from tests.web.site import Browser, Site
from tests.web.typed import form_values
from webui.campaign_figures import funnel, said_rows
from webui.forms.outreach import with_words


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


@pytest.mark.parametrize(
    ("method", "codes"), [("survey", {"11", "12", "13", "14", "15"}), ("reminder", {"21", "22", "23"})]
)
def test_the_method_chosen_by_name_brings_its_flow_and_its_outcomes(
    pages: Site, admin: Browser, method: str, codes: set[str]
) -> None:
    form = admin.text("/campaigns/new/follow_up")
    assert f'value="{method}"' in form
    _make(admin, "follow_up", method=method)
    made = pages.settings().dialer.campaigns[0]
    assert (made.method, made.outreach.flow) == (method, "renewals")
    assert codes <= {one.code for one in made.dispositions}
    flow = next(flow for flow in pages.settings().flows if flow.name == "renewals")
    assert {node.code for node in flow.nodes.values() if isinstance(node, OutcomeNode)} == codes
    again = admin.post(
        "/campaigns/renewals/settings", form_values(admin.text("/campaigns/renewals/settings"))
    )
    assert again.status_code == 303 and pages.settings().dialer.campaigns[0] == made
    check = admin.text("/campaigns/renewals/check")
    assert "/setup/flows/renewals" in check


def test_outcomes_that_a_flow_brings_are_in_the_readers_language(pages: Site) -> None:
    brought = [one.model_dump() for method in ("survey", "reminder") for one in outcomes(method, "follow_up")]
    with pages.app.test_request_context(headers={"Accept-Language": "de"}):
        worded = with_words([{"code": "11", "label": "Mine"}], brought)
    assert worded[0]["label"] == "Mine" and [one["code"] for one in worded].count("11") == 1
    assert not {one["label"] for one in worded} & {one["label"] for one in brought}


def test_answers_are_counted_each_apart_and_in_their_order(pages: Site) -> None:
    noon, zone = datetime(2026, 3, 2, 12, 0, tzinfo=UTC), ZoneInfo("UTC")
    found = with_said(
        results([], [], zone), [Said(noon, "", code) for code in ("13", "11", "13")], zone, frozenset({"13"})
    )
    assert (found.all.keyed, found.all.success) == (3, 2)
    said = [{"code": f"1{digit}", "label": f"Answer {digit}", "success": True} for digit in "12345"]
    rows = said_rows(found, said, {"11", "12", "13"})
    assert [(row.name, row.count, row.share) for row in rows] == [
        ("Answer 1", 1, "33 %"),
        ("Answer 2", 0, "0 %"),
        ("Answer 3", 2, "67 %"),
    ]
    assert said_rows(found, said)[0].name == "Answer 3"
    with pages.app.test_request_context():
        names = [step.name for step in funnel(found.all, speaks=True)]
        assert "Pressed an answer" in names and "Spoke with an agent" not in names
        assert "Pressed an answer" not in [step.name for step in funnel(found.all, speaks=False)]


def test_the_page_of_a_survey_shows_answers_and_no_agents(pages: Site, admin: Browser) -> None:
    _make(admin, "satisfaction_survey", method="survey")
    pages.core.state.campaigns = [running(hearing=3, dropped=0)]
    page = admin.text("/campaigns/renewals")
    assert "<dt>Answered</dt><dd>3</dd>" in page
    assert "No agent is there" not in page and "none allowed" not in page
    attempt: dict[str, JsonValue] = {"attempt": "a", "campaign": "renewals", "number": "+14155550134"}
    journal, now, call = SqliteJournal(pages.records), datetime.now(UTC), CallId("1" * 32)
    journal.append(
        Entry(EntryKind.ATTEMPT_BEGUN, now, call, {**attempt, "kind": "campaign", "verdict": "{}"})
    )
    journal.append(Entry(EntryKind.ATTEMPT_ENDED, now, call, {**attempt, "outcome": "person", "how": ""}))
    journal.append(Entry(EntryKind.DISPOSITION, now, call, {"code": "14"}))
    journal.close()
    page = admin.text("/campaigns/renewals/figures")
    assert "What people answered" in page and "Pressed an answer" in page
    assert page.index("Answer 1") < page.index("Answer 4") < page.index("Answer 5")
    assert "without an agent coming" not in page
