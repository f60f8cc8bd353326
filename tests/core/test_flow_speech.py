"""Menus that can be said: words, questions, keys, and a worker that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.events import HearingLost, SpeechBegan, WordHeard
from appliance.contract.flow import LanguageNode, MenuNode, PromptNode
from appliance.contract.hearing import Certainty
from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import Speech
from appliance.contract.services import Services
from appliance.core.ivr.hearing import SECONDS_TO_ANSWER
from appliance.core.spoken import spoken
from tests.core.fakes import FakeTrunk
from tests.core.flow_office import keyed, office_of, path, rings, words
from tests.core.office import Office
from tests.core.plans import said

MENU = MenuNode(
    said=said("Sales or support?"),
    invalid=said("No such key."),
    keys={"1": ("sales",), "2": ("support", "help")},
    spoken={"de": {"1": ("Verkauf",)}},
    speech=True,
    seconds=4.0,
    tries=2,
    exits={"key 1": "sales", "key 2": "support", "timeout": "bye", "invalid": "bye"},
)
SALES, SUPPORT = (PromptNode(said=said(text), exits={"next": "bye"}) for text in ("Sales!", "Support!"))
WORDS = ("sales", "support", "help")


class Listener:
    """Notes what is listened for, by port."""

    def __init__(self, *languages: str) -> None:
        self.speaks = frozenset(languages or ("en",))
        self.ports: dict[PortId, tuple[str, ...]] = {}
        self.prepared = 0

    def languages(self) -> frozenset[str]:
        return self.speaks

    def prepare(self) -> None:
        self.prepared += 1

    def hear(self, port: PortId, words: tuple[str, ...], language: str) -> None:
        assert not words or language.partition("-")[0] in self.speaks
        self.ports[port] = words


class Caller:
    """Somebody at the menu."""

    def __init__(self, menu: MenuNode = MENU, *languages: str) -> None:
        self.ears = Listener(*languages)
        self.office = self._office(menu)
        self.line: FakeTrunk = rings(self.office)

    def _office(self, menu: MenuNode) -> Office:
        return office_of(Services(hearing=self.ears), menu=menu, sales=SALES, support=SUPPORT)

    @property
    def port(self) -> PortId:
        assert self.line.port is not None
        return self.line.port

    def listened_for(self) -> tuple[str, ...]:
        return self.ears.ports.get(self.port, ())

    @property
    def told(self) -> str:
        return words(self.office, self.line)

    def says(self, word: str, certainty: Certainty, speaks: bool = True) -> None:
        if speaks:
            self.office.post.post(SpeechBegan(self.port))
        self.office.post.post(WordHeard(self.port, word, certainty, 0.5))
        self.office.pump()

    def results(self) -> list[object]:
        return [entry.data["result"] for entry in self.office.entries(EntryKind.SPEECH)]

    def over(self) -> None:
        """The call ends, nothing is left, and nobody listens."""
        self.office.wait(30)
        self.office.check_quiet()
        assert not any(self.ears.ports.values())


def at_menu(menu: MenuNode = MENU, *languages: str) -> Caller:
    caller = Caller(menu, *languages)
    assert caller.told == "Sales or support?"
    caller.office.wait(2.0)  # it has been said
    return caller


def test_a_sure_word_is_as_good_as_its_key() -> None:
    caller = at_menu()
    assert caller.listened_for() == WORDS
    assert caller.ears.prepared
    caller.says("help", Certainty.SURE)
    assert caller.told == "Support!"
    assert caller.listened_for() == ()
    assert path(caller.office)[-1] == ("support", "key 2")
    data = caller.office.entries(EntryKind.DIGITS)[0].data
    assert (data["digits"], data["word"], data["confidence"]) == ("2", "help", 0.5)
    caller.over()


def test_an_unsure_word_is_asked_about_and_taken_after_yes_or_1() -> None:
    for agreed in ("yes", "1"):
        caller = at_menu()
        caller.says("help", Certainty.UNSURE)
        assert caller.told == "Did you say help? Press 1, or say yes."
        if agreed == "yes":
            caller.office.wait(2.0)
            assert "yes" in caller.listened_for()
            assert "sales" not in caller.listened_for()
            caller.says("yes", Certainty.UNSURE)
        else:
            keyed(caller.office, caller.line, "1")
        assert caller.told == "Support!"
        assert caller.results() == ["asked"]
        caller.over()


def test_in_the_question_another_key_is_the_menus() -> None:
    caller = at_menu()
    caller.says("sales", Certainty.UNSURE)
    keyed(caller.office, caller.line, "2")
    assert caller.told == "Support!"


@pytest.mark.parametrize("answer", ["no", "silence", "mumbled"])
def test_whoever_does_not_agree_is_asked_again_and_after_two_rejections_keys_only(answer: str) -> None:
    caller = at_menu()
    caller.says("sales", Certainty.UNSURE)
    caller.office.wait(2.0)
    if answer == "no":
        caller.says("no", Certainty.SURE)
    elif answer == "mumbled":
        caller.says("yes", Certainty.NONE)
        caller.says("no", Certainty.NONE)
    else:
        caller.office.wait(3.25)
    assert caller.told == "Sorry, I did not understand."
    caller.office.wait(1.1)
    assert caller.told == "Sales or support?"
    caller.office.wait(1.5)
    assert caller.listened_for() == WORDS
    caller.says("support", Certainty.NONE)
    assert caller.told == "Please use the keys."
    caller.office.wait(3.0)
    assert caller.listened_for() == ()
    keyed(caller.office, caller.line, "2")
    assert caller.told == "Support!"
    caller.over()


def test_a_key_wins_and_ends_listening_also_while_somebody_speaks() -> None:
    caller = at_menu()
    caller.office.post.post(SpeechBegan(caller.port))
    keyed(caller.office, caller.line, "2")
    assert caller.told == "Support!"
    assert caller.listened_for() == ()
    caller.says("sales", Certainty.SURE, speaks=False)  # it was under way
    assert caller.told == "Support!"
    caller.over()


def test_who_speaks_is_not_interrupted_by_the_time_out() -> None:
    caller = at_menu()
    caller.office.wait(2.0)
    caller.office.post.post(SpeechBegan(caller.port))
    caller.office.wait(2.0)
    assert caller.office.entries(EntryKind.DIGITS) == []
    caller.says("", Certainty.NONE, speaks=False)  # it was a click: the time runs from here
    caller.office.wait(3.5)
    assert caller.office.entries(EntryKind.DIGITS) == []
    caller.office.wait(1.0)
    assert [entry.data["digits"] for entry in caller.office.entries(EntryKind.DIGITS)] == [""]


def test_a_worker_that_is_gone_or_does_not_answer_leaves_the_keys() -> None:
    for lost in (True, False):
        caller = at_menu()
        if lost:
            caller.office.post.post(HearingLost(caller.port, "The speech worker ended."))
            caller.office.pump()
        else:
            caller.office.post.post(SpeechBegan(caller.port))
            caller.office.wait(SECONDS_TO_ANSWER + 0.5)
        assert len(caller.results()) == 1
        caller.says("sales", Certainty.SURE)
        assert caller.told == ""
        keyed(caller.office, caller.line, "1")
        assert caller.told == "Sales!"
        caller.over()


def test_barge_in_by_voice_only_where_it_is_set() -> None:
    caller = Caller()
    assert caller.listened_for() == ()
    caller.says("sales", Certainty.SURE)  # heard for a menu before
    assert caller.told == "Sales or support?"
    caller = Caller(replace(MENU, barge_in=True))
    assert caller.listened_for() == WORDS
    caller.says("sales", Certainty.NONE)  # perhaps the menu's own echo: it goes on
    assert caller.told == "Sales or support?"
    caller.says("sales", Certainty.SURE)
    assert caller.told == "Sales!"
    caller.over()


def test_nobody_listens_where_it_is_off_or_the_box_cannot_or_the_language_has_no_words() -> None:
    assert at_menu(replace(MENU, speech=False)).listened_for() == ()
    assert at_menu(MENU, "fr").listened_for() == ()
    wordless = replace(MENU, keys={"1": (), "2": ()})
    assert at_menu(wordless).listened_for() == ()


def test_each_language_has_its_own_words() -> None:
    ears = Listener("de", "en")
    german = LanguageNode(language="de", exits={"next": "menu"})
    office = office_of(Services(hearing=ears), german=german, menu=MENU, sales=SALES, support=SUPPORT)
    line = rings(office)
    office.wait(2.0)
    assert line.port is not None
    assert ears.ports[line.port] == ("Verkauf",)


def test_the_audio_of_a_call_may_move_to_another_port() -> None:
    caller = at_menu()
    before = caller.port
    assert caller.line.leg is not None
    caller.line.close_audio(caller.line.leg)
    caller.line.audio()
    caller.office.pump()
    assert caller.port != before
    assert caller.listened_for() == WORDS


def test_the_questions_are_spoken_before_anybody_calls() -> None:
    caller = at_menu()
    texts = {
        part.text for prompt in spoken(caller.office.plan) for part in prompt if isinstance(part, Speech)
    }
    assert {f"Did you say {word}? Press 1, or say yes." for word in WORDS} <= texts
