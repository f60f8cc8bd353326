"""Figures of a campaign in words: the way of a call, hours, agents, what learning found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui import dial_words, words
from webui.pictures import Bar, Part, Picture, bars
from webui.times import duration

if TYPE_CHECKING:
    from appliance.reports.campaigns import Counts, Learnt, Results

#: The steps of `reports.campaigns.STEPS`: names and formulas.
STEPS = {
    "dials": (_("Dialled"), _("number of attempts that the gate allowed and a line began")),
    "rang": (_("Rang"), _("number of them whose telephone rang, or that were answered")),
    "answered": (_("Answered"), _("number of them that were answered, by whomever")),
    "persons": (
        _("A person answered"),
        _("number of them that a person answered: with an agent, or without one"),
    ),
    "keyed": (_("Pressed an answer"), _("number of them in which a key of the flow led to an outcome")),
    "joined": (_("Spoke with an agent"), _("number of them in which an agent spoke with the person")),
    "success": (
        _("Success"),
        _("number of them that an agent, or a key, noted as what the campaign is for"),
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way; `fill` is its share of the dials, 0 to 100."""

    name: str
    formula: str
    count: int
    fill: float
    share: str  # of the step before


@dataclass(frozen=True, slots=True)
class CountRow:
    """Counts of an hour, a day or an agent, in words."""

    name: str
    cells: tuple[str, ...]


HEADS = (
    _("Dialled"), _("Persons"), _("Of the dials"), _("With an agent"), _("Without an agent"),
    _("Average talk"), _("Success"), _("Of the talks"),
)  # fmt: skip


def funnel(counts: Counts, speaks: bool) -> list[Step]:
    """The way of a call, step by step; `speaks`: people hear a flow and press keys, else agents speak."""
    found, before = [], counts.dials
    for name, (label, formula) in STEPS.items():
        if name == ("joined" if speaks else "keyed"):
            continue
        count = int(getattr(counts, name))
        fill = 100.0 * count / counts.dials if counts.dials else 0.0
        share = percent(100.0 * count / before) if before and name != "dials" else ""
        found.append(Step(str(label), str(formula), count, round(fill, 1), share))
        before = count
    return found


def outcome_rows(found: Results) -> list[tuple[str, str, str, int]]:
    """Outcomes, the most first: code, words, tone, count."""
    ordered = sorted(found.outcomes.items(), key=lambda one: -one[1])
    return [
        (
            code,
            words.word(dial_words.OUTCOMES, code) if code else gettext("goes on"),
            words.tone(dial_words.OUTCOMES, code),
            count,
        )
        for code, count in ordered
    ]


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One way calls went; `fill` is its share of them all, 0 to 100."""

    name: str
    success: bool
    count: int
    fill: float
    share: str


def said_rows(
    found: Results, dispositions: Sequence[Mapping[str, Any]], answers: Collection[str] = ()
) -> list[SaidRow]:
    """How calls went, the most first; with `answers` (codes to which keys lead) in the order of the
    dispositions, also those nobody gave."""
    known = {row["code"]: row for row in dispositions}
    places = {code: place for place, code in enumerate(known)}
    said = {**dict.fromkeys((code for code in known if code in answers), 0), **found.said}
    whole = sum(found.said.values())
    rows = [
        SaidRow(
            str(known[code]["label"]) if code in known else code,
            bool(known.get(code, {}).get("success")),
            count,
            round(100.0 * count / whole, 1) if whole else 0.0,
            percent(100.0 * count / whole if whole else None),
        )
        for code, count in sorted(said.items(), key=lambda one: places.get(one[0], len(places)))
    ]
    return rows if answers else sorted(rows, key=lambda row: -row.count)


def count_rows(rows: Mapping[Any, Counts], name: Callable[[Any], str]) -> list[CountRow]:
    """Rows of a table."""
    return [CountRow(name(key), _cells(counts)) for key, counts in rows.items()]


def _cells(counts: Counts) -> tuple[str, ...]:
    return (
        str(counts.dials),
        str(counts.persons),
        percent(counts.share),
        str(counts.joined),
        str(counts.dropped),
        "–" if counts.mean_talk is None else duration(counts.mean_talk),
        str(counts.success),
        percent(counts.conversion),
    )


def percent(value: float | None) -> str:
    """A share; a dash where there is none."""
    return "–" if value is None else f"{value:.0f} %"


def clock(hour: int) -> str:
    """An hour of the day."""
    return f"{hour}:00 – {hour + 1}:00"


def hour_picture(hours: Mapping[int, Counts]) -> Picture | None:
    """Dials of each hour, those that a person answered apart."""
    if not hours:
        return None
    told = []
    for hour in range(min(hours), max(hours) + 1):
        counts = hours.get(hour)
        dials, persons = (counts.dials, counts.persons) if counts else (0, 0)
        title = gettext(
            "%(hour)s: %(people)s of %(dials)s answered", hour=clock(hour), people=persons, dials=dials
        )
        told.append(Bar(str(hour), title, [Part(persons, "good"), Part(dials - persons, "off")]))
    return bars(told)


# ---------------------------------------------------------------------------------- learning


@dataclass(frozen=True, slots=True)
class LearntSaid:
    """What was learnt, in counts, and what it gains."""

    parts: tuple[tuple[str, int, int, str, float], ...]  # span, answered, dials, sentence, percent
    gain: str
    proved: str
    with_it: str
    without: str


def learnt_said(found: Learnt) -> LearntSaid:
    """It in words."""
    gain = found.gain
    if gain is None:
        gained, proved = gettext("There are too few calls to tell what learning gains."), ""
    else:
        gained = gettext(
            "With learning %(share)s of 100 calls were answered by a person, without it %(other)s: "
            "%(difference)s (the truth lies between %(low)s and %(high)s with 95 %% certainty).",
            share=_hundred(gain.with_learning),
            other=_hundred(gain.without),
            difference=_signed(gain.difference),
            low=_signed(gain.low),
            high=_signed(gain.high),
        )
        proved = (
            gettext("That is more than chance.")
            if gain.proved
            else gettext("That may be chance: it takes more calls to tell.")
        )
    return LearntSaid(
        tuple(_part(*part) for part in found.parts if part[2]),
        str(gained),
        str(proved),
        _group(found.learning.dials, found.learning.leads),
        _group(found.without.dials, found.without.leads),
    )


def _part(begins: int, ends: int, dials: int, answered: int) -> tuple[str, int, int, str, float]:
    span = f"{begins}:00 – {ends}:00"
    text = gettext("answered %(answered)s of %(dials)s", answered=answered, dials=dials)
    return span, answered, dials, str(text), round(100.0 * answered / dials, 1)


def _group(dials: int, leads: int) -> str:
    calls = ngettext("%(num)d call", "%(num)d calls", dials)
    people = ngettext("%(num)d person", "%(num)d people", leads)
    return str(gettext("%(calls)s to %(people)s", calls=calls, people=people))


def _hundred(share: float) -> str:
    return f"{100.0 * share:.3g}"


def _signed(difference: float) -> str:
    return f"{100.0 * difference:+.1f}"
