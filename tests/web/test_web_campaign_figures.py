"""Figures of a campaign: counted from attempts, parted by hour, day and agent; what learning found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.core.dialer.learning_gain import held_out
from appliance.reports.campaigns import STEPS, CampaignFigures, learnt
from appliance.store.campaign_reader import Dialled
from appliance.store.journal import SqliteJournal
from tests.web.site import Browser, Site
from tests.web.typed import form_values
from webui import campaign_figures as told

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = "since=2026-03-02&until=2026-03-02"


class Dials:
    """Writes attempts as the core does."""

    def __init__(self, path: Path) -> None:
        self._journal = SqliteJournal(path)
        self._numbers = count(1)

    def close(self) -> None:
        self._journal.close()

    def dial(
        self,
        at: datetime,
        outcome: str,
        agent: str | None = None,
        code: str | None = None,
        campaign: str = "renewals",
        **times: JsonValue,
    ) -> None:
        """One attempt of 60 seconds; `times`: rang, answered, joined. Its agent notes `code`."""
        call = CallId(f"{next(self._numbers):032x}")
        begun: dict[str, JsonValue] = {
            "attempt": f"a{call}", "campaign": campaign, "number": "+14155550134", "kind": "campaign",
            "verdict": "{}",
        }  # fmt: skip
        self._journal.append(Entry(EntryKind.ATTEMPT_BEGUN, at, call, begun))
        ended: dict[str, JsonValue] = {"attempt": f"a{call}", "outcome": outcome, "how": "", **times}
        if agent is not None:
            ended["agent"] = agent
        self._journal.append(Entry(EntryKind.ATTEMPT_ENDED, at + timedelta(seconds=60), call, ended))
        if code is not None:
            for said in ("9", code):  # changed one's mind
                data: dict[str, JsonValue] = {"agent": agent, "code": said}
                self._journal.append(Entry(EntryKind.DISPOSITION, at + timedelta(seconds=70), call, data))


@pytest.fixture
def dials(pages: Site) -> Iterator[Dials]:
    found = Dials(pages.records)
    yield found
    found.close()


def _day(dials: Dials) -> None:
    dials.dial(NOON, "not_dialled")  # a caller was first
    dials.dial(NOON, "busy")
    dials.dial(NOON, "no_answer", rang=3.0)
    dials.dial(NOON, "machine", rang=3.0, answered=9.0)
    dials.dial(NOON, "person", "11", "1", rang=3.0, answered=8.0, joined=10.0)
    dials.dial(NOON + timedelta(hours=3), "person", "12", "2", rang=3.0, answered=8.0, joined=20.0)
    dials.dial(NOON + timedelta(hours=3), "dropped", rang=3.0, answered=8.0)
    dials.dial(NOON, "person", "11", "1", campaign="another", answered=1.0, joined=2.0)
    dials.dial(NOON - timedelta(days=2), "person", "11", "1", answered=1.0, joined=2.0)
    dials.close()


def test_the_way_of_a_call(pages: Site, dials: Dials) -> None:
    _day(dials)
    reader = CampaignFigures(pages.records)
    found = reader.results(
        "renewals", NOON - timedelta(hours=12), NOON + timedelta(hours=12), ZoneInfo("UTC"), ["1"]
    )
    reader.close()
    whole = found.all
    assert (whole.dials, whole.rang, whole.answered, whole.persons, whole.joined, whole.success) == (
        6,
        5,
        4,
        3,
        2,
        1,
    )
    assert (whole.dropped, whole.talked) == (1, 50.0 + 40.0)
    assert (whole.share, whole.conversion, whole.mean_talk) == (50.0, 50.0, 45.0)
    assert found.outcomes == {"busy": 1, "no_answer": 1, "machine": 1, "person": 2, "dropped": 1}
    assert found.said == {"1": 1, "2": 1}  # the last word on a call counts
    assert {hour: counts.dials for hour, counts in found.hours.items()} == {12: 4, 15: 2}
    assert {agent: (counts.joined, counts.success) for agent, counts in found.agents.items()} == {
        "11": (1, 1), "12": (1, 0),
    }  # fmt: skip
    assert list(found.days) == ["2026-03-02"]


def test_hours_are_those_of_the_box(pages: Site, dials: Dials) -> None:
    dials.dial(NOON + timedelta(minutes=20), "busy")
    dials.close()
    reader = CampaignFigures(pages.records)
    zone = ZoneInfo("Asia/Kolkata")  # half an hour beside the others
    found = reader.results("renewals", NOON - timedelta(days=1), NOON + timedelta(days=1), zone, [])
    reader.close()
    assert list(found.hours) == [17]


def test_the_page_of_figures(pages: Site, admin: Browser, dials: Dials) -> None:
    _day(dials)
    values = form_values(admin.text("/campaigns/new/renewals"))
    admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"})
    text = unescape(admin.text(f"/campaigns/renewals/figures?{DAY}"))
    assert '<strong class="count">6</strong>' in text and "50 % of the step before" in text
    assert "/permits?campaign=renewals&outcome=machine&since=2026-03-02" in text
    assert "Renewed" in text and "12:00 – 13:00" in text and ">Ana<" in text and ">Ben<" in text
    assert "33 % of the persons" in text
    csv = admin.get(f"/campaigns/renewals/figures.csv?by=agents&{DAY}").get_data(as_text=True)
    head, first, *_rest = csv.splitlines()
    assert head == "agent,dials,rang,answered,persons,keyed,joined,dropped,said_no,success,talk_seconds"
    assert first == "11 Ana,1,1,1,1,0,1,0,0,1,50"
    every = admin.get("/permits/log.csv?campaign=renewals&since=2026-03-02&until=2026-03-02")
    assert "/permits/log.csv?campaign=renewals&since=2026-03-02&until=2026-03-02" in text
    assert len(every.get_data(as_text=True).splitlines()) == 1 + 7  # each answer of the gate
    assert "Nothing was dialled" in admin.text(
        "/campaigns/renewals/figures?since=2020-01-01&until=2020-01-02"
    )


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "since=2026-03-02&until=2026-03-01",
        "since=2025-01-01&until=2026-01-01",
        "since=0001-01-01",
    ],
)
def test_days_that_cannot_be(pages: Site, admin: Browser, query: str) -> None:
    values = form_values(admin.text("/campaigns/new/renewals"))
    admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"})
    assert admin.get(f"/campaigns/renewals/figures?{query}").status_code == 422
    assert admin.get(f"/campaigns/renewals/figures.csv?{query}").status_code == 422
    assert admin.get("/campaigns/nothing/figures").status_code == 404
    assert admin.get("/campaigns/renewals/figures.csv?by=moons").status_code == 404


def test_steps_have_words() -> None:
    assert list(told.STEPS) == [name for name, _formula in STEPS]


# ---------------------------------------------------------------------------------- learning


def _dialled(leads: int, tries: int, answers: float) -> Iterator[Dialled]:
    for lead in range(leads):
        gained = answers if not held_out(str(lead), "renewals") else answers / 2
        for place in range(tries):
            person = (lead * 7 + place * 3) % 10 < gained * 10
            yield Dialled(NOON + timedelta(hours=place), "l", lead, person)


def test_what_learning_gains_is_told_in_counts() -> None:
    found = learnt("renewals", _dialled(2000, 2, 0.4), ZoneInfo("UTC"))
    assert found.learning.dials + found.without.dials == 4000
    assert 0.07 < found.without.leads / 2000 < 0.13
    assert found.gain is not None and found.gain.proved and found.gain.difference > 0.15
    dials = {begins: (dials, answered) for begins, _ends, dials, answered in found.parts}
    assert dials[12][0] == 4000 and dials[17] == (0, 0)


def test_the_learning_page(pages: Site, admin: Browser, dials: Dials) -> None:
    values = form_values(admin.text("/campaigns/new/renewals"))
    admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"})
    text = admin.text("/campaigns/renewals/learning")
    assert "too few calls to tell" in text and "Switch learning off" in text
    assert admin.post("/campaigns/renewals/learning", {"learning": "off"}).status_code == 303
    assert pages.settings().dialer.campaigns[0].learning is False
    assert "Switch learning on" in admin.text("/campaigns/renewals/learning")


def test_gain_in_words(pages: Site) -> None:
    found = learnt("renewals", _dialled(2000, 2, 0.4), ZoneInfo("UTC"))
    few = learnt("renewals", _dialled(30, 1, 0.4), ZoneInfo("UTC"))
    with pages.app.test_request_context():
        said, other = told.learnt_said(found), told.learnt_said(few)
    assert "with 95 % certainty" in said.gain and said.proved == "That is more than chance."
    assert said.parts[0][3].startswith("answered ") and said.parts[0][3].endswith(" of 4000")
    assert "chance" in other.proved or "too few" in other.gain
