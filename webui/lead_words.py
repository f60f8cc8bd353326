"""Words for lists, leads and do-not-call entries, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _

#: `contract.leads.LeadState` -> words, and how it is to be taken.
STATES = {
    "fresh": (_("New"), "busy"),
    "retry": (_("To be tried again"), "warn"),
    "callback": (_("To be called back"), "good"),
    "dialling": (_("Being dialled"), "good"),
    "done": (_("Done"), "off"),
}
#: Why a lead stands where it does: an outcome, a refusal for good, or one of these.
REASONS = {
    "person": _("somebody was spoken to"),
    "tries": _("tried as often as the campaign allows"),
    "no_numbers": _("no number is left to try"),
    "undone": _("its import was undone"),
    "blocked": _("on a do-not-call list"),
    "withdrawn": _("the consent was withdrawn"),
    "emergency": _("an emergency number"),
    "no_number": _("not a telephone number"),
    "kind_of_number": _("not a kind of number that is called"),
    "cap": _("dialled as often as is allowed"),
    "agent": _("an agent said so"),
    "by hand": _("changed by hand"),
    "callback": _("a call was promised"),
}
KINDS = {"mobile": _("mobile"), "home": _("home"), "work": _("work"), "other": _("number")}
#: `contract.dialling.Consent`.
CONSENTS = {
    -1: _("withdrawn"),
    0: _("none"),
    1: _("customer"),
    2: _("agreed to be called"),
    3: _("agreed in writing to automatic calls"),
}
#: Consent as an import's form gives it.
GIVEN = {
    "": _("None"),
    "customer": _("They are customers, or asked us something"),
    "express": _("They agreed to be called"),
    "written": _("They agreed in writing to automatic or recorded calls"),
}
#: Columns of a file of leads: `care.lead_columns.TARGETS`.
TARGETS = {
    "mobile": _("Mobile number"),
    "home": _("Home number"),
    "work": _("Work number"),
    "number": _("Telephone number"),
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "zone": _("Time zone (Europe/Berlin)"),
    "region": _("State or region (BY, CA)"),
    "language": _("Language"),
    "priority": _("Priority (the higher the sooner)"),
    "temperature": _("Warm or cold"),
    "business": _("Is a business (yes or no)"),
    "consent": _("Consent"),
    "consent_since": _("Consent given on"),
    "consent_until": _("Consent ends on"),
    "contact": _("Customer number"),
}
#: Why an entry is on a do-not-call list.
BLOCKED = {
    "hand": _("typed in here"),
    "by hand": _("typed in here"),
    "upload": _("from a file"),
    "file": _("from a file"),
    "key": _("pressed the key in a call"),
    "sms": _("wrote a text message"),
    "disposition": _("said so to an agent"),
    "agent": _("said so to an agent"),
}
#: What the gate's record says was not asked for, because the person wished for the call or agreed to it.
WAIVED = {
    "hours": _("Legal hours do not count: the person asked to be called just now."),
    "consent": _("No other consent is needed: the person asked for this call."),
    "lists": _("Official do-not-call lists do not count: there is consent for this call."),
    "past": _("What was before the person asked for this call does not count."),
}
#: How an outcome is known: the first word of `how` (`core.dialer.outcome.Known`).
KNOWN = {
    "agent": _("An agent spoke with them"),
    "signalled": _("The network said so"),
    "tone": _("A tone was heard"),
    "modem": _("The line's modem said so"),
    "voice": _("By what was heard"),
    "time": _("Nothing came in time"),
    "box": _("The box ended it"),
}
_SPANS = {
    "day": _("within a day"),
    "week": _("within 7 days"),
    "month": _("within 30 days"),
    "life": _("altogether"),
}


def reason(why: str, outcomes: Mapping[str, object]) -> str:
    """Why a lead stands where it does; what is no code is shown as it stands."""
    found = REASONS.get(why) or outcomes.get(why)
    return str(found[0] if isinstance(found, tuple) else found or why)


def facts(verdict: Mapping[str, object]) -> list[str]:
    """What the gate went by, sentence by sentence: rules, local time, attempts, what did not count."""
    said = []
    if verdict.get("rules"):
        country, _space, checked = str(verdict["rules"]).partition(" ")
        if country == "*":
            said.append(gettext("By the strictest rules, those of %(checked)s.", checked=checked))
        else:
            said.append(
                gettext("By the rules of %(country)s as of %(checked)s.", country=country, checked=checked)
            )
    for zone, time in _pairs(verdict.get("places")):
        said.append(gettext("Local time there: %(time)s (%(zone)s).", time=time, zone=zone))
    said += _counts(verdict.get("counted"))
    waived = verdict.get("waived")
    said += [str(WAIVED.get(str(one), one)) for one in waived] if isinstance(waived, list) else []
    return said


def _counts(counted: object) -> list[str]:
    if not isinstance(counted, dict):
        return []
    said = []
    for whose, text, never in (
        (
            "number",
            _("This number was dialled before: %(counts)s."),
            _("This number was never dialled before."),
        ),
        (
            "lead",
            _("This person was dialled before, at all numbers: %(counts)s."),
            _("This person was never dialled before."),
        ),
    ):
        if counted.get(f"{whose}.life") == 0:
            said.append(str(never))
            continue
        parts = [
            f"{counted[f'{whose}.{span}']} {words}"
            for span, words in _SPANS.items()
            if f"{whose}.{span}" in counted
        ]
        if parts:
            said.append(str(text) % {"counts": ", ".join(parts)})
    return said


def _pairs(value: object) -> Sequence[tuple[str, str]]:
    rows = value if isinstance(value, list) else []
    return [(str(row[0]), str(row[1])) for row in rows if isinstance(row, list) and len(row) == 2]


def how(text: str) -> str:
    """How an outcome is known: the kind of it in words, then as the core said it."""
    kind, _colon, rest = text.partition(":")
    known = KNOWN.get(kind)
    if known is None:
        return text
    return f"{known} ({rest.strip()})." if rest.strip() else f"{known}."
