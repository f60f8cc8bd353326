"""What the box says by itself: every phrase in every language, with the same words to fill in."""

from __future__ import annotations

from string import Formatter

import pytest

from appliance.contract.media import Speech
from appliance.core.phrases import Phrase, always_the_same, say
from appliance.core.phrases.saying import _TABLES


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(_TABLES))
def test_every_phrase_has_words_in_every_language(language: str) -> None:
    table = _TABLES[language]
    assert set(table) == set(Phrase)
    for phrase in Phrase:
        values = dict.fromkeys(slots(_TABLES["en"][phrase]), "7")
        (part,) = say(language, phrase, **values)
        assert isinstance(part, Speech) and part.text and "{" not in part.text
        assert slots(table[phrase]) == set(values), phrase


def test_a_dialect_is_spoken_as_its_language_and_what_is_unknown_in_english() -> None:
    assert say("de-AT", Phrase.WRONG) == (Speech("Das ist nicht richtig.", "de-AT"),)
    assert say("pt-BR", Phrase.WRONG) == (Speech("That is not correct.", "en"),)


def test_what_is_always_the_same_can_be_made_in_advance() -> None:
    (goodbye,) = say("es", Phrase.MESSAGE_KEPT)
    made = [part for prompt in always_the_same("es") for part in prompt]
    assert goodbye in made and len(made) == len(set(made))
    assert not any("{" in part.text for part in made if isinstance(part, Speech))
