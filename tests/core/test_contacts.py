"""Who calls, and what brought them: contacts by number, wrong PINs, marketing campaigns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.clock import SteppedClock
from appliance.contract.contacts import Answer, Contact, Unidentified
from appliance.contract.events import RingStarted
from appliance.contract.flow import DigitsNode, FlowPlan, HangupNode
from appliance.contract.ids import LegId
from appliance.contract.journal import EntryKind
from appliance.contract.media import Speech
from appliance.contract.messages import MarketingPlan
from appliance.contract.services import Services
from appliance.core.contacts.lock import LOCK_SECONDS, TRIES, AccountLock
from appliance.core.contacts.tracking import track_code
from tests.core.office import Office, make_plan

ACME = Contact(
    "c1", "ACME", ("+14155550100",), "de", True, "12", "4711", {"balance": "12.50", "order_state": "sent"}
)


class Book:
    """Contacts whose answers come when the test lets them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Answer]] = []

    def by_number(self, number: str, answer: Answer) -> None:
        self.asked.append((number, answer))

    def by_account(self, account: str, pin: str | None, answer: Answer) -> None:
        answer(Unidentified.UNKNOWN)


def _office(book: Book) -> Office:
    return Office(make_plan(), services=Services(contacts=book))


def test_the_caller_is_known_on_every_screen() -> None:
    book = Book()
    office = _office(book)
    office.log_in("11")
    line = office.caller_in_menu()
    ((number, answer),) = book.asked
    assert number == "+14155550100"
    answer(ACME)
    (live,) = office.system.live().calls
    assert live.name == "ACME"
    line.key("1")
    office.pump()
    (leg,) = office.handsets["201"].legs.values()
    assert leg.party.name == "ACME"
    (entry,) = office.entries(EntryKind.CONTACT)
    assert dict(entry.data) == {"contact": "c1", "name": "ACME", "by": "number"}
    line.hang_up()
    office.wait(6.0)
    assert (office.record().contact, office.record().name) == ("c1", "ACME")
    office.check_quiet()


def test_what_queues_and_flows_go_by() -> None:
    book = Book()
    office = _office(book)
    office.caller_in_menu()
    book.asked[0][1](ACME)
    (call,) = office.system._kernel.calls.values()
    assert (call.wants.vip, call.wants.own_agent, call.language) == (True, "12", "de")
    wanted = {"contact.balance": "12.50", "contact.order_state": "sent", "contact.vip": "yes"}
    assert wanted.items() <= call.variables.items()


@pytest.mark.parametrize("answer", list(Unidentified))
def test_nobody_is_known(answer: Unidentified) -> None:
    book = Book()
    office = _office(book)
    office.caller_in_menu()
    book.asked[0][1](answer)
    (live,) = office.system.live().calls
    assert live.name is None and not office.entries(EntryKind.CONTACT)


def test_an_answer_that_comes_too_late() -> None:
    book = Book()
    office = _office(book)
    line = office.caller_in_menu()
    line.hang_up()
    office.wait(6.0)
    book.asked[0][1](ACME)
    assert not office.entries(EntryKind.CONTACT) and office.record().contact is None
    office.check_quiet()


def test_a_withheld_number_is_not_looked_up() -> None:
    book = Book()
    office = _office(book)
    office.trunks["gsm1"].ring(None)
    office.wait(3.0)
    assert book.asked == []


def test_an_account_is_locked_after_so_many_wrong_pins() -> None:
    clock = SteppedClock()
    lock = AccountLock(clock)
    assert [lock.wrong("4711") for _ in range(TRIES)] == [False] * (TRIES - 1) + [True]
    assert lock.locked("4711") and not lock.locked("4712")
    clock.advance(LOCK_SECONDS - 1)
    assert lock.locked("4711")
    clock.advance(2)
    assert not lock.locked("4711")
    assert [lock.wrong("4711") for _ in range(TRIES)][-1]
    clock.advance(LOCK_SECONDS + 1)  # twice as long now
    assert lock.locked("4711")
    clock.advance(LOCK_SECONDS)
    assert not lock.locked("4711")
    lock.right("4711")
    assert [lock.wrong("4711") for _ in range(TRIES - 1)] == [False] * (TRIES - 1)


def test_the_lock_forgets_only_what_is_oldest() -> None:
    clock = SteppedClock()
    lock = AccountLock(clock)
    for _ in range(TRIES):
        lock.wrong("4711")
    for number in range(4999):
        lock.wrong(f"x{number}")
    assert lock.locked("4711")
    lock.wrong("y")
    assert not lock.locked("4711")


SPRING = MarketingPlan("spring", "Spring", trunks=frozenset({"gsm1"}), codes=frozenset({"77"}))
PAPER = MarketingPlan("paper", "Paper", numbers=frozenset({"+14155550177"}))


@pytest.mark.parametrize(
    ("trunk", "called", "wanted"),
    [
        ("gsm1", None, ("spring", "trunk")),
        ("gsm1", "415 555 0177", ("paper", "number")),
        ("fxo1", "+14155550177", ("paper", "number")),
        ("fxo1", "+14155550178", None),
    ],
)
def test_each_call_carries_what_brought_it(
    trunk: str, called: str | None, wanted: tuple[str, str] | None
) -> None:
    office = Office(replace(make_plan(), marketing=(SPRING, PAPER)))
    office.post.post(RingStarted(trunk, LegId("leg"), called))
    office.pump()
    found = [(entry.data["campaign"], entry.data["by"]) for entry in office.entries(EntryKind.MARKETING)]
    assert found == ([wanted] if wanted else [])


def test_a_code_from_an_advert_says_most() -> None:
    office = Office(replace(make_plan(), marketing=(PAPER, replace(SPRING, trunks=frozenset()))))
    line = office.caller_in_menu()
    (call,) = office.system._kernel.calls.values()
    assert not track_code(call, "78") and track_code(call, "77")
    line.hang_up()
    office.wait(6.0)
    assert office.record().marketing == "spring"


def test_a_flow_asks_for_the_code() -> None:
    ask = DigitsNode(
        exits={"next": "end"}, said={"": (Speech("Your code?"),)}, variable="advert_code", most=2, closing=""
    )
    flow = FlowPlan("main", "code", {"code": ask, "end": HangupNode()})
    office = Office(replace(make_plan(), flows={"main": flow}, marketing=(SPRING, PAPER)))
    line = office.trunks["fxo1"]
    line.ring("+14155550100")
    office.wait(4.0)
    line.key("7")
    office.pump()
    line.key("7")
    office.wait(20.0)
    assert office.record().marketing == "spring"
    office.check_quiet()
