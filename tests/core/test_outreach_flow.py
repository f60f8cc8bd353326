"""A campaign that speaks by itself: its flow with the lead's fields, and the keys that people press in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from appliance.contract.campaigns import CampaignPlan, DialMethod
from appliance.contract.contacts import Contact
from appliance.contract.flow import (
    AnyNode,
    AppointmentNode,
    GoNode,
    IdentifyNode,
    MenuNode,
    OptOutNode,
    OutcomeNode,
    PromptNode,
)
from appliance.contract.journal import EntryKind
from appliance.contract.leads import Outcome
from appliance.contract.media import Prompt, Speech
from appliance.contract.messages import QuestionPlan, SurveyPlan
from appliance.contract.services import Services
from appliance.planning.secretary import Secretary
from appliance.planning.stage import OneContact
from tests.core.outreach_hall import NUMBER, Hall, campaign, lead
from tests.core.plans import said

ASK = "Good day {lead.name}, this is {campaign.company} about {lead.amount}."
NODES: dict[str, AnyNode] = {
    "hello": PromptNode(said=said(ASK), exits={"next": "menu"}),
    "menu": MenuNode(
        said=said("1 for us, 2 to hear it again, {campaign.key} for no more calls."),
        keys={"1": (), "2": (), "3": (), "4": ()},
        exits={
            "key 1": "sales",
            "key 2": "hello",
            "key 3": "yes",
            "key 4": "ask",
            "timeout": "bye",
            "invalid": "bye",
        },
    ),
    "sales": GoNode(kind="queue", target="sales", exits={"error": "bye"}),
    "yes": OutcomeNode(code="1", exits={"next": "bye"}),
    "ask": GoNode(kind="survey", target="", exits={"next": "yes", "error": "bye"}),
}


def broadcast(**talk: object) -> CampaignPlan:
    return campaign(DialMethod.BROADCAST, **{"flow": "spring", **talk})


def test_a_person_hears_the_flow_with_the_lead_s_fields() -> None:
    hall = Hall(broadcast(), NODES)
    dialed = hall.answered(lead(amount="45 euros"))
    hall.outreach.person(dialed, quiet=0.5)
    assert hall.heard(dialed) == "Good day Ana Lima, this is Acme about 45 euros."
    hall.wait(1.5)
    assert hall.heard(dialed) == "1 for us, 2 to hear it again, 9 for no more calls."
    hall.keys(dialed, "2")
    assert hall.heard(dialed).startswith("Good day Ana")
    hall.wait(1.5)
    hall.keys(dialed, "3")
    ended = hall.over()
    assert (ended.outcome, ended.code, ended.never) == (Outcome.PERSON, "1", False)
    assert ended.how == "Flow spring ended at node bye."


def test_press_1_brings_an_agent_of_the_queue() -> None:
    hall = Hall(broadcast(), NODES)
    hall.log_in("11")
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    hall.keys(dialed, "1")
    hall.handsets["201"].pick_up()
    hall.wait(2)
    assert hall.connected(dialed.party.port, next(iter(hall.handsets["201"].legs.values())).port)
    hall.wait(300)  # longer than the flow may last: they talk with an agent
    assert hall.ended == [] and dialed.call.open
    hall.handsets["201"].hang_up()
    ended = hall.over()
    assert (ended.outcome, ended.agent) == (Outcome.PERSON, "11")
    assert hall.record().answered and hall.record().agent == "11" and hall.record().direction == "outbound"


@pytest.mark.parametrize("after", [0.2, 2.5])
def test_the_key_for_no_more_calls_works_everywhere(after: float) -> None:
    hall = Hall(broadcast(), NODES)
    dialed = hall.answered(lead(language="de"))
    hall.outreach.begin(dialed)
    hall.wait(after)
    hall.keys(dialed, "9")
    assert hall.heard(dialed) == "Sie werden nicht mehr angerufen. Auf Wiederhören."
    assert hall.blocked() == [(NUMBER, "own", "key")]
    ended = hall.over()
    assert ended.never and ended.outcome is Outcome.PERSON


def test_a_step_of_the_flow_for_it_may_keep_it_to_the_campaign() -> None:
    out = OptOutNode(said=said("As you wish."), campaign_only=True, exits={"next": "yes", "error": "bye"})
    hall = Hall(broadcast(), {"out": out, **NODES})
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    assert hall.heard(dialed) == "As you wish."
    ended = hall.over()
    assert ended.never and ended.code == "1"
    (entry,) = hall.entries(EntryKind.DNC_ADDED)
    assert (entry.data["kind"], entry.data["list"], entry.call) == ("campaign", "spring", dialed.call.id)


def test_an_inbound_caller_can_say_so_as_well() -> None:
    """Who rings the number back that was said may also be called no more."""
    hall = Hall(broadcast(), {"out": OptOutNode(exits={"next": "bye", "error": "bye"})})
    hall.change(flows={"main": hall.plan.flows["spring"]})
    hall.trunks["gsm1"].ring(NUMBER)
    hall.wait(0.5)
    assert hall.blocked() == [(NUMBER, "own", "key")]
    hall.wait(5)
    hall.check_quiet()


def test_who_withholds_the_number_hears_no_promise() -> None:
    hall = Hall(broadcast(), {"out": OptOutNode(exits={"next": "bye", "error": "bye"})})
    hall.change(flows={"main": hall.plan.flows["spring"]})
    hall.trunks["gsm1"].ring(None)
    hall.wait(4)
    assert hall.blocked() == [] and hall.said() == ["Bye."]


def test_survey_questions_within_the_flow() -> None:
    hall = Hall(broadcast(), NODES)
    question = QuestionPlan("fine", "csat", said("How was it?")[""])
    hall.change(survey=SurveyPlan(name="survey", questions=(question,)))
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    hall.keys(dialed, "4")
    hall.keys(dialed, "5")
    ended = hall.over()
    assert ended.code == "1"
    assert [entry.data["answer"] for entry in hall.entries(EntryKind.SURVEY_ANSWERED)] == [5]


def test_a_reminder_is_confirmed_and_kept() -> None:
    nodes: dict[str, AnyNode] = {
        "who": IdentifyNode(exits={"next": "visit", "unknown": "bye", "failed": "bye", "error": "bye"}),
        "visit": AppointmentNode(
            said={},
            exits={"next": "yes", "cancelled": "bye", "ring_back": "bye", "none": "bye", "person": "bye"},
        ),
        "yes": OutcomeNode(code="1", exits={"next": "bye"}),
    }
    known = OneContact(Contact("c1", "Ana", fields={"appointment": "2026-03-06T10:00"}))
    desk = Secretary((), False, lambda to, text: None)
    hall = Hall(broadcast(), nodes, Services(contacts=known, appointments=desk))
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    hall.wait(3)
    hall.keys(dialed, "1")
    assert hall.over().code == "1"
    (entry,) = hall.entries(EntryKind.APPOINTMENT)
    assert entry.data["answer"] == "confirmed"


def test_it_is_cut_off_after_its_longest_time() -> None:
    hall = Hall(broadcast(flow_seconds=20.0), NODES)
    hall.media.PROMPT_SECONDS = 500.0
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    hall.wait(19.9)
    assert hall.goes_on(dialed)
    hall.wait(0.2)
    assert not hall.goes_on(dialed)
    ended = hall.over()
    assert (ended.outcome, ended.how) == (Outcome.PERSON, "The message reached its longest time.")


def test_who_hangs_up_in_it_answered() -> None:
    hall = Hall(broadcast(), NODES)
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    hall.line(dialed).hang_up()
    ended = hall.over()
    assert (ended.outcome, ended.code) == (Outcome.PERSON, None)


def test_a_campaign_whose_flow_is_gone_says_who_called() -> None:
    hall = Hall(broadcast(flow="gone"))
    dialed = hall.answered(lead())
    hall.outreach.begin(dialed)
    assert hall.heard(dialed).startswith("This is Acme.")
    assert hall.over().outcome is Outcome.DROPPED


def test_without_a_lead_nothing_is_made_up() -> None:
    """Dialled by hand: there is a number and a campaign, and no fields."""
    hall = Hall(broadcast(), NODES)
    dialed = replace(hall.answered(), lead=None)
    hall.outreach.begin(dialed)
    assert hall.heard(dialed) == "Good day , this is Acme about ."
    hall.over()


def test_what_only_one_person_hears_is_made_while_it_rings() -> None:
    made: list[str] = []

    def prepare(prompt: Prompt) -> None:
        made.extend(part.text for part in prompt if isinstance(part, Speech))

    machine = {"": said("Call, {lead.name}.")[""], "de": said("Rufen Sie an, {lead.name}.")[""]}
    hall = Hall(broadcast(machine=machine), NODES, Services(prepare=prepare))
    who = lead(language="de-AT", amount="45 euros")
    hall.outreach.prepare(hall.campaign, NUMBER, who)
    dialed = hall.answered(who)
    hall.outreach.begin(dialed)
    assert hall.heard(dialed) in made
    hall.wait(1.2)
    assert hall.heard(dialed) in made
    assert "Rufen Sie an, Ana Lima." in made and "Bye." not in made
    hall.outreach.prepare(campaign(), NUMBER, None)
    assert len(made) == 3, "a campaign whose agents speak has nothing to prepare"
    hall.over()


def test_times_are_said_by_the_grammar() -> None:
    def grammar(value: str, form: str, argument: str, language: str) -> str:
        return f"{form} {datetime.fromisoformat(value):%d.%m.}"

    nodes: dict[str, AnyNode] = {"hello": PromptNode(said=said("{lead.due:date}"), exits={"next": "bye"})}
    hall = Hall(broadcast(), nodes, Services(grammar=grammar))
    dialed = hall.answered(lead(due="2026-03-04"))
    hall.outreach.begin(dialed)
    assert hall.heard(dialed) == "date 04.03."
    hall.over()
