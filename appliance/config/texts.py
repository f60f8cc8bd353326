"""What a new box says to callers, in the languages there are words for: a German voice speaks German."""

from __future__ import annotations

from typing import Any

#: Language -> the texts and labels of the first settings, in one order.
_TEXTS = {
    "en": (
        "Welcome. Thank you for calling.", "Press 1 for sales.", "Sorry, that is not a choice.", "Goodbye.",
        "We are closed now. Please call again later.", "Sales", "Main menu",
        "Please leave a message after the tone, then press hash.",
        "Please stay on the line for two short questions.",
        "How satisfied are you with this call? Press 1 for not at all, up to 5 for very much. "
        "Press star to skip.",
        "Is your request settled? Press 1 for yes, 2 for no, star to skip.", "Thank you. Goodbye.",
    ),
    "de": (
        "Willkommen. Vielen Dank für Ihren Anruf.", "Für den Verkauf drücken Sie die 1.",
        "Diese Auswahl gibt es leider nicht.", "Auf Wiederhören.",
        "Wir haben jetzt geschlossen. Bitte rufen Sie später wieder an.", "Verkauf", "Hauptmenü",
        "Bitte hinterlassen Sie nach dem Ton eine Nachricht und drücken Sie dann die Rautetaste.",
        "Bitte bleiben Sie für zwei kurze Fragen in der Leitung.",
        "Wie zufrieden sind Sie mit diesem Gespräch? Drücken Sie 1 für gar nicht bis 5 für sehr. "
        "Die Sterntaste überspringt die Frage.",
        "Ist Ihr Anliegen erledigt? Drücken Sie 1 für ja, 2 für nein, die Sterntaste zum Überspringen.",
        "Vielen Dank. Auf Wiederhören.",
    ),
    "es": (
        "Bienvenido. Gracias por su llamada.", "Para ventas, pulse 1.", "Lo sentimos, esa opción no existe.",
        "Adiós.", "Ahora está cerrado. Llame más tarde, por favor.", "Ventas", "Menú principal",
        "Deje un mensaje después de la señal y pulse almohadilla.",
        "No cuelgue, por favor: son dos preguntas breves.",
        "¿Está satisfecho con esta llamada? Pulse de 1, nada, a 5, mucho. Asterisco para omitir.",
        "¿Se ha resuelto su consulta? Pulse 1 para sí, 2 para no, asterisco para omitir.",
        "Gracias. Adiós.",
    ),
    "fr": (
        "Bienvenue. Merci de votre appel.", "Pour le service des ventes, tapez 1.",
        "Désolé, ce choix n'existe pas.", "Au revoir.",
        "Nous sommes fermés. Veuillez rappeler plus tard.", "Ventes", "Menu principal",
        "Laissez un message après le signal, puis appuyez sur dièse.",
        "Restez en ligne pour deux courtes questions, s'il vous plaît.",
        "Êtes-vous satisfait de cet appel ? Tapez de 1, pas du tout, à 5, tout à fait. Étoile pour passer.",
        "Votre demande est-elle réglée ? Tapez 1 pour oui, 2 pour non, étoile pour passer.",
        "Merci. Au revoir.",
    ),
    "it": (
        "Benvenuti. Grazie per la chiamata.", "Per le vendite premere 1.", "Questa scelta non esiste.",
        "Arrivederci.", "Ora siamo chiusi. Richiami più tardi, per favore.", "Vendite", "Menu principale",
        "Lasci un messaggio dopo il segnale, poi prema cancelletto.",
        "Resti in linea per due brevi domande.",
        "È soddisfatto di questa chiamata? Prema da 1, per niente, a 5, molto. Asterisco per saltare.",
        "La sua richiesta è risolta? Prema 1 per sì, 2 per no, asterisco per saltare.",
        "Grazie. Arrivederci.",
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
