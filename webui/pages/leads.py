"""Leads: found, and the life of one: every dial, what became of it, why it was allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import dial_words, lead_words
from webui.box import box
from webui.pages.calls import names_now
from webui.pages.lists import csv, list_names, shown_labels
from webui.permit_view import Permit, permits_of
from webui.recordings import Recording, recording
from webui.said import in_words
from webui.times import moment_of

if TYPE_CHECKING:
    from appliance.reports.dials import LeadFilter, LeadRow

leads = Blueprint("leads", __name__, url_prefix="/leads")

_PAGE = 50
_FIELDS = ("text", "list", "state", "outcome")


def _typed() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:80] for name in _FIELDS}


def _filter(typed: dict[str, str]) -> LeadFilter:
    from appliance.reports.dials import LeadFilter

    return LeadFilter(**{name: value or None for name, value in typed.items()})


def number_of(name: str) -> int:
    """A number in the address of the page; 0 when it is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


@leads.get("")
def listed() -> ResponseReturnValue:
    """A page of the leads that match, in the order of their files."""
    typed, after = _typed(), number_of("after")
    rows = box().dials.leads(_filter(typed), after, _PAGE + 1)
    more, rows = len(rows) > _PAGE, rows[:_PAGE]
    return render_template(
        "dialer/leads.html",
        here="campaigns",
        tab="leads",
        typed=typed,
        chosen={name: value for name, value in typed.items() if value},
        rows=rows,
        after=after,
        next=rows[-1].id if more else None,
        lists=box().dials.lists(),
        names=list_names(),
        states=lead_words.STATES,
        outcomes=dial_words.OUTCOMES,
    )


@leads.get("/found.csv")
def exported() -> ResponseReturnValue:
    """All leads that match, as CSV."""
    return csv(box().dials.export_leads(_filter(_typed())), "leads")


@leads.get("/<int:lead>")
def life(lead: int) -> ResponseReturnValue:
    """One lead and all that was done about it. With `open` everything stands open, to be printed."""
    return _life(lead, "")


def _life(lead: int, problem: str, status: int = 200) -> ResponseReturnValue:
    row = _row(lead)
    dials = permits_of(box().dials.life(row))
    page = render_template(
        "dialer/lead.html",
        here="campaigns",
        tab="leads",
        row=row,
        dials=dials,
        heard={one.row.key: _recordings(one) for one in dials if one.row.call},
        open="open" in request.args,
        list_name=list_names().get(row.list, ""),
        shown=shown_labels(),
        names=names_now(),
        words_of=lead_words,
        outcomes=dial_words.OUTCOMES,
        why=lead_words.reason(row.why, dial_words.OUTCOMES),
        problem=problem,
    )
    return page, status


def _recordings(one: Permit) -> list[Recording]:
    """What can be heard of the call that the dial became."""
    found = box().calls.one(str(one.row.call))
    folder = box().options.recordings
    return [recording(folder, name) for name in found[0].recordings] if found is not None else []


@leads.post("/<int:lead>/<any(done,fresh):state>")
def set_state(lead: int, state: str) -> ResponseReturnValue:
    """It is dialled no more; or again, as if it were new."""
    before = _row(lead).state
    problem = _set(lead, {"state": state})
    if problem:
        return _life(lead, problem, 409)
    if state == "done":
        return redirect(to("leads.life", lead=lead, ended=before), 303)
    flash(_("This person is called again."))
    return redirect(to("leads.life", lead=lead), 303)


@leads.post("/<int:lead>/callback")
def call_back(lead: int) -> ResponseReturnValue:
    """To be called back at a time, by anyone or by one agent."""
    due = moment_of(request.form.get("due", ""))
    if due is None:
        return _life(lead, _("Say when: a day and a time that lie ahead."), 422)
    agent = request.form.get("agent") or None
    problem = _set(lead, {"state": "callback", "due": due, "agent": agent, "own": bool(agent)})
    if problem:
        return _life(lead, problem, 409)
    flash(_("The callback is set; it goes before all other leads."))
    return redirect(to("leads.life", lead=lead), 303)


def _set(lead: int, data: dict[str, Any]) -> str:
    """Change it; why not, if the core refuses."""
    try:
        box().client.lists.set_lead(lead, data, "admin")
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        return in_words(str(refused))
    return ""


def _row(lead: int) -> LeadRow:
    row = box().dials.lead(lead)
    if row is None:
        abort(404)
    return row
