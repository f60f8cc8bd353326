"""Menus that could be said and cannot be understood here are told of, once, until it is well again."""

from __future__ import annotations

from appliance.contract.flow import FlowPlan, MenuNode
from appliance.contract.plan import Plan
from appliance.lines import say_who_is_heard
from appliance.store.notes import Notes


class Box:
    """Understands these languages."""

    def __init__(self, *languages: str) -> None:
        self._languages = frozenset(languages)

    def languages(self) -> frozenset[str]:
        return self._languages

    def prepare(self) -> None:
        return

    def hear(self, port: str, words: tuple[str, ...], language: str) -> None:
        return


def told(language: str, box: Box, menu: MenuNode, notes: Notes | None = None) -> list[str]:
    notes = notes or Notes()
    plan = Plan(language=language, flows={"main": FlowPlan("main", "menu", {"menu": menu})})
    say_who_is_heard(plan, box, notes)
    return notes.sentences()


MENU = MenuNode(said={}, keys={"1": ("sales",)}, spoken={"es": {"1": ("ventas",)}}, speech=True)
OWN = MenuNode(said={}, keys={"1": ("sales",)}, speech=True)


def test_a_small_board_and_a_language_without_a_model() -> None:
    assert told("en-GB", Box("en"), OWN) == []
    assert told("en", Box(), OWN) == ["Menus are keys only: this board has less than 1 GB of memory."]
    (sentence,) = told("de", Box("en"), MENU)
    assert "de, es" in sentence


def test_nothing_is_said_where_no_menu_is_said() -> None:
    for menu in (MenuNode(said={}, keys={"1": ("sales",)}), MenuNode(said={}, keys={"1": ()}, speech=True)):
        assert told("de", Box(), menu) == []


def test_it_is_taken_back() -> None:
    notes = Notes()
    assert len(told("de", Box("en"), OWN, notes)) == 1
    assert told("en", Box("en"), OWN, notes) == []
