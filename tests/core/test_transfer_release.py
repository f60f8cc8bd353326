"""Transfers to queues and flows; whoever hangs up, at whatever step of a transfer, leaves nothing behind."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from appliance.contract.media import CallTone
from appliance.contract.talk import TalkPlan
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import MENU, Office

TALK = TalkPlan(hold_reminder_seconds=0, numbers={"300": ("queue", "sales"), "301": ("flow", "main")})


def talking() -> tuple[Office, FakeTrunk, FakeHandset]:
    office = Office()
    office.change(talk=TALK)
    office.log_in("11")
    line, phone = office.talk()
    office.wait(5)
    return office, line, phone


def test_blind_to_a_queue() -> None:
    office, line, phone = talking()
    office.log_in("12")
    phone.transfer("300")
    office.pump()
    assert phone.transfers == [True] and not phone.legs
    office.handsets["202"].pick_up()
    office.pump()
    assert office.connected(line.port, next(iter(office.handsets["202"].legs.values())).port)
    line.hang_up()
    office.wait(15)
    assert office.record().transferred_to == "300" and office.record().agent == "11"
    office.check_quiet()


def test_blind_to_a_flow() -> None:
    office, line, phone = talking()
    phone.transfer("301")
    office.wait(1.5)
    assert not phone.legs and office.hears(line.port) == MENU
    line.key("2")
    office.pump()
    line.hang_up()
    office.wait(15)
    office.check_quiet()


@pytest.mark.parametrize("answered", [False, True])
def test_attended_to_a_queue(answered: bool) -> None:
    office, line, phone = talking()
    first = phone.talking[0]
    phone.hold(True, first)
    second = phone.dial("300")
    office.log_in("12")
    office.wait(2)
    assert office.handsets["202"].ringing, "the colleague waits in the queue, and is offered"
    if answered:
        office.handsets["202"].pick_up()
        office.pump()
    phone.transfer("300", first, second)
    office.pump()
    assert phone.transfers == [True] and not phone.legs
    if not answered:
        office.wait(2)
        assert office.hears(line.port) is not None, "the customer waits where the agent did"
        assert len(office.handsets["202"].legs) == 1, "and the colleague is rung for them"
        office.handsets["202"].pick_up()
        office.pump()
    assert office.connected(line.port, next(iter(office.handsets["202"].legs.values())).port)
    line.hang_up()
    office.wait(15)
    office.check_quiet()


def test_who_is_handed_over_has_the_place_the_agent_had() -> None:
    """Between the agent's asking and the hand-over somebody else has come: they are served after."""
    office = Office()
    office.change(talk=TALK)
    office.log_in("12")
    line, phone = office.caller_in_menu(), office.handsets["202"]
    line.key("2")  # agent 12, and no queue
    office.pump()
    phone.pick_up()
    office.wait(5)
    first = phone.talking[0]
    phone.hold(True, first)
    second = phone.dial("300")
    office.wait(5)
    other = office.caller_in_queue("gsm2", "+14155550142")
    office.wait(5)
    office.system.set_agent_status("12", "logged_out", None, None, "page")  # after this call
    phone.transfer("300", first, second)
    office.pump()
    office.log_in("11")
    office.wait(1)
    office.handsets["201"].pick_up()
    office.pump()
    assert office.connected(line.port, next(iter(office.handsets["201"].legs.values())).port)
    for one in (line, other):
        one.hang_up()
    office.wait(15)
    office.check_quiet()


def test_attended_to_a_flow_begins_it() -> None:
    office, line, phone = talking()
    first = phone.talking[0]
    phone.hold(True, first)
    second = phone.dial("301")
    office.wait(3)
    phone.transfer("301", first, second)
    office.wait(1.5)
    assert phone.transfers == [True] and not phone.legs and office.hears(line.port) == MENU
    line.hang_up()
    office.wait(15)
    customers = [record for record in office.records if record.direction == "inbound"]
    assert [record.transferred_to for record in customers] == ["301"]
    office.check_quiet()


def test_who_keys_a_star_code_is_nobody_to_hand_over_to() -> None:
    office, line, phone = talking()
    first = phone.talking[0]
    phone.hold(True, first)
    second = phone.dial("*58")
    office.wait(0.5)
    phone.transfer("*58", first, second)
    office.pump()
    assert phone.transfers == [False] and line.off_hook
    line.hang_up()
    phone.hang_up()
    office.wait(15)
    office.check_quiet()


def test_inside_the_queue_is_dialled_like_anybody() -> None:
    office = Office()
    office.change(talk=TALK)
    office.log_in("11")
    office.handsets["203"].dial("300")
    office.wait(2)
    office.handsets["201"].pick_up()
    office.pump()
    (mine,) = office.handsets["203"].legs.values()
    (theirs,) = office.handsets["201"].legs.values()
    assert office.connected(mine.port, theirs.port) and not office.media.recordings
    office.handsets["203"].hang_up()
    office.wait(15)
    assert office.record().direction == "internal" and office.record().queue == "sales"
    office.check_quiet()


# ------------------------------------------------------------------ release at each step


class Transfer:
    """An attended transfer, step by step; anybody may hang up after any of them."""

    def __init__(self, outside: bool) -> None:
        self.office, self.line, self.phone = talking()
        self.target = "4155550177" if outside else "202"
        self.other: FakeTrunk | FakeHandset = (
            self.office.trunks["gsm2"] if outside else self.office.handsets["202"]
        )
        self.steps: list[Callable[[], object]] = [
            lambda: self.phone.hold(True, self.phone.talking[0]),
            lambda: self.phone.dial(self.target),
            self._answer,
            self._transfer,
        ]

    def _answer(self) -> None:
        if isinstance(self.other, FakeTrunk):
            self.other.picked_up()
        else:
            self.other.pick_up()

    def _transfer(self) -> None:
        first, second = list(self.phone.legs)
        self.phone.transfer(self.target, first, second)

    def hang_up(self, who: str) -> None:
        legs = list(self.phone.legs)
        if who == "customer":
            self.line.hang_up()
        elif who == "third":
            self.other.hang_up()
        elif who == "first leg" and legs:
            self.phone.hang_up(legs[0])
        elif who == "second leg" and len(legs) > 1:
            self.phone.hang_up(legs[1])


PARTIES = ("customer", "third", "first leg", "second leg")


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("done", range(5))
def test_whoever_hangs_up_at_whatever_step_nothing_is_left(done: int, outside: bool) -> None:
    for order in itertools.permutations(PARTIES):
        there = Transfer(outside)
        for step in there.steps[:done]:
            step()
            there.office.pump()
        for who in order:
            there.hang_up(who)
            there.office.pump()
            there.office.check()
        for phone in there.office.handsets.values():  # who is rung back goes home, too
            phone.hang_up()
        there.office.wait(40)
        there.line.hang_up()
        there.office.wait(20)
        there.office.check_quiet()
        customers = [record for record in there.office.records if record.direction == "inbound"]
        assert len(customers) == 1 and customers[0].answered and customers[0].agent == "11"
        assert (customers[0].transferred_to is not None) is (done == 4)


@pytest.mark.parametrize("outside", [False, True])
def test_the_customer_stays_when_the_consulted_party_hangs_up_at_any_step(outside: bool) -> None:
    for done in (2, 3):
        there = Transfer(outside)
        for step in there.steps[:done]:
            step()
            there.office.pump()
        there.hang_up("third")
        there.office.wait(10)
        assert there.line.off_hook
        there.phone.hold(False, there.phone.talking[0])
        there.office.pump()
        assert there.office.connected(there.line.port, next(iter(there.phone.legs.values())).port)
        assert there.office.hears(there.line.port) is not CallTone.RINGBACK
