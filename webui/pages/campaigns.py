"""Campaigns: how they go, a new one of a trade, one campaign's settings."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from appliance.contract.errors import ControlError, StoreError
from webui import dialer_words, trade_words
from webui.answers import wants_json
from webui.box import box
from webui.campaign_view import campaign_lines, check_said
from webui.dial_words import SPEAKING
from webui.forms import campaigns as forms
from webui.forms.campaigns import CAMPAIGNS
from webui.forms.fields import Field, Option, Row, read_all
from webui.forms.parts import Settings, short_name
from webui.forms.places import place_of
from webui.forms.saving import Outcome, changed_meanwhile, fingerprint, save
from webui.forms.sections import sections
from webui.pages.calls import names_now
from webui.pages.live import now, shows
from webui.rehearsal_view import rehearsed
from webui.relay import Seen

campaigns = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@campaigns.get("")
def listed() -> ResponseReturnValue:
    """All campaigns and how they go, told on by the event stream."""
    return render_template(
        "dialer/campaigns.html", here="campaigns", tab="campaigns", **_told(now(), "", _list_part)
    )


@campaigns.get("/<name>")
def one(name: str) -> ResponseReturnValue:
    """One campaign: how it goes, and the look before it starts."""
    row = _row(box().shown_settings(), name)
    told = _told(now(), name, _one_part)
    return render_template(
        "dialer/campaign.html",
        here="campaigns",
        tab="campaigns",
        page="now",
        row=row,
        agents=_agents(row),
        **told,
    )


def _agents(row: Row) -> int:
    """How many there are for it; a queue without any is rehearsed with three."""
    agents = box().shown_settings()["agents"]
    return sum(row["queue"] in one["queues"] for one in agents) or (3 if row["queue"] else 0)


@campaigns.get("/<name>/check")
def check(name: str) -> ResponseReturnValue:
    """The look before the start, as a part of the campaign's page; takes seconds for large lists."""
    settings, names = box().shown_settings(), names_now()
    row = _row(settings, name)
    said = check_said(box().client.dialer.check(name), row, names.trunk, names.agent)
    return render_template("dialer/check.html", check=said, row=row, hears=_hears(settings, row))


def _hears(settings: Settings, row: Row) -> Row | None:
    """The flow that speaks where no agent does."""
    if row["method"] not in SPEAKING:
        return None
    return next((flow for flow in settings["flows"] if flow["name"] == row["outreach"]["flow"]), None)


@campaigns.get("/<name>/rehearsal")
def rehearsal(name: str) -> ResponseReturnValue:
    """What the campaign would come to, as a part of its page: nobody is called; takes seconds."""
    row, names = _row(box().shown_settings(), name), names_now()
    wished = request.args.get("agents", "")
    agents = int(wished) if wished.isascii() and wished.isdigit() else _agents(row)
    try:
        look = box().client.dialer.rehearse(name, agents)
    except ControlError as refused:
        raise _lacking(refused, _("It cannot be rehearsed yet: %(lacks)s")) from None
    return render_template("dialer/rehearsal.html", said=rehearsed(look, row, names.trunk, names.queue))


@campaigns.post("/<name>/<any(start,pause,resume,stop):do>")
def tell(name: str, do: str) -> ResponseReturnValue:
    """Start, pause, resume or stop it."""
    try:
        box().client.dialer.tell(name, do, "admin")
    except ControlError as refused:
        raise _lacking(refused, _("The campaign cannot start: %(lacks)s")) from None
    box().acted()
    return Response(status=204) if wants_json() else redirect(to("campaigns.one", name=name), 303)


def _lacking(refused: ControlError, sentence: str) -> ControlError:
    """The same refusal, with what the campaign lacks in words."""
    lacks = [dialer_words.missing(code, told.split()) for code, told in refused.problems.items()]
    return ControlError(sentence % {"lacks": " ".join(lacks)}, refused.code) if lacks else refused


def _told(seen: Seen, of: str, view: Callable[[Seen, str], str]) -> dict[str, str]:
    return {"part": view(seen, of), "problem": seen.problem}


@shows("campaigns")
def _list_part(seen: Seen, _of: str) -> str:
    return seen.once(f"campaigns {get_locale()}", lambda: _lines_part(seen, None))


@shows("campaign")
def _one_part(seen: Seen, of: str) -> str:
    return seen.once(f"campaign {of} {get_locale()}", lambda: _lines_part(seen, of))


def _lines_part(seen: Seen, only: str | None) -> str:
    rows = [row for row in CAMPAIGNS.rows(box().recent_settings()) if only in (None, row["name"])]
    looks = seen.state.campaigns if seen.state is not None else []
    lines = campaign_lines(looks, rows, names_now().queue)
    page = "dialer/campaigns_part.html" if only is None else "dialer/campaign_part.html"
    return render_template(page, lines=lines, known=seen.state is not None)


# ---------------------------------------------------------------------------------- a new one


@campaigns.get("/new")
def trades() -> ResponseReturnValue:
    """What the campaign is for; everything else follows from it."""
    return render_template("dialer/trades.html", here="campaigns", tab="campaigns", trades=trade_words.TRADES)


@campaigns.get("/new/<trade>")
def new(trade: str) -> ResponseReturnValue:
    """The form of a campaign of this trade."""
    settings = box().shown_settings()
    return _form(settings, _made(trade, settings), None)


@campaigns.post("/new/<trade>")
def add(trade: str) -> ResponseReturnValue:
    """Take a new campaign in."""
    _version, settings = box().settings()
    before = _made(trade, settings)
    row = read_all(_fields(settings), request.form, before, new=True)
    rows = CAMPAIGNS.rows(settings)
    row["name"] = short_name(
        str(row["label"]) or trade.replace("_", "-"), {"new", *(one["name"] for one in rows)}
    )

    def change(now: Settings) -> Settings:
        return CAMPAIGNS.with_rows(now, [*CAMPAIGNS.rows(now), row])

    done = save(box(), change, CAMPAIGNS.path(row, len(rows)), {})
    return _saved(row) if done.saved else _form(settings, row, None, done)


def _made(trade: str, settings: Settings) -> Row:
    if trade not in trade_words.TRADES:
        abort(404)
    return forms.made(trade, settings)


# ---------------------------------------------------------------------------------- settings


@campaigns.get("/<name>/settings")
def edit(name: str) -> ResponseReturnValue:
    """The form of one campaign."""
    settings = box().shown_settings()
    return _form(settings, _row(settings, name), name)


@campaigns.post("/<name>/settings")
def change(name: str) -> ResponseReturnValue:
    """Take a changed campaign in."""
    _version, settings = box().settings()
    before, place = _row(settings, name), CAMPAIGNS.place(settings, name) or 0
    row = read_all(_fields(settings), request.form, before, new=False)
    if changed_meanwhile(before, request.form.get("seen", "")):
        return _form(settings, row, name, Outcome(conflict=True))
    done = save(box(), lambda now: _replaced(now, name, row), CAMPAIGNS.path(row, place), {})
    return _saved(row) if done.saved else _form(settings, row, name, done)


@campaigns.post("/<name>/learning")
def set_learning(name: str) -> ResponseReturnValue:
    """Switch learning on or off."""
    _row(box().shown_settings(), name)
    on = request.form.get("learning") == "on"
    done = save(box(), lambda now: _replaced(now, name, {**_row(now, name), "learning": on}), "", {})
    if done.conflict:
        abort(409, _("Somebody else has saved at the same moment. Try once more."))
    flash(_("Learning is on.") if on else _("Learning is off."))
    return redirect(to("campaign_figures.learning", name=name), 303)


@campaigns.post("/<name>/delete")
def delete(name: str) -> ResponseReturnValue:
    """Take a campaign out; its lists and what was dialled stay."""
    done = save(box(), lambda now: _replaced(now, name, None), "", {})
    if done.conflict:
        abort(409, _("Somebody else has saved at the same moment. Try once more."))
    flash(_("The campaign is deleted. Its lists and what was dialled stay; Setup, History brings it back."))
    return redirect(to("campaigns.listed"), 303)


def _row(settings: Settings, name: str) -> Row:
    place = CAMPAIGNS.place(settings, name)
    if place is None:
        abort(404)
    return CAMPAIGNS.rows(settings)[place]


def _replaced(settings: Settings, name: str, row: Row | None) -> Settings:
    rows, place = CAMPAIGNS.rows(settings), CAMPAIGNS.place(settings, name)
    if place is None:
        abort(409, _("Somebody has deleted this meanwhile."))
    return CAMPAIGNS.with_rows(settings, [*rows[:place], *([row] if row else []), *rows[place + 1 :]])


def _saved(row: Row) -> ResponseReturnValue:
    flash(_("%(name)s is saved and in force.", name=row["label"]))
    return redirect(to("campaigns.one", name=row["name"]), 303)


def _fields(settings: Settings) -> list[Field]:
    return forms.campaign_fields(settings, _lists())


def _lists() -> list[Option]:
    """Lists to choose from, each with its size; none while the records cannot be read."""
    try:
        found = box().campaigns.lists()
    except StoreError:
        return []
    people = [ngettext("%(num)d person", "%(num)d people", one.leads) for one in found]
    return [(one.id, f"{one.name} · {count}") for one, count in zip(found, people, strict=True)]


def _form(settings: Settings, row: Row, key: str | None, done: Outcome | None = None) -> ResponseReturnValue:
    fields, found = _fields(settings), done or Outcome()
    names = {field.name.partition(".")[0] for field in fields}
    lost = {path: text for path, text in found.problems.items() if path.split(".")[0] not in names}
    elsewhere = {**lost, **found.elsewhere}
    usual = forms.made(row["trade"], settings)
    page = render_template(
        "dialer/edit.html",
        here="campaigns",
        tab="campaigns",
        key=key,
        row=row,
        trade=trade_words.TRADES[row["trade"]][0],
        seen=fingerprint(_row(settings, key))
        if key is not None and done is None
        else request.form.get("seen", ""),
        fields=fields,
        sections=sections(fields, row, usual, found.problems),
        problems=found.problems,
        elsewhere=elsewhere,
        places={path: place_of(path, settings) for path in elsewhere},
        conflict=found.conflict,
        deleting=False,
    )
    return page, 200 if done is None else 409 if done.conflict else 422
