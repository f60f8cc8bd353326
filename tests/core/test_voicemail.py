"""A caller leaves a message: what is kept of it, and what becomes of those who change their mind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.errors import SettingsError
from appliance.contract.events import RecordEnded, Tone
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone, Prompt, Sound, Speech
from appliance.contract.messages import VoicemailPlan
from appliance.contract.plan import Choice
from appliance.core.phrases import Phrase, say
from tests.core.fakes import FakeTrunk
from tests.core.office import Office, make_plan

GREETING: Prompt = (Speech("Please leave a message."),)
BOX = VoicemailPlan("front", "Front desk", GREETING, shortest_seconds=2.0, longest_seconds=60.0)
REVIEW = say("en", Phrase.MESSAGE_REVIEW)


def _office(box: VoicemailPlan = BOX) -> Office:
    """Nobody is there, and the queue's callers go to the box."""
    plan = make_plan()
    queue = replace(plan.queues["sales"], maximum_wait_seconds=10.0, overflow=Choice("voicemail", "front"))
    return Office(replace(plan, voicemail={"front": box}, queues={"sales": queue}))


def _at_the_tone(office: Office, trunk: str = "gsm1") -> FakeTrunk:
    line = office.caller_in_queue(trunk)
    office.wait(10.0)
    assert office.hears(line.port) == GREETING
    office.wait(1.1)
    assert office.hears(line.port) is CallTone.BEEP
    office.wait(1.0)
    return line


def _data(office: Office, kind: EntryKind) -> dict[str, object]:
    (entry,) = office.entries(kind)
    return dict(entry.data)


def test_a_message_is_recorded_reviewed_and_kept() -> None:
    office = _office()
    line = _at_the_tone(office)
    ((left, right),) = office.media.recordings.values()
    assert left == right == line.port
    begun = _data(office, EntryKind.VOICEMAIL_BEGUN)
    assert begun["box"] == "front" and begun["number"] == "+14155550100"
    office.wait(5.0)
    line.key("#")
    office.pump()
    assert not office.media.recordings and office.hears(line.port) == REVIEW
    line.key("1")
    office.pump()
    left_message = _data(office, EntryKind.VOICEMAIL_LEFT)
    assert left_message["recording"] == begun["recording"]
    assert left_message["seconds"] == pytest.approx(5.0, abs=0.5)
    assert office.hears(line.port) == say("en", Phrase.MESSAGE_KEPT)
    office.wait(6.0)
    assert office.record().outcome == "voicemail" and office.record().ended_by == "box"
    office.check_quiet()


def test_heard_again_and_recorded_again() -> None:
    office = _office()
    line = _at_the_tone(office)
    first = str(_data(office, EntryKind.VOICEMAIL_BEGUN)["recording"])
    office.wait(4.0)
    line.key("5")
    office.pump()
    line.key("2")
    office.pump()
    assert office.hears(line.port) == (Sound(f"message/{first}"), *REVIEW)
    line.key("3")
    office.pump()
    assert _data(office, EntryKind.VOICEMAIL_DROPPED)["recording"] == first
    office.wait(4.0)
    line.key("#")
    office.pump()
    line.key("1")
    office.wait(6.0)
    second = [str(entry.data["recording"]) for entry in office.entries(EntryKind.VOICEMAIL_BEGUN)][1]
    assert _data(office, EntryKind.VOICEMAIL_LEFT)["recording"] == second != first
    office.check_quiet()


@pytest.mark.parametrize(("seconds", "kept"), [(5.0, True), (0.5, False)])
def test_who_hangs_up_while_speaking_has_left_what_was_said(seconds: float, kept: bool) -> None:
    office = _office()
    line = _at_the_tone(office)
    office.wait(seconds)
    line.hang_up()
    office.wait(6.0)
    assert bool(office.entries(EntryKind.VOICEMAIL_LEFT)) is kept
    assert bool(office.entries(EntryKind.VOICEMAIL_DROPPED)) is not kept
    assert office.record().outcome == ("voicemail" if kept else "abandoned")
    office.check_quiet()


def test_who_hangs_up_in_the_review_has_left_the_message() -> None:
    office = _office()
    line = _at_the_tone(office)
    office.wait(5.0)
    line.key("#")
    office.pump()
    line.hang_up()
    office.wait(6.0)
    assert len(office.entries(EntryKind.VOICEMAIL_LEFT)) == 1
    office.check_quiet()


def test_who_says_nothing_more_in_the_review_has_left_the_message() -> None:
    office = _office()
    line = _at_the_tone(office)
    office.wait(5.0)
    line.key("#")
    office.wait(20.0)
    assert len(office.entries(EntryKind.VOICEMAIL_LEFT)) == 1
    assert office.record().outcome == "voicemail"
    office.check_quiet()


def test_a_busy_tone_on_an_analog_line_ends_the_message() -> None:
    office = _office()
    line = _at_the_tone(office, "fxo1")
    office.wait(5.0)
    office.tone(line.port, Tone.BUSY)
    office.wait(6.0)
    assert len(office.entries(EntryKind.VOICEMAIL_LEFT)) == 1
    office.check_quiet()


def test_a_message_has_an_end() -> None:
    office = _office()
    line = _at_the_tone(office)
    office.wait(60.3)
    assert office.hears(line.port) == REVIEW
    office.wait(20.0)
    assert _data(office, EntryKind.VOICEMAIL_LEFT)["seconds"] == pytest.approx(60.0, abs=0.5)
    office.check_quiet()


def test_too_short_is_said_and_not_kept() -> None:
    office = _office()
    line = _at_the_tone(office)
    for _ in range(4):
        line.key("#")
        office.pump()
        assert office.hears(line.port) == say("en", Phrase.MESSAGE_TOO_SHORT)
        office.wait(2.2)
    line.key("#")
    office.wait(6.0)
    assert not office.entries(EntryKind.VOICEMAIL_LEFT)
    assert len(office.entries(EntryKind.VOICEMAIL_DROPPED)) == 5
    office.check_quiet()


def test_without_review_it_is_kept_at_once() -> None:
    office = _office(replace(BOX, review=False))
    line = _at_the_tone(office)
    office.wait(3.0)
    line.key("#")
    office.pump()
    assert len(office.entries(EntryKind.VOICEMAIL_LEFT)) == 1
    office.wait(6.0)
    office.check_quiet()


def test_hash_skips_the_greeting() -> None:
    office = _office()
    line = office.caller_in_queue()
    office.wait(10.0)
    assert office.hears(line.port) == GREETING
    line.key("#")
    office.pump()
    assert office.hears(line.port) is CallTone.BEEP
    line.hang_up()
    office.wait(6.0)
    assert not office.entries(EntryKind.VOICEMAIL_BEGUN)
    office.check_quiet()


def test_the_box_stops_in_the_middle_of_a_message() -> None:
    office = _office()
    _at_the_tone(office)
    office.wait(5.0)
    office.system.stop()
    office.pump()
    assert len(office.entries(EntryKind.VOICEMAIL_LEFT)) == 1
    office.check()


def test_a_box_that_is_not_there_is_refused() -> None:
    office = _office()
    with pytest.raises(SettingsError, match="1 setting|voicemail"):
        office.change(voicemail={})


@pytest.mark.parametrize(("seconds", "outcome"), [(0.0, "failed"), (8.0, "voicemail")])
def test_a_disk_that_is_full_keeps_what_there_is_and_promises_nothing_else(
    seconds: float, outcome: str
) -> None:
    office = _office()
    _at_the_tone(office)
    office.wait(8.0)
    (recording,) = office.media.recordings
    del office.media.recordings[recording]
    office.post.post(RecordEnded(recording, seconds, "The disk is nearly full: recording has stopped."))
    office.wait(25.0)
    assert office.record().outcome == outcome
    assert bool(office.entries(EntryKind.VOICEMAIL_LEFT)) is (outcome == "voicemail")
    office.check_quiet()
