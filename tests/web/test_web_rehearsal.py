"""A rehearsal of a campaign on the page: in words, with a small picture, and nothing that is dialled."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from appliance.contract.leads import Outcome
from tests.web.floor import REHEARSAL
from tests.web.site import Browser, Site
from tests.web.typed import form_values
from webui.rehearsal_view import rehearsed


@pytest.fixture
def made(admin: Browser) -> Browser:
    values = form_values(admin.text("/campaigns/new/renewals"))
    assert admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"}).status_code == 303
    return admin


def test_it_is_asked_for_with_so_many_agents_and_told_in_words(pages: Site, made: Browser) -> None:
    page = made.text("/campaigns/renewals")
    assert 'action="/campaigns/renewals/rehearsal"' in page and "Nobody is called." in page
    text = unescape(made.text("/campaigns/renewals/rehearsal?agents=4"))
    assert ("rehearse", "renewals", 4) in pages.core.floor.asked
    for words in (
        "4 agents, 1 line, 400 people to call",
        "80 calls an hour",
        "61 % of their time",
        "1 of 20 people, 5 % of at most 3 %",
        "above the limit",
        "about 5 hours",
        "From minute 5: 70 dialled, 16 answered, 16 reached",
        "0:14</span> Person 1 speaks with an agent.",
        "Person 2: Busy.",
        "60 minutes were rehearsed, with people by a first guess",
    ):
        assert words in text, words
    assert text.count("<rect") == 4


def test_what_is_missing_is_said_and_nothing_else(pages: Site, made: Browser) -> None:
    answer = made.get("/campaigns/renewals/rehearsal?agents=0", headers={"Accept": "text/html"})
    assert answer.status_code == 409
    assert "No agent of the queue is logged in." in unescape(answer.get_data(as_text=True))
    assert made.get("/campaigns/renewals/rehearsal?agents=99").status_code == 422
    assert made.get("/campaigns/nothing/rehearsal").status_code == 404
    pages.core.floor.rehearsal = replace(REHEARSAL, dials=0, why=(("no_free_line", "outside"),))
    text = made.text("/campaigns/renewals/rehearsal?agents=2")
    assert "Nothing was dialled" in text and "No line is free" in text and "calls an hour" not in text


def test_where_a_flow_speaks_the_keys_count(pages: Site) -> None:
    look = replace(REHEARSAL, method="survey", agents=0, keyed=9, dropped=0, talking_percent=None, known=True)
    row = {"queue": None, "trunk_group": "outside"}
    with pages.app.test_request_context():
        said = rehearsed(look, row, str.upper, str)
    assert ("Pressed a key", "9 of 20 people") in said.facts
    assert not {"Agents talk", "Without an agent"} & {what for what, _ in said.facts}
    assert "your own calls" in said.people and said.events[0][1].endswith("on GSM1.")


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_every_event_has_words(pages: Site, language: str) -> None:
    whats = ["dialled", "joined", "joined_machine", "keyed", "talked"]
    whats += [f"{how}_{one.value}" for how in ("answered", "over") for one in Outcome]
    look = replace(REHEARSAL, events=tuple((1.0, what, "7", "gsm1") for what in whats))
    row = {"queue": None, "trunk_group": "outside"}
    with pages.app.test_request_context(headers={"Accept-Language": language}):
        said = [text for _when, text in rehearsed(look, row, str, str).events]
    assert all("7" in text and "_" not in text and "%" not in text for text in said), said
