"""Parked calls, calls picked up for others, and the intercom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.contract.talk import TalkPlan
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import Office


def port(phone: FakeHandset) -> PortId:
    found = phone.legs[phone.talking[-1]].port
    assert found is not None
    return found


def parked(slots: int = 9) -> tuple[Office, FakeTrunk, FakeHandset]:
    office = Office()
    office.change(talk=TalkPlan(park_slots=slots, park_seconds=60.0))
    office.log_in("11")
    line, phone = office.talk()
    phone.hold(True)
    phone.dial("*70")
    office.wait(0.5)
    return office, line, phone


def said(office: Office, phone: FakeHandset) -> str:
    return " ".join(
        str(part) for where, prompt in office.media.said for part in prompt if where == port(phone)
    )


def test_who_is_parked_hears_music_until_somebody_fetches_them() -> None:
    office, line, phone = parked()
    assert office.hears(line.port) is not None and "slot 1" in said(office, phone)
    office.wait(2)
    assert not phone.legs and office.state("11") == "wrap_up" and not office.media.recordings
    assert [call.stage for call in office.system.live().calls] == ["held"]
    other = office.handsets["203"]
    other.dial("*71*1")
    office.wait(0.5)
    assert office.connected(line.port, port(other)) and office.hears(line.port) is None
    assert office.entries(EntryKind.PICKED_UP)[0].data == {"by": "203", "at": "201", "slot": 1}
    other.hang_up()
    office.wait(15)
    assert office.record().talk_seconds > 0
    office.check_quiet()


def test_who_is_not_fetched_rings_where_they_were_parked() -> None:
    office, line, phone = parked()
    office.wait(61)
    assert phone.ringing and office.hears(line.port) is CallTone.RINGBACK
    phone.refuse()
    office.pump()
    assert office.hears(line.port) is not CallTone.RINGBACK, "parked again"
    phone.register(False)
    office.wait(61)
    assert line.off_hook and not phone.ringing
    phone.register(True)
    office.wait(61)
    phone.pick_up()
    office.pump()
    assert office.connected(line.port, port(phone))
    line.hang_up()
    office.wait(15)
    office.check_quiet()


def test_who_hangs_up_gives_the_slot_back_and_a_full_box_says_so() -> None:
    office, line, phone = parked(slots=1)
    office.wait(12)
    second = office.caller_in_queue("gsm2", "+14155550102")
    phone.pick_up()
    office.pump()
    phone.hold(True)
    phone.dial("*70")
    office.wait(3)
    assert second.off_hook and len(phone.legs) == 1, "still at the handset"
    line.hang_up()
    office.pump()
    phone.dial("*70")
    office.wait(3)
    assert not phone.legs and second.off_hook
    second.hang_up()
    office.wait(15)
    office.check_quiet()


def test_a_transfer_to_the_code_parks_too() -> None:
    office = Office()
    office.change(talk=TalkPlan(park_slots=1))
    office.log_in("11")
    line, phone = office.talk()
    phone.transfer("*70")
    office.pump()
    assert phone.transfers == [True] and not phone.legs and office.system.live().calls[0].parked == 1
    office.wait(12)
    second = office.caller_in_queue("gsm2", "+14155550102")
    phone.pick_up()
    office.pump()
    phone.transfer("*70")
    office.pump()
    assert phone.transfers == [True, False] and second.off_hook and phone.legs, "no place is free"
    line.hang_up()
    second.hang_up()
    office.wait(15)
    office.check_quiet()


@pytest.mark.parametrize("keyed", ["*71*4", "*71*x", "*71"])
def test_an_empty_slot_says_so(keyed: str) -> None:
    office, line, _ = parked()
    other = office.handsets["203"]
    other.dial(keyed)
    office.wait(12)
    assert not other.legs and office.hears(line.port) is not None


def ringing_at_202(office: Office) -> FakeHandset:
    phone = office.handsets["201"]
    phone.dial("202")
    office.pump()
    return phone


@pytest.mark.parametrize("code", ["*8", "*8*202", "*8*12"])
def test_a_colleagues_call_is_picked_up(code: str) -> None:
    office = Office()
    phone, other, third = ringing_at_202(office), office.handsets["202"], office.handsets["203"]
    third.dial(code)
    office.wait(0.5)
    assert office.connected(port(phone), port(third))
    assert not other.legs and other.ended[0][1] is HangupCause.PICKED_ELSEWHERE
    third.hang_up()
    office.wait(1)
    assert office.record().answered and office.record().handset == "203"
    office.check_quiet()


def test_a_queues_caller_who_rings_elsewhere_is_picked_up() -> None:
    office = Office()
    office.log_in("11", "12")
    line = office.caller_in_queue()
    office.wait(4)
    office.handsets["202"].dial("*8*201")
    office.wait(0.5)
    assert office.connected(line.port, port(office.handsets["202"])) and not office.handsets["201"].legs
    assert office.state("11") == "waiting" and office.state("12") == "in_call"
    office.wait(3)
    line.hang_up()
    office.pump()
    assert office.state("12") == "wrap_up", "as if it had been offered"
    record = office.record()
    assert record.agent == "12" and record.waited_seconds >= 4 and record.recordings
    office.wait(15)
    office.check_quiet()


def test_nobody_picks_up_what_they_ring_themselves() -> None:
    office = Office()
    phone = ringing_at_202(office)
    phone.dial("*8*202")
    office.wait(3)
    assert office.handsets["202"].ringing and len(phone.legs) == 1


def test_groups_pick_up_their_own_only() -> None:
    office = Office()
    plans = dict(office.plan.handsets)
    plans["203"] = replace(plans["203"], pickup_group="shop")
    office.change(handsets=plans)
    ringing_at_202(office)
    office.handsets["203"].dial("*8")
    office.wait(3)
    assert not office.handsets["203"].legs and office.handsets["202"].ringing
    office.handsets["204"].dial("*8")
    office.wait(0.5)
    assert not office.handsets["202"].legs


@pytest.mark.parametrize("code", ["*8", "*8*203", "*8*201", "*8*999"])
def test_nothing_to_pick_up(code: str) -> None:
    office = Office()
    office.handsets["203"].dial(code)
    office.wait(3)
    office.check_quiet()


def test_the_intercom_asks_the_telephone_to_answer_by_itself() -> None:
    office = Office()
    office.handsets["201"].dial("*75*202")
    office.wait(0.5)
    other = office.handsets["202"]
    leg = other.ringing
    assert leg is not None and other.legs[leg].party.auto_answer and other.legs[leg].party.number == "201"
    other.pick_up()
    office.pump()
    assert office.connected(port(office.handsets["201"]), port(other))
    other.hang_up()
    office.wait(1)
    assert office.record().number == "202" and office.record().answered
    office.check_quiet()


@pytest.mark.parametrize("target", ["201", "204", "999"])
def test_an_intercom_to_nobody(target: str) -> None:
    office = Office()
    office.handsets["204"].register(False)
    office.handsets["201"].dial(f"*75*{target}")
    office.wait(3)
    office.check_quiet()
