"""Passing a party on: blind, attended, before and after the second party answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage
from appliance.contract.ids import LegId
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import NOTICE, Office


def talking(notice: bool = False) -> tuple[Office, FakeTrunk, FakeHandset]:
    office = Office()
    if notice:
        office.change(recording_notice=NOTICE)
    office.log_in("11")
    line, phone = office.talk()
    office.wait(10)
    return office, line, phone


def port(phone: FakeHandset, leg: LegId | None = None) -> object:
    return phone.legs[leg or phone.talking[0]].port


def test_blind_to_an_extension() -> None:
    office, line, phone = talking(notice=True)
    other = office.handsets["202"]
    phone.transfer("202")
    office.pump()
    assert phone.transfers == [True] and not phone.legs
    assert office.state("11") == "wrap_up"
    assert other.ringing and office.hears(line.port) is CallTone.RINGBACK
    assert not office.media.recordings and not office.system.live().calls[0].recording
    leg = other.pick_up()
    office.pump()
    assert office.connected(line.port, other.legs[leg].port)
    assert list(office.media.recordings.values()) == [(line.port, other.legs[leg].port)], "no second notice"
    office.wait(7)
    other.hang_up()
    office.wait(10)
    record = office.record()
    assert record.agent == "11" and record.handset == "201" and record.transferred_to == "202"
    assert len(record.recordings) == 2 and record.talk_seconds == pytest.approx(9.0 + 7.0)
    office.check_quiet()


def test_blind_to_an_agent_number() -> None:
    office, _, phone = talking()
    office.system.set_agent_status("12", "available", None, "204", "page")
    phone.transfer("12")
    office.pump()
    assert office.handsets["204"].ringing and office.state("12") == "ringing"


def test_blind_to_an_outside_number() -> None:
    office, line, phone = talking()
    phone.transfer("4155550177")
    office.pump()
    out = office.trunks["gsm2"]
    assert out.dialled == ["4155550177"] and not phone.legs
    out.progress(Stage.RINGING)
    office.pump()
    assert office.hears(line.port) is CallTone.RINGBACK
    out.picked_up()
    office.pump()
    assert office.connected(line.port, out.port) and not office.media.recordings
    out.hang_up()
    office.pump()
    assert not line.off_hook and office.record().ended_by == "far_end"
    assert office.record().trunk == "gsm1"
    office.wait(10)
    office.check_quiet()


@pytest.mark.parametrize("target", ["999999999999999999999999999999999", "abc", "*50", "201", "204"])
def test_blind_to_nowhere_is_refused_and_the_talk_goes_on(target: str) -> None:
    office, line, phone = talking()
    office.handsets["204"].register(False)
    phone.transfer(target)
    office.pump()
    assert phone.transfers == [False]
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)


def test_blind_outside_without_a_free_line_is_refused() -> None:
    office, line, phone = talking()
    office.change(trunk_groups={"outside": ("gsm1",)})
    phone.transfer("4155550177")
    office.pump()
    assert phone.transfers == [False] and line.off_hook and phone.talking


def test_party_nobody_takes_comes_back() -> None:
    office, line, phone = talking()
    phone.transfer("202")
    office.pump()
    office.handsets["202"].refuse()
    office.pump()
    assert phone.ringing and office.hears(line.port) is CallTone.RINGBACK
    phone.pick_up()
    office.pump()
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)
    line.hang_up()
    office.wait(30)
    office.check_quiet()


def test_party_not_even_the_transferor_takes_waits_again_at_the_front() -> None:
    office, line, phone = talking()
    office.caller_in_queue("gsm2", "+14155550102")
    office.wait(60)
    phone.transfer("202")
    office.pump()
    office.handsets["202"].refuse()
    office.pump()
    phone.refuse()
    office.pump()
    assert line.off_hook and office.system.live().queues[0].waiting == 2
    ringing = phone.ringing
    assert ringing is not None and phone.legs[ringing].party.number == "+14155550100"
    office.log_in("13")
    second = office.handsets["203"].ringing
    assert second is not None
    assert office.handsets["203"].legs[second].party.number == "+14155550102"
    phone.pick_up()
    office.pump()
    line.hang_up()
    office.pump()
    assert office.record().queue == "sales"


def test_transferred_caller_hangs_up_while_it_rings() -> None:
    office, line, phone = talking()
    phone.transfer("202")
    office.pump()
    line.hang_up()
    office.wait(10)
    assert not office.handsets["202"].legs
    office.check_quiet()


def consult(office: Office, phone: FakeHandset, number: str = "202") -> tuple[LegId, LegId]:
    first = phone.talking[0]
    phone.hold(True, first)
    second = phone.dial(number)
    office.pump()
    return first, second


@pytest.mark.parametrize("by_second", [False, True])
def test_attended_to_an_agent(by_second: bool) -> None:
    office, line, phone = talking(notice=True)
    first, second = consult(office, phone)
    other = office.handsets["202"]
    leg = other.pick_up()
    office.pump()
    assert office.connected(phone.legs[second].port, other.legs[leg].port)
    if by_second:
        phone.transfer("201", second, first)
    else:
        phone.transfer("202", first, second)
    office.pump()
    assert phone.transfers == [True] and not phone.legs and office.state("11") == "wrap_up"
    assert office.connected(line.port, other.legs[leg].port)
    assert office.hears(line.port) is None
    consultation = office.record()
    assert consultation.direction == "internal" and "Joined" in consultation.reason
    office.wait(5)
    line.hang_up()
    office.wait(10)
    record = office.records[-1]
    assert record.direction == "inbound" and record.transferred_to and len(record.recordings) == 2
    office.check_quiet()


def test_party_held_last_hears_no_more_music_after_the_transfer() -> None:
    office, line, phone = talking()
    first, second = consult(office, phone)
    other = office.handsets["202"]
    leg = other.pick_up()
    office.pump()
    phone.hold(True, second)
    phone.hold(False, first)
    office.pump()
    assert office.hears(other.legs[leg].port) is not None
    phone.transfer("202", first, second)
    office.pump()
    assert office.hears(other.legs[leg].port) is None and office.hears(line.port) is None
    assert office.connected(line.port, other.legs[leg].port)


def test_attended_before_the_answer() -> None:
    office, line, phone = talking()
    first, second = consult(office, phone)
    phone.transfer("202", first, second)
    office.pump()
    assert phone.transfers == [True] and not phone.legs
    assert office.handsets["202"].ringing and office.hears(line.port) is CallTone.RINGBACK
    leg = office.handsets["202"].pick_up()
    office.pump()
    assert office.connected(line.port, office.handsets["202"].legs[leg].port)
    office.handsets["202"].hang_up()
    office.wait(10)
    assert len(office.records) == 2
    office.check_quiet()


def test_attended_before_the_answer_comes_back_when_refused() -> None:
    office, line, phone = talking()
    first, second = consult(office, phone)
    phone.transfer("202", first, second)
    office.pump()
    office.handsets["202"].refuse()
    office.pump()
    assert line.off_hook and phone.ringing


def test_attended_to_an_outside_number_that_is_still_dialled() -> None:
    office, line, phone = talking()
    office.change(trunk_groups={"outside": ("fxo1",)})
    first, second = consult(office, phone, "4155550177")
    out = office.trunks["fxo1"]
    out.audio()
    out.progress(Stage.DIALLED)
    office.pump()
    assert office.connected(phone.legs[second].port, out.port)
    phone.transfer("4155550177", first, second)
    office.pump()
    assert office.connected(line.port, out.port), "the caller hears the line, as the agent did"
    office.wait(15)
    assert office.system.live().calls[0].stage == "talking"
    out.hang_up()
    office.wait(10)
    office.check_quiet()


def test_attended_of_two_outside_parties() -> None:
    office, line, phone = talking()
    first, second = consult(office, phone, "4155550177")
    out = office.trunks["gsm2"]
    out.picked_up()
    office.pump()
    phone.transfer("4155550177", first, second)
    office.pump()
    assert office.connected(line.port, out.port) and not office.media.recordings
    line.hang_up()
    office.wait(10)
    assert not out.off_hook and len(office.records) == 2
    office.check_quiet()


def _nobody(office: Office, phone: FakeHandset) -> LegId:
    return LegId("nobody")


def _own(office: Office, phone: FakeHandset) -> LegId:
    return phone.talking[0]


def _foreign(office: Office, phone: FakeHandset) -> LegId:
    leg = office.handsets["203"].dial("204")
    office.pump()
    return leg


@pytest.mark.parametrize("pick", [_nobody, _own, _foreign])
def test_attended_to_a_leg_that_is_not_the_handsets_is_refused(
    pick: Callable[[Office, FakeHandset], LegId],
) -> None:
    office, line, phone = talking()
    phone.transfer("202", consult=pick(office, phone))
    office.pump()
    assert phone.transfers == [False]
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)


def test_transfer_of_a_leg_that_is_not_talking_is_refused() -> None:
    office = Office()
    leg = office.handsets["201"].dial("202")
    office.pump()
    office.handsets["201"].transfer("203", leg)
    office.pump()
    assert office.handsets["201"].transfers == [False] and office.handsets["202"].ringing


def test_wrap_up_is_owed_though_the_call_was_transferred() -> None:
    office, _, phone = talking()
    phone.transfer("202")
    office.pump()
    states = [entry.data["state"] for entry in office.entries(EntryKind.AGENT_STATE)]
    assert states == ["reserved", "ringing", "in_call", "wrap_up"]


def test_transfer_to_help_is_a_call_for_help() -> None:
    office, _, phone = talking()
    phone.transfer("911")
    office.pump()
    assert office.trunks["gsm2"].dialled == ["911"]
    for name in ("fxo1", "fxo2"):
        office.trunks[name].ring("5550100")
    office.pump()
    office.handsets["204"].dial("911")
    office.pump()
    assert all(record.cause != HangupCause.PRE_EMPTED or record.trunk != "gsm2" for record in office.records)
    assert office.trunks["gsm2"].off_hook
