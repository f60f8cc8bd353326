"""The catalogues: what is translated keeps its placeholders, is compiled, and reaches the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import webui
from tests.web.site import Browser, Site

FOLDER = Path(webui.__file__).parent / "translations"
LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value)]


def _translated(language: str) -> Iterator[Message]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file):
            if message.id and all(_texts(message.string)):
                yield message


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_stay(language: str) -> None:
    found = list(_translated(language))
    assert len(found) > 120
    for message in found:
        wanted = {place for text in _texts(message.id) for place in re.findall(r"%\(\w+\)[sd]", text)}
        for text in _texts(message.string):
            assert set(re.findall(r"%\(\w+\)[sd]", text)) == wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_of_now(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        kept = [message for message in read_mo(file) if message.id]
    # Empty plural forms are compiled as the English ones; those are no translation.
    compiled = {_texts(m.id)[0]: _texts(m.string) for m in kept if _texts(m.id) != _texts(m.string)}
    same = {
        _texts(m.id)[0]: _texts(m.string) for m in _translated(language) if _texts(m.id) == _texts(m.string)
    }
    assert compiled | same == {_texts(m.id)[0]: _texts(m.string) for m in _translated(language)}


@pytest.mark.parametrize(("language", "words"), [("de", "Laufende Anrufe"), ("es-MX", "Llamadas en curso")])
def test_pages_speak_the_reader_s_language(pages: Site, admin: Browser, language: str, words: str) -> None:
    headers = {"Accept": "text/html", "Accept-Language": f"{language},en;q=0.5"}
    assert words in admin.get("/", headers=headers).get_data(as_text=True)
    assert "Calls in progress" in admin.get("/").get_data(as_text=True)
