"""Who tried to reach a customer is kept; the customer who rings back goes to them, and it is said why."""

from __future__ import annotations

import pytest

from appliance.contract.events import Stage
from appliance.contract.explained import unpack
from appliance.contract.journal import Entry, EntryKind
from appliance.core.acd.queue import TRIED_SECONDS, then
from tests.core.office import Office

MOBILE, NUMBER = "4155550123", "+14155550123"


def tries(office: Office, handset: str = "202", answered: bool = False) -> None:
    """The agent there dials the customer, who does not answer, or talks for a while."""
    phone, line = office.handsets[handset], office.trunks["gsm1"]
    leg = phone.dial(MOBILE)
    office.pump()
    assert line.dialled[-1] == MOBILE
    line.progress(Stage.RINGING)
    office.pump()
    if answered:
        line.picked_up()
        office.wait(10)
    phone.hang_up(leg)
    office.wait(20)  # any wrap-up is over


def rings(office: Office, number: str = NUMBER) -> Entry:
    """The customer calls and asks for sales; the newest decision."""
    office.caller_in_queue("gsm2", number)
    return office.entries(EntryKind.ROUTED)[-1]


def ringing(office: Office) -> list[str]:
    return [name for name, phone in office.handsets.items() if phone.ringing]


@pytest.mark.parametrize("answered", [False, True])
def test_who_tried_is_asked_first(answered: bool) -> None:
    office = Office()
    office.log_in("11", "12", "13")
    office.change_queue(sticky_seconds=30.0 if answered else 0.0)
    tries(office, answered=answered)
    decision = rings(office)
    assert ringing(office) == ["202"], "11 is without a call for longer"
    assert decision.data["rule"] == ("last_agent" if answered else "rings_back")
    assert {one.code for one in unpack(str(decision.data["left"]))} >= {"sticky" if answered else "later"}


def test_who_tried_and_is_busy_is_not_waited_for_unless_the_queue_says_so() -> None:
    office = Office()
    office.log_in("11", "12")
    tries(office)
    office.handsets["202"].dial("203")
    office.pump()
    assert rings(office).data["rule"] == "longest_idle" and ringing(office) == ["201", "203"]


def test_it_is_over_once_somebody_spoke_with_the_customer() -> None:
    office = Office()
    office.log_in("11", "12")
    tries(office)
    office.system.set_agent_status("12", "on_break", None, None, "page")
    rings(office)
    assert ringing(office) == ["201"]
    office.handsets["201"].pick_up()
    office.wait(5)
    office.trunks["gsm2"].hang_up()
    office.wait(30)
    office.system.set_agent_status("12", "available", None, None, "page")
    office.wait(1)
    office.handsets["202"].dial("203")
    office.pump()
    assert rings(office).data["rule"] == "longest_idle"


def test_it_is_over_after_some_days() -> None:
    office = Office()
    office.log_in("11", "12")
    tries(office)
    office.clock.advance(TRIED_SECONDS)
    office.pump()
    assert rings(office).data["rule"] == "longest_idle"


def test_somebody_elses_number_is_nobodys() -> None:
    office = Office()
    office.log_in("11", "12")
    tries(office)
    assert rings(office, "+14155550124").data["rule"] == "longest_idle"


def test_who_declines_is_passed_over() -> None:
    office = Office()
    office.log_in("11", "12")
    tries(office)
    rings(office)
    office.handsets["202"].refuse()
    office.pump()
    assert ringing(office) == ["201"]


def test_a_ring_back_that_the_customer_did_not_answer_counts() -> None:
    """By the list of lost callers, one click."""
    office = Office()
    office.log_in("11", "12")
    office.system.ring_back(NUMBER, "202")
    office.pump()
    office.handsets["202"].pick_up()
    office.pump()
    assert office.trunks["gsm1"].dialled == [NUMBER]
    office.handsets["202"].hang_up()
    office.wait(20)
    assert then(office.records[-1], office.clock.wall()).outside
    assert rings(office).data["rule"] == "rings_back" and ringing(office) == ["202"]


def test_a_ring_back_that_the_agent_did_not_answer_does_not() -> None:
    office = Office()
    office.log_in("11", "12")
    office.system.ring_back(NUMBER, "202")
    office.wait(45)
    assert rings(office).data["rule"] == "longest_idle" and ringing(office) == ["201"]
