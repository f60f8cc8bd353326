"""Campaign settings: templates of the trades, templates of the countries, and what the core gets of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any, get_args

import pytest

from appliance.config.dialer import Trade
from appliance.config.dialer_law import ELSEWHERE, FILE, spans_of, templates
from appliance.config.dialer_plan import campaign_plan, law_of
from appliance.config.dialer_trades import TRADES, campaign_of
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.campaigns import USUAL, Again, DialMethod
from appliance.contract.dialling import Caps, Consent, Matter
from appliance.contract.errors import SettingsError
from appliance.contract.leads import Outcome

LIST = "0123456789abcdef0123456789abcdef"


def settings(*campaigns: dict[str, Any]) -> dict[str, Any]:
    queues = [{"name": "sales", "label": "Sales", "number": "401"}]
    return {"box": {"country": "DE"}, "queues": queues, "dialer": {"campaigns": list(campaigns)}}


@pytest.mark.parametrize("trade", get_args(Trade))
def test_every_trade_has_a_campaign_to_begin_with(trade: str) -> None:
    made = campaign_of(trade, "spring", "Spring")
    assert made.trade == trade and made.script and any(one.success for one in made.dispositions)
    assert any(one.then == "never" for one in made.dispositions), "everybody may say: never again"
    assert made.method in ("progressive", "preview") and made.drop_limit_percent == 0.0, "nobody is dropped"
    plan = campaign_plan(made, "DE")
    assert plan.limits.countries == {"DE"} and plan.limits.number.day is not None
    assert set(TRADES) == set(get_args(Trade))


def test_settings_become_what_the_core_works_by() -> None:
    row = {
        "name": "spring",
        "label": "Spring",
        "queue": "sales",
        "lists": [{"list": LIST, "weight": 3}],
        "countries": ["DE", "AT"],
        "caller_id": "+4930123456",
        "hours": [{"day": 0, "start": "10:00", "end": "16:00"}],
        "again": {"busy": {"minutes": 30}},
        "consent": "express",
        "drop_limit_percent": 1.5,
    }
    plan = to_plan(load(settings(row))).campaigns["spring"]
    assert plan.lists == {LIST: 3} and plan.limits.countries == {"DE", "AT"} and plan.queue == "sales"
    assert plan.limits.hours is not None and plan.limits.hours.spans == ((0, time(10), time(16)),)
    assert plan.limits.consent is Consent.EXPRESS and plan.limits.number == Caps(day=2, week=5)
    assert plan.again[Outcome.BUSY] == Again(minutes=30)
    assert plan.again[Outcome.NO_ANSWER] == USUAL[Outcome.NO_ANSWER]
    assert (plan.method, plan.drop_limit, plan.caller_id) == (DialMethod.PROGRESSIVE, 0.015, "+4930123456")
    assert load(dump(load(settings(row)))) == load(settings(row))
    assert to_plan(load({})).campaigns == {}, "settings of before still load"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"queue": "nowhere"}, "queue"),
        ({"trunk_group": "nowhere"}, "trunk_group"),
        ({"drop_limit_percent": 3.5}, "drop_limit_percent"),
        ({"caller_id": "030 123"}, "caller_id"),
        ({"lists": [{"list": LIST}, {"list": LIST}]}, "lists"),
        ({"dispositions": [{"code": "1", "label": "a"}, {"code": "1", "label": "b"}]}, "dispositions"),
        ({"again": {"person": {"minutes": 1}}}, "again"),
    ],
)
def test_what_cannot_be_is_said_at_its_place(change: dict[str, Any], path: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(settings({"name": "spring", "label": "Spring", **change}))
    assert any(place.startswith(f"dialer.campaigns.0.{path}") for place in refused.value.problems)


def test_two_campaigns_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="Another campaign"):
        load(settings({"name": "spring", "label": "A"}, {"name": "spring", "label": "B"}))


def test_every_country_is_whole_and_cites_its_sources() -> None:
    assert {"US", "GB", "DE", "ES", "FR", ELSEWHERE} <= set(templates())
    for name, rules in templates().items():
        assert rules.sources and all(len(source) > 30 for source in rules.sources), name
        assert datetime.fromisoformat(rules.checked).year >= 2026
        assert set(rules.hours) == set(rules.consent) == set(rules.business) == set(Matter), name
        assert rules.recorded >= Consent.EXPRESS, f"{name}: nobody is called by a recording unasked"
        assert rules.lock_hours >= 72 and rules.list_days <= 31 and rules.caps.day is not None
        for matter, hours in rules.hours.items():
            assert all(time(8) <= start < end <= time(21, 30) for _, start, end in hours.spans), (
                name,
                matter,
            )
    rows = json.loads(FILE.read_text(encoding="utf-8"))["countries"]
    known = {"hours", "holidays", "consent", "business", "recorded", "lists", "list_days", "list_waiver"}
    known |= {"caps", "refusal_days", "machine_hours", "mobile_caller_id", "sources"}
    assert not {key for row in rows.values() for key in row} - known, "a word nobody reads"


def test_what_the_sources_say_stands_in_the_templates() -> None:
    french = templates()["FR"]
    assert french.caps.month == 4 and french.refusal_days == 60 and not french.mobile_caller_id
    assert {start for _, start, _ in french.hours[Matter.SALES].spans} == {time(10), time(14)}
    assert {day for day, _, _ in french.hours[Matter.SALES].spans} == {0, 1, 2, 3, 4}
    assert templates()["US"].list_days == 31 and templates()["GB"].list_days == 28
    assert templates()["DE"].consent[Matter.SALES] is Consent.EXPRESS
    assert templates()["ES"].hours[Matter.SALES].spans == tuple(spans_of("mon-fri 09:00-21:00"))


def test_countries_without_a_template_are_called_only_where_that_was_chosen() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for chosen in (False, True):
        dialer = load({"dialer": {"other_countries": chosen}}).dialer
        law = law_of(dialer, frozenset({"112"}), {"TPS": at}, (), {})
        assert (
            (law.elsewhere is not None) is chosen
            and "" not in law.countries
            and ELSEWHERE not in law.countries
        )


def test_spans_are_written_as_people_write_them() -> None:
    assert spans_of("sat 10:00-19:00") == [(5, time(10), time(19))]
    with pytest.raises(ValueError, match="not in tuple"):
        spans_of("xxx 10:00-19:00")
