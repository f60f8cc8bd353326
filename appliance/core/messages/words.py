"""What the box says to callers who leave a message, and to those who listen to one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan


class Words(StrEnum):
    """Each thing there is to say."""

    TOO_SHORT = "too_short"
    REVIEW = "review"
    KEPT = "kept"
    NONE = "none"
    NEXT = "next"
    DELETED = "deleted"
    FAILED = "failed"
    OVER = "over"


_WORDS: dict[str, dict[Words, str]] = {
    "en": {
        Words.TOO_SHORT: "That was too short. Please speak after the tone.",
        Words.REVIEW: "Press 1 to keep your message, 2 to hear it, 3 to record it again.",
        Words.KEPT: "Your message has been kept. Goodbye.",
        Words.NONE: "There are no messages.",
        Words.NEXT: "Next message.",
        Words.DELETED: "Deleted.",
        Words.FAILED: "The messages cannot be heard now.",
        Words.OVER: "That was the last message.",
    },
    "de": {
        Words.TOO_SHORT: "Das war zu kurz. Bitte sprechen Sie nach dem Ton.",
        Words.REVIEW: "Drücken Sie 1, um Ihre Nachricht zu behalten, 2, um sie anzuhören, "
        "3, um sie neu aufzunehmen.",
        Words.KEPT: "Ihre Nachricht ist gespeichert. Auf Wiederhören.",
        Words.NONE: "Es sind keine Nachrichten da.",
        Words.NEXT: "Nächste Nachricht.",
        Words.DELETED: "Gelöscht.",
        Words.FAILED: "Die Nachrichten sind jetzt nicht zu hören.",
        Words.OVER: "Das war die letzte Nachricht.",
    },
    "es": {
        Words.TOO_SHORT: "Ha sido demasiado corto. Hable después de la señal.",
        Words.REVIEW: "Pulse 1 para guardar su mensaje, 2 para oírlo, 3 para grabarlo de nuevo.",
        Words.KEPT: "Su mensaje se ha guardado. Adiós.",
        Words.NONE: "No hay mensajes.",
        Words.NEXT: "Siguiente mensaje.",
        Words.DELETED: "Borrado.",
        Words.FAILED: "Ahora no se pueden oír los mensajes.",
        Words.OVER: "Era el último mensaje.",
    },
    "fr": {
        Words.TOO_SHORT: "C'était trop court. Parlez après le signal.",
        Words.REVIEW: "Appuyez sur 1 pour garder votre message, 2 pour l'écouter, 3 pour le refaire.",
        Words.KEPT: "Votre message est enregistré. Au revoir.",
        Words.NONE: "Il n'y a pas de messages.",
        Words.NEXT: "Message suivant.",
        Words.DELETED: "Effacé.",
        Words.FAILED: "Les messages ne peuvent pas être écoutés maintenant.",
        Words.OVER: "C'était le dernier message.",
    },
}


def say(language: str, words: Words) -> Prompt:
    """As speech in `language` (BCP 47); in English where there are no words for it."""
    spoken = language if language.split("-")[0] in _WORDS else "en"
    return (Speech(_WORDS[spoken.split("-")[0]][words], spoken),)


def spoken(plan: Plan) -> Iterator[Prompt]:
    """Every prompt of messages and survey that this plan can play, to be made in advance."""
    if plan.voicemail:
        yield from (say(plan.language, words) for words in Words)
        yield from (box.greeting for box in plan.voicemail.values())
    if plan.survey is not None:
        yield plan.survey.invite
        yield plan.survey.thanks
        yield from (question.said for question in plan.survey.questions)
