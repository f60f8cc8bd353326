"""What the box says in English (why a line is out, why something was refused) in the reader's language.

The core, the drivers and the control socket speak English to logs and programs. Pages find each sentence in
the tables beside this file, by its English text with places for names and numbers; a sentence that is in none
stays as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from flask import current_app
from flask_babel import LazyString, force_locale, get_locale

from webui import care_words, line_words, lint_words, refusal_words, setting_words, words

_PLACE = re.compile(r"%\((\w+)\)s")
_BETWEEN = re.compile(r"(?<=[.!?])\s+(?=\S)")
_GUESS = re.compile(r" Did you mean (?P<guess>.+)\?$")
#: What stands in these places is itself something the box said.
_SAID_TOO = frozenset({"why", "error"})


def in_words(text: str) -> str:
    """The same in the reader's language, as far as it is known."""
    language = str(get_locale())
    return text if language == "en" or not text else _said(language, text)


def all_in_words(problems: Mapping[str, str]) -> dict[str, str]:
    """Each problem of a form."""
    return {path: in_words(text) for path, text in problems.items()}


@lru_cache(maxsize=1000)
def _said(language: str, text: str) -> str:
    guess = _GUESS.search(text)
    if guess is not None:
        return _said(language, text[: guess.start()]) + str(lint_words.GUESS) % guess.groupdict()
    parts = [_sentence(part) for part in _BETWEEN.split(text)]
    if None not in parts:
        return " ".join(str(part) for part in parts)
    whole = _sentence(text)
    if whole is not None:
        return whole
    return " ".join(known or part for known, part in zip(parts, _BETWEEN.split(text), strict=True))


def _sentence(text: str) -> str | None:
    for pattern, sentence in _known():
        found = pattern.fullmatch(text)
        if found is not None:
            return str(sentence) % {name: _value(name, value) for name, value in found.groupdict().items()}
    return None


def _value(name: str, value: str) -> str:
    if name == "step" and value in words.TRUNK_STEPS:
        return str(words.TRUNK_STEPS[value])
    return in_words(value) if name in _SAID_TOO else value


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[re.Pattern[str], LazyString], ...]:
    """Every sentence with its pattern; those that say most in their own words come first."""
    tables = (line_words.LINES, refusal_words.REFUSALS, setting_words.SETTINGS, care_words.CARE)
    coded = (lint_words.FIELDS, lint_words.SENTENCES, lint_words.FILES)
    sentences = [one for table in tables for one in table]
    sentences += [one for by_code in coded for code, one in by_code.items() if code != "other"]
    with current_app.app_context(), force_locale("en"):  # of its own: the reader's catalogue stays as it is
        texts = [(str(sentence), sentence) for sentence in sentences]
    texts.sort(key=lambda known: len(_PLACE.sub("", known[0])), reverse=True)
    return tuple((_pattern(text), sentence) for text, sentence in texts)


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)  # words, name, words, name, …, words
    seen: set[str] = set()
    pattern = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            pattern += re.escape(part.replace("%%", "%"))
        else:
            pattern += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(pattern, re.DOTALL)
