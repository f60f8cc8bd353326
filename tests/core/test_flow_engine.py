"""A caller in a flow: every kind of node on the real core, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from appliance.contract.flow import (
    AnyNode,
    Case,
    ConditionNode,
    DigitsNode,
    FlowNode,
    FlowPlan,
    HoursNode,
    LanguageNode,
    MenuNode,
    PromptNode,
    ReturnNode,
    Schedule,
    SetNode,
)
from appliance.contract.journal import EntryKind
from appliance.contract.media import Speech
from appliance.core.ivr.ask import fits
from appliance.core.ivr.mask import luhn, matches
from appliance.core.ivr.schedule import exit_at
from appliance.core.ivr.speech import fill
from appliance.core.ivr.visit import MOST_UNASKED
from tests.core.flow_office import BYE, TELL, keyed, office_of, path, rings, words
from tests.core.office import Office
from tests.core.plans import said

ASK = DigitsNode(
    said=said("Your number?"),
    invalid=said("Wrong."),
    variable="order",
    least=3,
    most=6,
    seconds=4.0,
    tries=2,
    exits={"next": "say", "timeout": "late", "invalid": "bad"},
)
LATE, BAD = (PromptNode(said=said(text), exits={"next": "bye"}) for text in ("Late.", "Bad."))


def test_digits_end_by_length_by_key_and_by_time() -> None:
    for keys, wait in (("123456", 0.0), ("1234#", 0.0), ("1234", 4.5)):
        office = office_of(ask=ASK, say=TELL, late=LATE, bad=BAD)
        line = rings(office)
        assert words(office, line) == "Your number?"
        keyed(office, line, keys)
        office.wait(wait)
        assert words(office, line) == f"It is {keys.rstrip('#')}."
        assert office.entries(EntryKind.DIGITS)[0].data["digits"] == keys.rstrip("#")
        office.wait(3)
        office.check_quiet()


def test_the_first_digit_stops_the_question() -> None:
    office = office_of(ask=ASK, say=TELL, late=LATE, bad=BAD)
    line = rings(office)
    keyed(office, line, "1")
    assert office.hears(line.port) is None


def test_digits_are_asked_again_and_then_take_the_exit_of_what_was_wrong() -> None:
    office = office_of(ask=ASK, say=TELL, late=LATE, bad=BAD)
    line = rings(office)
    keyed(office, line, "1#")
    assert words(office, line) == "Wrong."
    office.wait(1.0)
    assert words(office, line) == "Your number?"
    office.wait(1 + 4.5)
    assert words(office, line) == "Late."
    assert path(office) == [("ask", "open"), ("late", "timeout")]
    line.hang_up()
    office.pump()
    line = rings(office)
    keyed(office, line, "1#")
    keyed(office, line, "22#")
    assert words(office, line) == "Bad."


def test_secret_digits_are_not_written_down_but_known() -> None:
    office = office_of(ask=replace(ASK, secret=True), say=TELL, late=LATE, bad=BAD)
    line = rings(office)
    keyed(office, line, "4711#")
    assert words(office, line) == "It is 4711."
    entries = [str(entry.data) for entry in office.journal.entries]
    assert not any("4711" in entry for entry in entries) and any("****" in entry for entry in entries)
    line.hang_up()
    office.pump()
    assert office.record().digits == "****"


@pytest.mark.parametrize(
    ("keys", "change", "good"),
    [
        ("4539578763621486", {"luhn": True}, True),
        ("4539578763621487", {"luhn": True}, False),
        ("49301", {"masks": ("49.",)}, True),
        ("48301", {"masks": ("49.",)}, False),
        ("1234", {"masks": ("xxx", "1[2-4]xx")}, True),
        ("1534", {"masks": ("xxx", "1[2-4]xx")}, False),
        ("", {}, False),
    ],
)
def test_digits_are_checked(keys: str, change: Mapping[str, object], good: bool) -> None:
    node = replace(ASK, most=20, **change)  # type: ignore[arg-type]
    assert fits(node, keys) is good


def test_masks_and_check_digits() -> None:
    assert matches("*", "*") and not matches("*", "11") and matches(".", "") and not matches("", "1")
    assert luhn("0") and not luhn("1") and not luhn("") and not luhn("12a")


def test_keys_pressed_ahead_answer_the_questions_that_follow() -> None:
    hello = PromptNode(said=said("Hello."), exits={"next": "menu"})
    menu = MenuNode(said=said("Press 1."), keys={"1": ()}, exits={"key 1": "ask"})
    office = office_of(hello=hello, menu=menu, ask=ASK, say=TELL, late=LATE, bad=BAD)
    line = rings(office)
    keyed(office, line, "1987#")
    assert words(office, line) == "It is 987."
    assert path(office) == [("hello", "open"), ("menu", "next"), ("ask", "key 1"), ("say", "next")]


def test_an_announcement_is_heard_to_its_end_and_keys_are_lost() -> None:
    law = PromptNode(said=said("By law."), interruptible=False, exits={"next": "menu"})
    menu = MenuNode(said=said("Press 1."), keys={"1": ()}, exits={"key 1": "bye"})
    office = office_of(law=law, menu=menu)
    line = rings(office)
    keyed(office, line, "1")
    assert words(office, line) == "By law."
    office.wait(1)
    assert words(office, line) == "Press 1."


def test_a_word_is_as_good_as_its_key() -> None:
    menu = MenuNode(said=said("Sales?"), keys={"1": ("Sales", "shop")}, exits={"key 1": "bye"})
    office = office_of(menu=menu)
    line = rings(office)
    assert not office.system.said("gsm1", "garage") and not office.system.said("gsm2", "sales")
    assert office.system.said("gsm1", "sales")
    office.pump()
    assert words(office, line) == "Bye."
    assert not office.system.said("gsm1", "sales")


def test_variables_conditions_and_language() -> None:
    values = SetNode(values={"due": "12", "who": "{caller}"}, exits={"next": "much"})
    cases = (Case("due", "less", "5"), Case("who", "like", "+1."))
    much = ConditionNode(cases=cases, exits={"case 1": "bye", "case 2": "tongue", "otherwise": "bye"})
    tongue = LanguageNode(language="de-AT", exits={"next": "tell"})
    tell = PromptNode(
        said={**said("You owe {due}."), "de": (Speech("Sie schulden {due}{nothing}.", "de"),)},
        exits={"next": "bye"},
    )
    office = office_of(values=values, much=much, tongue=tongue, tell=tell)
    line = rings(office)
    assert words(office, line) == "Sie schulden 12."
    assert path(office)[-1] == ("tell", "next")
    line.hang_up()
    office.pump()
    line = rings(office, number="+4930123456")
    assert words(office, line) == "Bye.", "the language is the call's own, the number another"


@pytest.mark.parametrize(
    ("at", "way"),
    [
        ("2026-12-23T08:30", "closed"),  # Wednesday, 09:30 in Berlin, before opening
        ("2026-12-23T09:30", "open"),
        ("2026-12-24T09:30", "open"),  # a special opening on an own day off
        ("2026-12-24T13:30", "closed"),
        ("2026-12-25T09:30", "holiday"),  # Christmas
        ("2026-12-31T09:30", "holiday"),  # an own day, every year
        ("2027-01-06T09:30", "holiday"),  # Epiphany, in Bavaria
        ("2027-01-07T09:30", "open"),
    ],
)
def test_hours_by_week_holidays_own_days_and_special_openings(at: str, way: str) -> None:
    schedule = Schedule(
        timezone="Europe/Berlin",
        week=tuple((day, time(10), time(17)) for day in range(5)),
        openings=(("2026-12-24", time(10), time(14)),),
        own_days=frozenset({"12-24", "12-31"}),
        country="DE",
        region="BY",
    )
    assert exit_at(schedule, datetime.fromisoformat(at).replace(tzinfo=UTC)) == way


def test_a_country_without_known_holidays_has_none() -> None:
    at = datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert exit_at(Schedule(country="XX"), at) == "open"
    assert exit_at(Schedule(country="DE", region="nowhere"), at) == "open"


def test_a_caller_outside_hours_is_recorded_as_such() -> None:
    shut = Schedule(week=((6, time(9), time(10)),))
    office = office_of(hours=HoursNode(schedule=shut, exits={"closed": "bye", "open": "bye"}))
    rings(office)
    office.wait(2)
    assert office.record().outcome == "closed"


def test_sub_flows_come_back_and_never_go_too_deep() -> None:
    office = Office()
    inner = FlowPlan(
        "inner", "ask", {"ask": PromptNode(said=said("In."), exits={"next": "back"}), "back": ReturnNode()}
    )
    main: dict[str, AnyNode] = {
        "in": FlowNode(flow="inner", exits={"next": "out", "error": "bye"}),
        "out": TELL,
        "bye": BYE,
    }
    office.change(flows={"main": FlowPlan("main", "in", main), "inner": inner})
    line = rings(office)
    assert words(office, line) == "In."
    office.wait(1)
    assert words(office, line) == "It is ."
    line.hang_up()
    office.pump()
    itself: dict[str, AnyNode] = {
        "in": FlowNode(flow="main", exits={"next": "bye", "error": "bye"}),
        "bye": BYE,
    }
    office.change(flows={"main": FlowPlan("main", "in", itself)})
    line = rings(office)
    assert words(office, line) == "Bye."


def test_a_circle_without_a_question_ends_the_call() -> None:
    office = office_of(
        here=SetNode(values={}, exits={"next": "there"}), there=SetNode(values={}, exits={"next": "here"})
    )
    rings(office)
    office.wait(1)
    record = office.record()
    assert "without end" in record.reason and record.ended_by == "box"
    assert len(office.entries(EntryKind.FLOW_ENTERED)) == MOST_UNASKED
    office.check_quiet()


def test_an_exit_that_is_not_there_ends_the_call_with_its_reason() -> None:
    office = office_of(hello=PromptNode(said=said("Hello.")))
    rings(office)
    office.wait(2)
    assert "hello" in office.record().reason
    office.check_quiet()


def test_texts_are_filled_and_odd_values_said_as_they_are() -> None:
    def grammar(value: str, form: str, argument: str, language: str) -> str:
        if form == "date":
            raise ValueError(value)
        return f"<{value} {form} {argument} {language}>"

    values = {"a": "1", "b.c": "2"}
    text = "{a} {b.c:money EUR} {a:date} {gone} {Odd} {a:"
    assert fill(text, values.get, grammar, "de") == "1 <2 money EUR de> 1  {Odd} {a:"


def test_flows_go_on_as_the_caller_met_them_when_the_settings_change() -> None:
    hello = PromptNode(said=said("Hello."), exits={"next": "old"})
    office = office_of(hello=hello, old=PromptNode(said=said("Old."), exits={"next": "bye"}))
    line = rings(office)
    office.change(flows={"main": FlowPlan("main", "bye", {"bye": BYE})})
    office.wait(1)
    assert words(office, line) == "Old."
