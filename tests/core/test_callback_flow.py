"""A callback offered by a flow, before any queue; and with a text message where a line can send one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.flow import GoNode
from appliance.contract.journal import EntryKind
from appliance.contract.services import Services
from appliance.contract.texts import Sent
from appliance.planning.rehearsal import rehearse
from appliance.planning.replay import path_of, script_of
from appliance.planning.script import read
from tests.core.flow_office import keyed, office_of, path, rings
from tests.core.office import Office

NUMBER = "+14155550100"
OFFER = GoNode(kind="callback", target="sales", exits={"failed": "bye", "error": "bye"})


class Pocket:
    """Every line can send; what was sent is kept."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str, str]] = []

    def able(self, line: str) -> bool:
        return True

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        self.texts.append((line, number, text))
        sent("")


def promised(office: Office) -> list[object]:
    return [entry.data["number"] for entry in office.entries(EntryKind.CALLBACK_PROMISED)]


def test_promised_by_a_flow_with_a_text_and_called_in_its_place() -> None:
    pocket = Pocket()
    office = office_of(Services(texts=pocket), offer=OFFER)
    line = rings(office)
    keyed(office, line, "1")
    office.wait(5)
    assert promised(office) == [NUMBER] and line.leg is None
    ((_, to, text),) = pocket.texts
    assert to == NUMBER and text.startswith("Sales: we will call you back")
    assert office.records[-1].outcome == "callback"
    office.log_in("11")
    office.handsets["201"].pick_up()
    office.pump()
    assert [number for trunk in office.trunks.values() for number in trunk.dialled] == [NUMBER]


def test_who_does_not_want_it_goes_on_in_the_flow() -> None:
    office = office_of(offer=OFFER)
    line = rings(office)
    keyed(office, line, "9")
    office.wait(0.5)
    assert path(office)[-1] == ("bye", "failed: the caller stayed on the line")
    assert promised(office) == [] and not len(office.system._kernel.holds)


def test_without_a_line_it_is_not_promised() -> None:
    office = office_of(offer=OFFER)
    office.change(trunk_groups={"outside": ()})
    line = rings(office)
    office.wait(3)
    keyed(office, line, "1")
    assert path(office)[-1] == ("bye", "failed: no line could be kept for a callback")
    assert promised(office) == []


def test_who_comes_by_the_flow_again_keeps_the_first_place() -> None:
    office = office_of(offer=OFFER)
    for _ in range(2):
        keyed(office, rings(office), "1")
        office.wait(30)
    first, second = office.entries(EntryKind.CALLBACK_PROMISED)
    assert first.data["since"] == second.data["since"]
    assert [entry.data["why"] for entry in office.entries(EntryKind.CALLBACK_CLOSED)] == ["rang_again"]
    assert len(office.system._kernel.holds) == 1


@pytest.mark.parametrize("keys", [["1"], ["9"], [], ["2", "4155550111#", "1"], ["2", "12#", "4155550111#"]])
def test_a_recorded_offer_is_walked_again(keys: list[str]) -> None:
    office = office_of(offer=OFFER)
    line = rings(office)
    office.wait(1)
    for key in keys:
        keyed(office, line, key)
    office.wait(30)
    entries = office.journal.entries
    assert rehearse(office.plan, "main", script_of(entries)).path == path_of(entries)


def test_the_virtual_caller_takes_one() -> None:
    office = office_of(offer=OFFER)
    plan = replace(office.plan, country="US")
    done = rehearse(plan, "main", read("from +14155550100\npress 1"))
    assert done.faults == 0 and any("We can call you back" in text for text in done.heard)
    assert done.end is not None and "callback was promised" in done.end.text
