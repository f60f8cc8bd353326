"""Lists of people to call: all of them, one of them, its imports, and what is taken back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import dial_words, lead_words
from webui.box import box
from webui.said import in_words
from webui.times import box_zone

if TYPE_CHECKING:
    from appliance.reports.dials import ListRow

lists = Blueprint("lists", __name__, url_prefix="/lists")


@lists.get("")
def listed() -> ResponseReturnValue:
    """All lists, or those that were thrown away."""
    dropped = "dropped" in request.args
    return render_template(
        "dialer/lists.html",
        here="campaigns",
        tab="lists",
        rows=box().dials.lists(dropped),
        dropped=dropped,
        mixes=mixes(),
        states=lead_words.STATES,
    )


@lists.get("/<which>")
def one(which: str) -> ResponseReturnValue:
    """One list: how far it is, which campaigns call it, what was imported."""
    return _page(which, {})


def _page(which: str, problems: dict[str, str], status: int = 200) -> ResponseReturnValue:
    row = _row(which)
    outcomes = box().dials.outcomes(which)
    page = render_template(
        "dialer/list_one.html",
        here="campaigns",
        tab="lists",
        row=row,
        mixes=mixes().get(which, []),
        outcomes=[(name, outcomes.get(name, 0)) for name in dial_words.OUTCOMES if outcomes.get(name)],
        imports=box().dials.imports(which),
        states=lead_words.STATES,
        said=dial_words.OUTCOMES,
        problems=problems,
    )
    return page, status


@lists.post("/<which>/name")
def rename(which: str) -> ResponseReturnValue:
    """Give it another name."""
    name = request.form.get("name", "").strip()
    if not name or len(name) > 80:
        return _page(which, {"name": _("A name of 1 to 80 characters is needed.")}, 422)
    box().client.lists.rename_list(which, name)
    flash(_("%(name)s is saved.", name=name))
    return redirect(to("lists.one", which=which), 303)


@lists.post("/<which>/priority")
def rank(which: str) -> ResponseReturnValue:
    """Give all its leads one priority."""
    text = request.form.get("priority", "").strip()
    try:
        priority = int(text)
    except ValueError:
        priority = 1000
    if abs(priority) > 100:
        return _page(which, {"priority": _("A priority is a whole number from -100 to 100.")}, 422)
    box().client.leads.rank(which, priority)
    flash(_("All leads of the list have the priority %(priority)s now.", priority=priority))
    return redirect(to("lists.one", which=which), 303)


@lists.post("/<which>/remove")
def remove(which: str) -> ResponseReturnValue:
    """Throw it away; the page of all lists offers to bring it back."""
    box().client.lists.drop_list(which)
    return redirect(to("lists.listed", gone=which), 303)


@lists.post("/<which>/back")
def bring_back(which: str) -> ResponseReturnValue:
    """It is there again."""
    box().client.leads.bring_back(which)
    flash(_("The list is back."))
    return redirect(to("lists.one", which=which), 303)


@lists.post("/imports/<which>/undo")
def undo(which: str) -> ResponseReturnValue:
    """Take an import back."""
    try:
        removed, ended = box().client.leads.undo_import(which)
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        flash(in_words(str(refused)))
    else:
        said = ngettext("%(num)d lead was removed.", "%(num)d leads were removed.", removed)
        if ended:
            said += " " + ngettext(
                "%(num)d was dialled before; it stays on record and is not dialled again.",
                "%(num)d were dialled before; they stay on record and are not dialled again.",
                ended,
            )
        flash(said)
    where = request.form.get("list", "")
    return redirect(to("lists.one", which=where) if _known(where) else to("lists.listed"), 303)


@lists.get("/<which>/leads.csv")
def exported(which: str) -> ResponseReturnValue:
    """All leads of the list as CSV, which an import takes again."""
    from appliance.reports.dials import LeadFilter

    row = _row(which)
    return csv(box().dials.export_leads(LeadFilter(list=which)), row.name)


def csv(lines: Any, name: str) -> Response:
    """Lines of CSV as a file whose name says what it is, and of which day."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name).strip("-")[:40]
    file = f"{plain or 'list'}-{datetime.now(box_zone()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(lines, mimetype="text/csv", headers=headers)


def mixes() -> dict[str, list[dict[str, Any]]]:
    """List -> campaigns that call it: name, label, its share of the mix in per cent, the order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for campaign in box().recent_settings()["dialer"]["campaigns"]:
        shares = campaign["lists"]
        whole = sum(share["weight"] for share in shares)
        for share in shares:
            told = {
                "name": campaign["name"],
                "label": campaign["label"],
                "percent": round(100 * share["weight"] / whole),
                "only": len(shares) == 1,
                "order": campaign["order"],
                "fresh_first": campaign["fresh_first"],
            }
            found.setdefault(share["list"], []).append(told)
    return found


def campaign_labels() -> dict[str, str]:
    """Campaigns by name."""
    return {one["name"]: one["label"] for one in box().recent_settings()["dialer"]["campaigns"]}


def shown_labels() -> dict[str, str]:
    """Campaigns by name, and what stands for a dial that belongs to none."""
    return {**campaign_labels(), "": _("A callback")}


def list_names() -> dict[str, str]:
    """Names of all lists, also of those that were thrown away."""
    return {row.id: row.name for row in [*box().dials.lists(), *box().dials.lists(dropped=True)]}


def _known(which: str) -> bool:
    return bool(which) and box().dials.one_list(which) is not None


def _row(which: str) -> ListRow:
    row = box().dials.one_list(which)
    if row is None:
        abort(404)
    return row
