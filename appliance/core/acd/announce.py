"""What a queue says to those who wait, in the languages it has words for."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan
from appliance.core.acd.forecast import Range

#: place, next, less than a minute, between, more than
_WORDS = {
    "en": (
        "You are number {place} in the queue.",
        "You are next.",
        "The wait is expected to be less than a minute.",
        "The wait is expected to be between {low} and {high} minutes.",
        "The wait is expected to be more than {low} minutes.",
        "The wait is expected to be less than {high} minutes.",
    ),
    "de": (
        "Sie sind an Stelle {place} der Warteschlange.",
        "Sie sind als Nächstes an der Reihe.",
        "Die Wartezeit beträgt voraussichtlich weniger als eine Minute.",
        "Die Wartezeit beträgt voraussichtlich zwischen {low} und {high} Minuten.",
        "Die Wartezeit beträgt voraussichtlich mehr als {low} Minuten.",
        "Die Wartezeit beträgt voraussichtlich weniger als {high} Minuten.",
    ),
    "es": (
        "Usted ocupa el lugar {place} de la cola.",
        "Usted es el siguiente.",
        "La espera prevista es de menos de un minuto.",
        "La espera prevista es de entre {low} y {high} minutos.",
        "La espera prevista es de más de {low} minutos.",
        "La espera prevista es de menos de {high} minutos.",
    ),
    "fr": (
        "Vous êtes en position {place} dans la file d'attente.",
        "Vous êtes le prochain.",
        "L'attente prévue est de moins d'une minute.",
        "L'attente prévue est entre {low} et {high} minutes.",
        "L'attente prévue est de plus de {low} minutes.",
        "L'attente prévue est de moins de {high} minutes.",
    ),
}
_PREPARED = 8  # places that are spoken in advance


def position(language: str, place: int) -> Prompt:
    """ "You are number 3 in the queue."""
    words, spoken = _words(language)
    return (Speech(words[1] if place == 1 else words[0].format(place=place), spoken),)


def expected(language: str, wait: Range) -> Prompt:
    """The expected wait."""
    words, spoken = _words(language)
    if wait.high is None:
        sentence = words[4]
    elif wait.low == 0:
        sentence = words[2] if wait.high <= 1 else words[5]
    else:
        sentence = words[3]
    return (Speech(sentence.format(low=wait.low, high=wait.high), spoken),)


def spoken(plan: Plan) -> Iterator[Prompt]:
    """What a plan's queues will surely say, to be made in advance."""
    for queue in plan.queues.values():
        yield from (queue.comfort, queue.overflow_message)
    if any(queue.say_position for queue in plan.queues.values()):
        yield from (position(plan.language, place) for place in range(1, _PREPARED + 1))


def _words(language: str) -> tuple[tuple[str, ...], str]:
    """The words, and the language they are in: English where there are no others."""
    own = language.split("-")[0]
    return (_WORDS[own], language) if own in _WORDS else (_WORDS["en"], "en")
