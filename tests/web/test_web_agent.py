"""The agent's page: the person with fields and script, how it went, preview, a number by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest

from appliance.contract.campaign_look import LeadLook
from tests.web.floor import LEAD
from tests.web.site import Browser, Site, said
from tests.web.typed import form_values
from webui.agent_view import MOMENT, Desk

JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(pages: Site, admin: Browser) -> Browser:
    """Ana's page, in a campaign that agents look at people in."""
    values = form_values(admin.text("/campaigns/new/renewals"))
    assert admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"}).status_code == 303
    assert admin.post("/agent/me", {"agent": "11"}).status_code == 303
    return admin


def _given(pages: Site, mark: str = "m1", **more: object) -> None:
    pages.core.floor.lead = replace(LEAD, **more)  # type: ignore[arg-type]
    pages.core.state.agents[0].lead = mark


def test_who_sits_here_is_asked_first(pages: Site, admin: Browser) -> None:
    assert "choose your name" in admin.text("/agent")
    admin.post("/agent/me", {"agent": "12"})
    assert "<h1>Ben</h1>" in admin.text("/agent")


def test_without_a_person_the_next_one_can_be_asked_for(pages: Site, desk: Browser) -> None:
    text = desk.text("/agent")
    assert "Next person of Renewals" in text and 'action="/agent/11/hand"' in text
    assert desk.post("/agent/11/next", {"campaign": "renewals"}, headers=JSON).status_code == 204
    assert pages.core.floor.asked == [("next", "11", "renewals")]


def test_a_person_to_look_at(pages: Site, desk: Browser) -> None:
    _given(pages, dial_in=12.0)
    text = unescape(desk.text("/agent"))
    assert "Ada <Lovelace>" in text and "1 try before" in text
    assert 'data-send="phone=0"' in text and 'data-send="phone=1"' not in text  # the other one is no number
    assert "Good day Ada <Lovelace>, your contract A-17." in text and "Thank you, {unknown}." in text
    assert 'name="f.promised"' in text and 'value="2026-12-31"' in text
    assert 'action="/agent/11/hand"' in text  # another number may be dialled as well
    assert "Dials by itself in" in text and "How did it go?" not in text


def test_dialling_and_skipping(pages: Site, desk: Browser) -> None:
    assert desk.post("/agent/11/dial", {"phone": "0"}, headers=JSON).status_code == 204
    assert desk.post("/agent/11/dial", {}, headers=JSON).status_code == 204
    assert desk.post("/agent/11/skip", {"reason": " Was called \n lately "}, headers=JSON).status_code == 204
    assert pages.core.floor.asked == [
        ("dial", "11", 0),
        ("dial", "11", None),
        ("skip", "11", "Was called lately"),
    ]
    refused = desk.post("/agent/11/skip", {"reason": " "}, headers=JSON)
    assert refused.status_code == 409 and "Say why" in said(refused)["error"]


def test_who_may_not_be_called(pages: Site, desk: Browser) -> None:
    _given(pages, "m3", stage="refused", refusals=(("hours", "Europe/Berlin", "21:10", "law"),))
    text = desk.text("/agent")
    assert "Outside the legal hours: 21:10 in Europe/Berlin." in text and "To the next one" in text
    assert "/agent/11/dial" not in text


def test_a_number_by_hand(pages: Site, desk: Browser) -> None:
    typed = {"campaign": "renewals", "number": "+1 (415) 555-0100"}
    assert desk.post("/agent/11/hand", typed, headers=JSON).status_code == 204
    assert pages.core.floor.asked == [("hand", "11", "renewals", "+14155550100")]
    refused = desk.post("/agent/11/hand", {**typed, "number": "5550100"}, headers=JSON)
    assert said(refused)["error"] == "This is not a whole telephone number."


def test_how_it_went(pages: Site, desk: Browser) -> None:
    _given(pages, stage="talking", outcome="person")
    text = desk.text("/agent")
    assert "needed before the next call" in text and 'data-keys="12"' in text and "A person answered" in text
    answer = desk.post("/agent/11/say", {"code": "1", "f.promised": " 20 ", "other": "x"}, headers=JSON)
    assert answer.status_code == 204
    assert pages.core.floor.asked[-1] == (
        "said", "11", "1", {"fields": {"promised": "20"}, "due": None, "own": False},
    )  # fmt: skip
    _given(pages, "m2", stage="wrap_up", disposition="1")
    assert "Noted: Renewed." in desk.text("/agent")


def test_a_call_that_is_promised(pages: Site, desk: Browser) -> None:
    settings = pages.settings()
    settings.box.timezone = "Europe/Berlin"
    pages.save(settings)
    later = (datetime.now() + timedelta(days=400)).replace(month=7, microsecond=0, second=0)  # noqa: DTZ005
    typed = {"code": "2", "later.2": "yes", "due.2": f"{later:%Y-%m-%dT%H:%M}", "own.2": "mine"}
    assert desk.post("/agent/11/say", typed, headers=JSON).status_code == 204
    _said, _who, _code, told = pages.core.floor.asked[-1]
    assert told == {"fields": {}, "due": f"{later:%Y-%m-%dT%H:%M}:00+02:00", "own": True}
    for due, words in (("", "Choose day and time"), ("2020-01-01T10:00", "That time has passed")):
        refused = desk.post("/agent/11/say", {**typed, "due.2": due}, headers=JSON)
        assert refused.status_code == 409 and words in said(refused)["error"]


def test_the_core_is_asked_for_a_person_once_for_each_change(pages: Site, desk: Browser) -> None:
    def asked() -> int:
        return pages.core.floor.asked.count(("present", "11"))

    path = "/live/part?view=agent&of=11"
    desk.get(path)
    assert asked() == 0  # nobody is there
    _given(pages, "a mark of this test")
    assert "Lovelace" in desk.get(path).get_data(as_text=True)
    before = asked()
    _given(pages, "another mark", name="Grace")
    assert "Grace" in desk.get(path).get_data(as_text=True)
    assert asked() == before + 1


def test_a_person_is_kept_for_a_moment_and_no_longer() -> None:
    time, asked = [100.0], []

    def ask(agent: str) -> LeadLook:
        asked.append(agent)
        return replace(LEAD, seconds=4.0, dial_in=10.0)

    kept = Desk(lambda: time[0])
    kept.lead("11", "a", ask)
    time[0] += 1.5
    found = kept.lead("11", "a", ask)
    assert asked == ["11"] and found is not None
    assert (found.seconds, found.dial_in) == (5.5, 8.5)
    kept.lead("11", "b", ask)
    time[0] += MOMENT + 0.1
    kept.lead("11", "b", ask)
    assert len(asked) == 3


def test_an_agent_that_is_gone(pages: Site, desk: Browser) -> None:
    pages.core.state.agents.clear()
    assert "No agent is set up." in desk.text("/agent")
    assert "Nothing is known" in desk.get("/live/part?view=agent&of=11").get_data(as_text=True)
