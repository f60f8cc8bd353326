"""What the box says at a plain handset: menus of the star codes, in the languages it has words for."""

from __future__ import annotations

from enum import StrEnum

from appliance.contract.media import Prompt, Speech


class Say(StrEnum):
    """Each thing there is to say. Words in braces are given by whoever says it."""

    AGENT = "agent"
    EXTENSION = "extension"
    NOT_TALKING = "not_talking"
    NOT_ALLOWED = "not_allowed"
    NO_CALL = "no_call"
    PARKED = "parked"
    NO_SLOT = "no_slot"
    SLOT = "slot"
    SLOT_EMPTY = "slot_empty"
    NOTHING_RINGS = "nothing_rings"
    NOT_REACHED = "not_reached"
    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"
    PAUSED = "paused"
    RESUMED = "resumed"
    PRESS = "press"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    NO_WRAP_UP = "no_wrap_up"
    NO_LAST_CALL = "no_last_call"
    NOTED = "noted"
    DAY = "day"
    TIME = "time"
    NOT_THEN = "not_then"
    RING_BACK = "ring_back"
    SPEAK = "speak"
    NOTE_KEPT = "note_kept"
    QUEUE = "queue"
    QUEUE_EMPTY = "queue_empty"
    NO_QUEUE = "no_queue"
    MENU_LOGIN = "menu_login"
    MENU_WORK = "menu_work"


_WORDS: dict[str, dict[Say, str]] = {
    "en": {
        Say.AGENT: "Please enter the number of the agent, then press hash.",
        Say.EXTENSION: "Please enter the extension, then press hash.",
        Say.NOT_TALKING: "This agent is not in a call.",
        Say.NOT_ALLOWED: "You may not do this.",
        Say.NO_CALL: "There is no call this could be done with.",
        Say.PARKED: "The call is parked in slot {slot}.",
        Say.NO_SLOT: "Every slot is taken.",
        Say.SLOT: "Please enter the slot, then press hash.",
        Say.SLOT_EMPTY: "Nobody is parked there.",
        Say.NOTHING_RINGS: "Nothing is ringing there.",
        Say.NOT_REACHED: "This telephone cannot be reached now.",
        Say.RECORDED: "The call is recorded.",
        Say.NOT_RECORDED: "The call is not recorded.",
        Say.PAUSED: "The recording is paused.",
        Say.RESUMED: "The recording goes on.",
        Say.PRESS: "For {label}, press {key}.",
        Say.WRAP_UP_EXTENDED: "You have {seconds} more seconds.",
        Say.NO_WRAP_UP: "You have nothing to finish up.",
        Say.NO_LAST_CALL: "You had no call yet.",
        Say.NOTED: "Noted: {label}.",
        Say.DAY: "Enter day and month with two digits each, or press hash for today.",
        Say.TIME: "Enter the time with four digits, such as 1 4 3 0.",
        Say.NOT_THEN: "This is no time to come.",
        Say.RING_BACK: "To be rung back on {when}.",
        Say.SPEAK: "Please speak after the tone, then press hash.",
        Say.NOTE_KEPT: "The note is kept.",
        Say.QUEUE: "{label}: waiting {waiting}, the longest for {seconds} seconds, agents free {free}.",
        Say.QUEUE_EMPTY: "{label}: nobody is waiting, agents free {free}.",
        Say.NO_QUEUE: "You are in no queue.",
        Say.MENU_LOGIN: "To log in, press 1. To hear the queues, press 2.",
        Say.MENU_WORK: "To be available, press 1. For a break, press 2. To note how the last call went,"
        " press 3. To note when to ring back, press 4. For a spoken note, press 5."
        " To hear the queues, press 6. To log out, press 9.",
    },
    "de": {
        Say.AGENT: "Bitte geben Sie die Nummer des Agenten ein und drücken Sie die Rautetaste.",
        Say.EXTENSION: "Bitte geben Sie die Nebenstelle ein und drücken Sie die Rautetaste.",
        Say.NOT_TALKING: "Dieser Agent ist in keinem Gespräch.",
        Say.NOT_ALLOWED: "Das dürfen Sie nicht.",
        Say.NO_CALL: "Es gibt keinen Anruf, mit dem das ginge.",
        Say.PARKED: "Der Anruf ist auf Platz {slot} geparkt.",
        Say.NO_SLOT: "Alle Plätze sind belegt.",
        Say.SLOT: "Bitte geben Sie den Platz ein und drücken Sie die Rautetaste.",
        Say.SLOT_EMPTY: "Dort ist niemand geparkt.",
        Say.NOTHING_RINGS: "Dort klingelt nichts.",
        Say.NOT_REACHED: "Dieses Telefon ist jetzt nicht zu erreichen.",
        Say.RECORDED: "Das Gespräch wird aufgezeichnet.",
        Say.NOT_RECORDED: "Das Gespräch wird nicht aufgezeichnet.",
        Say.PAUSED: "Die Aufzeichnung ist angehalten.",
        Say.RESUMED: "Die Aufzeichnung geht weiter.",
        Say.PRESS: "Für {label} drücken Sie {key}.",
        Say.WRAP_UP_EXTENDED: "Sie haben {seconds} Sekunden mehr.",
        Say.NO_WRAP_UP: "Sie haben nichts nachzubearbeiten.",
        Say.NO_LAST_CALL: "Sie hatten noch keinen Anruf.",
        Say.NOTED: "Notiert: {label}.",
        Say.DAY: "Geben Sie Tag und Monat mit je zwei Ziffern ein, oder die Rautetaste für heute.",
        Say.TIME: "Geben Sie die Uhrzeit mit vier Ziffern ein, etwa 1 4 3 0.",
        Say.NOT_THEN: "Diese Zeit liegt nicht in der Zukunft.",
        Say.RING_BACK: "Rückruf am {when}.",
        Say.SPEAK: "Bitte sprechen Sie nach dem Ton und drücken Sie dann die Rautetaste.",
        Say.NOTE_KEPT: "Die Notiz ist gespeichert.",
        Say.QUEUE: "{label}: wartend {waiting}, am längsten seit {seconds} Sekunden, freie Agenten {free}.",
        Say.QUEUE_EMPTY: "{label}: niemand wartet, freie Agenten {free}.",
        Say.NO_QUEUE: "Sie sind in keiner Warteschlange.",
        Say.MENU_LOGIN: "Zum Anmelden drücken Sie 1, für die Warteschlangen 2.",
        Say.MENU_WORK: "Verfügbar: 1. Pause: 2. Ergebnis des letzten Anrufs: 3. Rückruf vormerken: 4."
        " Gesprochene Notiz: 5. Warteschlangen: 6. Abmelden: 9.",
    },
    "es": {
        Say.AGENT: "Marque el número del agente y pulse almohadilla.",
        Say.EXTENSION: "Marque la extensión y pulse almohadilla.",
        Say.NOT_TALKING: "Este agente no está en una llamada.",
        Say.NOT_ALLOWED: "No tiene permiso para hacerlo.",
        Say.NO_CALL: "No hay ninguna llamada con la que hacerlo.",
        Say.PARKED: "La llamada está aparcada en la plaza {slot}.",
        Say.NO_SLOT: "Todas las plazas están ocupadas.",
        Say.SLOT: "Marque la plaza y pulse almohadilla.",
        Say.SLOT_EMPTY: "Ahí no hay nadie aparcado.",
        Say.NOTHING_RINGS: "Ahí no suena nada.",
        Say.NOT_REACHED: "Ahora no se puede llegar a este teléfono.",
        Say.RECORDED: "La llamada se graba.",
        Say.NOT_RECORDED: "La llamada no se graba.",
        Say.PAUSED: "La grabación está en pausa.",
        Say.RESUMED: "La grabación continúa.",
        Say.PRESS: "Para {label}, pulse {key}.",
        Say.WRAP_UP_EXTENDED: "Tiene {seconds} segundos más.",
        Say.NO_WRAP_UP: "No tiene nada que terminar.",
        Say.NO_LAST_CALL: "Aún no ha tenido ninguna llamada.",
        Say.NOTED: "Anotado: {label}.",
        Say.DAY: "Marque día y mes con dos cifras cada uno, o almohadilla para hoy.",
        Say.TIME: "Marque la hora con cuatro cifras, por ejemplo 1 4 3 0.",
        Say.NOT_THEN: "Esa hora no está en el futuro.",
        Say.RING_BACK: "Se llamará el {when}.",
        Say.SPEAK: "Hable después del tono y pulse almohadilla.",
        Say.NOTE_KEPT: "La nota está guardada.",
        Say.QUEUE: "{label}: en espera {waiting}, el que más, {seconds} segundos; agentes libres {free}.",
        Say.QUEUE_EMPTY: "{label}: nadie espera, agentes libres {free}.",
        Say.NO_QUEUE: "No está en ninguna cola.",
        Say.MENU_LOGIN: "Para iniciar sesión, pulse 1. Para oír las colas, pulse 2.",
        Say.MENU_WORK: "Disponible: 1. Pausa: 2. Resultado de la última llamada: 3. Volver a llamar: 4."
        " Nota hablada: 5. Colas: 6. Cerrar sesión: 9.",
    },
    "fr": {
        Say.AGENT: "Composez le numéro de l'agent, puis appuyez sur dièse.",
        Say.EXTENSION: "Composez le poste, puis appuyez sur dièse.",
        Say.NOT_TALKING: "Cet agent n'est pas en communication.",
        Say.NOT_ALLOWED: "Vous n'avez pas ce droit.",
        Say.NO_CALL: "Il n'y a pas d'appel pour cela.",
        Say.PARKED: "L'appel est en garde à la place {slot}.",
        Say.NO_SLOT: "Toutes les places sont prises.",
        Say.SLOT: "Composez la place, puis appuyez sur dièse.",
        Say.SLOT_EMPTY: "Il n'y a personne à cette place.",
        Say.NOTHING_RINGS: "Rien ne sonne à ce poste.",
        Say.NOT_REACHED: "Ce poste ne peut pas être joint maintenant.",
        Say.RECORDED: "L'appel est enregistré.",
        Say.NOT_RECORDED: "L'appel n'est pas enregistré.",
        Say.PAUSED: "L'enregistrement est suspendu.",
        Say.RESUMED: "L'enregistrement continue.",
        Say.PRESS: "Pour {label}, appuyez sur {key}.",
        Say.WRAP_UP_EXTENDED: "Vous avez {seconds} secondes de plus.",
        Say.NO_WRAP_UP: "Vous n'avez rien à terminer.",
        Say.NO_LAST_CALL: "Vous n'avez pas encore eu d'appel.",
        Say.NOTED: "Noté : {label}.",
        Say.DAY: "Composez le jour et le mois à deux chiffres chacun, ou dièse pour aujourd'hui.",
        Say.TIME: "Composez l'heure à quatre chiffres, par exemple 1 4 3 0.",
        Say.NOT_THEN: "Cette heure n'est pas à venir.",
        Say.RING_BACK: "À rappeler le {when}.",
        Say.SPEAK: "Parlez après le signal, puis appuyez sur dièse.",
        Say.NOTE_KEPT: "La note est gardée.",
        Say.QUEUE: "{label} : en attente {waiting}, au plus {seconds} secondes, agents libres {free}.",
        Say.QUEUE_EMPTY: "{label} : personne n'attend, agents libres {free}.",
        Say.NO_QUEUE: "Vous n'êtes dans aucune file.",
        Say.MENU_LOGIN: "Pour vous connecter, appuyez sur 1. Pour entendre les files, appuyez sur 2.",
        Say.MENU_WORK: "Disponible : 1. Pause : 2. Résultat du dernier appel : 3. Rappel : 4."
        " Note parlée : 5. Files : 6. Déconnexion : 9.",
    },
}


def told(language: str, what: Say, **values: str | int) -> Prompt:
    """The phrase as speech in `language` (BCP 47); in English where there are no words for it."""
    spoken = language if language.split("-")[0] in _WORDS else "en"
    return (Speech(_WORDS[spoken.split("-")[0]][what].format(**values), spoken),)


def always_the_same(language: str) -> list[Prompt]:
    """Every phrase without a word to fill in, to be spoken in advance so that nobody waits for it."""
    return [told(language, what) for what in Say if "{" not in _WORDS["en"][what]]
