"""The next appointments of contacts, and what callers said of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from appliance.contract.appointments import STATE_FIELD
from webui import words
from webui.box import box
from webui.times import box_zone

appointments = Blueprint("appointments", __name__)

_PAGE = 200


@appointments.get("/appointments")
def listed() -> ResponseReturnValue:
    """From today on, or the last month's; all of them or those of one answer."""
    today = datetime.combine(datetime.now(box_zone()).date(), time())
    past, said = "past" in request.args, request.args.get("said")
    found = box().desk.appointments(today - timedelta(days=31) if past else today)
    if past:
        found = [(at, row) for at, row in reversed(found) if at < today]
    counts = {state: 0 for state in words.APPOINTMENTS}
    for _at, row in found:
        state = row.fields.get(STATE_FIELD, "")
        counts[state] = counts.get(state, 0) + 1
    shown = [(at, row, row.fields.get(STATE_FIELD, "")) for at, row in found]
    if said in words.APPOINTMENTS:
        shown = [one for one in shown if one[2] == said]
    return render_template(
        "desk/appointments.html",
        here="desk",
        tab="appointments",
        rows=shown[:_PAGE],
        more=len(shown) > _PAGE,
        counts=counts,
        total=len(found),
        past=past,
        said=said if said in words.APPOINTMENTS else None,
    )
