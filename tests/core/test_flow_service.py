"""Messages, surveys and appointments in flows, and keys that lead away: by a virtual caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from appliance.config.defaults import defaults
from appliance.config.plan import to_plan
from appliance.config.schema import dump, load
from appliance.contract.appointments import AppointmentAnswer, Kept, Said
from appliance.contract.contacts import Contact
from appliance.contract.flow import AppointmentNode, GoNode, PromptNode, Slots, TextNode
from appliance.contract.journal import EntryKind
from appliance.contract.messages import QuestionPlan, SurveyPlan
from appliance.contract.plan import Plan
from appliance.contract.services import Services
from appliance.core.ivr.lookup import MOST_TEXTS
from appliance.media.grammar import say
from appliance.planning.rehearsal import Rehearsal, rehearse
from appliance.planning.replay import script_of
from appliance.planning.script import read
from appliance.planning.secretary import Secretary
from appliance.planning.stage import OneContact
from tests.core.flow_office import keyed, office_of, rings, words
from tests.core.office import Office
from tests.core.plans import said

NOW = datetime.fromisoformat("2026-03-02T09:00+00:00")  # a Monday, ten o'clock in Berlin
WEEK = [{"day": day, "start": "10:00", "end": "12:00"} for day in range(5)]
CLINIC: dict[str, Any] = {
    "visit": {
        "kind": "appointment",
        "box_hours": False,
        "week": WEEK,
        "minutes": 60,
        "offers": 2,
        "tries": 2,
        "own_days": ["2026-03-04"],
        "next": "sms",
        "cancelled": "gone",
        "ring_back": "later",
        "none": "nothing",
        "person": "sales",
    },
    "sms": {
        "kind": "sms",
        "text": "See you on {contact.appointment:date}",
        "languages": {"de": "Bis {contact.appointment:time}"},
        "next": "bye",
        "failed": "unsent",
    },
    "gone": {"kind": "prompt", "prompt": {"text": "Gone."}, "next": "bye"},
    "later": {"kind": "prompt", "prompt": {"text": "Later."}, "next": "bye"},
    "nothing": {"kind": "survey", "questions": ["solved"], "next": "bye"},
    "unsent": {"kind": "prompt", "prompt": {"text": "Not sent."}, "next": "bye"},
    "sales": {"kind": "queue", "queue": "sales"},
    "bye": {"kind": "hangup", "prompt": {"text": "Bye."}},
}
ANA = "contact name=Ana appointment=2026-03-03T10:00 "


@pytest.fixture(scope="module")
def plan() -> Plan:
    data = dump(defaults())
    flow = {"name": "main", "label": "Clinic", "start": "visit", "otherwise": "bye", "nodes": CLINIC}
    data["flows"] = [{**flow, "anywhere": {"9": "bye"}}]
    data["box"]["timezone"] = "Europe/Berlin"
    return to_plan(load(data))


def run(plan: Plan, script: str) -> Rehearsal:
    found = rehearse(plan, "main", read(script), "Europe/Berlin", say, NOW)
    assert found.faults == 0
    return found


def texts(found: Rehearsal) -> list[str]:
    return [line.text for line in found.lines if line.kind == "text"]


@pytest.mark.parametrize(
    ("script", "nodes", "heard"),
    [
        (f"{ANA}\npress 1", "visit sms bye", "Thank you. The appointment is confirmed."),
        (f"{ANA}\npress 3\npress 3", "visit gone bye", "The appointment is cancelled."),
        (f"{ANA}\npress 3\npress 1\npress 1", "visit sms bye", "The appointment is confirmed."),
        (f"{ANA}\npress *\npress 1", "visit sms bye", "To hear this again, press star."),
        (f"{ANA}\npress 2\npress 9", "visit later bye", "We will call you back about another time."),
        (f"{ANA}\npress 2\npress *\npress 1", "visit sms bye", "The appointment is confirmed."),
        (f"{ANA}\npress 0", "visit sales", "To speak with somebody, press 0."),
        (f"{ANA}\nwait\nwait", "visit bye", "You have an appointment"),
        (f"{ANA}\npress 7\npress 8", "visit bye", "Sorry, that is not a choice."),
        (f"{ANA}\ntext fails\npress 1", "visit sms unsent bye", "Not sent."),
        ("press 1", "visit nothing bye", "Is your request settled?"),
        ("contact name=Ana\npress 1", "visit nothing bye", "Is your request settled?"),
        ("contact name=Ana appointment=soon\npress 1", "visit nothing bye", "Is your request settled?"),
        ("contact name=Ana appointment=2026-03-02T09:00\nwait\nwait", "visit nothing bye", "Bye."),
        (f"{ANA} appointment_state=cancelled\npress 2", "visit nothing bye", "Bye."),
    ],
)
def test_what_callers_do_with_an_appointment(plan: Plan, script: str, nodes: str, heard: str) -> None:
    found = run(plan, script)
    assert [node for _flow, node in found.path] == nodes.split()
    assert any(heard in text for text in found.heard), found.heard


def test_the_time_is_said_and_written_in_the_callers_language(plan: Plan) -> None:
    found = run(plan, f"{ANA}\npress 1")
    when = "Tuesday, March third, twenty twenty-six, ten a.m. To confirm"
    assert found.heard[0].startswith(f"You have an appointment: {when}")
    assert texts(found) == ["+15005550006: See you on Tuesday, March third, twenty twenty-six"]
    german = run(plan, f"{ANA} language=de\npress 1")
    assert german.heard[0].startswith("Sie haben einen Termin: Dienstag")
    assert texts(german)[0].startswith("+15005550006: Bis ")


def test_other_times_are_free_ones_within_the_hours_and_days(plan: Plan) -> None:
    """Tuesday at ten is the caller's own, at eleven somebody else's; Wednesday is a day off."""
    found = run(plan, f"{ANA}\ntaken 2026-03-03 11:00\npress 2\npress 8\npress 1")
    offers = [text for text in found.heard if "press 8" in text]
    assert "Thursday, March fifth, twenty twenty-six, ten a.m.: press 1." in offers[0]
    assert "Thursday, March fifth, twenty twenty-six, eleven a.m.: press 2." in offers[0]
    assert "Friday, March sixth, twenty twenty-six, ten a.m.: press 1." in offers[1]
    assert "Your new appointment: Friday, March sixth" in " ".join(found.heard)
    assert "Friday" in texts(found)[0]


def test_a_call_about_an_appointment_is_walked_again_from_its_journal(plan: Plan) -> None:
    """What the virtual caller does of a recorded call is what was done in it."""
    office = _office(Kept.DONE)
    line = rings(office)
    office.wait(9.0)
    keyed(office, line, "2")
    office.wait(30.0)
    line.hang_up()
    office.pump()
    script = script_of(office.journal.entries)
    assert [action.what for action in script.actions if action.does in ("press", "enter")] == ["2"]


# ---------------------------------------------------------------------------------- the engine itself


class Book:
    """Appointments that answer as they are told to, or not at all."""

    def __init__(self, kept: Kept | None, taken: bool = True) -> None:
        self.kept, self.readable, self.answers = kept, taken, list[AppointmentAnswer]()

    def taken(self, told: Any) -> None:
        if self.readable:
            told(())

    def keep(self, answer: AppointmentAnswer, told: Any) -> None:
        self.answers.append(answer)
        if self.kept is not None:
            told(self.kept)


def _office(kept: Kept | None, taken: bool = True) -> Office:
    contact = Contact("c1", "Ana", fields={"appointment": "2099-03-03T10:00"})
    exits = {"next": "bye", "none": "none", "error": "error"}
    services = Services(contacts=OneContact(contact), appointments=Book(kept, taken))
    return office_of(
        services,
        visit=AppointmentNode(said={}, slots=Slots(notice_hours=0), exits=exits),
        none=PromptNode(said=said("None."), exits={"next": "bye"}),
        error=PromptNode(said=said("Trouble."), exits={"next": "bye"}),
    )


@pytest.mark.parametrize(
    ("kept", "heard"), [(Kept.GONE, "None."), (Kept.FAILED, "Trouble."), (None, "Trouble.")]
)
def test_what_cannot_be_kept_takes_its_exit(kept: Kept | None, heard: str) -> None:
    office = _office(kept)
    line = rings(office)
    keyed(office, line, "1")
    office.wait(10.5 if kept is None else 0.0)
    assert words(office, line) == heard
    assert office.entries(EntryKind.APPOINTMENT) == []


def test_a_time_that_was_just_taken_is_told_and_others_are_offered() -> None:
    office = _office(Kept.TAKEN)
    line = rings(office)
    keyed(office, line, "21")
    assert words(office, line).startswith("That time has just been taken.")


def test_appointments_that_cannot_be_read_take_the_error_exit() -> None:
    office = _office(Kept.DONE, taken=False)
    line = rings(office)
    keyed(office, line, "2")
    office.wait(10.5)
    assert words(office, line) == "Trouble."


def test_what_was_said_stands_in_the_journal() -> None:
    office = _office(Kept.DONE)
    line = rings(office)
    keyed(office, line, "1")
    entry = office.entries(EntryKind.APPOINTMENT)[0]
    assert dict(entry.data) == {"contact": "c1", "at": "2099-03-03T10:00", "answer": Said.CONFIRMED}


def test_messages_of_one_caller_are_limited() -> None:
    wrote: list[str] = []
    desk = Secretary((), False, lambda to, text: wrote.append(text))
    text = TextNode(text={"": "Hello"}, exits={"next": "ask", "failed": "bye"})
    ask = PromptNode(said=said("Again."), exits={"next": "text"})
    office = office_of(Services(texts=desk), text=text, ask=ask)
    line = rings(office)
    for _ in range(MOST_TEXTS + 2):
        office.wait(2.0)
        keyed(office, line, "1")
    assert wrote == ["Hello"] * MOST_TEXTS


def test_a_network_that_is_slow_does_not_keep_the_caller() -> None:
    class Slow(Secretary):
        def send(self, line: str, number: str, text: str, sent: Any) -> None:
            return

    text = TextNode(text={"": "Hello"}, seconds=7.0, exits={"next": "bye", "failed": "late"})
    late = PromptNode(said=said("Late."), exits={"next": "bye"})
    office = office_of(Services(texts=Slow((), False, lambda to, text: None)), text=text, late=late)
    line = rings(office)
    office.wait(6.0)
    assert words(office, line) == ""
    office.wait(0.75)
    assert words(office, line) == "Late."


SURVEY = SurveyPlan(
    "survey",
    (
        QuestionPlan("happy", "csat", said("Happy?")[""]),
        QuestionPlan("solved", "solved", said("Solved?")[""]),
    ),
    share=0.0,
)


def test_a_survey_in_a_flow_goes_on_in_it() -> None:
    office = office_of(
        ask=GoNode(kind="survey", target="", exits={"next": "after", "error": "bye"}),
        after=PromptNode(said=said("After."), exits={"next": "bye"}),
    )
    office.change(survey=SURVEY)
    line = rings(office)
    assert words(office, line) == "Happy?"
    keyed(office, line, "5")
    assert words(office, line) == "Solved?"
    keyed(office, line, "*")
    assert words(office, line) == "After."
    answers = [(e.data["question"], e.data.get("answer")) for e in office.entries(EntryKind.SURVEY_ANSWERED)]
    assert answers == [("happy", 5), ("solved", None)]


def test_one_question_by_name_and_none_at_all() -> None:
    ask = GoNode(kind="survey", target="solved", exits={"next": "bye", "error": "none"})
    none = PromptNode(said=said("None."), exits={"next": "bye"})
    office = office_of(ask=ask, none=none)
    line = rings(office)
    assert words(office, line) == "None."
    office = office_of(ask=ask, none=none)
    office.change(survey=SURVEY)
    assert words(office, rings(office)) == "Solved?"


def test_who_is_asked_after_a_call_is_nobody_while_the_survey_is_off() -> None:
    office = Office()
    office.change(survey=SURVEY)
    office.log_in("11")
    line, phone = office.talk()
    phone.hang_up()
    office.wait(1.0)
    assert office.entries(EntryKind.SURVEY_BEGUN) == []
    assert line.leg is None


def test_a_key_leads_away_from_everywhere_but_not_from_its_own_question() -> None:
    nodes: dict[str, Any] = {
        "hello": {"kind": "prompt", "prompt": {"text": "Your balance is high."}, "next": "menu"},
        "menu": {"kind": "menu", "prompt": {"text": "1 or 0."}, "keys": {"1": {"to": "code"}}},
        "code": {"kind": "digits", "variable": "code", "most": 3, "next": "sub", "prompt": {"text": "Code?"}},
        "sub": {"kind": "flow", "flow": "second", "next": "bye"},
        "help": {"kind": "queue", "queue": "sales"},
        "bye": {"kind": "hangup"},
    }
    data = dump(defaults())
    own = {"name": "main", "label": "Main", "start": "hello", "otherwise": "bye", "anywhere": {"0": "help"}}
    second = {"name": "second", "label": "Second", "start": "long", "otherwise": "back"}
    data["flows"] = [
        {**own, "nodes": nodes},
        {
            **second,
            "nodes": {
                "long": {"kind": "announcement", "prompt": {"text": "Long. " * 30}, "next": "back"},
                "back": {"kind": "return"},
            },
        },
    ]
    plan = to_plan(load(data))
    assert [node for _, node in run(plan, "interrupt 0").path] == ["hello", "help"]
    assert [node for _, node in run(plan, "press 0").path] == ["hello", "menu", "help"]
    away = run(plan, "press 1\npress 100\ninterrupt 0")
    assert [node for _, node in away.path] == ["hello", "menu", "code", "sub", "long", "help"]
