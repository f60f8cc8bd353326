"""Words of a menu: what the lint says of them, and what the core is told."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.config.alike import alike, distance, sounds
from appliance.config.flow_lint import Names, lint
from appliance.config.flow_plan import Around, flow_plan
from appliance.config.flows import FlowSettings
from appliance.contract.flow import MenuNode


def flow(language: str = "", **menu: Any) -> FlowSettings:
    keys = menu.pop("keys", {"1": ["sales"], "2": ["support", "help"]})
    rows = {key: {"to": "bye", "words": words} for key, words in keys.items()}
    if language:
        rows["1"]["languages"] = {language: ["ventas"]}
    nodes = {
        "menu": {"kind": "menu", "prompt": {"text": "Well?"}, "keys": rows, **menu},
        "bye": {"kind": "hangup", "prompt": {"text": "Bye."}},
    }
    row = {"name": "main", "label": "Main", "start": "menu", "otherwise": "bye", "nodes": nodes}
    return FlowSettings.model_validate(row)


def found(told: FlowSettings, language: str = "en") -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in lint({"main": told}, Names(language=language))]


def menu_of(told: FlowSettings) -> MenuNode:
    node = flow_plan(told, Around("en", "UTC", [])).nodes["menu"]
    assert isinstance(node, MenuNode)
    return node


def test_words_that_sound_alike_are_warned_of() -> None:
    told = flow(keys={"1": ["billing", "bills"], "2": ["building"], "3": ["operator"]})
    assert found(told) == [("sound_alike", "nodes.menu.keys.2.words")]
    finding = lint({"main": told}, Names())[0]
    assert not finding.error
    assert finding.says == "“building” sounds like “billing” of key 1: one may be taken for the other."
    assert found(flow()) == []


def test_nobody_is_warned_where_words_are_not_said() -> None:
    assert found(flow(keys={"1": ["billing"], "2": ["building"]}, speech=False)) == []


def test_languages_without_a_model_are_warned_of() -> None:
    assert found(flow(), "de-AT") == [("no_model", "nodes.menu.keys")]
    assert found(flow("es")) == [("no_model", "nodes.menu.keys")]
    assert found(flow("en-GB"), "en") == []
    assert found(flow(keys={"1": []}), "de") == []


def test_the_core_is_told_what_may_be_said() -> None:
    menu = menu_of(flow("es", barge_in=True))
    assert menu.speech and menu.barge_in
    assert menu.keys == {"1": ("sales",), "2": ("support", "help")}
    assert menu.spoken == {"es": {"1": ("ventas",), "2": ()}}
    assert not menu_of(flow(speech=False)).speech
    assert not menu_of(flow(keys={"1": []})).speech
    assert not menu_of(flow()).barge_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("billing", "building"),
        ("repairs", "returns"),
        ("two", "too"),
        ("Sales", "scales"),
        ("Straße", "Strasse"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("sales", "support"), ("yes", "no"), ("six", "eight"), ("billing", "operator")]
)
def test_not_alike(one: str, other: str) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize("word", ["", "!", "日本", "a" * 40, "x-ray 2", "ñandú", "knight", "queue"])
def test_any_word_has_sounds_and_is_like_itself(word: str) -> None:
    assert sounds(word) == sounds(word.upper())
    assert distance(word, word) == 0.0
