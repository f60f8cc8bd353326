"""Machines: left a message after the beep where campaign and country let it be, hung up on otherwise."""

from __future__ import annotations

import pytest

from appliance.contract.campaigns import DialMethod
from appliance.contract.dialling import Consent
from appliance.contract.flow import AnyNode, MenuNode, PromptNode
from appliance.contract.leads import Outcome
from appliance.core.outreach.steps import MOST_BEEPS
from tests.core.outreach_hall import Hall, campaign, lead
from tests.core.plans import said

MACHINE = said("Dear {lead.name}, please call {campaign.company} at {campaign.number}.")
HEARD = "Dear Ana Lima, please call Acme at 2 1 2 5 5 5 0 1 9 9."
MAY = lead(Consent.WRITTEN)


def test_the_message_follows_the_beep_at_once() -> None:
    hall = Hall(campaign(machine=MACHINE))
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    hall.wait(4)
    assert hall.heard(dialed) == "", "its greeting is not talked into"
    hall.beeps(dialed)
    assert hall.heard(dialed) == HEARD
    ended = hall.over()
    assert (ended.outcome, ended.how, ended.done) == (Outcome.MACHINE, "A machine was left a message.", False)
    assert hall.said() == [HEARD]


def test_a_later_beep_begins_it_anew_but_not_for_ever() -> None:
    hall = Hall(campaign(machine=MACHINE))
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    for _ in range(MOST_BEEPS + 1):
        hall.beeps(dialed)
        hall.wait(0.5)
    assert hall.said() == [HEARD] * MOST_BEEPS
    assert hall.over().how == "A machine was left a message."


def test_no_beep_in_time_is_the_end() -> None:
    hall = Hall(campaign(machine=MACHINE, beep_seconds=12.0))
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    hall.wait(11.9)
    assert hall.goes_on(dialed)
    hall.wait(0.2)
    assert not hall.goes_on(dialed)
    ended = hall.over()
    assert (ended.outcome, ended.how, hall.said()) == (Outcome.MACHINE, "A machine did not beep in time.", [])


def test_a_message_without_end_is_cut_off() -> None:
    hall = Hall(campaign(machine=MACHINE, machine_seconds=15.0, left_is_done=True))
    hall.media.PROMPT_SECONDS = 1000.0
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    hall.beeps(dialed)
    hall.wait(14.9)
    assert hall.goes_on(dialed)
    hall.wait(0.2)
    assert not hall.goes_on(dialed)
    assert not hall.over().done


def test_who_was_left_a_message_may_be_done_with() -> None:
    hall = Hall(campaign(machine=MACHINE, left_is_done=True))
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    hall.beeps(dialed)
    assert hall.over().done


@pytest.mark.parametrize(
    ("consent", "machine", "why"),
    [
        (Consent.WRITTEN, None, "the campaign leaves no messages"),
        (Consent.EXPRESS, MACHINE, "the law asks for a consent that there is not"),
        (Consent.WRITTEN, said("{lead.nothing}"), "there is nothing to say"),
    ],
)
def test_otherwise_it_is_hung_up_on_at_once(consent: Consent, machine: object, why: str) -> None:
    hall = Hall(campaign(machine=machine))
    dialed = hall.answered(lead(consent))
    hall.outreach.machine(dialed)
    assert not dialed.call.open
    ended = hall.over()
    assert (ended.outcome, ended.how) == (Outcome.MACHINE, f"A machine answered: {why}.")
    assert hall.said() == []


def test_without_law_or_lead_nothing_is_left() -> None:
    hall = Hall(campaign(machine=MACHINE))
    hall.outreach.law = None
    dialed = hall.answered(MAY)
    assert hall.outreach.may_leave(dialed) == "no law is known for it"
    hall.outreach.machine(dialed)
    hall.over()
    hall = Hall(campaign(machine=MACHINE))
    assert hall.outreach.may_leave(hall.answered(None)) == "no law is known for it"


def test_a_person_who_turns_out_to_be_a_machine_is_not_dropped() -> None:
    hall = Hall(campaign(machine=MACHINE))
    dialed = hall.answered(MAY)
    hall.outreach.person(dialed)
    hall.wait(1)
    hall.outreach.machine(dialed)
    hall.wait(2)
    assert hall.dropped == []
    hall.beeps(dialed)
    assert hall.heard(dialed) == HEARD
    assert hall.over().outcome is Outcome.MACHINE


def flow() -> dict[str, AnyNode]:
    ways = {"key 1": "bye", "timeout": "bye", "invalid": "bye"}
    return {
        "hello": PromptNode(said=said("Hello."), exits={"next": "menu"}),
        "menu": MenuNode(
            said=said("1?"), keys={"1": (), "2": ()}, seconds=9.0, exits={**ways, "key 2": "hello"}
        ),
    }


def test_a_beep_into_a_broadcast_is_a_machine() -> None:
    hall = Hall(campaign(DialMethod.BROADCAST, flow="spring", machine=MACHINE), flow())
    dialed = hall.answered(MAY)
    hall.outreach.begin(dialed)
    hall.wait(1.2)
    hall.beeps(dialed)
    assert hall.heard(dialed) == HEARD
    assert hall.over().outcome is Outcome.MACHINE


def test_a_beep_behind_a_key_is_a_person_s() -> None:
    hall = Hall(campaign(DialMethod.BROADCAST, flow="spring", machine=MACHINE), flow())
    dialed = hall.answered(MAY)
    hall.outreach.begin(dialed)
    hall.keys(dialed, "2")
    hall.beeps(dialed)
    assert hall.heard(dialed) == "Hello."
    assert hall.over().outcome is Outcome.PERSON


def test_a_machine_that_hangs_up_first_stays_a_machine() -> None:
    hall = Hall(campaign(machine=MACHINE))
    dialed = hall.answered(MAY)
    hall.outreach.machine(dialed)
    hall.line(dialed).hang_up()
    ended = hall.over()
    assert ended.outcome is Outcome.MACHINE and not ended.done


def test_nobody_is_spoken_to_twice_by_mistake() -> None:
    """What becomes known after the end, or twice, changes nothing."""
    hall = Hall(campaign(machine=MACHINE))
    dialed = hall.answered(MAY)
    hall.outreach.nobody(dialed)
    hall.line(dialed).hang_up()
    hall.pump()
    hall.outreach.machine(dialed)
    hall.outreach.person(dialed)
    hall.outreach.begin(dialed)
    assert hall.over().outcome is Outcome.DROPPED
