"""What a new box says to callers, in the languages there are words for: a German voice speaks German."""

from __future__ import annotations

from typing import Any

#: Language -> the texts and labels of the first settings, in one order.
_TEXTS = {
    "en": (
        "Welcome. Thank you for calling.", "Press 1 for sales.", "Sorry, that is not a choice.", "Goodbye.",
        "We are closed now. Please call again later.", "Sales", "Main menu",
    ),
    "de": (
        "Willkommen. Vielen Dank für Ihren Anruf.", "Für den Verkauf drücken Sie die 1.",
        "Diese Auswahl gibt es leider nicht.", "Auf Wiederhören.",
        "Wir haben jetzt geschlossen. Bitte rufen Sie später wieder an.", "Verkauf", "Hauptmenü",
    ),
    "es": (
        "Bienvenido. Gracias por su llamada.", "Para ventas, pulse 1.", "Lo sentimos, esa opción no existe.",
        "Adiós.", "Ahora está cerrado. Llame más tarde, por favor.", "Ventas", "Menú principal",
    ),
    "fr": (
        "Bienvenue. Merci de votre appel.", "Pour le service des ventes, tapez 1.",
        "Désolé, ce choix n'existe pas.", "Au revoir.",
        "Nous sommes fermés. Veuillez rappeler plus tard.", "Ventes", "Menu principal",
    ),
    "it": (
        "Benvenuti. Grazie per la chiamata.", "Per le vendite premere 1.", "Questa scelta non esiste.",
        "Arrivederci.", "Ora siamo chiusi. Richiami più tardi, per favore.", "Vendite", "Menu principale",
    ),
}  # fmt: skip


def spoken(settings: Any, language: str) -> Any:
    """The same plain settings with every text nobody has changed yet in `language`, if it is known."""
    wanted = _TEXTS.get(language.partition("-")[0])
    if wanted is None:
        return settings
    known = {text: place for texts in _TEXTS.values() for place, text in enumerate(texts)}

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: _said(name, inner, change, known, wanted) for name, inner in value.items()}
        return [change(inner) for inner in value] if isinstance(value, list) else value

    return change(settings)


def _said(name: str, value: Any, change: Any, known: dict[str, int], wanted: tuple[str, ...]) -> Any:
    if name in ("text", "label") and isinstance(value, str):
        return wanted[known[value]] if value in known else value
    return change(value)
