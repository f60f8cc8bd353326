"""Star codes by which something recorded is heard, and the agent's own day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from appliance.contract.media import Prompt, Sound, Speech
from appliance.contract.messages import Heard, VoicemailPlan
from appliance.contract.past import Tally
from appliance.contract.services import Services
from appliance.contract.talk import KeyedWord, TalkPlan
from appliance.core.phrases import Phrase, say
from tests.core.fakes import FakeHandset
from tests.core.office import Office, make_plan

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Boxes:
    """One message in each box, by the box's name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def waiting(self, box: str, answer: Callable[[tuple[Heard, ...]], None]) -> None:
        self.asked.append(box)
        answer((Heard(1, f"in-{box}", None, AT, True),))

    def set_state(self, message: int, state: str) -> None:
        return None


class Past:
    """Answers when the test says so."""

    def __init__(self, day: Tally | None = None, note: str | None = None) -> None:
        self.day, self.note = day, note
        self.asked: list[str] = []
        self.since: datetime | None = None
        self.late: list[Callable[[], None]] | None = None

    def tally(self, agent: str, since: datetime, answer: Callable[[Tally | None], None]) -> None:
        self.asked.append(agent)
        self.since = since
        self._give(lambda: answer(self.day))

    def note_about(self, number: str, answer: Callable[[str | None], None]) -> None:
        self.asked.append(number)
        self._give(lambda: answer(self.note))

    def _give(self, answer: Callable[[], None]) -> None:
        if self.late is None:
            answer()
        else:
            self.late.append(answer)


def office_with(past: Past | None = None, **boxes: str | None) -> tuple[Office, FakeHandset, Boxes]:
    """`boxes` are names and whose they are."""
    messages = Boxes()
    services = Services(messages=messages, past=past or Past())
    office = Office(make_plan(), services=services)
    plans = {name: VoicemailPlan(name, name.capitalize(), agent=agent) for name, agent in boxes.items()}
    office.change(voicemail=plans)
    return office, office.handsets["201"], messages


def dialled(office: Office, phone: FakeHandset, code: str, *keys: str) -> list[str]:
    """Everything that was said, and the names of sounds, after a code and keys."""
    before = len(office.media.said)
    phone.dial(code)
    office.wait(1.5)
    for key in keys:
        phone.key(key)
        office.wait(1.5)
    prompts = [what for _, what in office.media.said[before:] if isinstance(what, tuple)]
    return [_heard(part) for prompt in prompts for part in prompt]


def _heard(part: object) -> str:
    if isinstance(part, Speech):
        return part.text
    return part.name if isinstance(part, Sound) else ""


def text(prompt: Prompt) -> str:
    (part,) = prompt
    assert isinstance(part, Speech)
    return part.text


def test_the_one_box_there_is_is_heard_at_once_by_anybody() -> None:
    office, phone, boxes = office_with(front=None)
    assert "message/in-front" in dialled(office, phone, "*97") and boxes.asked == ["front"]
    phone.hang_up()
    office.pump()
    office.check_quiet()


def test_own_box_and_everybodys_are_offered_own_first() -> None:
    office, phone, boxes = office_with(front=None, mine="11", hers="12")
    office.log_in("11")
    said = dialled(office, phone, "*97", "2")
    assert said[:2] == ["For Mine, press 1.", "For Front, press 2."]
    assert "message/in-front" in said and boxes.asked == ["front"]
    phone.hang_up()
    office.pump()
    assert "message/in-mine" in dialled(office, phone, "*97*1")
    office.wait(60)
    office.check_quiet()


def test_an_own_box_is_heard_after_number_and_pin_only() -> None:
    office, phone, boxes = office_with(mine="11")
    said = dialled(office, phone, "*97", "11#", "9999#")
    assert boxes.asked == [] and text(say("en", Phrase.WRONG)) in said
    phone.hang_up()
    office.pump()
    dialled(office, phone, "*97", "11#", "1100#")
    assert boxes.asked == ["mine"]
    assert office.status("11") == "logged_out", "who hears messages is not at work by that"


@pytest.mark.parametrize("boxes", [{}, {"hers": "12"}])
def test_no_box_for_whoever_asks(boxes: dict[str, str | None]) -> None:
    office, phone, messages = office_with(None, **boxes)
    office.log_in("11")
    assert text(say("en", Phrase.NO_BOX)) in dialled(office, phone, "*97")
    assert not messages.asked


def test_the_note_about_the_customer_who_is_on_hold() -> None:
    past = Past(note="note-7")
    office, phone, _ = office_with(past)
    office.log_in("11")
    _, phone = office.talk()
    phone.hold(True)
    office.pump()
    talking = phone.talking[0]
    assert "message/note-7" in dialled(office, phone, "*77")
    assert past.asked == ["+14155550100"]
    office.wait(3)
    assert phone.talking == [talking], "the customer is still there"


def test_the_note_about_the_last_customer_and_none_without() -> None:
    past = Past()
    office, phone, _ = office_with(past)
    office.log_in("11")
    assert text(say("en", Phrase.NO_NOTE)) in dialled(office, phone, "*77") and not past.asked
    office.wait(3)
    line, _ = office.talk()
    line.hang_up()
    office.wait(15)
    assert text(say("en", Phrase.NO_NOTE)) in dialled(office, phone, "*77")
    assert past.asked == ["+14155550100"]
    office, phone, _ = office_with(past)
    assert text(say("en", Phrase.NOBODY)) in dialled(office, phone, "*77")


def test_an_answer_that_comes_when_the_handset_has_hung_up() -> None:
    past = Past(day=Tally(1, 60.0), note="note-7")
    office, phone, _ = office_with(past)
    office.log_in("11")
    line, _ = office.talk()
    line.hang_up()
    office.wait(15)
    past.late = []
    for code in ("*77", "*58"):
        phone.dial(code)
        office.wait(1.5)
        phone.hang_up()
        office.pump()
    for answer in past.late:
        answer()
    office.wait(5)
    office.check_quiet()


def test_my_day_and_the_queues() -> None:
    past = Past(day=Tally(7, 1500.0))
    office, phone, _ = office_with(past)
    office.log_in("11")
    said = dialled(office, phone, "*58")
    assert said == ["Today: calls 7, minutes talked 25.", "Sales: nobody is waiting, agents free 0."]
    assert past.asked == ["11"] and past.since == datetime(2026, 3, 2, tzinfo=UTC)
    past.day = None
    office.wait(3)
    assert dialled(office, phone, "*58") == ["Sales: nobody is waiting, agents free 0."]


def test_the_reason_of_a_break_is_said() -> None:
    office, phone, _ = office_with()
    office.change(talk=TalkPlan(breaks=(KeyedWord("1", "lunch", "Lunch"),)))
    office.log_in("11")
    assert "You are on a break: Lunch." in dialled(office, phone, "*52*1")
    office.wait(3)
    assert "You are on a break." in dialled(office, phone, "*52*7"), "a code of the house's own"
