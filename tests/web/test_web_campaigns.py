"""Campaigns on the pages: a new one in few questions, how it goes told by the stream, the look before."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from appliance.config.dialer_script import filled, script_of, script_problems
from appliance.config.dialer_trades import TRADES
from appliance.contract.campaign_look import CheckLook, Halt
from appliance.contract.dialling import Why
from appliance.contract.leads import Outcome
from appliance.core.dialer.pacing import Reason
from appliance.store.journal import SqliteJournal
from appliance.store.leads import LeadStore
from tests.web.floor import running
from tests.web.history import START
from tests.web.site import Browser, Site, said
from tests.web.typed import form_values
from webui import campaign_words, dial_words, trade_words


def _make(admin: Browser, trade: str = "renewals", **typed: Any) -> None:
    values = form_values(admin.text(f"/campaigns/new/{trade}"))
    answer = admin.post(f"/campaigns/new/{trade}", {**values, "label": "Renewals", **typed})
    assert answer.status_code == 303, answer.get_data(as_text=True)


@pytest.mark.parametrize("trade", TRADES)
def test_a_campaign_of_each_trade(pages: Site, admin: Browser, trade: str) -> None:
    assert f"/campaigns/new/{trade}" in admin.text("/campaigns/new")
    _make(admin, trade)
    (made,) = pages.settings().dialer.campaigns
    assert (made.name, made.label, made.trade) == ("renewals", "Renewals", trade)
    assert made.queue == "sales" and made.dispositions and made.script
    before = pages.settings()
    answer = admin.post(
        "/campaigns/renewals/settings", form_values(admin.text("/campaigns/renewals/settings"))
    )
    assert answer.status_code == 303 and pages.settings() == before


@pytest.mark.parametrize("language", ["de", "es"])
def test_first_words_are_in_the_reader_s_language_and_scripts_lead_on(pages: Site, language: str) -> None:
    english = {str(text) for text in trade_words.SCRIPTS.values()}
    with pages.app.test_request_context(headers={"Accept-Language": language}):
        scripts = [str(text) for text in trade_words.SCRIPTS.values()]
        labels = [str(text) for text in trade_words.LABELS.values()]
    assert not english & set(scripts)
    assert [list(script_problems(script)) for script in scripts] == [[]] * len(scripts)
    assert max(map(len, labels)) <= 60


def test_first_labels_have_words() -> None:
    used = {one["label"] for row in TRADES.values() for one in row["dispositions"]}
    assert used <= trade_words.LABELS.keys()
    assert TRADES.keys() == trade_words.TRADES.keys() == trade_words.SCRIPTS.keys()


def test_all_that_can_be_typed_is_saved(pages: Site, admin: Browser) -> None:
    journal = SqliteJournal(pages.records)
    store = LeadStore(journal, lambda: START)
    first, second = store.new_list("Old customers", "a.csv"), store.new_list("Fair", "b.csv")
    journal.close()
    typed: dict[str, Any] = {
        "lists": [first, second],
        f"lists.{second}": "3",
        "caller_id": "+1 (415) 555-0100",
        "hours.0.start": ["09:00", ""],
        "hours.0.end": ["17:30", ""],
        "countries": "US, CA",
        "lead_caps.week": "2",
        "again.busy": "on",
        "again.busy.minutes": "45",
        "again.busy.next_number": "on",
        "drop_limit_percent": "2,5",
        "ratio": "1.8",
        "machines": "balanced",
        "wrap_up_seconds": "15",
        "auto_answer": "on",
    }
    _make(admin, **typed)
    (made,) = pages.settings().dialer.campaigns
    assert [(one.list, one.weight) for one in made.lists] == [(first, 1), (second, 3)]
    assert made.caller_id == "+14155550100" and made.countries == ["US", "CA"]
    assert [(span.day, f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in made.hours] == [
        (0, "09:00", "17:30")
    ]
    rule = made.again["busy"]
    assert (rule.minutes, rule.next_number, made.lead_caps.week) == (45, True, 2)
    assert (made.drop_limit_percent, made.ratio, made.machines) == (2.5, 1.8, "balanced")
    assert (made.wrap_up_seconds, made.auto_answer) == (15, True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"label": ""}, "This is needed."),
        ({"caller_id": "0415"}, "A number with + and the country code"),
        ({"drop_limit_percent": "4"}, "It must be at most 3."),
        ({"most_tries": "many"}, "A whole number is wanted"),
        ({"script": "Hello\n> Yes -> nowhere"}, "there is no part nowhere"),
        ({"dispositions.code": ["1", "1", "2", "3", "4", "5", "", "", ""]}, "the same code"),
        ({"dispositions.code": ["1234", "1", "2", "3", "4", "5", "", "", ""]}, "has 1 to 3 digits"),
        ({"fields": "Amount"}, "A field has small letters"),
        ({"lists": ["gone"]}, "There is no such list."),
        ({"queue": "gone"}, "There is no queue gone."),
        ({"number_caps.day": "0"}, "It must be at least 1."),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(
    pages: Site, admin: Browser, typed: dict[str, Any], words: str
) -> None:
    values = form_values(admin.text("/campaigns/new/renewals"))
    answer = admin.post("/campaigns/new/renewals", {**values, "caller_id": "+14155550199", **typed})
    text = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422 and "Nothing was saved" in text
    assert words in text and ("caller_id" in typed or "+14155550199" in text)
    assert pages.settings().dialer.campaigns == []


def test_a_queue_that_a_campaign_needs_is_not_deleted(pages: Site, admin: Browser) -> None:
    _make(admin)
    text = admin.post("/setup/queues/sales/delete").get_data(as_text=True)
    assert "/campaigns/renewals/settings" in text and "nothing was deleted" in text


def test_deleting(pages: Site, admin: Browser) -> None:
    _make(admin)
    assert admin.post("/campaigns/renewals/delete").status_code == 303
    assert pages.settings().dialer.campaigns == []
    assert admin.get("/campaigns/renewals").status_code == 404
    assert admin.get("/campaigns/new/gardening").status_code == 404


# ------------------------------------------------------------------------------ while it goes


def test_the_list_shows_how_campaigns_go(pages: Site, admin: Browser) -> None:
    _make(admin)
    pages.core.state.campaigns = [
        running(
            dialling=1, ringing=2, talking=3, drop_percent=1.25, drop_percent_30=0.5, limit_percent=3, left=44
        )
    ]
    text = admin.text("/campaigns")
    assert "<dt>Ringing</dt><dd>2</dd>" in text and "<dt>Talking</dt><dd>3</dd>" in text
    assert "1.2 % / 3 %" in text and "0.5 % / 3 %" in text and "<strong>44</strong>" in text
    assert "Ringing" in admin.get("/live/part?view=campaigns").get_data(as_text=True)
    assert "/campaigns/renewals/pause" in admin.get("/live/part?view=campaign&of=renewals").get_data(
        as_text=True
    )


def test_why_nothing_is_dialled(pages: Site, admin: Browser) -> None:
    _make(admin)
    look = running(state="halted", why=(("no_agents", "sales"),))
    pages.core.state.campaigns = [look]
    for path in ("/campaigns", "/campaigns/renewals"):
        text = admin.text(path)
        assert "Dialling stopped: no agent of Sales is there to take calls." in text, path
        assert "Cannot dial" in text


def test_telling_a_campaign_what_to_do(pages: Site, admin: Browser) -> None:
    _make(admin)
    for do in ("start", "pause", "resume", "stop"):
        answer = admin.post(f"/campaigns/renewals/{do}", headers={"Accept": "application/json"})
        assert answer.status_code == 204
    assert [one[0] for one in pages.core.floor.asked] == ["start", "pause", "resume", "stop"]
    pages.core.floor.check = CheckLook("renewals", False)
    refused = admin.post("/campaigns/renewals/start", headers={"Accept": "application/json"})
    assert refused.status_code == 409 and said(refused)["error"] == "Something is missing."
    pages.core.floor.check = CheckLook("renewals", False, (("agents", "sales"), ("rules", "FR")))
    refused = admin.post("/campaigns/renewals/start", headers={"Accept": "application/json"})
    assert said(refused)["error"] == (
        "The campaign cannot start: No agent of the queue is logged in. "
        "The calling rules of FR are not known here."
    )


def test_the_look_before_the_start(pages: Site, admin: Browser) -> None:
    _make(admin)
    assert "The campaign can start." in admin.text("/campaigns/renewals/check")
    pages.core.floor.check = CheckLook(
        "renewals",
        False,
        (("agents", "sales"), ("dnc", "FTC", "US")),
        leads=5,
        allowed=2,
        skipped={"hours": 2, "blocked": 1},
        hours=1.6,
        lines=("gsm1",),
    )
    text = unescape(admin.text("/campaigns/renewals/check"))
    assert "cannot start yet" in text and "No agent of the queue is logged in." in text
    assert "The do-not-call list FTC is not loaded or too old." in text
    assert "2 people of 5 may be called now." in text and "<strong>2</strong> outside the hours now" in text
    assert "about 2 hours" in text and "Mobile line" in text and "nobody is logged in" in text


# ------------------------------------------------------------------------------ words


def test_every_code_has_a_sentence(pages: Site) -> None:
    with pages.app.test_request_context():
        for code in Halt:
            assert campaign_words.halt((code.value, "x"), "Sales", "outside") != f"{code.value} x"
        for why in Why:
            assert campaign_words.skipped(why.value) != why.value
        for reason in Reason:
            if reason is not Reason.ENOUGH:
                assert campaign_words.pace(reason.value, {"limit": 0.03, "risk": 0.02}), reason
    assert dial_words.OUTCOMES.keys() == {one.value for one in Outcome}


def test_a_budget_that_is_spent_is_told_with_its_figures(pages: Site) -> None:
    with pages.app.test_request_context():
        text = campaign_words.pace("budget", {"dropped": 2, "persons": 80, "limit": 0.03})
    assert "2 of 80 people" in text and "3 %" in text


# ------------------------------------------------------------------------------ scripts


def test_a_script_in_parts() -> None:
    first, more = script_of("Hello {name}.\n> Yes, please -> More\n\n# more\nIt does {thing}.\n> No ->  MORE")
    assert (first.name, first.text) == ("", "Hello {name}.")
    assert [(one.text, one.to) for one in first.answers] == [("Yes, please", 1)]
    assert (more.name, more.answers[0].to) == ("more", 1)
    assert filled(first.text, {"name": "Ada"}) == "Hello Ada."
    assert filled(more.text, {"name": "Ada"}) == "It does {thing}."
    assert [part.text for part in script_of("one text\nof two lines")] == ["one text\nof two lines"]


def test_what_is_wrong_with_a_script() -> None:
    text = "Hello\n> Yes\n> No -> there\n# a\n# A"
    assert list(script_problems(text)) == [
        "Two parts of the script are called a.",
        "Line 2: write an answer as > what the person says -> name of the next part.",
        "Line 3: there is no part there. A part begins with a line such as # there",
    ]
