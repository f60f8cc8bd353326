"""STOP by text message: on the list before the message is thrown away, answered once, all else left alone."""

from __future__ import annotations

import pytest

from appliance.contract.journal import EntryKind
from appliance.contract.services import Services
from appliance.contract.texts import Sent
from appliance.core.outreach.texts import ANSWER_SECONDS, STOP_WORDS, says_stop
from tests.core.outreach_hall import NUMBER, Hall, campaign


class Pocket:
    """Every line can send; what was sent is kept."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    def able(self, line: str) -> bool:
        return True

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        self.texts.append((number, text))
        sent("")


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "Stop!", "S-T-O-P", "ARRÊT", "Abmelden", "baja", "UNSUBSCRIBE"]
)
def test_the_word_alone_is_understood(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text", ["", "Please do not stop", "stop calling my office, call at home", "stopwatch"]
)
def test_more_than_the_word_is_for_people(text: str) -> None:
    assert not says_stop(text)
    assert all(says_stop(word.upper()) for word in STOP_WORDS)


def test_it_is_on_the_list_then_forgotten_then_answered_once() -> None:
    pocket, kept = Pocket(), list[str]()
    hall = Hall(campaign(), services=Services(texts=pocket))
    assert hall.system.text_came(NUMBER, "Stop", lambda: kept.append("gone"))
    assert hall.blocked() == [(NUMBER, "own", "text")] and kept == ["gone"]
    assert pocket.texts == [(NUMBER, "You will not be called again.")]
    assert hall.system.text_came("(415) 555-0100", "STOP", lambda: kept.append("again"))
    assert len(hall.blocked()) == 2 and len(pocket.texts) == 1
    hall.wait(1)
    hall.clock.advance(ANSWER_SECONDS)
    hall.system.text_came(NUMBER, "STOP", lambda: None)
    assert len(pocket.texts) == 2
    hall.wait(130)
    hall.check_quiet()


def test_what_is_no_stop_is_left_alone() -> None:
    hall = Hall(campaign(), services=Services(texts=Pocket()))
    assert not hall.system.text_came(NUMBER, "Call me at six", lambda: pytest.fail("it was thrown away"))
    assert not hall.entries(EntryKind.DNC_ADDED)


@pytest.mark.parametrize("sender", ["Acme", "112", "4711", ""])
def test_a_sender_that_is_no_number_is_neither_listed_nor_answered(sender: str) -> None:
    pocket = Pocket()
    hall = Hall(campaign(), services=Services(texts=pocket))
    hall.system.text_came(sender, "STOP", lambda: pytest.fail("it was thrown away"))
    assert hall.blocked() == [] and pocket.texts == []


def test_a_disk_that_does_not_take_it_leaves_the_message_where_it_is() -> None:
    pocket = Pocket()
    hall = Hall(campaign(), services=Services(texts=pocket))
    hall.journal.append = lambda entry, synced=None: hall.journal.entries.append(entry)  # type: ignore[method-assign]
    hall.system.text_came(NUMBER, "STOP", lambda: pytest.fail("it was thrown away"))
    hall.wait(10)
    assert pocket.texts == []
