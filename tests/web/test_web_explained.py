"""Why this agent, on the page of a call: every reason has a sentence, in every language."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.config.queues import QueueSettings
from appliance.contract.explained import Why, pack, reason
from appliance.contract.journal import EntryKind, JsonValue
from tests.web.history import History
from tests.web.site import Browser, Site
from tests.web.test_web_forms import _problems
from tests.web.typed import form_values as _values
from webui.forms.queues import STRATEGIES

ARGUMENTS = {
    Why.BREAK: ("missed_calls",),
    Why.WRAP_UP: ("12", "sales"),
    Why.RETRY: ("4",),
    Why.LOAD: ("9",),
    Why.SKILL: ("tax", "3", "5"),
    Why.TIER: ("2", "30"),
    Why.STICKY: ("11", "20"),
}
LEFT = pack((str(20 + place), reason(why, *ARGUMENTS.get(why, ()))) for place, why in enumerate(Why))


@pytest.fixture
def routed(pages: Site) -> str:
    history = History(pages.records)
    rules = [*STRATEGIES, "sticky", "rings_back", "own_agent", "last_agent"]
    common: dict[str, JsonValue] = {"queue": "sales", "agents": "11", "left": LEFT, "of": 3, "by": "wait"}
    gone: dict[str, JsonValue] = {"queue": "sales", "to": "hangup", "target": ""}
    call = history.call(
        (EntryKind.CALL_STARTED, {"direction": "inbound", "trunk": "gsm1"}),
        (EntryKind.QUEUE_ENTERED, {"queue": "sales", "position": 2}),
        (
            EntryKind.ROUTED,
            {"queue": "sales", "agents": "", "rule": "longest_idle", "left": "out 11", "of": 3},
        ),
        *[(EntryKind.ROUTED, {**common, "rule": rule}) for rule in rules],
        (
            EntryKind.ROUTED,
            {"queue": "sales", "agents": "11,12", "rule": "ring_all", "of": 3, "by": "others", "ahead": 2},
        ),
        (
            EntryKind.ROUTED,
            {**common, "agents": "12", "rule": "random", "by": "priority", "ahead": 1},
        ),
        (EntryKind.ROUTED, {**common, "agents": "12", "rule": "random", "left": "out 11;call 13"}),
        *[
            (EntryKind.QUEUE_LEFT, {**gone, "why": why})
            for why in ("timeout", "full", "unstaffed", "key", "closing", "ring")
        ],
        (EntryKind.CALL_ENDED, {"cause": 16, "reason": "normal", "by": "caller"}),
    )
    history.close()
    return call


def steps(text: str) -> str:
    found = text.split('class="steps"')[1].split("</ol>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_every_reason_and_every_rule_has_a_sentence(admin: Browser, routed: str) -> None:
    said = steps(admin.text(f"/calls/{routed}"))
    assert "Nobody can take the call now; the caller waits." in said
    assert "Ana is asked: without a call for longest. Of 3 callers this one had waited longest." in said
    assert "All who are free are asked: Ana, Ben." in said
    assert "2 callers before this one need agents who are not free." in said
    assert (
        "Ben is asked: drawn by chance. By priority it came before callers who had waited longer. "
        "1 caller before this one needs an agent who is not free." in said
    )
    assert (
        "Ben is asked: nobody else can take the call now. Of 3 callers this one had waited longest." in said
    )
    assert "Ana is asked: had tried to reach this caller, who rings back." in said
    assert ": has level 3 of tax, the caller needs 5" in said
    assert ": the caller is kept for Ana, 20 s more" in said
    assert (
        "21: on a break (missed calls)" in said
        and "24: finishing up after a call of Sales, 12 s left" in said
    )
    for code in Why:
        assert f": {code.value} " not in said, "a code is no sentence"
    assert said.count(" is asked.") == 0, "every rule has words of its own"


@pytest.mark.parametrize("language", ["de", "es"])
def test_in_the_readers_language(admin: Browser, routed: str, language: str) -> None:
    english, other = (
        steps(admin.get(f"/calls/{routed}", headers={"Accept-Language": wanted}).get_data(as_text=True))
        for wanted in ("en", language)
    )
    left = {"gsm1", "Sales", "Ana", "Ben", "tax"}
    same = {word for word in re.findall(r"[A-Za-z]{5,}", english) if word in other} - left
    assert not same & {"asked", "finishing", "callers", "handset", "longest", "caller"}


def test_settings_under_more_are_kept(pages: Site, admin: Browser) -> None:
    form = _values(admin.text("/setup/queues/sales"))
    typed = {
        **form,
        "strategy": "round_robin",
        "skills": "Spanish 5, tax:3",
        "reject_seconds": "30",
        "say_wait": "on",
        "exits.1": "hangup:",
        "closing": "flow:main",
        "unstaffed": "",
        "weight": "2,5",
        "return_minutes": "5",
    }
    answer = admin.post("/setup/queues/sales", typed)
    assert answer.status_code == 303, _problems(answer.get_data(as_text=True))
    queue: QueueSettings = pages.settings().queues[0]
    assert queue.strategy == "round_robin" and queue.skills == {"spanish": 5, "tax": 3}
    assert (queue.reject_seconds, queue.busy_seconds, queue.weight) == (30, None, 2.5)
    assert queue.say_wait and queue.exits["1"].kind == "hangup" and queue.unstaffed is None
    assert queue.closing is not None and queue.closing.kind == "flow"
    assert "spanish 5, tax 3" in admin.text("/setup/queues/sales")


def test_place_of_an_agent(pages: Site, admin: Browser) -> None:
    form = _values(admin.text("/setup/agents/11"))
    typed = {**form, "skills": "tax 7", "tiers.sales.level": "2", "wrap_up_seconds": "0"}
    assert admin.post("/setup/agents/11", typed).status_code == 303
    agent = pages.settings().agents[0]
    assert agent.tiers["sales"].level == 2 and agent.skills == {"tax": 7} and agent.wrap_up_seconds == 0
    again = _values(admin.text("/setup/agents/11"))
    assert admin.post("/setup/agents/11", {**again, "tiers.sales.level": "1"}).status_code == 303
    assert pages.settings().agents[0].tiers == {}


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/setup/agents/11", {"skills": "tax 11"}),
        ("/setup/agents/11", {"skills": "tax"}),
        ("/setup/agents/11", {"tiers.sales.level": "x"}),
        ("/setup/queues/sales", {"weight": "0"}),
        ("/setup/queues/sales", {"closing": "queue:sales"}),
        ("/setup/queues/sales", {"exits.1": "queue:gone"}),
    ],
)
def test_what_is_wrong_is_said_and_stays_typed(
    pages: Site, admin: Browser, path: str, typed: dict[str, str]
) -> None:
    before = pages.settings()
    answer = admin.post(path, {**_values(admin.text(path)), **typed})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and '<details class="more" open>' in text
    assert len(_problems(text)) == 1 and pages.settings() == before
