"""Emergency numbers: from any handset, in any state, over any line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.events import Stage, Tone, TrunkState
from appliance.contract.media import Detect
from appliance.core.call.emergency import emergency_number
from tests.core.office import NOTICE, Office, make_plan


def numbers_dialled(office: Office) -> list[tuple[str, list[str]]]:
    return [(name, trunk.dialled) for name, trunk in office.trunks.items() if trunk.dialled]


def test_goes_out_at_once_unrecorded_without_notice_limit_or_barring() -> None:
    office = Office()
    handsets = {name: replace(plan, trunk_group=None) for name, plan in office.plan.handsets.items()}
    office.change(handsets=handsets, recording_notice=NOTICE, maximum_call_seconds=60.0, outside_prefix="9")
    office.handsets["201"].dial("911")
    office.pump()
    assert numbers_dialled(office) == [("gsm1", ["911"])]
    line, phone = office.trunks["gsm1"], office.handsets["201"]
    line.picked_up()
    office.pump()
    assert office.connected(line.port, phone.legs[phone.talking[0]].port)
    assert not office.media.recordings
    office.wait(600)
    assert line.off_hook
    phone.hang_up()
    office.pump()
    assert office.record().number == "911" and office.record().recordings == ()
    office.check_quiet()


@pytest.mark.parametrize("dialled", ["911", "9911", "112", "9112"])
def test_with_and_without_the_prefix(dialled: str) -> None:
    office = Office()
    office.change(outside_prefix="9")
    office.handsets["201"].dial(dialled)
    office.pump()
    assert numbers_dialled(office) == [("gsm1", [dialled[-3:]])]


def test_number_that_only_begins_like_one_is_not() -> None:
    plan = make_plan()
    assert emergency_number("9110", plan) is None
    assert emergency_number("0911", plan) is None
    assert emergency_number("911", plan) == "911"


def test_line_out_of_coverage_or_with_a_locked_sim_is_tried_after_those_in_service() -> None:
    office = Office(trunks="gsm1 gsm2 fxo1")
    office.trunks["gsm1"].status(TrunkState.SIM_LOCKED)
    office.trunks["gsm2"].status(TrunkState.OUT_OF_COVERAGE)
    office.pump()
    office.handsets["201"].dial("112")
    office.pump()
    assert numbers_dialled(office) == [("fxo1", ["112"])]
    office.trunks["fxo1"].hang_up(HangupCause.USER_BUSY)
    office.pump()
    assert [name for name, _ in numbers_dialled(office)] == ["gsm1", "fxo1"]
    office.trunks["gsm1"].hang_up(HangupCause.NETWORK_OUT_OF_ORDER)
    office.pump()
    office.trunks["gsm2"].picked_up()
    office.pump()
    assert office.system.live().calls[0].stage == "talking"


def test_unplugged_lines_cannot_be_tried() -> None:
    office = Office(trunks="gsm1")
    office.trunks["gsm1"].status(TrunkState.UNPLUGGED)
    office.pump()
    office.handsets["201"].dial("112")
    office.pump()
    assert office.record().cause == HangupCause.NO_CIRCUIT_AVAILABLE


def test_takes_the_line_of_the_newest_call() -> None:
    office = Office(trunks="gsm1 gsm2")
    office.log_in("11", "12")
    office.talk("gsm1", "201")
    office.wait(5)
    office.talk("gsm2", "202")
    office.handsets["203"].dial("911")
    office.pump()
    assert numbers_dialled(office) == [("gsm2", ["911"])]
    assert office.record().cause == HangupCause.PRE_EMPTED and office.record().trunk == "gsm2"
    assert office.trunks["gsm1"].off_hook
    office.handsets["204"].dial("911")
    office.pump()
    assert [name for name, _ in numbers_dialled(office)] == ["gsm1", "gsm2"]
    office.handsets["201"].dial("911")
    office.pump()
    assert office.records[-1].cause == HangupCause.NO_CIRCUIT_AVAILABLE, "calls for help are never taken"


def test_own_call_is_taken_when_it_holds_the_only_line() -> None:
    office = Office(trunks="gsm1")
    office.log_in("11")
    _, phone = office.talk()
    phone.hold(True)
    phone.dial("911")
    office.pump()
    assert numbers_dialled(office) == [("gsm1", ["911"])]
    assert office.record().cause == HangupCause.PRE_EMPTED


def test_line_that_does_not_let_go_is_taken_after_five_seconds() -> None:
    office = Office(trunks="gsm1")
    office.log_in("11")
    line, _ = office.talk()
    line.deaf = True
    office.handsets["203"].dial("911")
    office.wait(4.5)
    assert not line.dialled
    line.deaf, line.leg = False, None
    office.wait(1)
    assert line.dialled == ["911"]


def test_two_calls_for_help_do_not_wait_for_the_same_line() -> None:
    office = Office(trunks="gsm1 gsm2")
    office.log_in("11", "12")
    first, _ = office.talk("gsm1", "201")
    office.wait(1)
    second, _ = office.talk("gsm2", "202")
    first.deaf = second.deaf = True
    office.handsets["203"].dial("911")
    office.handsets["204"].dial("112")
    office.pump()
    stages = {call.trunk: call.stage for call in office.system.live().calls if call.direction == "inbound"}
    assert stages == {"gsm1": "ending", "gsm2": "ending"}
    for line in (first, second):
        line.deaf = False
        line.hang_up()
    office.pump()
    assert (first.dialled, second.dialled) == (["112"], ["911"])


def test_caller_who_hangs_up_while_waiting_for_a_line_leaves_it_free() -> None:
    office = Office(trunks="gsm1")
    office.log_in("11")
    line, _ = office.talk()
    line.deaf = True
    office.handsets["203"].dial("911")
    office.pump()
    office.handsets["203"].hang_up()
    office.pump()
    line.deaf = False
    line.hang_up()
    office.wait(15)
    assert not line.dialled
    office.handsets["203"].dial("4155550100")
    office.pump()
    assert line.dialled == ["4155550100"], "the line is not kept for a call that is gone"


def test_silence_does_not_end_a_call_for_help_but_a_far_end_that_hung_up_does() -> None:
    office = Office(trunks="fxo1")
    office.handsets["201"].dial("911")
    office.pump()
    line = office.trunks["fxo1"]
    line.audio()
    line.progress(Stage.DIALLED)
    office.wait(16)
    assert office.system.live().calls[0].stage == "talking"
    assert line.port is not None and not office.media.detectors[line.port][0] & Detect.SILENCE
    office.tone(line.port, Tone.BUSY)
    assert not line.off_hook


def test_ringing_is_never_given_up_but_a_dead_line_is() -> None:
    office = Office(trunks="gsm1 gsm2")
    office.handsets["201"].dial("911")
    office.wait(61)
    assert office.trunks["gsm2"].dialled == ["911"]
    office.trunks["gsm2"].progress(Stage.RINGING)
    office.wait(300)
    assert office.trunks["gsm2"].off_hook


def test_do_not_disturb_break_and_wrap_up_do_not_matter() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    line.hang_up()
    office.pump()
    office.system.set_agent_status("11", "on_break", None, None, "page")
    phone.dial("*78")
    office.wait(2)
    phone.dial("911")
    office.pump()
    assert office.trunks["gsm1"].dialled == ["911"]


def test_driver_that_fails_does_not_stop_a_call_for_help() -> None:
    office = Office()
    for name in ("gsm1", "gsm2", "fxo1"):
        office.trunks[name].raises = {"dial"}
    office.handsets["201"].dial("911")
    office.pump()
    assert office.trunks["fxo2"].dialled == ["911"]


STATES = st.sampled_from([TrunkState.IN_SERVICE, TrunkState.OUT_OF_COVERAGE, TrunkState.SIM_LOCKED])
USES = st.sampled_from(["idle", "ringing", "waiting", "talking", "dialling"])


@given(st.lists(st.tuples(STATES, USES), min_size=1, max_size=4), st.sampled_from(["911", "112"]))
def test_reaches_a_line_whatever_the_lines_are_doing(
    lines: list[tuple[TrunkState, str]], number: str
) -> None:
    names = ["gsm1", "gsm2", "fxo1", "fxo2"][: len(lines)]
    office = Office(trunks=" ".join(names))
    for name, (_, use) in zip(names, lines, strict=True):
        _use(office, name, use)
    for name, (state, _) in zip(names, lines, strict=True):
        office.trunks[name].status(state)
    office.pump()
    office.handsets["204"].dial(number)
    office.pump()
    dialled = [name for name in names if number in office.trunks[name].dialled]
    assert len(dialled) == 1
    idle = [name for name, (_, use) in zip(names, lines, strict=True) if use == "idle"]
    assert not idle or dialled[0] in idle, "nobody is pre-empted while a line is idle"
    office.check()


def _use(office: Office, name: str, use: str) -> None:
    line = office.trunks[name]
    if use == "dialling":
        office.change(trunk_groups={"outside": (name,)})
        phone = next(phone for phone in office.handsets.values() if not phone.legs)
        phone.dial("4155550100")
        office.pump()
    elif use != "idle":
        line.ring("5550100")
        office.pump()
        if use in ("waiting", "talking"):
            office.wait(2.5)
            line.key("1")
            office.pump()
        if use == "talking":
            office.log_in("14")
            phone = office.handsets["204"]
            if phone.ringing:
                phone.pick_up()
                office.pump()
