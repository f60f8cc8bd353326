"""What the box says in German."""

from __future__ import annotations

from appliance.core.phrases.phrase import Phrase

WORDS: dict[Phrase, str] = {
    Phrase.AGENT_NUMBER: "Bitte geben Sie Ihre Agentennummer ein und drücken Sie die Rautetaste.",
    Phrase.PIN: "Bitte geben Sie Ihre PIN ein und drücken Sie die Rautetaste.",
    Phrase.WRONG: "Das ist nicht richtig.",
    Phrase.LOCKED: "Zu viele falsche Versuche. Bitte versuchen Sie es später noch einmal.",
    Phrase.LOGGED_IN: "Sie sind angemeldet.",
    Phrase.LOGGED_OUT: "Sie sind abgemeldet.",
    Phrase.REPLACED: "Agent {who} wurde hier abgemeldet.",
    Phrase.ON_BREAK: "Sie sind in der Pause.",
    Phrase.ON_BREAK_FOR: "Sie sind in der Pause: {label}.",
    Phrase.AVAILABLE: "Sie sind verfügbar.",
    Phrase.WRAP_UP_ENDED: "Sie sind bereit für den nächsten Anruf.",
    Phrase.DND_ON: "Anrufschutz ist eingeschaltet.",
    Phrase.DND_OFF: "Anrufschutz ist ausgeschaltet.",
    Phrase.NOBODY: "An diesem Telefon ist niemand angemeldet.",
    Phrase.REFUSED: "Das ist jetzt nicht möglich.",
    Phrase.AGENT: "Bitte geben Sie die Nummer des Agenten ein und drücken Sie die Rautetaste.",
    Phrase.EXTENSION: "Bitte geben Sie die Nebenstelle ein und drücken Sie die Rautetaste.",
    Phrase.NOT_TALKING: "Dieser Agent ist in keinem Gespräch.",
    Phrase.NOT_ALLOWED: "Das dürfen Sie nicht.",
    Phrase.NO_CALL: "Es gibt keinen Anruf, mit dem das ginge.",
    Phrase.PARKED: "Der Anruf ist auf Platz {slot} geparkt.",
    Phrase.NO_SLOT: "Alle Plätze sind belegt.",
    Phrase.SLOT: "Bitte geben Sie den Platz ein und drücken Sie die Rautetaste.",
    Phrase.SLOT_EMPTY: "Dort ist niemand geparkt.",
    Phrase.NOTHING_RINGS: "Dort klingelt nichts.",
    Phrase.NOT_REACHED: "Dieses Telefon ist jetzt nicht zu erreichen.",
    Phrase.RECORDED: "Das Gespräch wird aufgezeichnet.",
    Phrase.NOT_RECORDED: "Das Gespräch wird nicht aufgezeichnet.",
    Phrase.PAUSED: "Die Aufzeichnung ist angehalten.",
    Phrase.RESUMED: "Die Aufzeichnung geht weiter.",
    Phrase.PRESS: "Für {label} drücken Sie {key}.",
    Phrase.WRAP_UP_EXTENDED: "Sie haben {seconds} Sekunden mehr.",
    Phrase.NO_WRAP_UP: "Sie haben nichts nachzubearbeiten.",
    Phrase.NO_LAST_CALL: "Sie hatten noch keinen Anruf.",
    Phrase.NOTED: "Notiert: {label}.",
    Phrase.DAY: "Geben Sie Tag und Monat mit je zwei Ziffern ein, oder die Rautetaste für heute.",
    Phrase.TIME: "Geben Sie die Uhrzeit mit vier Ziffern ein, etwa 1 4 3 0.",
    Phrase.NOT_THEN: "Diese Zeit liegt nicht in der Zukunft.",
    Phrase.RING_BACK: "Rückruf am {when}.",
    Phrase.SPEAK: "Bitte sprechen Sie nach dem Ton und drücken Sie dann die Rautetaste.",
    Phrase.NOTE_KEPT: "Die Notiz ist gespeichert.",
    Phrase.NO_NOTE: "Über diesen Kunden gibt es keine Notiz.",
    Phrase.TODAY: "Heute: Anrufe {calls}, Gesprächsminuten {minutes}.",
    Phrase.QUEUE: "{label}: wartend {waiting}, am längsten seit {seconds} Sekunden, freie Agenten {free}.",
    Phrase.QUEUE_EMPTY: "{label}: niemand wartet, freie Agenten {free}.",
    Phrase.NO_QUEUE: "Sie sind in keiner Warteschlange.",
    Phrase.MENU_LOGIN: "Zum Anmelden drücken Sie 1, für die Warteschlangen 2, für Nachrichten 3.",
    Phrase.MENU_WORK: (
        "Verfügbar: 1. Pause: 2. Ergebnis des letzten Anrufs: 3. Rückruf vormerken: 4. Gesprochene "
        "Notiz: 5. Warteschlangen und Ihr Tag: 6. Nachrichten: 7. Notiz über den Kunden hören: 8. "
        "Abmelden: 9."
    ),
    Phrase.MESSAGE_TOO_SHORT: "Das war zu kurz. Bitte sprechen Sie nach dem Ton.",
    Phrase.MESSAGE_REVIEW: (
        "Drücken Sie 1, um Ihre Nachricht zu behalten, 2, um sie anzuhören, 3, um sie neu aufzunehmen."
    ),
    Phrase.MESSAGE_KEPT: "Ihre Nachricht ist gespeichert. Auf Wiederhören.",
    Phrase.NO_BOX: "Für Sie gibt es kein Postfach.",
    Phrase.NO_MESSAGES: "Es sind keine Nachrichten da.",
    Phrase.MESSAGES: "Nachrichten {count}, davon neu {new}.",
    Phrase.MESSAGE_FROM: "Von {number}, {when}.",
    Phrase.MESSAGE_WITHHELD: "Von einer unterdrückten Nummer, {when}.",
    Phrase.MESSAGE_KEYS: "Noch einmal hören: 1. Nächste: 2. Löschen: 3. Beenden: Rautetaste.",
    Phrase.NEXT_MESSAGE: "Nächste Nachricht.",
    Phrase.MESSAGE_DELETED: "Gelöscht.",
    Phrase.NO_MORE_MESSAGES: "Das war die letzte Nachricht.",
    Phrase.PLACE: "Sie sind an Stelle {place} der Warteschlange.",
    Phrase.NEXT_IN_QUEUE: "Sie sind als Nächstes an der Reihe.",
    Phrase.WAIT_BELOW_A_MINUTE: "Die Wartezeit beträgt voraussichtlich weniger als eine Minute.",
    Phrase.WAIT_BETWEEN: "Die Wartezeit beträgt voraussichtlich zwischen {low} und {high} Minuten.",
    Phrase.WAIT_ABOVE: "Die Wartezeit beträgt voraussichtlich mehr als {low} Minuten.",
    Phrase.WAIT_BELOW: "Die Wartezeit beträgt voraussichtlich weniger als {high} Minuten.",
    Phrase.APPOINTMENT_AT: "Sie haben einen Termin: {when}.",
    Phrase.APPOINTMENT_KEYS: (
        "Zum Bestätigen drücken Sie 1, zum Ändern 2, zum Absagen 3. Um dies noch einmal "
        "zu hören, drücken Sie die Sterntaste."
    ),
    Phrase.APPOINTMENT_PERSON: "Um mit jemandem zu sprechen, drücken Sie 0.",
    Phrase.APPOINTMENT_SURE: (
        "Um den Termin abzusagen, drücken Sie noch einmal 3. Um ihn zu behalten, drücken Sie 1."
    ),
    Phrase.APPOINTMENT_OFFER: "{when}: drücken Sie {key}.",
    Phrase.APPOINTMENT_LATER: "Für spätere Zeiten drücken Sie 8.",
    Phrase.APPOINTMENT_OTHERWISE: (
        "Um wegen einer anderen Zeit zurückgerufen zu werden, drücken Sie 9. Zurück mit der Sterntaste."
    ),
    Phrase.APPOINTMENT_NO_TIME: "Es ist keine andere Zeit frei.",
    Phrase.APPOINTMENT_TAKEN: "Diese Zeit wurde gerade vergeben.",
    Phrase.APPOINTMENT_CONFIRMED: "Danke. Der Termin ist bestätigt.",
    Phrase.APPOINTMENT_CHANGED: "Danke. Ihr neuer Termin: {when}.",
    Phrase.APPOINTMENT_CANCELLED: "Der Termin ist abgesagt.",
    Phrase.APPOINTMENT_RING_BACK: "Wir rufen Sie wegen einer anderen Zeit zurück.",
    Phrase.DID_YOU_SAY: "Haben Sie {word} gesagt? Drücken Sie 1, oder sagen Sie ja.",
    Phrase.NOT_UNDERSTOOD: "Das habe ich leider nicht verstanden.",
    Phrase.ONLY_KEYS: "Bitte benutzen Sie die Tasten.",
    Phrase.CALLBACK_OFFER: "Wir können Sie zurückrufen. Sie behalten Ihren Platz in der Warteschlange.",
    Phrase.CALLBACK_AHEAD: "Rückrufe vor Ihrem: {count}.",
    Phrase.CALLBACK_NUMBER: "Ihre Nummer ist {number}. Für einen Rückruf dorthin 1, für eine andere 2.",
    Phrase.CALLBACK_ASK: "Geben Sie Ihre Rufnummer mit Vorwahl ein und drücken Sie die Rautetaste.",
    Phrase.CALLBACK_BAD: "Diese Nummer können wir nicht anrufen.",
    Phrase.CALLBACK_PROMISED: "Vielen Dank. Wir rufen Sie zurück. Auf Wiederhören.",
    Phrase.CALLBACK_NONE: "Ein Rückruf ist jetzt nicht möglich.",
    Phrase.CALLBACK_TEXT: "{queue}: Wir rufen Sie unter {number} zurück. Ihr Platz bleibt Ihnen.",
    Phrase.OUTSIDE_OFFER: "Anruf von {queue}. Zum Annehmen drücken Sie die 1.",
    Phrase.OUTSIDE_CALL: "Ein Anruf für Sie. Zum Annehmen drücken Sie die 1.",
    Phrase.WHISPER_QUEUE: "{queue}.",
    Phrase.WHISPER_SHORT: "Wartet seit weniger als einer Minute.",
    Phrase.WHISPER_MINUTE: "Wartet seit einer Minute.",
    Phrase.WHISPER_MINUTES: "Wartet seit {minutes} Minuten.",
    Phrase.WHISPER_LONG: "Wartet seit mehr als {minutes} Minuten.",
    Phrase.ESCALATED: "Der Anrufer geht an die nächste Stufe.",
    Phrase.NO_TIER: "Für diesen Anrufer gibt es keine nächste Stufe.",
    Phrase.OUTREACH_NOBODY: (
        "Hier ist {company}. Wir haben Sie angerufen, und jetzt ist niemand frei, um mit Ihnen zu "
        "sprechen. Das tut uns leid. Sie erreichen uns unter {number}. Wenn Sie nicht mehr angerufen "
        "werden möchten, drücken Sie die {key}."
    ),
    Phrase.OUTREACH_NEVER: "Sie werden nicht mehr angerufen. Auf Wiederhören.",
    Phrase.OUTREACH_NEVER_TEXT: "Sie werden nicht mehr angerufen.",
}
