"""What the compliance gate and the look before a campaign say, as sentences. Codes: `contract.dialling.Why`,
`core.dialer.launch.Missing`; a code of a newer box is shown as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

Arguments = Sequence[str]


def refusal(code: str, arguments: Arguments) -> str:
    """Why a number is not dialled. `arguments` as the gate's record has them."""
    said = _SENTENCES.get(code)
    padded = [*arguments, "", "", "", ""]
    return said(padded) if said is not None else " ".join([code, *arguments])


def missing(code: str, arguments: Arguments) -> str:
    """Why a campaign does not start."""
    first = arguments[0] if arguments else ""
    sentences = {
        "lists": _("No list with leads is chosen."),
        "queue": _("No queue is chosen whose agents take the calls."),
        "agents": _("No agent of the queue is logged in."),
        "behind_key": _(
            "Nobody is logged in who takes calls by the key; nobody is called until somebody is."
        ),
        "flow": _("No flow is chosen that says what people hear."),
        "agents_outside": _(
            "All agents of the queue who are logged in use a telephone outside, which would hold a line all "
            "day. Campaigns need agents at telephones of the box."
        ),
        "lines": _("No line of the group is in service."),
        "spare_line": _(
            "Only one line of the box is in service, and the box never takes the last free line by itself: "
            "callers and emergency calls need it. Add a second line, or choose Preview or By hand: there an "
            "agent starts each call, and this line may be used."
        ),
        "caller_id": _("The number that is shown must be one that rings at this box."),
        "clock": _("The box does not know the time; it must be set or come from the network."),
        "rules": _("The calling rules of %(country)s are not known here.", country=first),
        "dnc": _("The do-not-call list %(name)s is not loaded or too old.", name=first),
        "nobody": _("Nobody may be called at the moment; the campaign waits."),
    }
    return str(sentences.get(code) or " ".join([code, *arguments]))


def _cap(words: Arguments) -> str:
    spans = {
        "day": _("within a day"),
        "week": _("within 7 days"),
        "month": _("within 30 days"),
        "life": _("altogether"),
    }
    whose = {"number": _("This number"), "lead": _("This person")}
    return str(
        _(
            "%(who)s was dialled %(count)s times %(span)s; %(most)s are allowed.",
            who=whose.get(words[0], words[0]),
            count=words[2],
            span=spans.get(words[1], words[1]),
            most=words[3],
        )
    )


def _hours(words: Arguments) -> str:
    if words[2] == "campaign":
        return str(_("Outside the campaign's hours: %(time)s in %(zone)s.", time=words[1], zone=words[0]))
    return str(_("Outside the legal hours: %(time)s in %(zone)s.", time=words[1], zone=words[0]))


def _zone(words: Arguments) -> str:
    if words[0]:
        return str(_("The time zone %(zone)s is not known.", zone=words[0]))
    return str(_("Nobody can tell what time it is there."))


def _blocked(words: Arguments) -> str:
    if words[0] == "official":
        return str(_("On the official do-not-call list %(name)s.", name=words[1]))
    return str(_("On our own do-not-call list since %(day)s.", day=words[3]))


def _caller_id(words: Arguments) -> str:
    sentences = {
        "withheld": _("Our own number would not be shown."),
        "no_number": _("The number that would be shown is none."),
        "mobile": _("A mobile number may not be shown for such calls there."),
        "not_answered": _("Nobody would answer who calls back the number that is shown."),
    }
    return str(sentences.get(words[0]) or words[0])


_SENTENCES: dict[str, Callable[[Arguments], str]] = {
    "emergency": lambda words: str(_("Emergency numbers are never dialled by the box itself.")),
    "no_phone": lambda words: str(
        _("Your telephone was not picked up. Dial again, and take it when it rings.")
    ),
    "no_line": lambda words: str(_("No line is free; try again in a moment.")),
    "no_number": lambda words: str(_("This is not a whole telephone number.")),
    "kind_of_number": lambda words: str(_("Numbers of this kind are not called: %(kind)s.", kind=words[0])),
    "country": lambda words: str(_("The campaign does not call %(country)s.", country=words[0])),
    "no_rules": lambda words: str(
        _("The calling rules of %(country)s are not known here.", country=words[0])
    ),
    "clock": lambda words: str(_("The box does not know the time.")),
    "clock_back": lambda words: str(
        _("The clock went back: something was dialled at %(time)s.", time=words[0])
    ),
    "unread": lambda words: str(_("The records or lists could not be read, or too long ago.")),
    "zone": _zone,
    "hours": _hours,
    "holiday": lambda words: str(_("A public holiday there: %(day)s.", day=words[1])),
    "no_calendar": lambda words: str(
        _("The public holidays of %(country)s in %(year)s are not known.", country=words[0], year=words[1])
    ),
    "blocked": _blocked,
    "list_missing": lambda words: str(_("The do-not-call list %(name)s is not loaded.", name=words[0])),
    "list_old": lambda words: str(
        _(
            "The do-not-call list %(name)s is %(days)s days old; %(most)s are allowed.",
            name=words[0],
            days=words[1],
            most=words[2],
        )
    ),
    "cap": _cap,
    "locked": lambda words: str(
        _(
            "A call to this number found no agent; without an agent held it rests until %(time)s.",
            time=words[0],
        )
    ),
    "machine": lambda words: str(
        _("A machine answered; without an agent held the number rests until %(time)s.", time=words[0])
    ),
    "refused": lambda words: str(_("The person said no; the number rests until %(time)s.", time=words[0])),
    "consent": lambda words: str(
        _(
            "There is no consent for this call (there is: %(has)s, needed: %(need)s).",
            has=words[0],
            need=words[1],
        )
    ),
    "withdrawn": lambda words: str(_("The person has withdrawn the consent.")),
    "caller_id": _caller_id,
    "drops": lambda words: str(
        _("The campaign's dropped calls of today are used up; an agent must be held.")
    ),
}
