"""Where a flow hands its callers on, and whom it asks: queues, handsets, numbers, contacts, machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from appliance.contract.contacts import Contact, Unidentified
from appliance.contract.flow import (
    AnyNode,
    FlowPlan,
    GoNode,
    HttpAnswer,
    HttpNode,
    HttpRequest,
    IdentifyNode,
    LanguageNode,
    MenuNode,
    NeedsNode,
    PromptNode,
    SetNode,
)
from appliance.contract.journal import EntryKind
from appliance.contract.services import Services
from tests.core.flow_office import BYE, TELL, keyed, office_of, path, rings, words
from tests.core.office import QUEUE_WELCOME, Office
from tests.core.plans import said

GO = {"failed": "sorry", "error": "broken"}
SORRY, BROKEN = (PromptNode(said=said(text), exits={"next": "bye"}) for text in ("Sorry.", "Broken."))


@pytest.mark.parametrize(
    ("kind", "target", "heard"),
    [
        ("queue", "nothing", "Broken."),
        ("department", "nothing neither", "Broken."),
        ("agent", "12", "Sorry."),
        ("extension", "299", "Sorry."),
        ("outside", "nowhere +4930123", "Broken."),
        ("outside", "outside 112", "Broken."),
        ("outside", "outside ++", "Broken."),
        ("flow", "nothing", "Broken."),
        ("voicemail", "nothing", "Broken."),
        ("spaceship", "", "Broken."),
    ],
)
def test_what_cannot_be_reached_takes_its_exit(kind: str, target: str, heard: str) -> None:
    office = Office()
    nodes: dict[str, AnyNode] = {
        "go": GoNode(kind=kind, target=target, exits=GO), "sorry": SORRY, "broken": BROKEN, "bye": BYE,
    }  # fmt: skip
    flow = FlowPlan("main", "go", nodes)
    office.system._take_plan(
        replace(office.plan, flows={"main": flow})
    )  # as if taken out of the settings since
    line = rings(office)
    assert words(office, line) == heard
    office.wait(3)
    office.check_quiet()


def test_what_a_caller_needs_goes_along_to_the_queue() -> None:
    needs = NeedsNode(skills={"spanish": 5}, head_start=60.0, exits={"next": "tongue"})
    tongue = LanguageNode(language="es", exits={"next": "go"})
    go = GoNode(kind="queue", target="sales", exits=GO)
    office = office_of(needs=needs, tongue=tongue, go=go, sorry=SORRY, broken=BROKEN)
    rings(office)
    (call,) = office.system._kernel.calls.values()
    assert (call.wants.skills, call.wants.head_start, call.language) == ({"spanish": 5}, 60.0, "es")


def test_a_handset_that_nobody_takes_gives_the_caller_back() -> None:
    office = office_of(
        go=GoNode(kind="extension", target="203", seconds=10, exits=GO), sorry=SORRY, broken=BROKEN
    )
    line = rings(office)
    assert office.handsets["203"].ringing
    office.wait(9.8)
    assert words(office, line) == "Sorry." and not office.handsets["203"].ringing
    assert path(office)[-1][0] == "sorry"
    office.wait(3)
    office.check_quiet()


def test_a_handset_that_answers_has_the_caller() -> None:
    office = office_of(go=GoNode(kind="extension", target="203", exits=GO), sorry=SORRY, broken=BROKEN)
    line = rings(office)
    phone = office.handsets["203"]
    phone.pick_up()
    office.pump()
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)


def test_a_department_is_where_somebody_is_free_else_where_the_fewest_wait() -> None:
    office = Office()
    sales = office.plan.queues["sales"]
    agents = {"11": replace(office.plan.agents["11"], queues=("repair",))}
    queues = {"sales": sales, "repair": replace(sales, name="repair")}
    go = GoNode(kind="department", target="sales repair", exits=GO)
    nodes: dict[str, AnyNode] = {"go": go, "sorry": SORRY, "broken": BROKEN, "bye": BYE}
    office.change(agents=agents, queues=queues, flows={"main": FlowPlan("main", "go", nodes)})
    office.log_in("11")
    for trunk, queue in (("gsm1", "repair"), ("gsm2", "sales"), ("fxo1", "repair")):
        rings(office, trunk)
        assert office.entries(EntryKind.QUEUE_ENTERED)[-1].data["queue"] == queue
        if trunk == "gsm1":
            office.handsets["201"].pick_up()
            office.pump()


def test_an_outside_number_goes_over_the_trunk_group() -> None:
    office = office_of(
        go=GoNode(kind="outside", target="outside +493012345", exits=GO), sorry=SORRY, broken=BROKEN
    )
    rings(office, "gsm2")
    assert office.trunks["gsm1"].dialled == ["+493012345"]


def test_an_outside_number_has_as_long_to_answer_as_the_node_says() -> None:
    office = office_of(
        go=GoNode(kind="outside", target="outside +493012345", exits=GO, seconds=12.0),
        sorry=SORRY,
        broken=BROKEN,
    )
    rings(office, "gsm2")
    office.wait(11.0)
    assert office.trunks["gsm1"].off_hook
    office.wait(2.0)
    (released,) = [e for e in office.entries(EntryKind.LEG_RELEASED) if e.data["line"] == "gsm1"]
    assert released.data["reason"] == "Nobody answered in time."


class Book:
    """Contacts that answer when the test says so."""

    def __init__(self) -> None:
        self.found: Contact | Unidentified = Unidentified.UNKNOWN
        self.asked: list[tuple[str, ...]] = []
        self.waiting: list[Callable[[], None]] = []

    def by_number(self, number: str, answer: Callable[[Contact | Unidentified], None]) -> None:
        self.asked.append((number,))
        self.waiting.append(lambda: answer(self.found))

    def by_account(
        self, account: str, pin: str | None, answer: Callable[[Contact | Unidentified], None]
    ) -> None:
        self.asked.append((account, pin or ""))
        self.waiting.append(lambda: answer(self.found))

    def answer(self) -> None:
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one()


WHO = IdentifyNode(exits={"next": "hello", "unknown": "who", "failed": "locked", "error": "broken"})
HELLO = PromptNode(said=said("Hello {contact.name}, {contact.balance}."), exits={"next": "bye"})
NOBODY, LOCKED = (PromptNode(said=said(text), exits={"next": "bye"}) for text in ("Who?", "Locked."))


@pytest.mark.parametrize(
    ("found", "heard"),
    [
        (Contact("c1", "Ana", fields={"balance": "12"}), "Hello Ana, 12."),
        (Unidentified.UNKNOWN, "Who?"),
        (Unidentified.AMBIGUOUS, "Who?"),
        (Unidentified.LOCKED, "Locked."),
        (Unidentified.FAILED, "Broken."),
    ],
)
def test_a_caller_is_identified_later(found: Contact | Unidentified, heard: str) -> None:
    book = Book()
    number = SetNode(values={"account": "77", "pin": "1234"}, exits={"next": "who_is"})
    node = replace(WHO, account="account", pin="pin")
    others = {"hello": HELLO, "who": NOBODY, "locked": LOCKED, "broken": BROKEN}
    office = office_of(Services(contacts=book), number=number, who_is=node, **others)
    line = rings(office, number=None)
    assert book.asked == [("77", "1234")] and office.hears(line.port) is None
    book.found = found
    book.answer()
    office.pump()
    assert words(office, line) == heard
    office.wait(3)
    office.check_quiet()


def test_a_caller_who_waits_for_an_answer_does_not_hear_the_menu_on() -> None:
    book = Book()
    menu = MenuNode(said=said("Press 1."), keys={"1": ()}, exits={"key 1": "who_is"})
    others = {"hello": HELLO, "who": NOBODY, "locked": LOCKED, "broken": BROKEN}
    office = office_of(Services(contacts=book), menu=menu, who_is=replace(WHO, account="caller"), **others)
    line = rings(office)
    keyed(office, line, "1")
    assert ("+14155550100", "") in book.asked and office.hears(line.port) is None


def test_contacts_that_never_answer_do_not_keep_the_caller() -> None:
    book = Book()
    others = {"hello": HELLO, "who": NOBODY, "locked": LOCKED, "broken": BROKEN}
    office = office_of(Services(contacts=book), who_is=replace(WHO, account="caller"), **others)
    line = rings(office)
    office.wait(9.8)
    assert words(office, line) == "Broken."
    book.answer()
    office.pump()
    assert words(office, line) in ("Broken.", "Bye."), "an answer that comes late changes nothing"
    office.wait(3)
    office.check_quiet()


@pytest.mark.parametrize(("problem", "heard"), [("", "It is sent."), ("no answer", "Broken.")])
def test_another_machine_is_asked(problem: str, heard: str) -> None:
    sent: list[tuple[HttpRequest, tuple[str, ...]]] = []

    def request(asked: HttpRequest, paths: tuple[str, ...], answer: Callable[[HttpAnswer], None]) -> None:
        sent.append((asked, paths))
        answer(HttpAnswer({"order.state": "sent"}, problem))

    ask = HttpNode(
        url="https://shop.example/{caller}?q={trunk}",
        method="POST",
        body={"who": "{caller}"},
        answers={"order": "order.state"},
        exits={"next": "say", "error": "broken"},
    )
    office = office_of(Services(request=request), ask=ask, say=TELL, broken=BROKEN)
    line = rings(office)
    assert words(office, line) == heard
    assert sent[0][0].url == "https://shop.example/%2B14155550100?q=gsm1"
    assert sent[0][0].body == {"who": "+14155550100"} and sent[0][1] == ("order.state",)


def test_a_queue_takes_the_caller_out_of_the_flow() -> None:
    office = office_of(go=GoNode(kind="queue", target="sales", exits=GO), sorry=SORRY, broken=BROKEN)
    line = rings(office)
    assert office.hears(line.port) == QUEUE_WELCOME
    keyed(office, line, "1")
    assert office.hears(line.port) == QUEUE_WELCOME
