"""What core, drivers and upkeep say in English stands on the pages in the reader's language: every sentence
found in the program is known, and those that come together are taken apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask_babel import gettext

from tests.web.site import Site, said, site
from tests.web.typed import form_values
from webui.said import _known, in_words

ROOT = Path(__file__).parents[2]
#: Errors whose sentence a page may show.
REFUSALS = frozenset(
    {"CallboxError", "CareError", "NetworkError", "SettingsError", "StoreError", "ValueError"}
)
REFUSING = ("appliance/core", "appliance/config", "appliance/care", "appliance/network", "appliance/store")
#: Modules that only the command line and logs hear of.
UNSEEN = frozenset(
    {
        "appliance/config/options.py",
        "appliance/core/dialer/attempts.py",
        "appliance/network/command.py",
        "appliance/network/packet_filter.py",
        "appliance/store/codec.py",
        "appliance/store/lock.py",
        "appliance/store/pending.py",
        "appliance/store/records.py",
        "appliance/store/reset.py",
        "appliance/store/snapshot.py",
    }
)
_LOST = "and its last good copy cannot be used either; put back a backup or move the file away to begin anew."
#: Refusals with a word or a reason in them, said here as they come.
IN_FULL = {
    "There is no 7 7.": "There is no trunk group 7.",
    "The 7 cannot be read now (7).": "The call records cannot be read now (7).",
    "There is 7 in these files; one PEM key is wanted (BEGIN PRIVATE KEY).": "There is no key in these "
    "files; one PEM key is wanted (BEGIN PRIVATE KEY).",
    f"The file 7 7, {_LOST}": f"The file 7 is damaged, {_LOST}",
}
#: Said to a program, never on a page.
INSIDE = frozenset({"The settings are not on their own storage."})
#: Why one call ended, which has words of its own by its cause; and what only a log hears.
NOT_OF_A_LINE = frozenset(
    {
        "A channel cannot wait for itself: use command() in its callbacks.",
        "Another telephone is using the line.",
        "Dial tone.",
        "No answer.",
        "No dial tone.",
        "Only digits can be dialled on a GSM line.",
        "RING(?: ?[0-9A-D])?",
        "Released by the box.",
        "The SIP stack is closed.",
        "The caller gave up.",
        "The line is busy.",
        "The line is in a call.",
        "The line is not in service.",
        "The modem cannot dial.",
        "The modem does not pick up the line.",
        "The modem ended the voice stream.",
        "The modem gave the call up.",
        "The modem opens no voice stream.",
        "The network gave cause 7.",
        "There is a SIP trunk 7 already.",
        "There is a handset 7 already.",
        "This modem has no sound path: SMS only.",
        "This port was opened before; make a new channel.",
    }
)
ENDS_OF_CALLS = (
    "drivers/fxo/leg.py",
    "drivers/fxo/hearing.py",
    "drivers/gsm/call.py",
    "drivers/gsm/unsolicited.py",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("said")) as found:
        yield found


def text_of(node: ast.AST) -> str | None:
    """A literal, with 7 in every place."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def is_sentence(text: str | None) -> bool:
    return text is not None and " " in text and text[0].isupper() and text.endswith((".", "?"))


def literals(tree: ast.AST) -> Iterator[str]:
    """Every sentence within, but not those of docstrings and of the log."""
    unseen: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            unseen.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            unseen |= {id(part) for part in node.values}
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            unseen |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        text = text_of(node) if id(node) not in unseen else None
        if text is not None and is_sentence(text):
            yield text


def raised(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        error = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(error, ast.Call) and ast.unparse(error.func) in REFUSALS:
            yield from literals(error)


def sources(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def unknown(pages: Site, said: set[str]) -> list[str]:
    with pages.app.test_request_context("/", headers={"Accept-Language": "de"}):
        return sorted(text for text in said if in_words(text) == text)


def test_every_word_of_a_line_is_known(pages: Site) -> None:
    found: set[str] = set()
    for name, tree in sources("drivers/gsm", "drivers/fxo", "drivers/at_channel"):
        if name not in ENDS_OF_CALLS:
            found |= set(literals(tree))
    for name, tree in sources("drivers/sip"):
        if name in ("drivers/sip/trunk.py", "drivers/sip/stack.py"):
            found |= set(literals(tree))
    assert len(found) > 50
    assert unknown(pages, found - NOT_OF_A_LINE) == []


def test_every_refusal_is_known(pages: Site) -> None:
    found = {text for name, tree in sources(*REFUSING) if name not in UNSEEN for text in raised(tree)}
    assert len(found) > 100
    assert set(IN_FULL) | INSIDE <= found, "what is not refused any more needs no words"
    assert unknown(pages, {IN_FULL.get(text, text) for text in found - INSIDE}) == []


def test_what_is_excepted_is_there() -> None:
    found = {text for _, tree in sources("drivers") for text in literals(tree)}
    assert found >= NOT_OF_A_LINE


@pytest.mark.parametrize(
    ("english", "german", "spanish"),
    [
        (
            "Switching the modem's USB port off and on. The modem went silent. gsm1: no answer to AT in 5 s.",
            "Der USB-Anschluss des Modems wird aus- und eingeschaltet. Das Modem ist verstummt. gsm1: keine "
            "Antwort auf AT in 5 s.",
            "Se apaga y se enciende el puerto USB del módem. El módem enmudeció. gsm1: sin respuesta a AT en "
            "5 s.",
        ),
        (
            "The modem does not answer; trying: leave voice.",
            "Das Modem antwortet nicht; Versuch: den Rest eines Anrufs beenden.",
            "El módem no responde; se intenta: cerrar lo que queda de una llamada.",
        ),
        (
            "There is no queue salse. Did you mean sales?",
            "Es gibt keine Warteschlange salse. Meinten Sie sales?",
            "No hay ninguna cola salse. ¿Quería decir sales?",
        ),
        (
            "This backup is damaged: it is empty. Nothing was changed; try another copy.",
            "Diese Sicherung ist beschädigt: sie ist leer. "
            "Es wurde nichts geändert; versuchen Sie eine andere Kopie.",
            "Esta copia está dañada: está vacía. No se cambió nada; pruebe con otra copia.",
        ),
        ("Half a sentence nobody knows", "Half a sentence nobody knows", "Half a sentence nobody knows"),
        (
            "Nobody knows this. The SIM card changed.",
            "Nobody knows this. Die SIM-Karte hat gewechselt.",
            "Nobody knows this. Cambió la tarjeta SIM.",
        ),
    ],
)
def test_sentences_that_come_together(pages: Site, english: str, german: str, spanish: str) -> None:
    for language, words in (("en", english), ("de", german), ("es-MX", spanish)):
        with pages.app.test_request_context("/", headers={"Accept-Language": language}):
            assert in_words(english) == words


def test_the_readers_own_texts_stay_in_their_language(pages: Site) -> None:
    """Whoever is the first to read makes the table, in the midst of a page of theirs."""
    _known.cache_clear()
    with pages.app.test_request_context("/", headers={"Accept-Language": "de"}):
        assert in_words("The SIM card changed.") == "Die SIM-Karte hat gewechselt."
        assert gettext("Hung up.") == "Aufgelegt."


def test_pages_say_it_where_it_counts(pages: Site) -> None:
    """A line that is out, a call that is gone, a setting that cannot be."""
    admin = pages.admin()
    pages.core.state.trunks[1].why = "No dial tone: is the telephone line plugged in?"
    german = {"Accept-Language": "de", "Accept": "text/html"}
    page = admin.get("/", headers=german).get_data(as_text=True)
    assert "Kein Wählton: Ist das Telefonkabel eingesteckt?" in page and "No dial tone" not in page
    asked = {"Accept": "application/json", "Accept-Language": "es"}
    gone = admin.post("/live/calls/gone/release", headers=asked)
    assert said(gone)["error"] == "No hay ninguna llamada gone en curso."
    typed = {**form_values(admin.text("/setup/queues/sales")), "ring_seconds": "1", "overflow": "queue:sales"}
    refused = unescape(admin.post("/setup/queues/sales", typed, headers=german).get_data(as_text=True))
    assert "Es muss mindestens 5 sein." in refused
    assert "Eine Warteschlange kann nicht in sich selbst überlaufen." in refused
