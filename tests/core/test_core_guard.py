"""A driver cannot take the core down, and a line that says nothing cannot hang it."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import AudioGone, AudioReady, Released, TrunkState
from appliance.contract.ids import LegId, PlayId, PortId
from appliance.contract.media import CallTone, Prompt
from appliance.core.call.conversation import Conversation
from appliance.core.line import FAULT_SECONDS
from tests.core.office import WELCOME, Office


def test_trunk_that_cannot_be_dialled_is_marked_and_the_next_is_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = Office()
    office.trunks["gsm1"].raises = {"dial"}
    office.handsets["201"].dial("4155550123")
    office.pump()
    assert office.trunks["gsm2"].dialled == ["4155550123"]
    assert "Trunk gsm1 failed: RuntimeError: gsm1 cannot dial" in caplog.text
    live = office.system.live()
    assert live.trunks[0].state == "faulty" and "cannot dial" in live.trunks[0].why
    assert any("gsm1" in note for note in live.notes)
    office.trunks["gsm2"].picked_up()
    office.pump()
    assert office.system.live().calls[0].stage == "talking"


@pytest.mark.parametrize("by_driver", [True, False])
def test_mark_is_lifted_by_the_driver_or_by_time(by_driver: bool) -> None:
    office = Office()
    line = office.trunks["gsm1"]
    line.raises = {"dial"}
    office.handsets["201"].dial("4155550123")
    office.pump()
    assert office.system.live().trunks[0].state == "faulty"
    if by_driver:
        line.status(TrunkState.IN_SERVICE)
        office.pump()
    else:
        office.wait(FAULT_SECONDS)
    assert office.system.live().trunks[0].state == "in_service"


@pytest.mark.parametrize("command", ["answer", "release", "send_digits", "capabilities"])
def test_each_failing_command_of_a_trunk_costs_at_most_its_call(command: str) -> None:
    office = Office()
    office.log_in("11")
    office.trunks["gsm1"].raises = {command}
    office.trunks["gsm1"].ring("5550100")
    office.wait(3)
    office.trunks["gsm1"].key("1")
    office.pump()
    phone = office.handsets["201"]
    if phone.ringing:
        phone.pick_up()
        office.pump()
        phone.key("5")
        office.pump()
        phone.hang_up()
        office.pump()
    office.trunks["gsm1"].hang_up()
    office.wait(20)
    assert len(office.records) == 1 and not office.system.live().calls
    office.trunks["gsm1"].raises = set()
    office.trunks["gsm1"].leg, office.trunks["gsm1"].off_hook = None, False
    line, _ = office.talk("gsm2")
    assert line.off_hook
    assert office.system.faults == 0


@pytest.mark.parametrize(
    "command", ["ring", "stop_ringing", "answer", "release", "progress", "transfer_done"]
)
def test_each_failing_command_of_a_handset_costs_at_most_its_call(command: str) -> None:
    office = Office()
    office.log_in("11")
    phone = office.handsets["201"]
    phone.raises = {command}
    line = office.caller_in_queue()
    if phone.ringing:
        if command == "stop_ringing":
            office.wait(21)
        else:
            phone.pick_up()
            office.pump()
            phone.transfer("202")
            office.pump()
    line.hang_up()
    office.wait(30)
    phone.dial("202")
    office.pump()
    if office.handsets["202"].ringing:
        office.handsets["202"].pick_up()
        office.pump()
        office.handsets["202"].hang_up()
        office.wait(10)
    phone.raises = set()
    phone.stop()
    office.wait(30)
    assert office.system.faults == 0
    office.check_quiet()


def test_line_whose_command_fails_is_put_on_hook() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    line.raises = {"send_digits"}
    phone.key("5")
    office.pump()
    assert not line.off_hook and office.record().cause == HangupCause.LINE_FAULT


def test_nothing_is_said_to_a_line_that_is_being_released() -> None:
    office = Office()
    line = office.caller_in_queue()
    line.deaf = True
    office.system.release_call(office.system.live().calls[0].id)
    assert office.hears(line.port) is None


def test_line_that_never_reports_the_end_is_given_up_after_five_seconds() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    line.deaf = True
    phone.hang_up()
    office.pump()
    assert not office.records, "the record waits for the line"
    assert not office.media.pairs and not office.media.plays
    office.wait(5)
    assert office.record().outcome == "answered" and office.record().ended_by == "agent"
    assert office.system.live().trunks[0].state == "faulty"
    assert line.leg is not None
    office.post.post(Released("gsm1", line.leg, HangupCause.NORMAL_CLEARING))
    office.pump()
    assert office.system.live().trunks[0].state == "in_service", "it did report, though late"


def test_handset_that_never_reports_the_end_frees_its_agent() -> None:
    office = Office()
    office.change_queue(wrap_up_seconds=0.0)
    office.log_in("11")
    line, phone = office.talk()
    phone.deaf = True
    line.hang_up()
    office.wait(5)
    assert office.state("11") == "waiting" and len(office.records) == 1


def test_dead_trunk_ends_its_call_even_without_a_word_about_the_leg() -> None:
    office = Office()
    office.log_in("11")
    office.talk()
    office.trunks["gsm1"].status(TrunkState.UNPLUGGED, "pulled")
    office.wait(6)
    assert office.record().cause == HangupCause.LINE_FAULT and office.record().ended_by == "box"


def test_caller_lost_with_the_line_has_not_abandoned() -> None:
    office = Office()
    line = office.caller_in_queue()
    line.hang_up(HangupCause.LINE_FAULT)
    office.pump()
    assert (office.record().outcome, office.record().ended_by) == ("failed", "box")


def test_line_that_never_answers_or_never_has_audio() -> None:
    office = Office()
    line = office.trunks["gsm1"]
    line.deaf = True
    line.ring("5550100")
    office.wait(0.5)
    line.deaf = False
    office.wait(65)
    assert not office.records, "an analog line may be set to answer after ten rings"
    office.wait(10)
    assert office.record().cause == HangupCause.RECOVERY_ON_TIMER_EXPIRY
    office.check_quiet()


def test_ring_on_a_line_thought_busy_ends_the_old_call() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    line.leg, line.port, line.off_hook = None, None, False  # its end got lost
    line.ring("4155550188")
    office.wait(1)
    assert len(office.records) == 1 and office.system.live().calls[0].number == "+14155550188"


def test_port_that_moves_takes_everything_along() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    leg = phone.talking[0]
    old = phone.legs[leg].port
    assert old is not None and line.port is not None
    new = office.media.open()
    phone.legs[leg].port = new
    office.post.post(AudioGone("201", leg, old))
    office.media.drop(old)
    office.post.post(AudioReady("201", leg, new))
    office.pump()
    assert office.connected(line.port, new) and not office.connected(line.port, old)
    assert list(office.media.recordings.values()) == [(line.port, new)]


def test_prompt_goes_on_where_the_port_comes_back() -> None:
    office = Office()
    line = office.trunks["gsm1"]
    leg = line.ring("5550100")
    office.pump()
    line.close_audio(leg)
    office.pump()
    line.audio()
    office.pump()
    assert office.hears(line.port) == WELCOME


def test_media_that_fails_does_not_hold_a_caller() -> None:
    office = Office()

    def broken(play: PlayId, port: PortId, prompt: Prompt, loop: bool = False) -> None:
        raise RuntimeError("no engine")

    office.media.play = broken  # type: ignore[method-assign]
    office.log_in("11")
    line = office.caller_in_queue()
    office.handsets["201"].pick_up()
    office.pump()
    assert office.connected(line.port, office.handsets["201"].legs[office.handsets["201"].talking[0]].port)


def test_foreign_line_cannot_speak_for_a_leg() -> None:
    office = Office()
    office.log_in("11")
    line, _ = office.talk()
    assert line.leg is not None
    office.post.post(Released("gsm2", line.leg, HangupCause.NORMAL_CLEARING))
    office.pump()
    assert line.off_hook and not office.records


def test_error_in_the_core_itself_costs_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.log_in("11", "12")
    office.talk("gsm1", "201")
    office.talk("gsm2", "202")

    def broken(self: Conversation, leg: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(Conversation, "held", broken)
    office.handsets["201"].hold(True)
    office.pump()
    assert office.record().cause == HangupCause.TEMPORARY_FAILURE
    assert office.trunks["gsm2"].off_hook and office.system.faults == 1
    assert not office.trunks["gsm1"].off_hook


def test_error_while_a_leg_ends_still_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()

    def broken(self: Conversation, leg: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(Conversation, "released", broken)
    line.hang_up()
    office.wait(20)
    assert len(office.records) == 1 and not phone.legs and office.state("11") == "waiting"


def test_failing_journal_or_watcher_does_not_stop_calls(caplog: pytest.LogCaptureFixture) -> None:
    office = Office()

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk gone")

    office.journal.append = broken  # type: ignore[method-assign]
    office.log_in("11")
    line, _ = office.talk()
    assert line.off_hook and "disk gone" in caplog.text


def test_tone_is_played_again_on_a_new_port() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    phone.transfer("202")
    office.pump()
    assert line.leg is not None
    line.close_audio(line.leg)
    line.audio()
    office.pump()
    assert office.hears(line.port) is CallTone.RINGBACK


def test_leg_of_an_unknown_id_is_nobodys() -> None:
    office = Office()
    office.post.post(AudioReady("gsm1", LegId("x"), PortId("y")))
    office.pump()
    office.check()
