"""Figures of a range of days: all of them, parted as people want, each with its formula and its calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui import measure_words
from webui.box import box
from webui.pages.calls import names_now
from webui.pictures import Bar, Part, bars
from webui.rows import call_lines, call_rows
from webui.story import Names
from webui.times import box_zone

if TYPE_CHECKING:
    from appliance.reports.measures import Data

figures = Blueprint("figures", __name__)

MOST_DAYS = 93
_MOST_ROWS = 400
_LISTED = 500
_WITHIN = 20.0
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for. `by` "" is no parting; `queue` "" are all queues."""

    since: date
    until: date
    by: str = ""
    minutes: int = 60
    within: float = _WITHIN
    queue: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the address of a page."""
        found = {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "within": f"{self.within:g}",
        }
        found |= {"by": self.by, "queue": self.queue, "minutes": str(self.minutes)}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """One part: its name for addresses, what people call it, and its data."""

    name: str
    label: str
    data: Data


def _wanted() -> tuple[Wanted, dict[str, str]]:
    """What was asked, and what cannot be understood: field -> sentence."""
    given, problems = request.args, dict[str, str]()
    today = datetime.now(box_zone()).date()
    since, until = (_day(name, today, problems) for name in ("since", "until"))
    if not problems and until < since:
        problems["until"] = _("The last day is before the first.")
    elif not problems and (until - since).days >= MOST_DAYS:
        problems["until"] = _("At most %(days)s days at once.", days=MOST_DAYS)
    minutes = given.get("minutes", "")
    within = given.get("within", "")
    plain = within.isascii() and within.isdigit() and 1 <= int(within[:6]) <= 3600
    if within and not plain:
        problems["within"] = _("A whole number of seconds, at most 3600, is wanted here.")
    by = given.get("by", "interval")
    return Wanted(
        since=since,
        until=until,
        by=by if by in measure_words.PARTS else "",
        minutes=int(minutes) if minutes in {str(one) for one in measure_words.INTERVALS} else 60,
        within=float(within[:6]) if plain else _WITHIN,
        queue=given.get("queue", "")[:40],
    ), problems


def _day(name: str, today: date, problems: dict[str, str]) -> date:
    text = request.args.get(name, "").strip()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        problems[name] = _("A day is written like 2026-03-31.")
        return today
    return day


def _data(wanted: Wanted) -> Data:
    from appliance.reports.measures import Data, grouped
    from appliance.reports.metrics import data

    zone = box_zone()
    since = datetime.combine(wanted.since, time(), zone)
    until = datetime.combine(wanted.until + timedelta(days=1), time(), zone)
    found = data(box().calls.reader, since, until, wanted.within, box().desk.answers)
    if not wanted.queue:
        return found
    return grouped(found, "queue").get(wanted.queue, Data([], (), wanted.within))


def _parted(whole: Data, by: str, minutes: int, names: Names, days: int) -> list[Row]:
    from appliance.reports.measures import grouped

    if not by:
        return []
    parts = grouped(whole, by, minutes, box_zone().key)
    return [Row(name, _label(name, by, names, days, minutes), data) for name, data in parts.items()]


def _label(name: str, by: str, names: Names, days: int, minutes: int) -> str:
    if by == "interval":
        at = datetime.fromisoformat(name)
        clock = "" if minutes >= 1440 else at.strftime("%H:%M")
        return " ".join(filter(None, [at.strftime("%m-%d") if days > 1 or not clock else "", clock]))
    if by == "queue":
        return names.queues.get(name, name)
    if by == "agent":
        return names.agent(name)
    if by == "trunk":
        return names.trunks.get(name, name)
    return _campaigns().get(name, name)


def _campaigns() -> dict[str, str]:
    return {row["name"]: row["label"] for row in box().recent_settings().get("marketing", [])}


@figures.get("/figures")
def shown() -> ResponseReturnValue:
    """All figures of some days, a picture, and the same by part."""
    from appliance.reports.measures import MEASURES, measured
    from appliance.reports.metrics import TooMany

    wanted, problems = _wanted()
    names, whole = names_now(), None
    if not problems:
        try:
            whole = _data(wanted)
        except TooMany as many:
            problems["until"] = _("%(count)s calls are too many at once: choose fewer days.", count=str(many))
    rows = _rows(whole, wanted, names, problems) if whole is not None else []
    page = render_template(
        "figures/page.html",
        here="calls",
        wanted=wanted,
        problems=problems,
        measures=MEASURES,
        told=measure_words,
        names=names,
        whole=whole,
        values=measured(whole) if whole is not None else {},
        rows=[(row, measured(row.data)) for row in rows],
        pictures=_pictures(whole, wanted, names) if whole is not None else [],
    )
    return page, 422 if problems else 200


def _rows(whole: Data, wanted: Wanted, names: Names, problems: dict[str, str]) -> list[Row]:
    days = (wanted.until - wanted.since).days + 1
    rows = _parted(whole, wanted.by, wanted.minutes, names, days)
    if len(rows) > _MOST_ROWS:
        problems["minutes"] = _("That makes too many rows: choose a longer interval or fewer days.")
        return []
    return rows


def _pictures(whole: Data, wanted: Wanted, names: Names) -> list[dict[str, Any]]:
    """When calls came and what became of them; how long callers waited for an agent in the parts chosen."""
    from appliance.reports.measures import abandoned, answered, offered

    days = (wanted.until - wanted.since).days + 1
    minutes = 1440 if days > 3 else 60
    came = []
    for row in _every_interval(_parted(whole, "interval", minutes, names, days), days, minutes, names):
        count, taken, lost = (len(one(row.data)) for one in (offered, answered, abandoned))
        title = _("%(when)s: %(count)s offered, %(taken)s answered", when=row.label, count=count, taken=taken)
        parts = [Part(taken, "good"), Part(lost, "bad"), Part(max(0, count - taken - lost), "off")]
        came.append(Bar(row.label, title, parts))
    found: list[dict[str, Any]] = [
        {"title": _("When calls came"), "picture": bars(came), "key": True, "unit": ""}
    ]
    if wanted.by and wanted.by != "interval":
        found.append(_compared(_parted(whole, wanted.by, minutes, names, days), wanted.by))
    return [one for one in found if one["picture"] is not None]


def _compared(rows: list[Row], by: str) -> dict[str, Any]:
    """The parts side by side: agents by what they answered, all else by how soon callers were answered."""
    from appliance.reports.measures import BY_NAME

    measure = BY_NAME["answered" if by == "agent" else "service_level"]
    made = []
    for row in rows:
        value = measure.value(row.data)
        title = f"{row.label}: {measure_words.shown(value, measure.unit)}"
        made.append(Bar(row.label, title, [Part(value or 0.0, "busy")]))
    percent = measure.unit == "%"
    return {
        "title": measure_words.MEASURES[measure.name][0],
        "picture": bars(made, 100.0 if percent else None),
        "key": False,
        "unit": " %" if percent else "",
    }


def _every_interval(rows: list[Row], days: int, minutes: int, names: Names) -> list[Row]:
    """The same intervals with those between them in which nothing was."""
    from appliance.reports.measures import Data

    if not rows:
        return []
    zone, known = box_zone(), {row.name: row for row in rows}
    at, last = (datetime.fromisoformat(row.name).astimezone(zone) for row in (rows[0], rows[-1]))
    found = []
    while at <= last:
        name = at.isoformat()
        empty = Row(name, _label(name, "interval", names, days, minutes), Data([]))
        found.append(known.get(name, empty))
        at += timedelta(minutes=minutes)
    return found


@figures.get("/figures.csv")
def exported() -> ResponseReturnValue:
    """The same as CSV (RFC 4180): a row a part, a column a figure, the whole first."""
    from appliance.reports.export import export_rows
    from appliance.reports.measures import MEASURES, measured

    wanted, whole = _asked()
    days = (wanted.until - wanted.since).days + 1
    rows = _parted(whole, wanted.by, wanted.minutes, names_now(), days)
    heading = [wanted.by or "part", *(measure.name for measure in MEASURES)]
    lines = [["", *_cells(measured(whole))]]
    lines += [
        [row.name if wanted.by == "interval" else row.label, *_cells(measured(row.data))] for row in rows
    ]
    name = f"figures-{wanted.since}-{wanted.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(export_rows(heading, lines), mimetype="text/csv", headers=headers)


def _cells(values: dict[str, float | None]) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in values.values()]


@figures.get("/figures/calls")
def behind() -> ResponseReturnValue:
    """The calls one figure is made of, as a page or (`csv`) a file."""
    from appliance.reports.measures import BY_NAME

    measure = BY_NAME.get(request.args.get("measure", ""))
    if measure is None:
        abort(404)
    wanted, data = _asked()
    names = names_now()
    days = (wanted.until - wanted.since).days + 1
    part = request.args.get("part")
    rows = {row.name: row for row in _parted(data, wanted.by, wanted.minutes, names, days)} if part else {}
    if part and part not in rows:
        abort(404)
    if part:
        data = rows[part].data
    calls = list(reversed(measure.behind(data)))
    if "csv" in request.args:
        from appliance.reports.export import export_records

        headers = {"Content-Disposition": f'attachment; filename="calls-{measure.name}.csv"'}
        return Response(export_records(calls), mimetype="text/csv", headers=headers)
    return render_template(
        "figures/calls.html",
        here="calls",
        wanted=wanted,
        measure=measure,
        told=measure_words,
        part=part,
        label=rows[part].label if part else "",
        value=measure.value(data),
        count=len(calls),
        most=_LISTED,
        rows=call_rows(call_lines(calls[:_LISTED], names)),
    )


def _asked() -> tuple[Wanted, Data]:
    """What was asked and its data; 422 with words where that cannot be."""
    from appliance.reports.metrics import TooMany

    wanted, problems = _wanted()
    if problems:
        abort(422, " ".join(problems.values()))
    try:
        return wanted, _data(wanted)
    except TooMany as many:
        abort(422, _("%(count)s calls are too many at once: choose fewer days.", count=str(many)))
