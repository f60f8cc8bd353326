"""What callers answered: satisfaction, settled or not, each question, each agent, the latest answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webui.box import box
from webui.pages.calls import names_now
from webui.pictures import Bar, Part, Picture, bars
from webui.times import box_zone, local_time

if TYPE_CHECKING:
    from appliance.reports.desk import AnswerRow
    from appliance.reports.survey import Csat

survey = Blueprint("survey", __name__)

_DAYS = 30
_LATEST = 50
_TONES = ("bad", "bad", "warn", "good", "good")


def _asked() -> tuple[int, str | None, str | None, list[AnswerRow]]:
    """Days, queue and agent of the request, and the answers."""
    text = request.args.get("days", "")
    days = min(max(int(text), 1), 366) if text.isascii() and text.isdigit() and len(text) < 5 else _DAYS
    until = datetime.now(box_zone()) + timedelta(minutes=1)
    queue, agent = request.args.get("queue") or None, request.args.get("agent") or None
    return (
        days,
        queue,
        agent,
        box().desk.answers(until - timedelta(days=days), until, queue=queue, agent=agent),
    )


@survey.get("/survey")
def shown() -> ResponseReturnValue:
    """The answers of the last days, put together."""
    from appliance.reports.survey import by_agent, by_question, csat, fcr

    days, queue, agent, rows = _asked()
    found = csat(rows)
    return render_template(
        "desk/survey.html",
        here="desk",
        tab="survey",
        days=days,
        queue=queue,
        agent=agent,
        csat=found,
        fcr=fcr(rows),
        picture=_picture(found),
        questions=by_question(rows),
        asked=_questions(),
        agents=by_agent(rows),
        names=names_now(),
        said=_said,
        latest=rows[: -_LATEST - 1 : -1],
        count=len(rows),
    )


def _picture(found: Csat) -> Picture | None:
    """How often each of 1 to 5 was pressed."""
    told = []
    for key, (count, tone) in enumerate(zip(found.counts, _TONES, strict=True), 1):
        title = f"{key}: {ngettext('%(num)d answer', '%(num)d answers', count)}"
        told.append(Bar(str(key), title, [Part(count, tone)]))
    return bars(told)


def _questions() -> dict[str, str]:
    """Short name -> what callers are asked, without the keys that answer it."""
    questions = box().recent_settings()["survey"]["questions"]
    texts = {row["name"]: row["said"]["text"] or row["name"] for row in questions}
    return {name: text[: text.find("?") + 1] or text for name, text in texts.items()}


def _said(kind: str, answer: int | None) -> str:
    """An answer in words."""
    if answer is None:
        return str(_("skipped"))
    if kind == "solved":
        return str(_("yes") if answer == 1 else _("no"))
    return str(_("%(answer)s of 5", answer=answer)) if kind == "csat" else str(answer)


@survey.get("/survey.csv")
def exported() -> ResponseReturnValue:
    """Every answer as CSV (RFC 4180)."""
    from appliance.reports.export import export_rows

    _days, _queue, _agent, rows = _asked()
    heading = ("at", "call", "queue", "agent", "question", "kind", "answer")
    lines = [
        (local_time(row.at), row.call, row.queue, row.agent, row.question, row.kind, row.answer)
        for row in rows
    ]
    headers = {
        "Content-Disposition": f'attachment; filename="survey-{datetime.now(box_zone()):%Y-%m-%d}.csv"'
    }
    return Response(export_rows(heading, lines), mimetype="text/csv", headers=headers)
