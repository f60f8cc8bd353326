"""A whole shift on a plain handset: menus, wrap-up, how a call went, ringing back, a note, the queues."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.contract.clock import SteppedClock
from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Speech
from appliance.contract.talk import KeyedWord, TalkPlan
from appliance.core.phrases import Phrase, say
from appliance.core.star.moments import _day, _hour
from tests.core.fakes import FakeHandset
from tests.core.office import Office

TALK = TalkPlan(
    hold_reminder_seconds=0,
    wrap_up_extension_seconds=30.0,
    breaks=(KeyedWord("1", "lunch", "Lunch"), KeyedWord("2", "school", "Training")),
    dispositions=(KeyedWord("1", "sold", "Sold"), KeyedWord("2", "later", "Later")),
)


def office_with(agent: str | None = "11") -> tuple[Office, FakeHandset]:
    office = Office()
    office.change(talk=TALK)
    if agent is not None:
        office.log_in(agent)
    return office, office.handsets["201"]


def after_a_call() -> tuple[Office, FakeHandset, str]:
    office, phone = office_with()
    line, _ = office.talk()
    call = office.system.live().calls[0].id
    office.wait(5)
    line.hang_up()
    office.pump()
    return office, phone, call


def keyed(office: Office, phone: FakeHandset, code: str, *keys: str) -> list[str]:
    """Dial a star code and press keys, each after the prompt; all that was said."""
    before = len(office.media.said)
    phone.dial(code)
    office.wait(1.5)
    for key in keys:
        phone.key(key)
        office.wait(1.5)
    office.wait(2)
    said = [what for _, what in office.media.said[before:]]
    return [
        part.text for what in said if isinstance(what, tuple) for part in what if isinstance(part, Speech)
    ]


def words(prompt: Prompt) -> str:
    (part,) = prompt
    assert isinstance(part, Speech)
    return part.text


def test_a_whole_shift_by_the_spoken_menu() -> None:
    office, phone = office_with(None)
    keyed(office, phone, "*5", "1", "11#", "1100#")
    assert office.status("11") == "available"
    line, _ = office.talk()
    line.hang_up()
    office.pump()
    assert "Noted: Sold." in keyed(office, phone, "*5", "3", "1")
    assert office.entries(EntryKind.DISPOSITION)[0].call == office.record().call
    keyed(office, phone, "*5", "2", "2")
    (entry,) = [e for e in office.entries(EntryKind.AGENT_STATUS) if e.data["status"] == "on_break"]
    assert entry.data["pause_code"] == "school"
    assert "Sales: nobody is waiting, agents free 0." in keyed(office, phone, "*5", "6")
    keyed(office, phone, "*5", "1")
    assert office.status("11") == "available"
    keyed(office, phone, "*5", "9")
    assert office.status("11") == "logged_out"
    office.wait(15)
    office.check_quiet()


def test_wrap_up_is_made_longer_and_ended() -> None:
    office, phone, _ = after_a_call()
    assert "You have 30 more seconds." in keyed(office, phone, "*55")
    office.wait(20)
    assert office.state("11") == "wrap_up"
    keyed(office, phone, "*54")
    assert office.state("11") == "waiting"
    assert words(say("en", Phrase.NO_WRAP_UP)) in keyed(office, phone, "*55")


@pytest.mark.parametrize(("code", "keys"), [("*56", ("2",)), ("*56*2", ()), ("*56", ("7", "2"))])
def test_how_the_call_went_is_keyed_after_it(code: str, keys: tuple[str, ...]) -> None:
    office, phone, call = after_a_call()
    said = keyed(office, phone, code, *keys)
    assert "Noted: Later." in said
    (entry,) = office.entries(EntryKind.DISPOSITION)
    assert entry.data == {"agent": "11", "code": "later"} and entry.call == call


@pytest.mark.parametrize("code", ["*56", "*57", "*59"])
def test_without_a_call_there_is_nothing_to_note(code: str) -> None:
    office, phone = office_with()
    assert words(say("en", Phrase.NO_LAST_CALL)) in keyed(office, phone, code)
    office, phone = office_with(None)
    assert "Nobody is logged in at this telephone." in keyed(office, phone, code)


def test_ringing_back_on_a_day_at_an_hour() -> None:
    office, phone, call = after_a_call()  # it is 2 March 2026, 9:00
    said = keyed(office, phone, "*57", "0504", "1430")
    assert "To be rung back on 05.04., 14:30." in said
    (entry,) = office.entries(EntryKind.RING_BACK)
    assert entry.call == call
    assert entry.data == {"agent": "11", "number": "+14155550100", "at": "2026-04-05T14:30:00+00:00"}
    keyed(office, phone, "*57", "#", "1800")
    assert office.entries(EntryKind.RING_BACK)[1].data["at"] == "2026-03-02T18:00:00+00:00"


@pytest.mark.parametrize(
    ("day", "hour"), [("#", "0800"), ("3102", "1200"), ("9999", "1200"), ("0504", "2460")]
)
def test_no_moment_to_come(day: str, hour: str) -> None:
    office, phone, _ = after_a_call()
    assert words(say("en", Phrase.NOT_THEN)) in keyed(office, phone, "*57", day, hour)
    assert not office.entries(EntryKind.RING_BACK)


def test_day_and_hour_may_stand_behind_the_code() -> None:
    office, phone, _ = after_a_call()
    assert "To be rung back on 05.04., 14:30." in keyed(office, phone, "*57*0504*1430")
    assert "To be rung back on 02.03., 18:00." in keyed(office, phone, "*57**1800"), "today"


def test_days_and_hours() -> None:
    today = SteppedClock(datetime(2027, 3, 2, tzinfo=UTC)).wall().date()
    assert str(_day("0103", today)) == "2028-03-01", "passed this year: next year's"
    assert str(_day("2902", today)) == "2028-02-29", "there is one next year"
    assert str(_day("0203", today)) == "2027-03-02" and _day("1", today) is None
    assert _hour("2400") is None and _hour("x") is None and str(_hour("0005")) == "00:05:00"


@pytest.mark.parametrize("ends", ["key", "hang_up", "time"])
def test_a_spoken_note_is_kept_with_the_call(ends: str) -> None:
    office, phone, call = after_a_call()
    phone.dial("*59")
    office.wait(2.5)
    (recording,) = office.media.recordings
    if ends == "key":
        phone.key("#")
        office.wait(2)
    elif ends == "hang_up":
        phone.hang_up()
        office.pump()
    else:
        office.wait(125)
    assert not office.media.recordings
    (entry,) = office.entries(EntryKind.NOTE)
    assert entry.data["recording"] == recording and entry.call == call
    assert office.entries(EntryKind.RECORDING_ENDED)[-1].call == call
    office.wait(15)
    office.check_quiet()


def test_the_queues_are_told() -> None:
    office, phone = office_with()
    office.caller_in_queue("gsm1")
    office.handsets["201"].refuse()
    office.pump()
    office.caller_in_queue("gsm2")
    office.wait(2)
    assert any(text.startswith("Sales: waiting 2, the longest for ") for text in keyed(office, phone, "*58"))
