"""The gate by example, and attempts to talk it round: whatever is lacking or odd refuses, with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appliance.config.dialer_law import templates
from appliance.contract.dialling import (
    Blocked,
    Calendar,
    Callee,
    Caps,
    Consent,
    DialKind,
    DialRequest,
    History,
    Law,
    Limits,
    Matter,
    Verdict,
)
from appliance.core.dialer.calendar import calendar_of
from appliance.core.dialer.gate import decide, fits
from tests.core.dialer.gate_cases import Cases

AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)  # a Tuesday
NO_DAYS = Calendar(frozenset())
LAW = Law(
    templates(),
    lists={"TPS": AT, "CTPS": AT, "National Do Not Call Registry": AT, "Lista Robinson": AT},
    calendars={(country, 2026): NO_DAYS for country in ("GB", "DE", "ES", "FR", "AU", "IN")},
)
EVERYWHERE = frozenset({"GB", "DE", "ES", "FR", "US", "AU", "IN"})
AGREED = Callee(Consent.WRITTEN, AT - timedelta(days=9))


def ask(number: str = "+442079460123", law: Law = LAW, **more: Any) -> Verdict:
    asked = DialRequest(
        number, AT, Matter.SALES, Limits(EVERYWHERE), AGREED, History(), (), AT, "+442079460999", True, True
    )
    if "at" in more:
        more.setdefault("read_at", more["at"])
    return decide(replace(asked, **more), law)


def whys(verdict: Verdict) -> list[str]:
    return [refusal.why.value for refusal in verdict.refusals]


def test_one_that_may_be_called_and_its_record() -> None:
    verdict = ask()
    assert verdict.allowed and verdict.places == (("Europe/London", "2026-03-03 09:30"),)
    record = json.loads(json.dumps(verdict.record()))
    assert record["allowed"] and record["rules"].startswith("GB 2026-") and record["waived"] == ["lists"]
    refused = ask(clock_trusted=False, caller_id=None)
    assert whys(refused) == ["clock", "caller_id"], "every reason at once"


@pytest.mark.parametrize(
    "number", ["112", "+112", "0112", "00112", "+49112", "+44999", "+1911", "9911", "１１２", "1 1 2"]
)
def test_emergency_numbers_are_never_dialled(number: str) -> None:
    assert whys(ask(number)) == ["emergency"]


def test_all_zones_of_a_number_must_agree_and_an_address_decides_among_them() -> None:
    spain = "+34612345678"  # a mobile: the mainland, or the Canaries an hour behind
    at = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    assert whys(ask(spain, at=at)) == ["hours"]
    assert ask(spain, at=at, callee=replace(AGREED, zone="Europe/Madrid")).allowed
    moved = replace(AGREED, zone="America/New_York")
    assert whys(ask(spain, at=at + timedelta(hours=2), callee=moved)) == ["hours"], "5 in the morning there"
    evening = datetime(2026, 3, 3, 20, 30, tzinfo=UTC)
    assert whys(ask(at=evening, callee=moved)) == ["hours"], "late where the number is from"


def test_the_day_the_clocks_change_and_a_half_hour_zone() -> None:
    monday = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)  # the day after: 9:00 in London by now, not 8:00
    assert ask(at=monday).allowed
    assert whys(ask(at=monday - timedelta(seconds=1))) == ["hours"]
    law = replace(LAW, countries={**LAW.countries, "IN": LAW.countries["GB"]})
    india = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)
    assert ask("+919876543210", law, at=india).allowed
    assert whys(ask("+919876543210", law, at=india - timedelta(seconds=1))) == ["hours"]


def test_holidays_of_the_region_or_where_it_is_not_known_of_any() -> None:
    day = date(2026, 3, 3)
    law = replace(LAW, calendars={("DE", 2026): Calendar(frozenset(), {"BY": frozenset({day})})})
    berlin = "+4930123456"
    assert whys(ask(berlin, law)) == ["holiday"]
    assert ask(berlin, law, callee=replace(AGREED, region="BE")).allowed is False  # no such region: any
    known = Calendar(frozenset(), {"BY": frozenset({day}), "BE": frozenset()})
    law = replace(LAW, calendars={("DE", 2026): known})
    assert ask(berlin, law, callee=replace(AGREED, region="BE")).allowed
    assert whys(ask(berlin, replace(LAW, calendars={}))) == ["no_calendar"]


def test_a_real_calendar() -> None:
    made = calendar_of("DE", 2026)
    assert made is not None and date(2026, 12, 25) in made.national
    assert date(2026, 6, 4) in made.regions["BY"] and date(2026, 6, 4) not in made.regions["BE"]
    assert calendar_of("XX", 2026) is None


def test_caps_count_the_last_day_and_the_same_date() -> None:
    limits = Limits(EVERYWHERE, number=Caps(day=1))
    at = datetime(2026, 10, 25, 18, 0, tzinfo=UTC)  # Sydney's date is the 26th
    before = at - timedelta(hours=24)
    assert whys(ask(history=History(number=(AT - timedelta(hours=24),)), limits=limits)) == []
    assert whys(ask(history=History(number=(AT - timedelta(hours=23),)), limits=limits)) == ["cap"]
    london = datetime(2026, 10, 26, 9, 30, tzinfo=UTC)
    assert whys(ask(at=london, history=History(number=(before,)), limits=limits)) == []
    early = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 25 hours long: still the same date
    verdict = ask(at=early + timedelta(hours=24), history=History(number=(early,)), limits=limits)
    assert ("number.day", 0) in verdict.counted or "cap" in whys(verdict)


def test_after_a_drop_only_with_an_agent_held() -> None:
    dropped = History(dropped=AT - timedelta(hours=71))
    assert whys(ask(history=dropped)) == ["locked"]
    assert ask(history=dropped, agent_held=True).allowed
    assert ask(history=History(dropped=AT - timedelta(hours=72))).allowed


def test_who_asked_to_be_called_back_is_called_back() -> None:
    night = datetime(2026, 3, 3, 22, 0, tzinfo=UTC)
    asked = Callee(asked_at=night - timedelta(minutes=20))
    before = Blocked("own", "", "+442079460123", night - timedelta(days=1))
    history = History(number=(night - timedelta(hours=1),) * 5, dropped=night - timedelta(hours=2))
    verdict = ask(at=night, callee=asked, kind=DialKind.CALLBACK, blocked=(before,), history=history)
    assert verdict.allowed and set(verdict.waived) == {"hours", "past", "lists", "consent"}
    later = replace(before, since=night - timedelta(minutes=5))
    assert whys(ask(at=night, callee=asked, kind=DialKind.CALLBACK, blocked=(later,))) == ["blocked"]
    old = Callee(asked_at=night - timedelta(hours=5))
    assert whys(ask(at=night, callee=old, kind=DialKind.CALLBACK)) == ["hours"]
    assert "hours" in whys(ask(at=night, callee=asked)), "no callback, no grace"


def test_official_lists_must_be_there_and_fresh() -> None:
    plain = Callee()
    assert ask(callee=plain).allowed
    old = replace(LAW, lists={"TPS": AT - timedelta(days=28, seconds=1)})
    assert whys(ask(law=old, callee=plain)) == ["list_old", "list_missing"]
    assert ask(law=old).allowed, "who agreed is not held to them"
    assert ask(law=old, callee=plain, matter=Matter.SERVICE).allowed
    entry = Blocked("official", "TPS", "+442079460123", AT)
    assert whys(ask(callee=plain, blocked=(entry,))) == ["blocked"]


@pytest.mark.parametrize(
    ("pattern", "number", "fitting"),
    [
        ("+4930*", "+4930123", True),
        ("+4930*", "+4931123", False),
        ("+44??", "+4412", True),
        ("+44??", "+44123", False),
        ("+44*99", "+441299", True),
        ("*", "+44", True),
        ("+44", "+441", False),
    ],
)
def test_wildcards(pattern: str, number: str, fitting: bool) -> None:
    assert fits(pattern, number) is fitting


@settings(deadline=None, max_examples=150)
@given(
    st.integers(0, 100_000),
    st.sampled_from(["clock_trusted", "history", "blocked", "caller_id", "caller_id_answered", "read_at"]),
)
def test_what_is_taken_away_never_opens_the_gate(seed: int, lacking: str) -> None:
    request, law = _CASES[seed % len(_CASES)]
    nothing: dict[str, Any] = {"clock_trusted": False, "caller_id_answered": False}
    nothing["read_at"] = request.at - timedelta(hours=1)
    change: dict[str, Any] = {lacking: nothing.get(lacking)}
    less = replace(request, **change)
    verdict = decide(less, law)
    assert not verdict.allowed and verdict.refusals
    json.dumps(verdict.record())


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 100_000), st.integers(0, 5))
def test_one_entry_drop_or_attempt_more_never_opens_the_gate(seed: int, which: int) -> None:
    request, law = _CASES[seed % len(_CASES)]
    before = {refusal.why for refusal in decide(request, law).refusals}
    history = request.history
    assume(history is not None and request.blocked is not None)
    assert history is not None and request.blocked is not None
    more = [
        replace(request, blocked=(*request.blocked, Blocked("own", "", request.number, request.at))),
        replace(request, history=replace(history, number=(*history.number, request.at))),
        replace(request, history=replace(history, lead=(*history.lead, request.at))),
        replace(request, history=replace(history, dropped=max(request.at, history.dropped or request.at))),
        replace(request, history=replace(history, refused=max(request.at, history.refused or request.at))),
        replace(request, limits=replace(request.limits, consent=Consent.WRITTEN)),
    ][which]
    after = {refusal.why for refusal in decide(more, law).refusals}
    assert before <= after, "a reason that was there is there still"


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=20) | st.from_regex(r"\+?[0-9]{1,18}", fullmatch=True))
def test_any_text_as_a_number_is_answered(number: str) -> None:
    verdict = ask(number)
    assert verdict.allowed or verdict.refusals
    json.dumps(verdict.record())


_ROW = Cases(77)
_CASES = [_ROW.next() for _ in range(400)]
