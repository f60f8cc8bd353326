"""What the box says to its own agents, in the languages it has words for."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from appliance.contract.flow import AnyNode, Asking, HangupNode, PromptNode
from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan
from appliance.core.ivr.speech import SLOT
from appliance.core.ivr.talk_phrases import always_the_same


class Phrase(StrEnum):
    """Each thing there is to say."""

    AGENT_NUMBER = "agent_number"
    PIN = "pin"
    WRONG = "wrong"
    LOCKED = "locked"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    ON_BREAK = "on_break"
    AVAILABLE = "available"
    WRAP_UP_ENDED = "wrap_up_ended"
    DND_ON = "dnd_on"
    DND_OFF = "dnd_off"
    NOBODY = "nobody"
    REFUSED = "refused"


_WORDS: dict[str, dict[Phrase, str]] = {
    "en": {
        Phrase.AGENT_NUMBER: "Please enter your agent number, then press hash.",
        Phrase.PIN: "Please enter your PIN, then press hash.",
        Phrase.WRONG: "That is not correct.",
        Phrase.LOCKED: "There were too many wrong tries. Please try again later.",
        Phrase.LOGGED_IN: "You are logged in.",
        Phrase.LOGGED_OUT: "You are logged out.",
        Phrase.REPLACED: "Agent {who} was logged out here.",
        Phrase.ON_BREAK: "You are on a break.",
        Phrase.AVAILABLE: "You are available.",
        Phrase.WRAP_UP_ENDED: "You are ready for the next call.",
        Phrase.DND_ON: "Do not disturb is on.",
        Phrase.DND_OFF: "Do not disturb is off.",
        Phrase.NOBODY: "Nobody is logged in at this telephone.",
        Phrase.REFUSED: "This is not possible now.",
    },
    "de": {
        Phrase.AGENT_NUMBER: "Bitte geben Sie Ihre Agentennummer ein und drücken Sie die Rautetaste.",
        Phrase.PIN: "Bitte geben Sie Ihre PIN ein und drücken Sie die Rautetaste.",
        Phrase.WRONG: "Das ist nicht richtig.",
        Phrase.LOCKED: "Zu viele falsche Versuche. Bitte versuchen Sie es später noch einmal.",
        Phrase.LOGGED_IN: "Sie sind angemeldet.",
        Phrase.LOGGED_OUT: "Sie sind abgemeldet.",
        Phrase.REPLACED: "Agent {who} wurde hier abgemeldet.",
        Phrase.ON_BREAK: "Sie sind in der Pause.",
        Phrase.AVAILABLE: "Sie sind verfügbar.",
        Phrase.WRAP_UP_ENDED: "Sie sind bereit für den nächsten Anruf.",
        Phrase.DND_ON: "Anrufschutz ist eingeschaltet.",
        Phrase.DND_OFF: "Anrufschutz ist ausgeschaltet.",
        Phrase.NOBODY: "An diesem Telefon ist niemand angemeldet.",
        Phrase.REFUSED: "Das ist jetzt nicht möglich.",
    },
    "es": {
        Phrase.AGENT_NUMBER: "Marque su número de agente y pulse almohadilla.",
        Phrase.PIN: "Marque su PIN y pulse almohadilla.",
        Phrase.WRONG: "No es correcto.",
        Phrase.LOCKED: "Demasiados intentos fallidos. Inténtelo más tarde.",
        Phrase.LOGGED_IN: "Ha iniciado sesión.",
        Phrase.LOGGED_OUT: "Ha cerrado la sesión.",
        Phrase.REPLACED: "Se ha cerrado aquí la sesión del agente {who}.",
        Phrase.ON_BREAK: "Está en pausa.",
        Phrase.AVAILABLE: "Está disponible.",
        Phrase.WRAP_UP_ENDED: "Está listo para la próxima llamada.",
        Phrase.DND_ON: "No molestar está activado.",
        Phrase.DND_OFF: "No molestar está desactivado.",
        Phrase.NOBODY: "Nadie ha iniciado sesión en este teléfono.",
        Phrase.REFUSED: "Ahora no es posible.",
    },
    "fr": {
        Phrase.AGENT_NUMBER: "Composez votre numéro d'agent, puis appuyez sur dièse.",
        Phrase.PIN: "Composez votre code PIN, puis appuyez sur dièse.",
        Phrase.WRONG: "Ce n'est pas correct.",
        Phrase.LOCKED: "Trop de tentatives erronées. Veuillez réessayer plus tard.",
        Phrase.LOGGED_IN: "Vous êtes connecté.",
        Phrase.LOGGED_OUT: "Vous êtes déconnecté.",
        Phrase.REPLACED: "L'agent {who} a été déconnecté de ce poste.",
        Phrase.ON_BREAK: "Vous êtes en pause.",
        Phrase.AVAILABLE: "Vous êtes disponible.",
        Phrase.WRAP_UP_ENDED: "Vous êtes prêt pour le prochain appel.",
        Phrase.DND_ON: "Ne pas déranger est activé.",
        Phrase.DND_OFF: "Ne pas déranger est désactivé.",
        Phrase.NOBODY: "Personne n'est connecté à ce poste.",
        Phrase.REFUSED: "Ce n'est pas possible maintenant.",
    },
}


def fixed(language: str) -> list[Prompt]:
    """Every phrase that is always the same, to be spoken in advance so that nobody waits for it."""
    return [say(language, phrase) for phrase in Phrase if phrase is not Phrase.REPLACED]


def spoken(plan: Plan) -> Iterator[Prompt]:
    """Every prompt a plan can play, to be made in advance."""
    for flow in plan.flows.values():
        for node in flow.nodes.values():
            yield from _of_node(node)
    for queue in plan.queues.values():
        yield queue.welcome
    for trunk in plan.trunks.values():
        yield trunk.closed
    yield plan.recording_notice
    yield from fixed(plan.language)
    yield from always_the_same(plan.language)


def _of_node(node: AnyNode) -> Iterator[Prompt]:
    """What is the same for every caller; texts with variables are made when they are said."""
    said = [node.said] if isinstance(node, PromptNode | Asking | HangupNode) else []
    for words in [*said, *([node.invalid] if isinstance(node, Asking) else [])]:
        for prompt in words.values():
            if not any(isinstance(part, Speech) and SLOT.search(part.text) for part in prompt):
                yield prompt


def say(language: str, phrase: Phrase, who: str = "") -> Prompt:
    """The phrase as speech in `language` (BCP 47); in English where there are no words for it.

    `who` is an agent number, spoken digit by digit.
    """
    spoken = language if language.split("-")[0] in _WORDS else "en"
    text = _WORDS[spoken.split("-")[0]][phrase].format(who=" ".join(who))
    return (Speech(text, spoken),)
