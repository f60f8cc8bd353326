"""The words of a menu in its form: several a key, in each language callers may speak."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from webui.forms.flow_controls import MenuKeys

FIELD = MenuKeys(name="nodes.menu.keys", label="", languages=("de", "es"))


def test_words_are_read_by_key_and_language() -> None:
    form = MultiDict(
        {
            "nodes.menu.keys.1.to": "sales",
            "nodes.menu.keys.1.words": "sales, new order ,,",
            "nodes.menu.keys.1.languages.de": "Verkauf",
            "nodes.menu.keys.2.to": "",
            "nodes.menu.keys.2.languages.es": "ayuda",
            "nodes.menu.keys.3.words": " , ",
        }
    )
    assert FIELD.read(form, {}) == {
        "1": {"to": "sales", "words": ["sales", "new order"], "languages": {"de": ["Verkauf"]}},
        "2": {"to": "", "words": [], "languages": {"es": ["ayuda"]}},
    }
