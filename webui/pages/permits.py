"""The compliance log: each dial the gate was asked about, its answer, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui import dial_words, permit_words
from webui.box import box
from webui.pages.calls import names_now
from webui.pages.lists import campaign_labels, csv, shown_labels
from webui.permit_view import permit_of, permits_of, reasons_of
from webui.recordings import recording
from webui.times import box_zone

if TYPE_CHECKING:
    from appliance.reports.dials import DialFilter, DialRow

permits = Blueprint("permits", __name__, url_prefix="/permits")

_PAGE = 50
_FIELDS = ("text", "campaign", "answer", "why", "outcome", "since", "until")


def _typed() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:80] for name in _FIELDS}


def _understood(typed: dict[str, str]) -> tuple[DialFilter, dict[str, str]]:
    """The filter, and what cannot be understood. Days count in the box's zone, both included."""
    from appliance.reports.dials import DialFilter

    problems: dict[str, str] = {}
    since, until = _day(typed, "since", 0, problems), _day(typed, "until", 1, problems)
    if since is not None and until is not None and until <= since:
        problems["until"] = _("The last day is before the first.")
    words = {name: typed[name] or None for name in ("text", "campaign", "answer", "why", "outcome")}
    return DialFilter(**words, since=since, until=until), problems


def _day(typed: dict[str, str], name: str, later: int, problems: dict[str, str]) -> datetime | None:
    if not typed[name]:
        return None
    try:
        day = date.fromisoformat(typed[name]) + timedelta(days=later)
        return datetime(day.year, day.month, day.day, tzinfo=box_zone())
    except (ValueError, OverflowError):
        problems[name] = _("A day is written like 2026-03-31.")
        return None


@permits.get("")
def listed() -> ResponseReturnValue:
    """A page of dials and refusals, the latest first."""
    typed = _typed()
    which, problems = _understood(typed)
    rows = [] if problems else box().dials.dials(which, _before(), _PAGE + 1)
    more, rows = len(rows) > _PAGE, rows[:_PAGE]
    counts = {} if problems or typed["answer"] == "allowed" else _counted(which)
    page = render_template(
        "dialer/permits.html",
        here="campaigns",
        tab="permits",
        typed=typed,
        chosen={name: value for name, value in typed.items() if value},
        problems=problems,
        rows=permits_of(rows),
        persons=box().dials.names_of({row.lead for row in rows if row.lead is not None}),
        before=request.args.get("before"),
        next=rows[-1].place if more else None,
        labels=campaign_labels(),
        whys=permit_words.WHYS,
        outcomes=dial_words.OUTCOMES,
        shown=shown_labels(),
        counts=sorted(counts.items(), key=lambda one: -one[1])[:6],
        week=which.since is None,
    )
    return page, 422 if problems else 200


def _counted(which: DialFilter) -> dict[str, int]:
    """How often each reason was given; where no day is asked for, in the last week."""
    since = which.since or datetime.now(box_zone()) - timedelta(days=7)
    return box().dials.reasons(replace(which, since=since))


def _before() -> tuple[int, str] | None:
    at, _dot, key = request.args.get("before", "").partition(".")
    return (int(at), key[:40]) if at.isascii() and at.isdigit() and len(at) <= 18 else None


@permits.get("/log.csv")
def exported() -> ResponseReturnValue:
    """All that match, as CSV, with the reasons in words."""
    which, problems = _understood(_typed())
    if problems:
        abort(422, " ".join(problems.values()))
    told: dict[str, str] = {}

    def said(row: DialRow) -> str:
        key = str(row.verdict.get("refusals"))
        return told.setdefault(key, " ".join(reasons_of(row.verdict)))

    return csv(box().dials.export_dials(which, said), "compliance-log")


@permits.get("/<key>")
def one(key: str) -> ResponseReturnValue:
    """One dial and the gate's whole answer, to be printed."""
    row = box().dials.dial(key[:40])
    if row is None:
        abort(404)
    call = box().calls.one(row.call) if row.call else None
    folder = box().options.recordings
    return render_template(
        "dialer/permit.html",
        here="campaigns",
        tab="permits",
        one=permit_of(row),
        person=box().dials.lead(row.lead) if row.lead is not None else None,
        heard=[recording(folder, name) for name in call[0].recordings] if call is not None else [],
        shown=shown_labels(),
        names=names_now(),
    )
