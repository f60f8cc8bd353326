"""A campaign's figures and what was learnt: read from the records, in ranges of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui import campaign_figures as told
from webui.box import box
from webui.dial_words import SPEAKING
from webui.forms.campaigns import CAMPAIGNS
from webui.forms.fields import Row
from webui.pages.calls import names_now
from webui.times import box_zone

if TYPE_CHECKING:
    from appliance.reports.campaigns import Results

campaign_figures = Blueprint("campaign_figures", __name__, url_prefix="/campaigns")

MOST_DAYS = 93
_LEARNT_DAYS = 60
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_BY = ("days", "hours", "agents")


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are asked for, whole ones."""

    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Their beginning and their end."""
        zone = box_zone()
        after = self.until + timedelta(days=1)
        return datetime.combine(self.since, time(), zone), datetime.combine(after, time(), zone)

    @property
    def query(self) -> dict[str, str]:
        """The same as the address of a page."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


@campaign_figures.get("/<name>/figures")
def page(name: str) -> ResponseReturnValue:
    """The way of a call, outcomes, hours, days, agents."""
    row = _row(name)
    days, problem = _days()
    found = _results(row, days)
    names, speaks = names_now(), row["method"] in SPEAKING
    status = 422 if problem else 200
    return render_template(
        "dialer/figures.html",
        here="campaigns",
        tab="campaigns",
        page="figures",
        row=row,
        days=days,
        problem=problem,
        found=found,
        funnel=told.funnel(found.all, speaks),
        outcomes=told.outcome_rows(found),
        speaks=speaks,
        said=told.said_rows(found, row["dispositions"], _answers(row) if speaks else ()),
        heads=told.HEADS,
        hours=told.count_rows(found.hours, told.clock),
        per_day=told.count_rows(found.days, str),
        agents=told.count_rows(found.agents, names.agent),
        picture=told.hour_picture(found.hours),
        drop_share=told.percent(found.all.drop_share),
    ), status


@campaign_figures.get("/<name>/figures.csv")
def exported(name: str) -> ResponseReturnValue:
    """Days, hours or agents as CSV."""
    from appliance.reports.campaigns import exported as csv_of

    row, by = _row(name), request.args.get("by", "days")
    if by not in _BY:
        abort(404)
    days, problem = _days()
    if problem:
        abort(422, problem)
    found, agent = _results(row, days), names_now().agent
    rows = {
        "days": found.days,
        "hours": {told.clock(hour): counts for hour, counts in found.hours.items()},
        "agents": {f"{which} {agent(which)}": counts for which, counts in found.agents.items()},
    }[by]
    file = f"{name}-{by}-{days.since:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(csv_of(by.removesuffix("s"), rows), mimetype="text/csv", headers=headers)


@campaign_figures.get("/<name>/learning")
def learning(name: str) -> ResponseReturnValue:
    """What the campaign's own calls tell, in counts; what learning gains; its switch is in the settings."""
    row = _row(name)
    since = datetime.now(box_zone()) - timedelta(days=_LEARNT_DAYS)
    found = box().campaigns.learnt(name, since, box_zone())
    return render_template(
        "dialer/learning.html",
        here="campaigns",
        tab="campaigns",
        page="learning",
        row=row,
        learnt=told.learnt_said(found),
        days=_LEARNT_DAYS,
    )


def _row(name: str) -> Row:
    settings = box().recent_settings()
    place = CAMPAIGNS.place(settings, name)
    if place is None:
        abort(404)
    return CAMPAIGNS.rows(settings)[place]


def _answers(row: Row) -> set[str]:
    """Outcomes to which the keys of its flow lead."""
    flows = box().recent_settings()["flows"]
    mine = [flow for flow in flows if flow["name"] == row["outreach"]["flow"]]
    return {node["code"] for flow in mine for node in flow["nodes"].values() if node["kind"] == "outcome"}


def _results(row: Row, days: Days) -> Results:
    good = [one["code"] for one in row["dispositions"] if one["success"]]
    return box().campaigns.results(row["name"], *days.moments, box_zone(), good)


def _days() -> tuple[Days, str]:
    """The days of the form; the last week, and a sentence, when they cannot be."""
    today = datetime.now(box_zone()).date()
    usual = Days(today - timedelta(days=6), today)
    try:
        since = date.fromisoformat(request.args.get("since") or usual.since.isoformat())
        until = date.fromisoformat(request.args.get("until") or max(since, today).isoformat())
    except ValueError:
        return usual, _("A day is written like 2026-03-31.")
    if not _FIRST_YEAR <= since.year <= until.year <= _LAST_YEAR or until < since:
        return usual, _("The last day must not be before the first.")
    if (until - since).days >= MOST_DAYS:
        return usual, _("At most %(days)s days at once.", days=MOST_DAYS)
    return Days(since, until), ""
