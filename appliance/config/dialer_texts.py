"""Sentences of the flows to begin with, in the languages the box speaks by itself. Those without a trade hold
for all; {lead.…} are columns of the list, {campaign.…} what the campaign's settings say.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "de", "es", "fr")


def _four(en: str, de: str, es: str, fr: str) -> Mapping[str, str]:
    return {"en": en, "de": de, "es": es, "fr": fr}


#: "sentence" or "trade.sentence" -> language -> text.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "hello": _four(
        "Good day {lead.name}. This is {campaign.company}, with a recorded message.",
        "Guten Tag {lead.name}. Hier ist {campaign.company} mit einer aufgezeichneten Nachricht.",
        "Buenos días {lead.name}. Le llama {campaign.company} con un mensaje grabado.",
        "Bonjour {lead.name}. Ici {campaign.company}, avec un message enregistré.",
    ),
    "thanks": _four("Thank you. Goodbye.", "Danke. Auf Wiederhören.", "Gracias. Adiós.", "Merci. Au revoir."),
    "key_agent": _four(
        "To speak with us now, press 1.",
        "Um jetzt mit uns zu sprechen, drücken Sie die 1.",
        "Para hablar con nosotros ahora, pulse 1.",
        "Pour nous parler maintenant, appuyez sur 1.",
    ),
    "key_again": _four(
        "To hear this again, press 2.",
        "Um dies noch einmal zu hören, drücken Sie die 2.",
        "Para oír esto otra vez, pulse 2.",
        "Pour réécouter ce message, appuyez sur 2.",
    ),
    "key_star": _four(
        "To hear this again, press star.",
        "Um dies noch einmal zu hören, drücken Sie die Sterntaste.",
        "Para oír esto otra vez, pulse asterisco.",
        "Pour réécouter ce message, appuyez sur étoile.",
    ),
    "key_never": _four(
        "To not be called again, press {campaign.key}.",
        "Wenn Sie nicht mehr angerufen werden möchten, drücken Sie die {campaign.key}.",
        "Si no desea que le llamemos más, pulse {campaign.key}.",
        "Pour ne plus être appelé, appuyez sur {campaign.key}.",
    ),
    "key_person": _four(
        "To speak with somebody, press 0.",
        "Um mit jemandem zu sprechen, drücken Sie die 0.",
        "Para hablar con alguien, pulse 0.",
        "Pour parler à quelqu'un, appuyez sur 0.",
    ),
    "telemarketing.about": _four(
        "We have an offer for you.",
        "Wir haben ein Angebot für Sie.",
        "Tenemos una oferta para usted.",
        "Nous avons une offre pour vous.",
    ),
    "lead_generation.about": _four(
        "We would like to know whether what we do is of use to you.",
        "Wir möchten wissen, ob Ihnen nützt, was wir tun.",
        "Nos gustaría saber si lo que hacemos le resulta útil.",
        "Nous aimerions savoir si ce que nous faisons vous est utile.",
    ),
    "renewals.about": _four(
        "Your contract {lead.contract} ends on {lead.ends_on:date}.",
        "Ihr Vertrag {lead.contract} endet am {lead.ends_on:date}.",
        "Su contrato {lead.contract} termina el {lead.ends_on:date}.",
        "Votre contrat {lead.contract} se termine le {lead.ends_on:date}.",
    ),
    "new_product.about": _four(
        "There is something new with us that may suit you.",
        "Bei uns gibt es etwas Neues, das zu Ihnen passen könnte.",
        "Tenemos algo nuevo que puede interesarle.",
        "Nous avons une nouveauté qui peut vous convenir.",
    ),
    "market_research.about": _four(
        "We sell nothing. We have one question.",
        "Wir verkaufen nichts. Wir haben eine Frage.",
        "No vendemos nada. Tenemos una pregunta.",
        "Nous ne vendons rien. Nous avons une question.",
    ),
    "satisfaction_survey.about": _four(
        "You were our customer lately. We have one question.",
        "Sie waren neulich unser Kunde. Wir haben eine Frage.",
        "Hace poco fue cliente nuestro. Tenemos una pregunta.",
        "Vous avez été notre client récemment. Nous avons une question.",
    ),
    "market_research.question": _four(
        "How often do you buy from us? 1 is never, 5 is very often. Press a key from 1 to 5.",
        "Wie oft kaufen Sie bei uns? 1 heißt nie, 5 sehr oft. Drücken Sie eine Taste von 1 bis 5.",
        "¿Con qué frecuencia nos compra? 1 es nunca, 5 muy a menudo. Pulse una tecla del 1 al 5.",
        "Achetez-vous souvent chez nous ? 1 jamais, 5 très souvent. Appuyez sur une touche de 1 à 5.",
    ),
    "satisfaction_survey.question": _four(
        "How content were you? 1 is not at all, 5 is fully. Press a key from 1 to 5.",
        "Wie zufrieden waren Sie? 1 heißt gar nicht, 5 völlig. Drücken Sie eine Taste von 1 bis 5.",
        "¿Quedó satisfecho? 1 es nada, 5 del todo. Pulse una tecla del 1 al 5.",
        "Étiez-vous satisfait ? 1 pas du tout, 5 tout à fait. Appuyez sur une touche de 1 à 5.",
    ),
    "survey.about": _four(
        "We have one question.", "Wir haben eine Frage.", "Tenemos una pregunta.", "Nous avons une question."
    ),
    "survey.question": _four(
        "How content are you with us? 1 is not at all, 5 is fully. Press a key from 1 to 5.",
        "Wie zufrieden sind Sie mit uns? 1 heißt gar nicht, 5 völlig. Drücken Sie eine Taste von 1 bis 5.",
        "¿Está satisfecho con nosotros? 1 es nada, 5 del todo. Pulse una tecla del 1 al 5.",
        "Êtes-vous satisfait de nous ? 1 pas du tout, 5 tout à fait. Appuyez sur une touche de 1 à 5.",
    ),
    "appointment_setting.about": _four(
        "You have an appointment: {lead.appointment:moment}.",
        "Sie haben einen Termin: {lead.appointment:moment}.",
        "Tiene una cita: {lead.appointment:moment}.",
        "Vous avez un rendez-vous : {lead.appointment:moment}.",
    ),
    "appointment_setting.keys": _four(
        "To confirm it, press 1; to change it, 2; to cancel it, 3.",
        "Zum Bestätigen drücken Sie die 1, zum Verschieben die 2, zum Absagen die 3.",
        "Para confirmarla, pulse 1; para cambiarla, 2; para anularla, 3.",
        "Pour le confirmer, appuyez sur 1 ; pour le changer, sur 2 ; pour l'annuler, sur 3.",
    ),
    "debt_collection.hello": _four(
        "Good day. This is {campaign.company}, with a recorded message for {lead.name}.",
        "Guten Tag. Hier ist {campaign.company} mit einer aufgezeichneten Nachricht für {lead.name}.",
        "Buenos días. Le llama {campaign.company} con un mensaje grabado para {lead.name}.",
        "Bonjour. Ici {campaign.company}, avec un message enregistré pour {lead.name}.",
    ),
    "debt_collection.whom": _four(
        "If this is you, press 1; if not, press 2.",
        "Wenn Sie das sind, drücken Sie die 1, wenn nicht, die 2.",
        "Si es usted, pulse 1; si no, pulse 2.",
        "Si c'est vous, appuyez sur 1 ; sinon, sur 2.",
    ),
    "debt_collection.about": _four(
        "{lead.amount_due} of invoice {lead.invoice} is not paid.",
        "Von der Rechnung {lead.invoice} sind {lead.amount_due} nicht bezahlt.",
        "De la factura {lead.invoice} quedan por pagar {lead.amount_due}.",
        "Sur la facture {lead.invoice}, {lead.amount_due} ne sont pas payés.",
    ),
    "debt_collection.keys": _four(
        "If you will pay within a week, press 1; if you have paid, 2; if you do not owe it, 3.",
        "Wenn Sie in einer Woche zahlen, drücken Sie die 1, haben Sie gezahlt, die 2, schulden Sie es nicht, "
        "die 3.",
        "Si va a pagar en una semana, pulse 1; si ya pagó, 2; si no lo debe, 3.",
        "Si vous payez sous une semaine, appuyez sur 1 ; si c'est payé, sur 2 ; si c'est contesté, sur 3.",
    ),
    "payment_reminder.about": _four(
        "{lead.amount_due} was due on {lead.due_on:date}.",
        "{lead.amount_due} waren am {lead.due_on:date} fällig.",
        "El pago de {lead.amount_due} vencía el {lead.due_on:date}.",
        "{lead.amount_due} étaient à payer le {lead.due_on:date}.",
    ),
    "payment_reminder.keys": _four(
        "If you will pay, press 1; if you have paid already, 2.",
        "Wenn Sie zahlen werden, drücken Sie die 1, haben Sie schon gezahlt, die 2.",
        "Si va a pagar, pulse 1; si ya pagó, 2.",
        "Si vous allez payer, appuyez sur 1 ; si c'est déjà payé, sur 2.",
    ),
    "follow_up.about": _four(
        "Does everything work since we last spoke?",
        "Funktioniert alles, seit wir zuletzt gesprochen haben?",
        "¿Funciona todo desde que hablamos?",
        "Tout fonctionne-t-il depuis notre dernier échange ?",
    ),
    "follow_up.keys": _four(
        "If all is well, press 1; if you need help, 2.",
        "Ist alles gut, drücken Sie die 1, brauchen Sie Hilfe, die 2.",
        "Si todo va bien, pulse 1; si necesita ayuda, 2.",
        "Si tout va bien, appuyez sur 1 ; s'il vous faut de l'aide, sur 2.",
    ),
}
