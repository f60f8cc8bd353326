"""Who is not called: the own list, those of campaigns, official ones; and whether a number may be called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import lead_words
from webui.box import box
from webui.file_job import Going, going_of, keep, name_of, path_of, take
from webui.forms.uploads import allow_files
from webui.numbers import in_e164
from webui.pages.lists import campaign_labels, csv
from webui.permit_view import reasons_of
from webui.said import in_words

dnc = Blueprint("dnc", __name__, url_prefix="/dnc")
dnc.before_request(allow_files)

_PAGE = 100
_KINDS = "any(own,campaign,official)"


@dnc.get("")
def own() -> ResponseReturnValue:
    """Numbers no campaign calls."""
    return _entries("own", {})


@dnc.get("/campaigns")
def campaign() -> ResponseReturnValue:
    """Numbers that one campaign does not call."""
    return _entries("campaign", {})


def _entries(kind: str, problems: Mapping[str, str], status: int = 200) -> ResponseReturnValue:
    text, after = request.args.get("text", "").strip()[:40], request.args.get("after", "")[:90]
    rows = box().dials.entries(kind, _signs(text), after, None, _PAGE + 1)
    more, rows = len(rows) > _PAGE, rows[:_PAGE]
    counts = box().dials.entry_counts()
    page = render_template(
        "dialer/dnc.html",
        here="campaigns",
        tab="dnc",
        kind=kind,
        text=text,
        rows=rows,
        next=f"{rows[-1].entry}|{rows[-1].list}" if more else None,
        count=sum(count for (of, _list), count in counts.items() if of == kind),
        labels=campaign_labels(),
        whys=lead_words.BLOCKED,
        problems=problems,
        typed=request.form if request.method == "POST" else request.args,
    )
    return page, status


def _signs(text: str) -> str:
    """What is looked for in entries: digits and wildcards; a number at home begins without its 0."""
    found = "".join(sign for sign in text if sign.isascii() and (sign.isdigit() or sign in "+*?"))
    return found.lstrip("0")


@dnc.post(f"/<{_KINDS}:kind>/add")
def add(kind: str) -> ResponseReturnValue:
    """Put a number, or one with wildcards, on a list."""
    entry, whose = request.form.get("number", "").strip()[:40], request.form.get("campaign", "")
    problems = {}
    if not entry:
        problems["number"] = _("Type a number, or its beginning and *.")
    if kind == "campaign" and whose not in campaign_labels():
        problems["campaign"] = _("Choose a campaign.")
    if problems or kind == "official":
        return _entries(kind, problems, 422)
    try:
        kept = box().client.lists.block(entry, "admin", kind, whose if kind == "campaign" else "", "hand")
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        return _entries(kind, {"number": _not_understood(refused)}, 422)
    return redirect(to(f"dnc.{kind}", added=kept, of=whose or None), 303)


def _not_understood(refused: ControlError) -> str:
    if refused.code == ErrorCode.STORE:
        return in_words(str(refused))
    said = _("This is no whole telephone number. For many at once write + and its beginning: +49900*.")
    return str(said)


@dnc.post(f"/<{_KINDS}:kind>/remove")
def remove(kind: str) -> ResponseReturnValue:
    """Take an entry out; the list offers to put it back."""
    entry, whose = request.form.get("number", "")[:40], request.form.get("campaign", "")[:40]
    if kind == "official" or not entry:
        abort(404)
    box().client.lists.unblock(entry, "admin", kind, whose)
    if "undo" in request.form:
        flash(_("%(number)s is off the list again.", number=entry))
        return redirect(to(f"dnc.{kind}"), 303)
    return redirect(to(f"dnc.{kind}", gone=entry, of=whose or None), 303)


@dnc.get("/<any(own,campaign):kind>.csv")
def exported(kind: str) -> ResponseReturnValue:
    """All entries of a kind as CSV."""
    return csv(box().dials.export_entries(kind), f"do-not-call-{kind}")


# ---------------------------------------------------------------------------------- official


@dnc.get("/official")
def official() -> ResponseReturnValue:
    """Official lists: which the law asks for, which there are, and how old."""
    return _official({})


def _official(problems: Mapping[str, str], status: int = 200) -> ResponseReturnValue:
    there = {row.name: row for row in box().dials.official()}
    needed = _needed()
    page = render_template(
        "dialer/dnc_official.html",
        here="campaigns",
        tab="dnc",
        kind="official",
        rows=[(name, there.get(name), needed.get(name)) for name in sorted({*there, *needed})],
        today=datetime.now(UTC),
        problems=problems,
        typed=request.form,
    )
    return page, status


def _needed() -> dict[str, tuple[str, int]]:
    """Official lists that sales calls need where campaigns call: name -> country, days it may be old."""
    from appliance.config.dialer_law import templates

    settings = box().recent_settings()
    home = settings["box"]["country"]
    countries = {home}
    for one in settings["dialer"]["campaigns"]:
        countries |= set(one["countries"])
    known = templates()
    return {
        name: (country, known[country].list_days)
        for country in sorted(countries & set(known))
        for name in known[country].lists
    }


@dnc.post("/official/forget")
def forget() -> ResponseReturnValue:
    """Throw an official list away."""
    name = request.form.get("name", "")[:80]
    box().client.leads.drop_official(name)
    flash(_("The list %(name)s is removed.", name=name))
    return redirect(to("dnc.official"), 303)


@dnc.post(f"/<{_KINDS}:kind>/upload")
def upload(kind: str) -> ResponseReturnValue:
    """Take a file of numbers in; of an official list the new edition takes the place of the old."""
    given = request.files.get("file")
    name, as_of = request.form.get("name", "").strip()[:80], request.form.get("as_of", "")
    problems = _problems(kind, given is not None and bool(given.filename), name, as_of)
    if problems or given is None:
        return _official(problems, 422) if kind == "official" else _entries(kind, problems, 422)
    token = take(given)
    try:
        job = box().client.lists.start_upload(path_of(token), kind, name, as_of)
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        problems = {"file": in_words(str(refused))}
        return _official(problems, 422) if kind == "official" else _entries(kind, problems, 422)
    keep(token, {"job": job, "kind": kind, "file": name_of(given), "name": name})
    return redirect(to("dnc.going", token=token), 303)


def _problems(kind: str, has_file: bool, name: str, as_of: str) -> dict[str, str]:
    problems = {}
    if not has_file:
        problems["file"] = _("Choose a file first.")
    if kind == "campaign" and name not in campaign_labels():
        problems["campaign"] = _("Choose a campaign.")
    if kind == "official":
        if not name:
            problems["name"] = _("Say which list it is.")
        try:
            ahead = date.fromisoformat(as_of) > datetime.now(UTC).date()
        except ValueError:
            ahead = True
        if ahead:
            problems["as_of"] = _("Say of which day the list is; it cannot lie ahead.")
    return problems


@dnc.get("/job/<token>")
def going(token: str) -> ResponseReturnValue:
    """How far a file of numbers is."""
    here = going_of(token, "dnc.own")
    return here.page(_now(here), "dnc", to("dnc.now", token=token), _list_of(here), _("Do not call"))


@dnc.get("/job/<token>/now")
def now(token: str) -> ResponseReturnValue:
    """The part of that page that changes, for its script."""
    here = going_of(token, "dnc.own")
    return here.now(_now(here))


def _now(here: Going) -> str:
    count = int(here.result.get("entries", 0))
    return render_template(
        "dialer/dnc_now.html",
        job=here.job,
        percent=here.percent,
        done=ngettext("%(num)d number is on the list.", "%(num)d numbers are on the list.", count),
        back=_list_of(here),
    )


def _list_of(here: Going) -> str:
    kind = here.chosen.get("kind")
    if kind not in ("own", "campaign", "official"):
        abort(404)
    return to(f"dnc.{kind}")


# ------------------------------------------------------------------------------ may we call?


@dnc.get("/may")
def may() -> ResponseReturnValue:
    """What the gate says of a number for a campaign now. Nothing is dialled."""
    typed = {name: request.args.get(name, "").strip()[:40] for name in ("number", "campaign")}
    labels = campaign_labels()
    if not typed["campaign"] and len(labels) == 1:
        typed["campaign"] = next(iter(labels))
    problems, verdict, persons = {}, None, []
    number = in_e164(typed["number"]) or typed["number"]
    if typed["number"] and typed["campaign"] in labels:
        persons = box().dials.leads_of_number(number)
        try:
            verdict = box().client.leads.may(number, typed["campaign"], persons[0] if persons else None)
        except ControlError as refused:
            if refused.code == ErrorCode.UNREACHABLE:
                raise
            problems["number"] = in_words(str(refused))
    elif typed["number"] and labels:
        problems["campaign"] = _("Choose a campaign: rules differ by what the call is about.")
    page = render_template(
        "dialer/dnc_may.html",
        here="campaigns",
        tab="dnc",
        kind="may",
        typed=typed,
        labels=labels,
        problems=problems,
        verdict=verdict,
        number=number,
        reasons=reasons_of(verdict) if verdict is not None else [],
        facts=lead_words.facts(verdict) if verdict is not None else [],
        persons=[row for row in map(box().dials.lead, persons) if row is not None],
    )
    return page, 422 if problems else 200
