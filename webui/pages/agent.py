"""The agent's page: the person who is called, the script, how the call went, who is next.

Who sits at a browser is chosen on the page, as the supervisor is on the live page.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from appliance.contract.campaign_look import LeadLook
from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode, LiveAgent
from webui.agent_view import SKIPS, Desk, lead_said
from webui.answers import wants_json
from webui.box import box
from webui.pages.calls import names_now
from webui.pages.live import now, shows
from webui.relay import Seen
from webui.times import box_zone

agent = Blueprint("agent", __name__, url_prefix="/agent")

_WHO = "agent"  # in the session: whose page this browser shows
_BY_HAND = ("manual", "preview")


@agent.get("")
def page() -> ResponseReturnValue:
    """The whole page; without an agent chosen, who sits here is asked."""
    seen = now()
    agents = seen.state.agents if seen.state is not None else []
    who = next((one for one in agents if one.id == session.get(_WHO)), None)
    part = _part(seen, who.id) if who is not None else ""
    return render_template(
        "dialer/agent.html",
        here="campaigns",
        tab="agent",
        agents=agents,
        who=who,
        part=part,
        problem=seen.problem,
    )


@agent.post("/me")
def me() -> ResponseReturnValue:
    """Who sits at this browser."""
    session[_WHO] = request.form.get("agent", "")[:20]
    return redirect(url_for("agent.page"), 303)


@shows("agent")
def _part(seen: Seen, of: str) -> str:
    """The changing part of one agent's page; the core is asked for a lead when the stream told of another."""
    agents = seen.state.agents if seen.state is not None else []
    who = next((one for one in agents if one.id == of), None)
    lead = _lead(who) if who is not None else None
    return seen.once(f"agent {of} {get_locale()}", lambda: _drawn(who, lead))


def _lead(who: LiveAgent) -> LeadLook | None:
    if who.lead is None:
        return None
    desk: Desk = current_app.extensions.setdefault("callbox-agents", Desk(time.monotonic))
    return desk.lead(who.id, who.lead, box().client.dialer.present)


def _drawn(who: LiveAgent | None, lead: LeadLook | None) -> str:
    settings = box().recent_settings()
    mine: list[str] = next((row["queues"] for row in settings["agents"] if who and row["id"] == who.id), [])
    campaigns = [row for row in settings["dialer"]["campaigns"] if row["queue"] in mine]
    soon = datetime.now(box_zone()).replace(second=0, microsecond=0)
    return render_template(
        "dialer/agent_part.html",
        who=who,
        lead=lead_said(lead) if lead is not None else None,
        campaigns=campaigns,
        to_look=[row for row in campaigns if row["method"] in _BY_HAND],
        breaks=settings["talk"]["breaks"],
        skips=SKIPS,
        queues=[names_now().queue(name) for name in mine],
        soon=[
            (_("in an hour"), f"{soon + timedelta(hours=1):%Y-%m-%dT%H:%M}"),
            (_("tomorrow at this time"), f"{soon + timedelta(days=1):%Y-%m-%dT%H:%M}"),
        ],
    )


# ------------------------------------------------------------------------------ what is done


@agent.post("/<who>/next")
def following(who: str) -> ResponseReturnValue:
    """The next person to look at."""
    box().client.dialer.preview(who, request.form.get("campaign", ""))
    return _done()


@agent.post("/<who>/skip")
def skip(who: str) -> ResponseReturnValue:
    """Not this one now."""
    reason = " ".join(request.form.get("reason", "").split())[:200]
    if not reason:
        raise ControlError(_("Say why this person is skipped."), ErrorCode.REFUSED)
    box().client.dialer.skip(who, reason)
    return _done()


@agent.post("/<who>/dial")
def dial(who: str) -> ResponseReturnValue:
    """Dial the person who is looked at."""
    phone = request.form.get("phone", "")
    box().client.dialer.dial(who, int(phone) if phone.isascii() and phone.isdigit() else None)
    return _done()


@agent.post("/<who>/hand")
def by_hand(who: str) -> ResponseReturnValue:
    """Dial a number inside a campaign."""
    number = request.form.get("number", "").translate(str.maketrans("", "", " -()/."))[:40]
    if not number:
        raise ControlError(_("Type a number first."), ErrorCode.REFUSED)
    box().client.dialer.dial_by_hand(who, request.form.get("campaign", ""), number)
    return _done()


@agent.post("/<who>/say")
def say(who: str) -> ResponseReturnValue:
    """How the call went, with what was typed into the fields."""
    form = request.form
    fields = {name[2:]: value.strip()[:500] for name, value in form.items() if name.startswith("f.")}
    code = form.get("code", "")
    later = form.get(f"later.{code}") == "yes"
    due = _due(form.get(f"due.{code}", "")) if later else None
    own = later and form.get(f"own.{code}") == "mine"
    box().client.dialer.dispose(who, code, fields, due, own)
    return _done()


def _due(text: str) -> str:
    """A local time of the box as it was typed; ISO 8601 with its offset."""
    try:
        when = datetime.fromisoformat(text).replace(tzinfo=box_zone())
    except ValueError:
        raise ControlError(_("Choose day and time of the call."), ErrorCode.REFUSED) from None
    if when < datetime.now(box_zone()):
        raise ControlError(_("That time has passed. Choose a later one."), ErrorCode.REFUSED)
    return when.isoformat()


def _done() -> ResponseReturnValue:
    box().acted()
    return Response(status=204) if wants_json() else redirect(url_for("agent.page"), 303)
