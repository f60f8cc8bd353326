"""Three parties and more: who hears whom, who may leave, and what is left of the call."""

from __future__ import annotations

import itertools

import pytest

from appliance.contract.events import Tone
from appliance.contract.ids import LegId, PortId
from appliance.contract.journal import EntryKind
from appliance.contract.talk import TalkPlan
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import NOTICE, Office


def port(phone: FakeHandset, leg: LegId | None = None) -> PortId:
    found = phone.legs[leg or phone.talking[-1]].port
    assert found is not None
    return found


def hear_each_other(office: Office, *ports: PortId | None) -> bool:
    return all(office.connected(a, b) for a, b in itertools.combinations(ports, 2))


def consulted(leaves: str = "end", third: str = "202") -> tuple[Office, FakeTrunk, FakeHandset]:
    """A customer on hold at 201, which talks to a second party."""
    office = Office()
    office.change(talk=TalkPlan(agent_leaves_conference=leaves, hold_reminder_seconds=0))
    office.log_in("11")
    line, phone = office.talk()
    office.wait(3)
    phone.hold(True)
    phone.dial(third)
    office.pump()
    if third == "202":
        office.handsets["202"].pick_up()
    else:
        office.trunks["gsm2"].picked_up()
    office.pump()
    return office, line, phone


def conferring(leaves: str = "end") -> tuple[Office, FakeTrunk, FakeHandset, FakeHandset]:
    office, line, phone = consulted(leaves)
    phone.hold(True, phone.talking[1])
    phone.dial("*74")
    office.wait(1)
    return office, line, phone, office.handsets["202"]


def test_three_hear_each_other() -> None:
    office, line, phone, other = conferring()
    assert len(phone.legs) == 1, "the held legs are done with"
    assert hear_each_other(office, line.port, port(phone), port(other))
    assert list(office.media.recordings.values()) == [(line.port, port(phone))], "two channels, as before"
    assert [call.stage for call in office.system.live().calls] == ["talking"]
    (entry,) = office.entries(EntryKind.CONFERENCE)
    assert entry.data["parties"] == "gsm1,202,201" and entry.data["by"] == "201"
    joined = office.record()
    assert joined.direction == "internal" and "conference" in joined.reason
    line.hang_up()
    other.hang_up()
    office.wait(15)
    office.check_quiet()


@pytest.mark.parametrize("told", [False, True])
def test_nobody_is_recorded_in_a_conference_who_was_not_told(told: bool) -> None:
    office, line, phone = consulted()
    if not told:
        office.change(recording_notice=NOTICE)  # from now on; these two were never told
    phone.hold(True, phone.talking[1])
    phone.dial("*74")
    office.wait(1)
    assert bool(office.media.recordings) is told and line.off_hook


def test_a_pause_of_the_recording_goes_on_in_the_conference() -> None:
    office, line, phone = consulted()
    phone.dial("*73")
    office.wait(3)
    phone.dial("*74")
    office.wait(1)
    assert set(office.media.recordings) == office.media.paused != set() and line.off_hook


def test_an_outside_number_confers_too() -> None:
    office, line, phone = consulted(third="4155550177")
    phone.hold(True, phone.talking[1])
    phone.dial("*74")
    office.wait(1)
    out = office.trunks["gsm2"]
    assert hear_each_other(office, line.port, out.port, port(phone))
    phone.key("7", phone.talking[0])
    office.pump()
    assert line.sent == out.sent == "7", "keys go to every outside party"
    phone.hang_up()
    office.wait(15)
    assert not line.off_hook and not out.off_hook
    office.check_quiet()


def test_whoever_a_queue_brings_confers_too() -> None:
    office = Office()
    office.change(talk=TalkPlan(hold_reminder_seconds=0, numbers={"300": ("queue", "sales")}))
    office.log_in("11")
    line, phone = office.talk()
    phone.hold(True)
    phone.dial("300")
    office.log_in("12")
    office.wait(2)
    other = office.handsets["202"]
    other.pick_up()
    office.pump()
    phone.hold(True, phone.talking[1])
    phone.dial("*74")
    office.wait(1)
    assert hear_each_other(office, line.port, port(phone), port(other)) and len(phone.legs) == 1
    line.hang_up()
    phone.hang_up()
    office.wait(15)
    office.check_quiet()


def test_a_fourth_party_comes_in() -> None:
    office, line, phone, other = conferring()
    phone.hold(True)
    phone.dial("203")
    office.pump()
    office.handsets["203"].pick_up()
    office.pump()
    phone.hold(True, phone.talking[1])
    phone.dial("*74")
    office.wait(1)
    assert hear_each_other(office, line.port, port(other), port(office.handsets["203"]), port(phone))


@pytest.mark.parametrize("leaves", ["end", "go_on"])
def test_when_the_agent_leaves_the_settings_say_what_becomes_of_the_others(leaves: str) -> None:
    office, line, phone, other = conferring(leaves)
    phone.hang_up()
    office.pump()
    if leaves == "end":
        assert not line.off_hook and not other.legs
    else:
        assert office.connected(line.port, port(other))
        assert list(office.media.recordings.values()) == [(line.port, port(other))]
        other.hang_up()
    office.wait(15)
    office.check_quiet()


@pytest.mark.parametrize("leaves", ["end", "go_on"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whoever_leaves_in_whatever_order_no_line_is_left(leaves: str, order: tuple[int, ...]) -> None:
    office, line, phone, other = conferring(leaves)
    for who in order:
        (line.hang_up, phone.hang_up, other.hang_up)[who]()
        office.pump()
        office.check()
    office.wait(15)
    assert not line.off_hook
    office.check_quiet()


def test_two_are_left_when_the_third_goes_and_a_line_that_hung_up_is_no_reason_to_part() -> None:
    office, line, phone, other = conferring()
    other.hang_up()
    office.pump()
    assert office.connected(line.port, port(phone)) and len(office.media.recordings) == 1
    phone.hold(True)
    office.pump()
    assert office.hears(line.port) is not None, "music, as in any talk of two"


def test_the_tone_of_an_analog_line_takes_that_line_out() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk("fxo1")
    phone.hold(True)
    phone.dial("202")
    office.pump()
    other = office.handsets["202"]
    other.pick_up()
    office.pump()
    phone.dial("*74")
    office.wait(1)
    office.tone(line.port, Tone.BUSY)
    assert not line.off_hook and office.connected(port(phone), port(other))


def test_who_holds_is_out_of_it_and_the_others_go_on() -> None:
    office, line, phone, other = conferring()
    other.hold(True)
    office.pump()
    assert office.audience(port(other)) == set() and office.connected(line.port, port(phone))
    other.hold(False)
    office.pump()
    assert hear_each_other(office, line.port, port(phone), port(other))


def test_one_held_party_is_simply_fetched() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    phone.hold(True)
    phone.dial("*74")
    office.wait(1)
    assert office.connected(line.port, port(phone)) and len(phone.legs) == 1


def test_nobody_to_confer_with() -> None:
    office = Office()
    office.handsets["201"].dial("*74")
    office.wait(3)
    assert not office.handsets["201"].legs
    office.check_quiet()
