"""What the box tells whoever runs it: every sentence has a code, and stands in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.notes import SENTENCES, Note
from appliance.control.messages import LiveState
from tests.web.site import Site, site
from webui.note_words import NOTES, notes

ARGS = {"why": "No answer.", "languages": "de", "day": "2026-03-02", "name": "settings.json", "count": "7"}
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("notes")
    with site(folder) as found:
        yield found


def told(code: str) -> LiveState:
    note = Note(code, ARGS)
    coded = {"code": note.code, "args": dict(note.args), "says": note.says}
    return LiveState("", notes=["Trunk gsm1 is out.", note.says], told=[coded])


def read(pages: Site, code: str, language: str) -> list[str]:
    with pages.app.test_request_context("/", headers={"Accept-Language": language}):
        return [says for _, says in notes(told(code))]


def test_the_page_has_every_sentence_of_the_box(pages: Site) -> None:
    assert set(NOTES) == set(SENTENCES)
    for code in SENTENCES:
        assert read(pages, code, "en") == ["Trunk gsm1 is out.", Note(code, ARGS).says]


@pytest.mark.parametrize("language", ["de", "es"])
def test_it_is_said_in_the_readers_language(pages: Site, language: str) -> None:
    for code, sentence in SENTENCES.items():
        line, said = read(pages, code, language)
        assert line == "Trunk gsm1 is out.", "what has no code stays as it was said"
        assert (said == Note(code, ARGS).says) == (sentence == "%(why)s"), said
        assert all(ARGS[place] in said for place in PLACE.findall(sentence)), said


def test_what_an_older_or_newer_core_says_is_shown_as_it_is(pages: Site) -> None:
    with pages.app.test_request_context("/"):
        state = LiveState("", notes=["New."], told=[{"code": "new", "args": {}, "says": "New."}])
        assert notes(state) == [("New.", "New.")]
        assert notes(LiveState("", notes=["Old."])) == [("Old.", "Old.")]
