"""The page of a flow: a tree of steps, what the lint says of them, and a virtual caller to try it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import words
from webui.box import box
from webui.forms import flows as forms
from webui.forms.catalog import FLOWS
from webui.forms.fields import Row
from webui.forms.flow_fields import Around, node_fields, title
from webui.forms.parts import Settings, short_name
from webui.forms.saving import Outcome, changed_meanwhile, fingerprint, save
from webui.forms.uploads import allow_files, take_recordings

flows = Blueprint("flows", __name__, url_prefix="/setup/flows")
flows.before_request(allow_files)

#: What the script of the virtual caller begins with.
_SCRIPT = "press 1"


@flows.get("/new")
def new() -> ResponseReturnValue:
    """A flow that is not there yet: it says something and hands on to the first queue."""
    settings = box().shown_settings()
    return _page(FLOWS.made("", settings), settings, None)


@flows.get("/<key>")
def edit(key: str) -> ResponseReturnValue:
    """The flow as it is."""
    settings = box().shown_settings()
    return _page(_flow_of(settings, key), settings, key)


@flows.post("/new")
def add() -> ResponseReturnValue:
    """Take a new flow in, or go on editing it."""
    return _take(None)


@flows.post("/<key>")
def change(key: str) -> ResponseReturnValue:
    """Take a changed flow in, or go on editing it."""
    return _take(key)


def _flow_of(settings: Settings, key: str) -> Row:
    place = FLOWS.place(settings, key)
    if place is None:
        abort(404)
    return FLOWS.rows(settings)[place]


def _take(key: str | None) -> ResponseReturnValue:
    _version, settings = box().settings()
    flow, fields = forms.read_flow(request.form, settings, key is None)
    flow["name"] = (
        key or flow["name"] or short_name(flow["label"], {row["name"] for row in settings["flows"]})
    )
    drawn = forms.flat(flow, fields)
    problems = take_recordings(box(), fields, drawn)
    for field in fields:
        if isinstance(drawn[field.name], dict) and "upload" in drawn[field.name]:
            forms.put(flow, field.name, drawn[field.name])
    action, _colon, what = request.form.get("action", "save").partition(":")
    if action == "save":
        return _save(flow, settings, key, problems)
    opened = ""
    if action == "add" and (kind := request.form.get("new_kind", "")) in words.NODES:
        opened = forms.free_name(kind, flow)
        flow["nodes"][opened] = forms.new_node(kind)
    elif action == "remove":
        flow["nodes"].pop(what, None)
    done = Outcome(problems=problems)
    lines = _tried(flow, settings, key, done) if action == "try" else None
    return _page(flow, settings, key, done, opened=opened, lines=lines)


def _save(flow: Row, settings: Settings, key: str | None, problems: dict[str, str]) -> ResponseReturnValue:
    before = _flow_of(settings, key) if key is not None else None
    if key is not None and changed_meanwhile(before, request.form.get("seen", "")):
        return _page(flow, settings, key, Outcome(conflict=True, problems=problems))
    if key is None and any(row["name"] == flow["name"] for row in settings["flows"]):
        problems["name"] = _("This is taken already.")
    place = FLOWS.place(settings, key) if key is not None else len(settings["flows"])
    done = save(box(), lambda now: _with(now, flow, key), f"flows.{place}.", problems)
    if not done.saved:
        return _page(flow, settings, key, done)
    flash(_("%(name)s is saved and in force.", name=FLOWS.label(flow)))
    return redirect(url_for("flows.edit", key=flow["name"]), 303)


def _with(settings: Settings, flow: Row, key: str | None) -> Settings:
    """The settings with this flow in its place, or behind the others."""
    rows = FLOWS.rows(settings)
    place = FLOWS.place(settings, key) if key is not None else len(rows)
    if place is None:
        abort(409, _("Somebody has deleted this meanwhile."))
    return FLOWS.with_rows(settings, [*rows[:place], flow, *rows[place + 1 :]])


def _tried(flow: Row, settings: Settings, key: str | None, done: Outcome) -> list[dict[str, Any]] | None:
    """What a virtual caller meets in the flow as it stands in the form."""
    whole = _with(settings, flow, key)
    try:
        return box().client.try_flow(whole, flow["name"], request.form.get("script", ""))
    except ControlError as error:
        if error.code != ErrorCode.INVALID:
            raise
        place = FLOWS.place(whole, flow["name"])
        prefix = f"flows.{place}."
        for path, text in (error.problems or {"script": str(error)}).items():
            done.problems[path.removeprefix(prefix)] = text
        return None


def _page(
    flow: Row,
    settings: Settings,
    key: str | None,
    done: Outcome | None = None,
    *,
    opened: str = "",
    lines: list[dict[str, Any]] | None = None,
) -> ResponseReturnValue:
    done, around = done or Outcome(), Around(settings, flow)
    place = FLOWS.place(settings, key) if key is not None else None
    head = forms.head_fields(flow, around, key is None)
    branches = forms.tree(flow)
    fields = {one.name: node_fields(one.name, flow["nodes"][one.name], around) for one in branches}
    found = forms.look_through(flow, _with(settings, flow, key))
    page = render_template(
        "flows/edit.html",
        here="setup",
        tab="flows",
        key=key,
        flow=flow,
        head=head,
        branches=branches,
        fields=fields,
        row=forms.flat(flow, [*head, *(field for rows in fields.values() for field in rows)]),
        title=title,
        way_said=forms.way_said,
        found=found,
        problems=forms.translated(done.problems, found),
        elsewhere=done.elsewhere,
        conflict=done.conflict,
        opened=opened or request.args.get("open", "") or flow["start"],
        seen=request.form.get("seen")
        or (fingerprint(FLOWS.rows(settings)[place]) if place is not None else ""),
        script=request.form.get("script", _SCRIPT),
        lines=lines,
    )
    status = 409 if done.conflict else 422 if done.problems or done.elsewhere else 200
    return page, status
