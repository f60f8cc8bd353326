# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""While two parties talk: hold, a far end that has gone, limits, and what is none of the core's business."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import CallerId, CallWaiting, HookFlash, SilenceHeard, Tone
from appliance.contract.ids import LegId
from appliance.contract.journal import EntryKind
from appliance.contract.media import Detect, Sound
from appliance.contract.plan import Choice
from tests.core.office import QUEUE_WELCOME, Office, make_menu

MUSIC = (Sound("music/default"),)


def test_hold_by_handset_plays_music_and_pauses_the_recording() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    recording = next(iter(office.media.recordings))
    port = phone.legs[phone.talking[0]].port
    phone.hold(True)
    office.wait(20)
    assert office.hears(line.port) == MUSIC and not office.connected(line.port, port)
    assert recording in office.media.paused
    assert office.system.live().calls[0].stage == "held"
    phone.hold(False)
    office.pump()
    assert office.hears(line.port) is None and office.connected(line.port, port)
    assert recording not in office.media.paused
    line.hang_up()
    office.pump()
    assert office.record().held_seconds == 20.0


def test_hook_flash_toggles_hold() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    for held in (True, False):
        office.post.post(HookFlash("201", phone.talking[0]))
        office.pump()
        assert (office.hears(line.port) == MUSIC) is held


def test_far_end_gone_is_heard_on_a_line_that_does_not_signal_it() -> None:
    for tone in (Tone.BUSY, Tone.REORDER):
        office = Office()
        office.log_in("11")
        line, _ = office.talk("fxo1")
        assert line.port is not None
        assert office.media.detectors[line.port] == (Detect.TONES | Detect.SILENCE, 60.0)
        office.tone(line.port, tone)
        assert not line.off_hook and office.record().ended_by == "caller"
        assert tone in office.record().reason


def test_ringback_fax_or_what_sounds_like_dial_tone_does_not_end_a_call() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk("fxo1")
    office.tone(line.port, Tone.RINGBACK)
    office.tone(line.port, Tone.FAX_CNG)
    office.tone(line.port, Tone.DIAL)  # a chord of music on hold
    assert line.off_hook and not office.records


def test_silence_ends_a_talk_but_not_a_wait() -> None:
    office = Office()
    line = office.caller_in_queue("fxo1")
    assert line.port is not None
    assert not office.media.detectors[line.port][0] & Detect.SILENCE
    office.log_in("11")
    office.handsets["201"].pick_up()
    office.pump()
    office.handsets["201"].hold(True)
    office.pump()
    assert not office.media.detectors[line.port][0] & Detect.SILENCE, "who hears music is silent"
    office.handsets["201"].hold(False)
    office.pump()
    office.post.post(SilenceHeard(line.port, 60.0))
    office.pump()
    assert not line.off_hook and office.record().cause == HangupCause.SILENCE


def test_maximum_duration() -> None:
    office = Office()
    office.change(maximum_call_seconds=120.0)
    office.log_in("11")
    line, _ = office.talk()
    office.wait(120)
    assert not line.off_hook
    assert (office.record().cause, office.record().ended_by) == (HangupCause.MAXIMUM_DURATION, "box")


def test_call_waiting_is_journaled_and_ignored() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    assert line.leg is not None
    office.post.post(CallWaiting("gsm1", line.leg, "4155550199"))
    office.pump()
    assert office.entries(EntryKind.CALL_WAITING)[0].data["number"] == "+14155550199"
    assert line.off_hook and not office.records


def test_events_of_unknown_legs_and_lines_are_ignored() -> None:
    office = Office()
    office.post.post(CallerId("gsm1", LegId("nobody"), "1"))
    office.post.post(HookFlash("999", LegId("nobody")))
    office.trunks["gsm1"].name = "gone"
    office.trunks["gsm1"].ring()
    office.pump()
    assert not office.records and not office.system.live().calls
    office.check()


def test_trunk_out_of_the_settings_is_not_answered() -> None:
    office = Office()
    office.change(trunks={})
    office.trunks["gsm1"].ring("5550100")
    office.pump()
    assert office.record().cause == HangupCause.NO_ROUTE_TO_DESTINATION
    office.check_quiet()


def test_menu_without_choices_goes_straight_to_the_fallback() -> None:
    office = Office()
    flow = make_menu({}, Choice("queue", "sales"))
    office.change(flows={"main": flow})
    line = office.trunks["gsm1"]
    line.ring("5550100")
    office.wait(1)
    assert office.hears(line.port) == QUEUE_WELCOME
