"""A phrase becomes speech."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.contract.media import Prompt, Speech
from appliance.core.phrases import english, french, german, spanish
from appliance.core.phrases.phrase import Phrase

_TABLES: Mapping[str, Mapping[Phrase, str]] = {
    "en": english.WORDS,
    "de": german.WORDS,
    "es": spanish.WORDS,
    "fr": french.WORDS,
}


#: Those with a table; others are spoken to in English.
LANGUAGES = tuple(_TABLES)


def say(language: str, phrase: Phrase, **values: str | int) -> Prompt:
    """The phrase as speech in `language` (BCP 47); in English where there are no words for it."""
    spoken = language if language.split("-")[0] in _TABLES else "en"
    return (Speech(_TABLES[spoken.split("-")[0]][phrase].format(**values), spoken),)


def always_the_same(language: str) -> list[Prompt]:
    """Every phrase without a word to fill in, to be spoken in advance so that nobody waits for it."""
    return [say(language, phrase) for phrase in Phrase if "{" not in english.WORDS[phrase]]
