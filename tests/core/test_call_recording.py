"""Recording always, never and on demand, paused and resumed; the customer on hold, who is not forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.clock import SteppedClock
from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.contract.talk import TalkPlan
from appliance.core.call.keys import CallKeys
from tests.core.fakes import FakeHandset, FakeTrunk
from tests.core.office import NOTICE, Office


def port(phone: FakeHandset) -> PortId:
    found = phone.legs[phone.talking[0]].port
    assert found is not None
    return found


def talking(talk: TalkPlan | None = None, notice: bool = False) -> tuple[Office, FakeTrunk, FakeHandset]:
    office = Office()
    office.change(talk=talk or TalkPlan(), recording_notice=NOTICE if notice else ())
    office.log_in("11")
    line, phone = office.talk()
    office.wait(3)
    return office, line, phone


def code(office: Office, phone: FakeHandset, keyed: str) -> None:
    """The agent holds the customer, dials a star code, hears it out and takes the customer back."""
    talk = phone.talking[0]
    phone.hold(True, talk)
    phone.dial(keyed)
    office.wait(3)
    assert phone.talking == [talk]
    phone.hold(False, talk)
    office.wait(2)


def test_a_pause_leaves_silence_and_the_recording_goes_on() -> None:
    office, line, phone = talking()
    (recording,) = office.media.recordings
    code(office, phone, "*73")
    assert office.media.paused == {recording} and office.connected(line.port, port(phone))
    code(office, phone, "*73")
    assert not office.media.paused and list(office.media.recordings) == [recording]
    assert [entry.data["paused"] for entry in office.entries(EntryKind.RECORDING_PAUSED)] == [True, False]


def test_a_pause_stays_when_the_call_is_passed_on() -> None:
    office, line, phone = talking()
    code(office, phone, "*73")
    phone.transfer("202")
    office.pump()
    office.handsets["202"].pick_up()
    office.pump()
    assert set(office.media.recordings) == office.media.paused != set()


@pytest.mark.parametrize("notice", [False, True])
def test_on_demand_nothing_is_recorded_until_the_agent_asks(notice: bool) -> None:
    office, line, phone = talking(TalkPlan(record_on_demand=True), notice)
    assert not office.media.recorded and not office.entries(EntryKind.RECORDING_STARTED)
    code(office, phone, "*72")
    assert list(office.media.recordings.values()) == [(line.port, port(phone))]
    assert ((line.port, NOTICE) in office.media.said) is notice
    assert office.connected(line.port, port(phone))
    code(office, phone, "*72")
    assert not office.media.recordings and office.connected(line.port, port(phone))
    line.hang_up()
    office.wait(15)
    assert len(office.record().recordings) == 1
    office.check_quiet()


@pytest.mark.parametrize("keyed", ["*72", "*73"])
def test_what_is_never_recorded_is_not_recorded_by_star_code(keyed: str) -> None:
    office, _, phone = talking(TalkPlan(record_on_demand=True))
    office.change(record=False)
    phone.hang_up()
    office.wait(15)
    _, phone = office.talk("gsm2")
    code(office, phone, keyed)
    assert not office.media.recorded


def test_what_is_always_recorded_cannot_be_switched_off() -> None:
    office, _, phone = talking()
    code(office, phone, "*72")
    assert len(office.media.recordings) == 1


def test_the_page_asks_too() -> None:
    office, line, phone = talking(TalkPlan(record_on_demand=True))
    call = office.system.live().calls[0].id
    office.system.record_call(call, "start")
    office.pump()
    office.system.record_call(call, "pause")
    assert office.media.paused and office.system.live().calls[0].recording_paused
    office.system.record_call(call, "resume")
    assert not office.media.paused
    office.system.record_call(call, "stop")
    office.pump()
    assert not office.media.recordings


KEYS = {"*1": "pause_recording", "*2": "record"}


def test_keys_while_talking_pause_and_begin_a_recording() -> None:
    office, line, phone = talking(TalkPlan(record_on_demand=True, keys=KEYS))
    phone.key("*1")
    office.pump()
    assert not office.media.recordings, "there is nothing to pause"
    phone.key("*2")
    office.pump()
    (recording,) = office.media.recordings
    phone.key("*1")
    office.pump()
    assert office.media.paused == {recording} and office.hears(port(phone)) is CallTone.BEEP
    phone.key("*1")
    phone.key("*2")
    office.wait(5)
    assert not office.media.recordings and line.sent == "", "nothing of it goes to the far end"


@given(st.lists(st.tuples(st.sampled_from("*12#9"), st.booleans()), max_size=12))
def test_whatever_is_no_code_goes_on_whole_and_in_order(keys: list[tuple[str, bool]]) -> None:
    clock, sent = SteppedClock(), [""]

    def act(action: str) -> None:
        sent[0] += {"pause_recording": "P", "record": "R"}[action]

    def send(digits: str) -> None:
        sent[0] += digits

    taker = CallKeys(KEYS, clock.after, act, send)
    for key, pause in keys:
        taker.take(key)
        if pause:
            clock.advance(3.0)
    clock.advance(3.0)
    assert sent[0].replace("P", "*1").replace("R", "*2") == "".join(key for key, _ in keys)
    assert clock.pending() == 0


# ---------------------------------------------------------------------------------- hold


def test_a_customer_on_hold_rings_at_the_agents_handset() -> None:
    office, line, phone = talking(TalkPlan(hold_reminder_seconds=30.0))
    first = phone.talking[0]
    phone.hold(True)
    office.wait(29)
    assert not phone.ringing
    office.wait(2)
    leg = phone.ringing
    assert leg is not None and phone.legs[leg].party.number == "+14155550100"
    assert office.hears(line.port) is not None, "the music goes on"
    phone.pick_up()
    office.pump()
    assert first not in phone.legs and office.connected(line.port, port(phone))
    line.hang_up()
    office.wait(15)
    record = office.record()
    assert record.held_seconds == pytest.approx(30, abs=2) and record.agent == "11"
    office.check_quiet()


def test_it_is_brought_to_mind_again_and_again_until_the_hold_ends() -> None:
    office, line, phone = talking(TalkPlan(hold_reminder_seconds=30.0))
    phone.hold(True)
    office.wait(0.5)
    for _ in range(3):
        office.wait(30)
        assert phone.ringing
        office.wait(20)
        assert not phone.ringing, "it does not ring for ever"
    office.wait(30)
    assert phone.ringing
    phone.hold(False)
    office.pump()
    assert not phone.ringing and office.connected(line.port, port(phone))
    phone.hold(True)
    office.wait(31)
    line.hang_up()
    office.wait(15)
    assert not phone.legs
    office.check_quiet()


def test_an_agent_who_talks_to_somebody_else_hears_a_tone() -> None:
    office, _, phone = talking(TalkPlan(hold_reminder_seconds=30.0))
    phone.hold(True)
    second = phone.dial("202")
    office.pump()
    office.handsets["202"].pick_up()
    office.wait(31)
    assert not phone.ringing
    assert (phone.legs[second].port, CallTone.BEEP) in office.media.said


def test_a_reminder_that_is_switched_off_or_not_needed() -> None:
    office, line, phone = talking(TalkPlan(hold_reminder_seconds=0))
    phone.hold(True)
    office.wait(300)
    assert not phone.ringing
    line.hang_up()
    office.wait(15)
    office.check_quiet()
