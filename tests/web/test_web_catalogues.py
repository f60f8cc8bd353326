"""No reader meets an English sentence among German or Spanish ones: every text of the pages is translated."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import webui

ROOT = Path(webui.__file__).parent
PLACE = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]")


@cache
def _found() -> Catalog:
    """What `pybabel extract` finds in the code and templates of now."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    for _path, _line, text, _comments, context in extract_from_dir(ROOT, methods, options, DEFAULT_KEYWORDS):
        found.add(text, context=context)
    return found


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value or "")]


def _fault(wanted: object, translated: object) -> str:
    """What is wrong with a translation; nothing when it may be shown."""
    places = [set(PLACE.findall(text)) for text in _texts(wanted)]
    for text in _texts(translated):
        if not text.strip():
            return "not translated"
        if set(PLACE.findall(text)) not in places:
            return "other placeholders"
    return ""


def test_the_texts_are_found() -> None:
    texts = {text for message in _found() for text in _texts(message.id)}
    assert {"Calls in progress", "%(num)d agents free", "Queues"} <= texts
    assert len(_found()) > 500


@pytest.mark.parametrize("language", ["de", "es"])
def test_every_text_is_translated(language: str) -> None:
    with (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        kept = read_po(file, locale=language)
    faults = {}
    for message in _found():
        there = kept.get(message.id, message.context)
        fault = _fault(message.id, there.string) if there is not None else "missing"
        if message.id and (fault or (there is not None and there.fuzzy)):
            faults[_texts(message.id)[0]] = fault or "fuzzy"
    assert faults == {}, "See webui/translations/README.md for the commands."


@pytest.mark.parametrize(
    ("wanted", "translated", "fault"),
    [
        ("Ended by %(who)s.", "Beendet durch %(who)s.", ""),
        ("Ended by %(who)s.", "Beendet durch %(wer)s.", "other placeholders"),
        ("Ended by %(who)s.", " ", "not translated"),
        ("Ended.", None, "not translated"),
        (("%(num)d call", "%(num)d calls"), ("%(num)d Anruf", ""), "not translated"),
        (("One call", "%(num)d calls"), ("Ein Anruf", "%(num)d Anrufe"), ""),
    ],
)
def test_a_fault_is_seen(wanted: object, translated: object, fault: str) -> None:
    assert _fault(wanted, translated) == fault
