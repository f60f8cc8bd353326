"""Flows to begin with: whole, in four languages, and walked by a virtual person."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from appliance.config.checks import flow_names
from appliance.config.defaults import defaults
from appliance.config.dialer import CampaignSettings, Trade
from appliance.config.dialer_flows import SHAPES, outcomes, shape_of, starter_flow
from appliance.config.dialer_outreach import problems_of
from appliance.config.dialer_texts import LANGUAGES, TEXTS
from appliance.config.dialer_trades import TRADES
from appliance.config.flow_lint import lint
from appliance.config.flow_nodes import OutcomeNode, Words
from appliance.config.flows import FlowSettings
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.campaigns import DialMethod
from appliance.planning.rehearsal import Rehearsal, rehearse
from appliance.planning.script import read

TRADE = get_args(Trade)
SPEAKS = [method.value for method in DialMethod if method.speaks]
WHO = (
    'campaign company=Acme key=9\nlead name=Ana appointment=2026-12-24T10:30 amount_due="12 euros" invoice=7 '
)


def made(
    trade: str, queue: str | None = "sales", language: str = "en", method: str = "broadcast"
) -> FlowSettings:
    return starter_flow(method, trade, "spring", "Spring", queue, language)


@pytest.mark.parametrize("method", SPEAKS)
@pytest.mark.parametrize("trade", TRADE)
@pytest.mark.parametrize("queue", ["sales", None])
def test_every_trade_has_a_flow_that_the_lint_finds_nothing_in(
    method: str, trade: str, queue: str | None
) -> None:
    flow = made(trade, queue, method=method)
    data = dump(defaults()) | {"flows": [dump_flow(flow)]}
    found = lint({"spring": flow}, flow_names(data))
    assert [str(one) for one in found if one.code != "every_day"] == []
    said = [*TRADES[trade]["dispositions"], *(one.model_dump() for one in outcomes(method, trade))]
    row = {"method": method, "outreach": {"flow": "spring"}, "dispositions": said}
    assert list(problems_of(row, "", {"spring": dump_flow(flow)})) == []
    assert CampaignSettings.model_validate({"name": "a", "label": "A", **row}).method == method
    assert any(node.kind == "opt_out" for node in flow.nodes.values())
    assert any(isinstance(node, OutcomeNode) for node in flow.nodes.values()) or queue is not None
    assert set(SHAPES) == set(TRADE)


def dump_flow(flow: FlowSettings) -> dict[str, Any]:
    return flow.model_dump(mode="json")


@pytest.mark.parametrize("trade", TRADE)
@pytest.mark.parametrize("language", [*LANGUAGES, "it", "pt-BR"])
def test_it_speaks_every_language_the_box_does(trade: str, language: str) -> None:
    flow = made(trade, language=language)
    own = language if language in LANGUAGES else "en"
    for name, node in flow.nodes.items():
        words = getattr(node, "prompt", None)
        if isinstance(words, Words) and words.text:
            assert set(words.languages) == set(LANGUAGES) - {own}
            spoken = {words.text, *(text.text for text in words.languages.values())}
            assert len(spoken) == len(LANGUAGES), f"{name}: a language is missing"


def test_no_text_is_left_over_or_empty() -> None:
    for name, text in TEXTS.items():
        assert set(text) == set(LANGUAGES) and all(text.values()), name
    said = " ".join(
        made(trade, queue, method=method).model_dump_json()
        for trade in TRADE
        for queue in ("sales", None)
        for method in SPEAKS
    )
    for name, text in TEXTS.items():
        assert text["en"] in said.replace('\\"', '"'), name


def walk(
    trade: str,
    script: str,
    queue: str | None = "sales",
    language: str = "en",
    method: str = "broadcast",
) -> Rehearsal:
    data = dump(defaults())
    data["flows"].append(dump_flow(made(trade, queue, language, method)))
    found = rehearse(to_plan(load(data)), "spring", read(f"{WHO}\n{script}"))
    assert found.faults == 0
    return found


@pytest.mark.parametrize(
    ("trade", "script", "way", "heard"),
    [
        ("telemarketing", "press 1", "hello menu agent", "Good day Ana. This is Acme"),
        (
            "telemarketing",
            "press 2\npress 9",
            "hello menu hello menu never bye",
            "You will not be called again.",
        ),
        ("telemarketing", "interrupt 9", "hello never bye", "You will not be called again."),
        ("renewals", "wait\nwait", "hello menu bye", "Your contract"),
        ("satisfaction_survey", "press 5", "hello question answer_5 thanks bye", "How content were you?"),
        ("satisfaction_survey", "press 7\npress 5", "hello question answer_5 thanks bye", "How content"),
        (
            "market_research",
            "press *\npress 1",
            "hello question question answer_1 thanks bye",
            "We sell nothing.",
        ),
        ("debt_collection", "press 2", "hello whom wrong bye", "message for Ana."),
        (
            "debt_collection",
            "press 1\npress 1",
            "hello whom about menu promise thanks bye",
            "12 euros of invoice 7",
        ),
        ("debt_collection", "press 1\npress 0", "hello whom about menu agent", "To speak with somebody"),
        ("payment_reminder", "press 2", "hello menu paid thanks bye", "12 euros was due"),
        ("follow_up", "press 2", "hello menu help agent", "Does everything work"),
        ("appointment_setting", "press 1", "hello who told say menu confirmed thanks bye", "24"),
        (
            "appointment_setting",
            "press 3",
            "hello who told say menu cancel thanks bye",
            "You have an appointment",
        ),
        ("appointment_setting", "interrupt 9", "hello never bye", "You will not be called again."),
        (
            "appointment_setting",
            "at 2026-12-20 10:00\ncontact name=Ana appointment=2026-12-24T10:30\npress 1",
            "hello who diary confirmed thanks bye",
            "Thank you. The appointment is confirmed.",
        ),
    ],
)
def test_a_person_walks_it(trade: str, script: str, way: str, heard: str) -> None:
    found = walk(trade, script)
    assert " ".join(node for _, node in found.path) == way
    assert any(heard in text for text in found.heard), found.heard


def test_a_debt_is_told_to_nobody_else() -> None:
    found = walk("debt_collection", "wait\nwait")
    assert not any("12 euros" in text or "invoice" in text for text in found.heard)


def test_it_is_said_in_the_language_asked_for() -> None:
    found = walk("payment_reminder", "press 2", language="fr")
    assert found.heard[0].startswith("Bonjour Ana. Ici Acme")


def test_the_key_for_no_more_calls_is_nothing_else() -> None:
    row = {"outreach": {"flow": "spring", "key": "1"}}
    problems = dict(problems_of(row, "c", {"spring": dump_flow(made("telemarketing"))}))
    assert "choose another" in problems["c.outreach.key"]


@pytest.mark.parametrize(
    ("method", "trade", "script", "way", "heard"),
    [
        ("survey", "telemarketing", "press 4", "hello question answer_4 thanks bye", "How content are you"),
        (
            "survey",
            "satisfaction_survey",
            "press 1",
            "hello question answer_1 thanks bye",
            "How content were",
        ),
        (
            "reminder",
            "follow_up",
            "press 1",
            "hello who told say menu confirmed thanks bye",
            "an appointment",
        ),
        ("reminder", "renewals", "press 2", "hello who told say menu change agent", "an appointment"),
        ("reminder", "payment_reminder", "press 1", "hello menu will thanks bye", "12 euros was due"),
    ],
)
def test_the_method_says_what_is_asked(method: str, trade: str, script: str, way: str, heard: str) -> None:
    found = walk(trade, script, method=method)
    assert " ".join(node for _, node in found.path) == way
    assert any(heard in text for text in found.heard), found.heard


def test_each_answer_of_a_survey_and_each_end_of_a_reminder_counts_apart() -> None:
    for method, least in (("survey", 5), ("reminder", 2)):
        for trade in TRADE:
            nodes = made(trade, method=method).nodes.values()
            codes = [node.code for node in nodes if isinstance(node, OutcomeNode)]
            assert len(codes) == len(set(codes)) >= least, trade
            own = {one["code"] for one in TRADES[trade]["dispositions"]}
            brought = {one.code for one in outcomes(method, trade)}
            assert not own & brought and set(codes) <= own | brought
    assert {shape_of("reminder", trade) for trade in TRADE} == {"appointment", "debt", "payment"}


@pytest.mark.parametrize("method", ["survey", "reminder"])
def test_a_flow_that_counts_nothing_is_none_of_a_survey(method: str) -> None:
    row = {"method": method, "outreach": {"flow": "spring"}}
    problems = dict(problems_of(row, "c", {"spring": dump_flow(made("telemarketing"))}))
    assert "leads to an outcome" in problems["c.outreach.flow"]
    assert not list(
        problems_of({**row, "method": "broadcast"}, "c", {"spring": dump_flow(made("telemarketing"))})
    )
