"""An agent at a telephone outside: called on the lines, joined by key 1 only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError, SettingsError
from appliance.contract.events import DigitHeard, Stage, Tone, VoiceHeard
from appliance.contract.explained import Why
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Pause
from appliance.contract.plan import OutsidePlan, outside_seat
from appliance.contract.talk import TalkPlan
from appliance.core.acd.outside import SETUP_SECONDS, offer_words
from appliance.core.call.trunk_group import RINGBACK_SECONDS
from tests.core.office import Office
from tests.core.outside_hall import ASKED, NUMBER
from tests.core.outside_hall import busy as _busy
from tests.core.outside_hall import joined as _joined
from tests.core.outside_hall import office_with as _office
from tests.core.outside_hall import plan_with as _plan
from tests.core.outside_hall import rung as _rung


def test_key_1_joins_the_caller() -> None:
    office = _office()
    line, phone = _rung(office)
    phone.picked_up()
    office.wait(3.0)
    assert office.hears(phone.port) == ASKED
    assert not office.connected(line.port, phone.port), "not before the key"
    assert office.state("11") == "ringing"
    phone.key("1")
    office.pump()
    assert office.connected(line.port, phone.port) and office.state("11") == "in_call"
    office.wait(20.0)
    line.hang_up()
    office.pump()
    assert not _busy(phone) and office.state("11") == "wrap_up"
    office.wait(30.0)
    caller, telephone = sorted(office.records, key=lambda record: record.direction)
    assert (caller.outcome, caller.agent, caller.handset) == ("answered", "11", outside_seat("11"))
    assert (telephone.direction, telephone.trunk, telephone.number) == ("internal", "gsm2", NUMBER)
    assert telephone.talk_seconds == pytest.approx(20.0, abs=0.5)
    office.system.set_agent_status("11", "logged_out", None, None, "page")
    office.check_quiet()


def test_the_agent_hangs_up_and_the_caller_is_released() -> None:
    office = _office()
    line, phone = _joined(office)
    phone.hang_up()
    office.pump()
    assert not _busy(line) and office.state("11") == "wrap_up"
    office.wait(30.0)
    office.check_quiet()


def test_nobody_presses_the_key_an_answering_machine_gets_no_caller() -> None:
    office = _office()
    line, phone = _rung(office)
    phone.picked_up()
    office.wait(5.0)
    phone.key("5")
    office.wait(2.75)
    assert _busy(phone)
    office.wait(0.5)
    assert not _busy(phone) and _busy(line), "the caller waits on"
    (ended,) = office.entries(EntryKind.OFFER_ENDED)
    assert ended.data["outcome"] == "no_answer"
    office.wait(6.0)
    assert phone.dialled == [NUMBER, NUMBER], "asked again after the pause"
    line.hang_up()
    office.wait(1.0)
    assert not _busy(phone)
    office.check_quiet()


@pytest.mark.parametrize(
    ("cause", "outcome"), [(HangupCause.USER_BUSY, "busy"), (HangupCause.NO_ANSWER, "no_answer")]
)
def test_busy_and_no_answer_are_missed_offers(cause: HangupCause, outcome: str) -> None:
    office = _office()
    _, phone = _rung(office)
    phone.hang_up(cause)
    office.pump()
    (ended,) = office.entries(EntryKind.OFFER_ENDED)
    assert ended.data["outcome"] == outcome


def test_hung_up_without_the_key_is_a_refusal() -> None:
    office = _office()
    _, phone = _rung(office)
    phone.picked_up()
    office.wait(1.0)
    phone.hang_up()
    office.pump()
    assert office.entries(EntryKind.OFFER_ENDED)[0].data["outcome"] == "rejected"


def test_it_rings_for_as_long_as_the_queue_says_after_the_call_is_set_up() -> None:
    office = _office()
    _, phone = _rung(office)
    office.wait(20.0 + SETUP_SECONDS + 8.0 - 1.0)
    assert _busy(phone)
    office.wait(1.5)
    assert not _busy(phone)
    assert office.entries(EntryKind.OFFER_ENDED)[0].data["outcome"] == "no_answer"


def test_the_caller_who_goes_ends_the_ringing() -> None:
    office = _office()
    line, phone = _rung(office)
    line.hang_up()
    office.wait(1.0)
    assert not _busy(phone) and office.state("11") == "waiting"
    assert office.entries(EntryKind.OFFER_ENDED)[0].data["outcome"] == "abandoned"
    office.check_quiet()


def test_a_line_that_cannot_see_the_answer_works_by_the_key() -> None:
    office = _office(replace(_plan("analog"), trunk_groups={"outside": ("gsm1",), "analog": ("fxo1",)}))
    line = office.caller_in_queue("gsm1")
    phone = office.trunks["fxo1"]
    assert len(phone.dialled) == 1
    phone.audio()
    office.wait(1.0)
    assert office.hears(phone.port) is None
    assert phone.port is not None
    office.post.post(DigitHeard(phone.port, "1"))
    office.pump()
    assert office.connected(line.port, phone.port), "who presses the key has answered"
    answered = [entry for entry in office.entries(EntryKind.LEG_ANSWERED) if entry.data["line"] == "fxo1"]
    assert answered[0].data["inferred"] is True
    office.tone(phone.port, Tone.BUSY)
    assert not _busy(phone) and not _busy(line), "the agent has hung up: the tone says so"
    office.wait(30.0)
    office.check_quiet()


@pytest.mark.parametrize("speaks", [True, False])
def test_an_answer_on_such_a_line_hears_the_question(speaks: bool) -> None:
    office = _office(replace(_plan("analog"), trunk_groups={"outside": ("gsm1",), "analog": ("fxo1",)}))
    office.caller_in_queue("gsm1")
    phone = office.trunks["fxo1"]
    phone.audio()
    office.tone(phone.port, Tone.RINGBACK)
    assert office.state("11") == "ringing"
    office.wait(2.0)
    if speaks:
        assert phone.port is not None
        office.post.post(VoiceHeard(phone.port, 1.0))
        office.pump()
    else:  # no more ringback for so long means that it was picked up
        office.wait(max(RINGBACK_SECONDS, office.plan.answer_inference_seconds))
    assert office.hears(phone.port) == ASKED


def test_without_a_free_line_the_agent_is_not_asked_and_it_is_said() -> None:
    office = _office(trunks="gsm1")
    office.caller_in_queue()
    (routed,) = office.entries(EntryKind.ROUTED)
    assert f"{Why.NO_LINE} 11" in str(routed.data["left"])
    assert not office.entries(EntryKind.OFFERED)
    office.add_trunk("gsm2")
    office.pump()
    assert len(office.entries(EntryKind.OFFERED)) == 1


def test_a_line_that_comes_free_brings_the_agent_back() -> None:
    office = _office(trunks="gsm1 gsm2")
    busy = office.trunks["gsm2"]
    busy.ring("+14155550142")
    office.wait(1.0)
    office.caller_in_queue()
    assert not busy.dialled
    busy.hang_up()
    office.wait(1.0)
    assert busy.dialled == [NUMBER]


def test_the_last_free_line_is_kept_where_the_settings_say_so() -> None:
    kept = replace(_plan(), talk=TalkPlan(keep_line_free=True))
    office = _office(kept, trunks="gsm1 gsm2")
    office.caller_in_queue()
    assert not office.trunks["gsm2"].dialled and not office.entries(EntryKind.OFFERED)
    office.add_trunk("fxo1")
    office.pump()
    assert office.trunks["gsm2"].dialled == [NUMBER]


def test_an_emergency_call_takes_the_agents_line() -> None:
    office = _office(trunks="gsm1 gsm2")
    line, phone = _joined(office)
    office.handsets["202"].dial("911")
    office.wait(1.0)
    assert phone.dialled == [NUMBER, "911"]
    assert not office.connected(line.port, phone.port)
    office.check()


def test_emergency_numbers_are_never_an_agents_telephone() -> None:
    plan = _plan()
    mine = replace(plan.agents["11"], outside=OutsidePlan("911"))
    office = _office(replace(plan, agents={**plan.agents, "11": mine}))
    office.caller_in_queue()
    assert not any(trunk.dialled for trunk in office.trunks.values())
    office.check()


def test_the_conversation_is_recorded_and_supervised_as_any_other() -> None:
    office = _office(replace(_plan(), record=True))
    line, phone = _joined(office)
    (sides,) = office.media.recordings.values()
    assert sides == (line.port, phone.port)
    live = next(call for call in office.system.live().calls if call.queue == "sales")
    assert (live.agent, live.handset) == ("11", outside_seat("11"))
    beside = next(call for call in office.system.live().calls if call.direction == "internal")
    assert (beside.handset, beside.trunk, beside.number) == (outside_seat("11"), "gsm2", NUMBER)


def test_a_menu_may_lead_to_the_agent_and_the_caller_hears_ringing() -> None:
    office = _office()
    office.change(agents={**office.plan.agents, "12": replace(office.plan.agents["11"], id="12")})
    office.system.set_agent_status("12", "available", None, outside_seat("12"), "page")
    line = office.caller_in_menu()
    line.key("2")  # agent 12
    office.pump()
    phone = office.trunks["gsm2"]
    phone.progress(Stage.RINGING)
    phone.picked_up()
    office.pump()
    assert office.hears(line.port) is CallTone.RINGBACK
    assert office.hears(phone.port) == (*offer_words("en", None), Pause(1.0))
    phone.key("1")
    office.pump()
    assert office.connected(line.port, phone.port)


def test_login_there_is_for_its_owner() -> None:
    office = _office()
    with pytest.raises(CallboxError, match="another agent"):
        office.system.set_agent_status("12", "available", None, outside_seat("11"), "page")
    with pytest.raises(CallboxError, match="no handset outside-13"):
        office.system.set_agent_status("13", "available", None, outside_seat("13"), "page")
    live = {agent.id: agent for agent in office.system.live().agents}
    assert live["11"].outside == live["11"].handset == outside_seat("11") and live["12"].outside is None
    assert outside_seat("11") not in [handset.name for handset in office.system.live().handsets]


def test_settings_change_the_number_and_take_it_away() -> None:
    office = _office()
    mine = replace(office.plan.agents["11"], outside=OutsidePlan("+14155550177"))
    office.change(agents={**office.plan.agents, "11": mine})
    line = office.caller_in_queue()
    assert office.trunks["gsm2"].dialled == ["+14155550177"]
    office.change(agents={**office.plan.agents, "11": replace(mine, outside=None)})
    line.hang_up()
    office.wait(40.0)
    assert not _busy(office.trunks["gsm2"])
    office.caller_in_queue()
    assert len(office.trunks["gsm2"].dialled) == 1
    with pytest.raises(SettingsError):
        office.change(agents={"11": replace(mine, outside=OutsidePlan("1", "nowhere"))})


def test_ring_all_gives_the_caller_to_who_presses_first() -> None:
    office = _office()
    office.change_queue(strategy="ring_all")
    office.log_in("12")
    line, phone = _rung(office)
    office.handsets["202"].pick_up()
    office.pump()
    assert office.connected(line.port, next(iter(office.handsets["202"].legs.values())).port)
    assert not _busy(phone) and office.state("11") == "waiting"


def test_a_box_that_stops_leaves_nothing_behind() -> None:
    office = _office()
    _joined(office)
    office.caller_in_queue("fxo1")
    office.system.stop()
    office.pump()
    assert not any(_busy(trunk) for trunk in office.trunks.values())
    assert len(office.records) == 3
    office.check_quiet()


def test_a_supervisor_may_listen_to_an_agent_outside() -> None:
    plan = _plan()
    boss = replace(plan.agents["12"], supervisor=True)
    office = _office(replace(plan, agents={**plan.agents, "12": boss}))
    office.log_in("12")
    line, phone = _joined(office)
    talk = next(call.id for call in office.system.live().calls if call.queue == "sales")
    office.system.supervise(talk, "12", "listen")
    desk = office.handsets["202"]
    desk.pick_up()
    office.pump()
    (speaking,) = desk.legs.values()
    assert office.audience(speaking.port) == {line.port, phone.port}


def test_the_audio_of_the_agents_line_may_move() -> None:
    office = _office()
    line, phone = _joined(office)
    leg = phone.leg
    assert leg is not None
    phone.close_audio(leg)
    phone.audio()
    office.pump()
    assert office.connected(line.port, phone.port)
    line.hang_up()
    office.wait(30.0)
    office.check_quiet()


def test_after_a_restart_the_agent_is_there_again() -> None:
    before = _office()
    after = Office(_plan())
    after.system.restore_agents(before.entries(EntryKind.AGENT_STATUS))
    (agent,) = [agent for agent in after.system.live().agents if agent.id == "11"]
    assert (agent.status, agent.handset) == ("available", outside_seat("11"))
    _rung(after)


@pytest.mark.parametrize("spare", [True, False])
def test_who_dials_the_agent_inside_does_not_get_the_last_line_either(spare: bool) -> None:
    office = _office(replace(_plan(), talk=TalkPlan(keep_line_free=spare)), trunks="gsm1")
    office.handsets["202"].dial("11")
    office.pump()
    assert bool(office.trunks["gsm1"].dialled) is not spare
    office.handsets["202"].hang_up()
    office.wait(10.0)
    office.check_quiet()
