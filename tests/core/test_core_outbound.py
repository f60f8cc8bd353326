"""Calls from a handset: hunting, causes, and answers that can only be inferred."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import DigitHeard, Stage, Tone, TrunkState, VoiceHeard
from appliance.contract.ids import LegId
from appliance.contract.media import CallTone, Detect
from tests.core.fakes import FakeTrunk
from tests.core.office import NOTICE, Office

MOBILE = "4155550123"


def dial(office: Office, number: str = MOBILE) -> LegId:
    leg = office.handsets["201"].dial(number)
    office.pump()
    return leg


def loop_start_only(office: Office) -> FakeTrunk:
    office.change(trunk_groups={"outside": ("fxo1", "fxo2")})
    return office.trunks["fxo1"]


def test_answered_call_on_a_line_that_sees_the_answer() -> None:
    office = Office()
    office.log_in("11")
    leg = dial(office)
    line, phone = office.trunks["gsm1"], office.handsets["201"]
    assert line.dialled == [MOBILE]
    line.progress(Stage.DIALLED)
    line.progress(Stage.RINGING)
    office.pump()
    assert phone.progressed == [leg] and phone.legs[leg].state == "dialled"
    assert office.system.live().calls[0].stage == "dialling"
    line.picked_up()
    office.pump()
    assert office.connected(line.port, phone.legs[leg].port)
    assert list(office.media.recordings.values()) == [(line.port, phone.legs[leg].port)]
    phone.key("5", leg)
    office.pump()
    assert line.sent == "5", "a signalled key is passed on to the line"
    port = phone.legs[leg].port
    assert port is not None
    office.post.post(DigitHeard(port, "6"))
    office.pump()
    assert line.sent == "5", "a key heard in the audio is on its way already"
    office.wait(12)
    line.hang_up()
    office.pump()
    record = office.record()
    assert (record.direction, record.outcome, record.ended_by) == ("outbound", "answered", "far_end")
    assert (record.number, record.trunk, record.handset) == ("+14155550123", "gsm1", "201")
    assert record.agent == "11" and record.talk_seconds == 12.0 and not record.answer_inferred
    office.check_quiet()


def test_notice_is_heard_before_an_outbound_call_is_recorded() -> None:
    office = Office()
    office.change(recording_notice=NOTICE)
    dial(office)
    line = office.trunks["gsm1"]
    line.picked_up()
    office.pump()
    assert office.hears(line.port) == NOTICE and not office.media.recordings
    office.wait(1)
    assert office.media.recordings
    line.hang_up()
    office.pump()
    office.check_quiet()


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (HangupCause.USER_BUSY, "busy"),
        (HangupCause.NO_ANSWER, "no_answer"),
        (HangupCause.CALL_REJECTED, "rejected"),
        (HangupCause.UNALLOCATED_NUMBER, "failed"),
    ],
)
def test_far_end_that_does_not_answer_has_its_cause_and_no_second_line(
    cause: HangupCause, outcome: str
) -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].progress(Stage.RINGING)
    office.trunks["gsm1"].hang_up(cause)
    office.pump()
    record = office.record()
    assert (record.outcome, record.cause, record.ended_by) == (outcome, cause, "far_end")
    assert office.handsets["201"].ended[-1][1] == cause, "the telephone plays its own tone"
    assert not any(office.trunks[name].dialled for name in ("gsm2", "fxo1", "fxo2"))
    office.check_quiet()


@pytest.mark.parametrize(
    "cause",
    [
        HangupCause.LINE_FAULT,
        HangupCause.NO_CIRCUIT_AVAILABLE,
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
        HangupCause.NETWORK_OUT_OF_ORDER,
        HangupCause.CONGESTION,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.NO_DIAL_TONE,
        HangupCause.DESTINATION_OUT_OF_ORDER,
    ],
)
def test_line_that_fails_leads_to_the_next(cause: HangupCause) -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].hang_up(cause)
    office.pump()
    assert office.trunks["gsm2"].dialled == [MOBILE]
    office.trunks["gsm2"].picked_up()
    office.pump()
    office.handsets["201"].hang_up()
    office.pump()
    assert office.record().trunk == "gsm2" and office.record().outcome == "answered"
    assert office.record().ended_by == "agent"
    office.check_quiet()


def test_destination_out_of_order_after_dialling_is_the_far_ends() -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].progress(Stage.DIALLED)
    office.trunks["gsm1"].hang_up(HangupCause.DESTINATION_OUT_OF_ORDER)
    office.pump()
    assert not office.trunks["gsm2"].dialled and office.record().outcome == "failed"


def test_hunting_takes_the_first_idle_line_in_service() -> None:
    office = Office()
    office.trunks["gsm1"].status(TrunkState.OUT_OF_COVERAGE)
    office.trunks["gsm2"].ring("5550100")
    office.pump()
    dial(office)
    assert office.trunks["fxo1"].dialled == [MOBILE]


def test_no_line_at_all() -> None:
    office = Office(trunks="gsm1")
    office.trunks["gsm1"].status(TrunkState.UNPLUGGED)
    office.pump()
    dial(office)
    assert office.record().cause == HangupCause.NO_CIRCUIT_AVAILABLE
    assert (office.record().outcome, office.record().ended_by) == ("failed", "box")
    office.check_quiet()


def test_every_line_fails_and_the_last_cause_is_recorded() -> None:
    office = Office(trunks="gsm1 gsm2")
    dial(office)
    office.trunks["gsm1"].hang_up(HangupCause.CONGESTION)
    office.pump()
    office.trunks["gsm2"].hang_up(HangupCause.NETWORK_OUT_OF_ORDER)
    office.pump()
    assert office.record().cause == HangupCause.NETWORK_OUT_OF_ORDER
    office.check_quiet()


def test_rings_out() -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].progress(Stage.RINGING)
    office.wait(61)
    assert office.record().cause == HangupCause.NO_ANSWER and office.record().outcome == "no_answer"
    office.check_quiet()


def test_agent_gives_up_while_it_rings() -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].progress(Stage.RINGING)
    office.handsets["201"].hang_up()
    office.pump()
    assert (office.record().outcome, office.record().ended_by) == ("abandoned", "agent")
    office.check_quiet()


# ------------------------------------------------------------------- loop start


def on_loop_start(office: Office) -> FakeTrunk:
    line = loop_start_only(office)
    dial(office)
    line.audio()
    line.progress(Stage.DIALLED)
    office.pump()
    return line


def test_loop_start_is_heard_while_it_is_dialled_and_watched_for_tones() -> None:
    office = Office()
    line = on_loop_start(office)
    phone = office.handsets["201"]
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)
    assert line.port is not None
    wanted = office.media.detectors[line.port][0]
    assert wanted & Detect.TONES and wanted & Detect.VOICE and not wanted & Detect.SILENCE


def test_voice_after_ringback_is_an_answer() -> None:
    office = Office()
    line = on_loop_start(office)
    assert line.port is not None
    office.post.post(VoiceHeard(line.port, 1.0))
    office.pump()
    assert office.system.live().calls[0].stage == "dialling", "a voice before ringback is not"
    office.tone(line.port, Tone.RINGBACK)
    office.wait(3)
    office.post.post(VoiceHeard(line.port, 1.0))
    office.pump()
    assert office.system.live().calls[0].stage == "talking"
    office.wait(5)
    office.tone(line.port, Tone.BUSY)
    record = office.record()
    assert record.answered and record.answer_inferred and record.ended_by == "far_end"
    assert record.talk_seconds == 5.0
    office.check_quiet()


def test_ringback_that_goes_on_is_listened_for_again() -> None:
    """The media reports a tone once while it goes on: only listening afresh tells that it still does."""
    office = Office()
    office.change(answer_inference_seconds=3.0)
    line = on_loop_start(office)
    port = line.port
    assert port is not None
    del office.media.detectors[port]
    office.tone(port, Tone.RINGBACK)
    assert office.media.detectors[port][0] & Detect.TONES
    office.wait(6)
    assert office.system.live().calls[0].stage == "dialling", "two cycles of ringback are waited for"
    office.wait(6)
    assert office.system.live().calls[0].stage == "talking"


def test_port_of_a_line_forgets_what_the_call_before_listened_for() -> None:
    office = Office()
    dial(office)
    office.trunks["gsm1"].picked_up()
    office.pump()
    port = office.trunks["gsm1"].port
    assert port is not None and office.media.detectors[port] == (Detect.NOTHING, 0.0)


def test_no_tone_for_long_enough_is_an_answer_and_ringback_is_not() -> None:
    office = Office()
    line = on_loop_start(office)
    for _ in range(5):
        office.wait(6)
        office.tone(line.port, Tone.RINGBACK)
    assert office.system.live().calls[0].stage == "dialling"
    office.wait(14)
    assert office.system.live().calls[0].stage == "dialling"
    office.wait(1)
    assert office.system.live().calls[0].stage == "talking"


@pytest.mark.parametrize(
    ("tone", "cause", "outcome", "heard"),
    [
        (Tone.BUSY, HangupCause.USER_BUSY, "busy", CallTone.BUSY),
        (Tone.SIT, HangupCause.UNALLOCATED_NUMBER, "failed", CallTone.REORDER),
    ],
)
def test_tones_before_the_answer(tone: Tone, cause: HangupCause, outcome: str, heard: CallTone) -> None:
    office = Office()
    line = on_loop_start(office)
    office.tone(line.port, tone)
    phone = office.handsets["201"]
    assert not line.off_hook
    assert office.hears(phone.legs[phone.talking[0]].port) is heard
    assert office.trunks["fxo2"].dialled == []
    office.wait(4)
    assert (office.record().cause, office.record().outcome) == (cause, outcome)
    office.check_quiet()


def test_reorder_tone_tries_the_next_line() -> None:
    office = Office()
    line = on_loop_start(office)
    office.tone(line.port, Tone.REORDER)
    assert not line.off_hook and office.trunks["fxo2"].dialled == [MOBILE]
    office.trunks["fxo2"].hang_up(HangupCause.CONGESTION)
    office.pump()
    office.handsets["201"].hang_up()
    office.pump()
    assert office.record().cause == HangupCause.CONGESTION and office.record().outcome == "failed"
    office.check_quiet()


def test_device_that_infers_the_answer_itself_is_believed() -> None:
    office = Office()
    line = on_loop_start(office)
    line.picked_up(inferred=True)
    office.pump()
    assert office.system.live().calls[0].stage == "talking"
    office.handsets["201"].hang_up()
    office.pump()
    assert office.record().answer_inferred


# ---------------------------------------------------------------------- numbers


def test_outside_prefix_is_needed_and_taken_off() -> None:
    office = Office()
    office.change(outside_prefix="9")
    dial(office, "9" + MOBILE)
    assert office.trunks["gsm1"].dialled == [MOBILE]
    office.handsets["201"].hang_up()
    office.pump()
    dial(office, MOBILE)
    assert office.records[-1].cause == HangupCause.UNALLOCATED_NUMBER


@pytest.mark.parametrize("number", ["ATH", "1;2", "1" * 33, "12 34", "+", ""])
def test_what_is_no_number_never_reaches_a_line(number: str) -> None:
    office = Office()
    dial(office, number)
    assert office.record().cause == HangupCause.INVALID_NUMBER_FORMAT
    assert not any(trunk.dialled for trunk in office.trunks.values())
    office.check_quiet()


def test_handset_without_a_trunk_group_may_not_call_outside() -> None:
    office = Office()
    handsets = dict(office.plan.handsets)
    handsets["201"] = replace(handsets["201"], trunk_group=None)
    office.change(handsets=handsets)
    dial(office)
    assert office.record().cause == HangupCause.OUTGOING_CALLS_BARRED


def test_plus_is_spelled_out_for_a_line_with_keys_only() -> None:
    office = Office()
    loop_start_only(office)
    dial(office, "+493012345678")
    assert office.trunks["fxo1"].dialled == ["011493012345678"]
    assert office.system.live().calls[0].number == "+493012345678"


# ----------------------------------------------------------------------- inside


def test_internal_call_to_absent_busy_and_own_handset() -> None:
    office = Office()
    office.handsets["202"].register(False)
    office.pump()
    dial(office, "202")
    assert office.records[-1].cause == HangupCause.SUBSCRIBER_ABSENT
    office.handsets["203"].dial("204")
    office.pump()
    dial(office, "204")
    assert office.records[-1].cause == HangupCause.USER_BUSY and office.records[-1].outcome == "busy"
    dial(office, "201")
    assert office.records[-1].cause == HangupCause.USER_BUSY
    assert all(record.direction == "internal" for record in office.records)


def test_agent_number_reaches_the_handset_they_sit_at() -> None:
    office = Office()
    office.system.set_agent_status("12", "available", None, "204", "page")
    dial(office, "12")
    assert office.handsets["204"].ringing


def test_internal_call_that_is_refused() -> None:
    office = Office()
    leg = dial(office, "202")
    assert office.handsets["201"].progressed == [leg]
    office.handsets["202"].refuse()
    office.pump()
    assert (office.record().outcome, office.record().ended_by) == ("rejected", "far_end")
    assert office.handsets["201"].ended[-1][1] == HangupCause.CALL_REJECTED
    office.check_quiet()
