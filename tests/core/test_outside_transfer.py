# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""An agent at a telephone outside passes a caller on by keys: blind, attended, and all three together."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.contract.plan import OutsidePlan, Plan, outside_seat
from appliance.contract.talk import TalkPlan
from appliance.core.phrases import Phrase, say
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import Office
from tests.core.outside_hall import NUMBER, joined, office_with, plan_with, press

TALK = TalkPlan(
    keys={"*1": "pause_recording", "*2": "record"},
    hold_reminder_seconds=0,
    numbers={"300": ("queue", "sales"), "301": ("flow", "main")},
)


def plan(**more: object) -> Plan:
    return replace(plan_with(), talk=TALK, **more)  # type: ignore[arg-type]


def talking(
    of: Plan | None = None, trunks: str = "gsm1 gsm2 fxo1 fxo2"
) -> tuple[Office, FakeTrunk, FakeTrunk]:
    office = office_with(of or plan(), trunks=trunks)
    line, phone = joined(office)
    assert office.connected(line.port, phone.port)
    return office, line, phone


def inside(office: Office, name: str) -> FakeHandset:
    phone = office.handsets[name]
    phone.pick_up()
    office.pump()
    return phone


def port_of(phone: FakeHandset) -> PortId | None:
    return next((leg.port for leg in phone.legs.values()), None)


def said(office: Office, phone: FakeTrunk, phrase: Phrase) -> bool:
    return (phone.port, say("en", phrase)) in office.media.said


def quiet(office: Office) -> None:
    office.wait(60)
    office.check_quiet()


# ------------------------------------------------------------------------------ blind


@pytest.mark.parametrize("signalled", [True, False])
def test_blind_to_a_colleague(signalled: bool) -> None:
    office, line, phone = talking()
    press(office, phone, "*4", signalled)
    assert not office.connected(line.port, phone.port) and office.hears(line.port) is not None, "music"
    assert office.hears(phone.port) == say("en", Phrase.EXTENSION)
    press(office, phone, "202#", signalled)
    assert not phone.off_hook, "the agent is done"
    colleague = inside(office, "202")
    assert office.connected(line.port, port_of(colleague))
    assert line.sent == ""
    line.hang_up()
    quiet(office)
    record = next(record for record in office.records if record.direction == "inbound")
    assert (record.agent, record.transferred_to) == ("11", "202")
    (moved,) = office.entries(EntryKind.TRANSFERRED)
    assert (moved.data["by"], moved.data["kind"]) == (outside_seat("11"), "blind")


@pytest.mark.parametrize("target", ["300", "12"])
def test_blind_to_a_queue_and_to_an_agent(target: str) -> None:
    office, line, phone = talking()
    office.log_in("12")
    press(office, phone, f"*4{target}#")
    assert not phone.off_hook
    assert office.connected(line.port, port_of(inside(office, "202")))
    line.hang_up()
    quiet(office)


def test_whoever_is_not_there_gives_the_caller_back_to_the_telephone_outside() -> None:
    office, line, phone = talking()
    press(office, phone, "*4202#")
    office.handsets["202"].hang_up()
    office.wait(1)
    assert phone.dialled == [NUMBER, NUMBER], "called anew"
    phone.picked_up()
    office.pump()
    press(office, phone, "1")
    assert office.connected(line.port, phone.port)
    line.hang_up()
    quiet(office)


@pytest.mark.parametrize("target", ["299", "911", "4155550177"])
def test_a_number_that_cannot_be_is_refused_and_the_caller_stays(target: str) -> None:
    office, line, phone = talking()
    press(office, phone, f"*4{target}#")
    assert said(office, phone, Phrase.REFUSED) and phone.off_hook
    office.wait(2)
    assert office.connected(line.port, phone.port)
    press(office, phone, f"*5{target}#")
    office.wait(3)
    assert office.connected(line.port, phone.port), "neither is it called"
    assert not any(trunk.dialled for name, trunk in office.trunks.items() if name != "gsm2")
    line.hang_up()
    quiet(office)


def test_nothing_keyed_is_nothing_asked() -> None:
    office, line, phone = talking()
    press(office, phone, "*4#")
    office.wait(2)
    assert office.connected(line.port, phone.port)
    press(office, phone, "*5")
    office.wait(12)
    assert office.connected(line.port, phone.port)
    line.hang_up()
    quiet(office)


def test_numbers_outside_only_where_the_settings_say_so() -> None:
    mine = replace(plan().agents["11"], outside=OutsidePlan(NUMBER, may_dial=True))
    office, line, phone = talking(replace(plan(), agents={**plan().agents, "11": mine}))
    press(office, phone, "*44155550177#")
    third = office.trunks["fxo1"]
    assert not phone.off_hook and third.dialled == ["4155550177"]
    third.picked_up()
    office.pump()
    assert office.connected(line.port, third.port)
    line.hang_up()
    quiet(office)


# --------------------------------------------------------------------------- attended


def consulted(office: Office, phone: FakeTrunk) -> FakeHandset:
    press(office, phone, "*5202#")
    assert office.hears(phone.port) is CallTone.RINGBACK
    colleague = inside(office, "202")
    assert office.connected(phone.port, port_of(colleague))
    return colleague


def test_attended_to_a_colleague() -> None:
    office, line, phone = talking()
    colleague = consulted(office, phone)
    assert office.hears(line.port) is not None and not office.connected(line.port, phone.port)
    press(office, phone, "*5")
    assert not phone.off_hook and office.connected(line.port, port_of(colleague))
    line.hang_up()
    quiet(office)
    (moved,) = office.entries(EntryKind.TRANSFERRED)
    assert (moved.data["target"], moved.data["kind"]) == ("202", "attended")


def test_put_through_while_the_colleague_still_rings() -> None:
    office, line, phone = talking()
    press(office, phone, "*5202#*5")
    assert not phone.off_hook and office.hears(line.port) is CallTone.RINGBACK
    assert office.connected(line.port, port_of(inside(office, "202")))
    line.hang_up()
    quiet(office)


def test_back_to_the_caller_and_the_colleague_is_let_go() -> None:
    office, line, phone = talking()
    colleague = consulted(office, phone)
    press(office, phone, "*3")
    assert not colleague.legs
    office.wait(2)
    assert office.connected(line.port, phone.port) and office.hears(line.port) is None
    press(office, phone, "*3")
    assert office.hears(line.port) is not None, "and held anew"
    line.hang_up()
    quiet(office)


@pytest.mark.parametrize("answers", [True, False])
def test_the_colleague_goes_and_the_caller_comes_back(answers: bool) -> None:
    office, line, phone = talking()
    if answers:
        consulted(office, phone)
    else:
        press(office, phone, "*5202#")
    office.handsets["202"].hang_up()
    office.pump()
    assert said(office, phone, Phrase.NOT_REACHED) is not answers
    office.wait(6)
    assert office.connected(line.port, phone.port)
    line.hang_up()
    quiet(office)


def test_the_caller_goes_and_the_agents_talk_on() -> None:
    office, line, phone = talking()
    colleague = consulted(office, phone)
    line.hang_up()
    office.wait(1)
    assert office.connected(phone.port, port_of(colleague)) and office.state("11") == "in_call"
    phone.hang_up()
    office.pump()
    assert not colleague.legs
    quiet(office)


def test_keys_for_a_service_go_to_it() -> None:
    office, line, phone = talking()
    press(office, phone, "*4*70#")
    assert not phone.off_hook and line.off_hook, "parked"
    office.handsets["203"].dial("*71*1")
    office.wait(1)
    assert office.connected(line.port, port_of(office.handsets["203"]))
    line.hang_up()
    quiet(office)


def test_attended_to_a_queue_the_caller_waits_there() -> None:
    office, line, phone = talking()
    press(office, phone, "*5300#")
    office.wait(2)
    assert office.hears(phone.port) is not None, "its music"
    press(office, phone, "*5")
    assert not phone.off_hook and line.off_hook
    office.log_in("12")
    office.wait(1)
    assert office.connected(line.port, port_of(inside(office, "202")))
    line.hang_up()
    quiet(office)


def test_who_hears_the_box_speak_cannot_put_anybody_through() -> None:
    office, line, phone = talking()
    press(office, phone, "*5*97#")
    office.wait(0.5)
    press(office, phone, "*5")
    assert said(office, phone, Phrase.REFUSED) and phone.off_hook
    office.wait(10)
    assert office.connected(line.port, phone.port), "the service has ended, and the caller is back"
    line.hang_up()
    quiet(office)


# ------------------------------------------------------------------------------- three


def test_all_three_together_and_the_agent_may_go() -> None:
    office, line, phone = talking(plan(star_codes={"*74": "conference"}))
    colleague = consulted(office, phone)
    press(office, phone, "*6")
    office.wait(2)
    theirs, mine = port_of(colleague), phone.port
    assert theirs is not None and mine is not None and line.port is not None
    assert office.audience(line.port) == {theirs, mine}
    assert office.audience(mine) == {theirs, line.port}
    press(office, phone, "*3")
    assert office.audience(line.port) == {theirs}, "the agent holds; the others go on"
    press(office, phone, "*3")
    assert office.audience(line.port) == {theirs, mine}
    phone.hang_up()
    office.pump()
    assert not colleague.legs, "the call ends with its agent, as the settings say"
    quiet(office)


def test_three_without_a_second_call_is_refused() -> None:
    office, line, phone = talking()
    press(office, phone, "*6")
    assert said(office, phone, Phrase.REFUSED) and office.connected(line.port, phone.port)
    line.hang_up()
    quiet(office)


# ----------------------------------------------------------------- whoever hangs up when

STEPS = ("*5", "202#", "answer", "*5")


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_whoever_hangs_up_at_whatever_step_nothing_is_left(done: int) -> None:
    for order in itertools.permutations(("customer", "colleague", "agent")):
        office, line, phone = talking()
        colleague = office.handsets["202"]
        for step in STEPS[:done]:
            if step == "answer":
                inside(office, "202")
            else:
                press(office, phone, step)
        for who in order:
            people: dict[str, FakeTrunk | FakeHandset] = {"customer": line, "colleague": colleague}
            people.get(who, phone).hang_up()
            office.pump()
            office.check()
        office.wait(40)
        phone.hang_up()
        line.hang_up()
        quiet(office)
        customers = [record for record in office.records if record.direction == "inbound"]
        assert len(customers) == 1 and customers[0].agent == "11"


def test_a_telephone_taken_out_of_the_settings_begins_nothing_new() -> None:
    office, line, phone = talking()
    office.change(agents={**office.plan.agents, "11": replace(office.plan.agents["11"], outside=None)})
    press(office, phone, "*5202#")
    office.wait(3)
    assert not office.handsets["202"].legs and office.connected(line.port, phone.port)
    line.hang_up()
    office.wait(60)
    office.check_quiet()
