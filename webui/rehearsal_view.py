"""A rehearsal of a campaign in words, and as a small picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from appliance.contract.campaign_look import RehearsalLook
from webui import campaign_words, dial_words, words
from webui.pictures import Bar, Part, Picture, bars
from webui.times import duration

Row = Mapping[str, Any]
Name = Callable[[str], str]

_EVENTS = {
    "dialled": _("Person %(who)s is dialled on %(line)s."),
    "answered_person": _("Person %(who)s answers."),
    "answered_machine": _("A machine answers for person %(who)s."),
    "answered_fax": _("A fax answers for person %(who)s."),
    "answered_silent": _("Person %(who)s answers, and says nothing."),
    "joined": _("Person %(who)s speaks with an agent."),
    "joined_machine": _("An agent hears the machine of person %(who)s, and ends the call."),
    "keyed": _("Person %(who)s presses a key."),
    "talked": _("The talk with person %(who)s is over."),
    "over_person": _("The call to person %(who)s is over."),
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """It as the page shows it. `why`: nothing was dialled."""

    setting: str
    facts: tuple[tuple[str, str], ...]  # what, and how much
    over: bool  # more persons were dropped than the limit allows
    people: str  # after whom the people were made
    picture: Picture | None
    reached: str  # what the best part of a bar is
    events: tuple[tuple[str, str], ...]  # when, what
    why: tuple[str, ...]


def rehearsed(look: RehearsalLook, row: Row, line: Name, queue: Name) -> Rehearsed:
    """A rehearsal of the campaign of these settings."""
    speaks = look.method in dial_words.SPEAKING
    whose = queue(row["queue"]) if row["queue"] else ""
    return Rehearsed(
        setting=_setting(look),
        facts=tuple(_facts(look, speaks)),
        over=look.drop_percent > look.limit_percent,
        people=_people(look),
        picture=_picture(look),
        reached=gettext("Pressed a key, or spoke with an agent")
        if speaks
        else gettext("Spoke with an agent"),
        events=tuple(
            (duration(seconds), _event(what, who, line(on))) for seconds, what, who, on in look.events
        ),
        why=()
        if look.dials
        else tuple(campaign_words.halt(one, whose, row["trunk_group"]) for one in look.why if one),
    )


def _setting(look: RehearsalLook) -> str:
    return str(
        gettext(
            "%(agents)s, %(lines)s, %(people)s",
            agents=ngettext("%(num)d agent", "%(num)d agents", look.agents),
            lines=ngettext("%(num)d line", "%(num)d lines", look.lines),
            people=ngettext("%(num)d person to call", "%(num)d people to call", look.people),
        )
    )


def _facts(look: RehearsalLook, speaks: bool) -> list[tuple[str, str]]:
    calls = ngettext("%(num)d call an hour", "%(num)d calls an hour", round(look.per_hour))
    hours = look.seconds / 3600.0 or 1.0
    found = [(gettext("Dialling"), calls)]
    if speaks:
        pressed = gettext("%(keyed)s of %(persons)s people", keyed=look.keyed, persons=look.persons)
        found.append((gettext("Pressed a key"), pressed))
    if look.talking_percent is not None:
        found.append(
            (gettext("Agents talk"), gettext("%(share)s %% of their time", share=round(look.talking_percent)))
        )
        found.append((gettext("Talks"), gettext("%(count)s an hour", count=round(look.joined / hours))))
    if not speaks:
        found.append((gettext("Without an agent"), _drops(look)))
    lasts = dial_words.lasts(look.finish_hours) if look.finish_hours is not None else "–"
    found.append((gettext("All called once"), lasts))
    return found


def _drops(look: RehearsalLook) -> str:
    if not look.persons:
        return "–"
    if not look.limit_percent and not look.dropped:
        return str(gettext("nobody of %(persons)s people", persons=look.persons))
    return str(
        gettext(
            "%(dropped)s of %(persons)s people, %(percent)s %% of at most %(limit)s %%",
            dropped=look.dropped,
            persons=look.persons,
            percent=f"{look.drop_percent:.2g}",
            limit=f"{look.limit_percent:g}",
        )
    )


def _people(look: RehearsalLook) -> str:
    minutes = round(look.seconds / 60)
    rehearsed_for = ngettext("%(num)d minute was rehearsed", "%(num)d minutes were rehearsed", minutes)
    if look.known:
        return str(
            gettext(
                "%(time)s, with people who answer as in your own calls of the last 30 days.",
                time=rehearsed_for,
            )
        )
    return str(
        gettext(
            "%(time)s, with people by a first guess: one of four answers, a talk takes two minutes.",
            time=rehearsed_for,
        )
    )


def _event(what: str, who: str, line: str) -> str:
    if what in _EVENTS:
        return str(_EVENTS[what]) % {"who": who, "line": line}
    outcome = words.word(dial_words.OUTCOMES, what.removeprefix("over_").removeprefix("answered_"))
    return str(gettext("Person %(who)s: %(outcome)s.", who=who, outcome=outcome))


def _picture(look: RehearsalLook) -> Picture | None:
    told = []
    for place, (dials, persons, reached) in enumerate(look.bins):
        begins = round(place * look.bin_seconds / 60)
        good = min(reached, dials)
        title = gettext(
            "From minute %(minute)s: %(dials)s dialled, %(persons)s answered, %(reached)s reached",
            minute=begins,
            dials=dials,
            persons=persons,
            reached=reached,
        )
        told.append(Bar(str(begins), title, [Part(good, "good"), Part(dials - good, "off")]))
    return bars(told)
