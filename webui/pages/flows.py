"""The page of a flow: a tree of steps, what the lint says of them, and a virtual caller to try it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import words
from webui.box import box
from webui.forms import flow_files as files
from webui.forms import flows as forms
from webui.forms.catalog import FLOWS
from webui.forms.fields import Field, Row
from webui.forms.flow_fields import Around, node_fields, title
from webui.forms.parts import Settings, short_name
from webui.forms.saving import Outcome, changed_meanwhile, fingerprint, save
from webui.forms.uploads import allow_files, take_recordings
from webui.said import in_words

flows = Blueprint("flows", __name__, url_prefix="/setup/flows")
flows.before_request(allow_files)
flows.before_request(files.allow_long_forms)

#: What the script of the virtual caller begins with.
_SCRIPT = "press 1"
_ASKING = ("seconds", "tries", "wrong", "timeout", "invalid", "error")
_CALENDAR = ("week", "openings", "own_days", "country", "region")
#: Kind of step -> parts of it that are folded away.
_FOLDED = {"menu": _ASKING, "digits": _ASKING, "appointment": (*_CALENDAR, *_ASKING)}
#: What of a flow as a whole is always in sight.
_PLAIN = ("label", "name", "start", "otherwise")


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


@flows.get("/<key>.json")
def download(key: str) -> ResponseReturnValue:
    """The flow as a file, by docs/flow.schema.json."""
    from appliance.config.flow_file import flow_text

    text = flow_text(_flow_of(box().shown_settings(), key))
    headers = {"Content-Disposition": f'attachment; filename="flow-{key}.json"'}
    return Response(text, mimetype="application/json", headers=headers)


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
    if kept := request.form.get("whole"):
        flow["nodes"] = (files.read(kept.encode("utf-8", "replace"))[0] or flow)["nodes"]
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
    if action == "upload":
        return _uploaded(flow, settings, key)
    opened = ""
    if action == "add" and (kind := request.form.get("new_kind", "")) in words.NODES:
        opened = forms.free_name(kind, flow)
        flow["nodes"][opened] = forms.new_node(kind)
    elif action == "remove":
        flow["nodes"].pop(what, None)
    done = Outcome(problems=problems)
    lines = _tried(flow, settings, key, done) if action == "try" else None
    return _page(flow, settings, key, done, opened=opened, lines=lines)


def _uploaded(typed: Row, settings: Settings, key: str | None) -> ResponseReturnValue:
    """The flow of a file, to be looked through before it is saved; else what was typed, and what is wrong."""
    flow, problems = files.read_upload(request.files.get("flow_file"))
    if flow is None:
        return _page(typed, settings, key, Outcome(problems=problems))
    flow["name"] = key or flow["name"]
    return _page(flow, settings, key, lost=files.without_lost_recordings(flow, box().options.uploads))


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
            done.problems[path.removeprefix(prefix)] = in_words(text)
        return None


def _page(
    flow: Row,
    settings: Settings,
    key: str | None,
    done: Outcome | None = None,
    *,
    opened: str = "",
    lines: list[dict[str, Any]] | None = None,
    lost: list[str] | None = None,
) -> ResponseReturnValue:
    """`lost` is given for a flow that was just read from a file: steps whose recordings are not here."""
    done, place = done or Outcome(), FLOWS.place(settings, key) if key is not None else None
    found = forms.look_through(flow, _with(settings, flow, key))
    page = render_template(
        "flows/edit.html",
        here="setup",
        tab="flows",
        key=key,
        flow=flow,
        **_drawn(flow, settings, key),
        title=title,
        way_said=forms.way_said,
        found=found,
        problems=forms.translated(done.problems, found),
        elsewhere=done.elsewhere,
        conflict=done.conflict,
        from_file=lost is not None,
        lost=[title(name, flow["nodes"][name]) for name in lost or []],
        opened=opened or request.args.get("open", "") or flow["start"],
        seen=request.form.get("seen")
        or (fingerprint(FLOWS.rows(settings)[place]) if place is not None else ""),
        script=request.form.get("script", _SCRIPT),
        lines=lines,
    )
    status = 409 if done.conflict else 422 if done.problems or done.elsewhere else 200
    return page, status


def _rare(kind: str, fields: list[Field]) -> list[str]:
    """Names of the fields of a step that are folded away: most people leave them as they are."""
    return [one.name for one in fields if one.name.split(".")[2] in _FOLDED.get(kind, ())]


def _drawn(flow: Row, settings: Settings, key: str | None) -> dict[str, Any]:
    """The fields of the flow and of its steps; a long one is kept whole in their place."""
    around, long, branches = Around(settings, flow), files.whole(flow), forms.tree(flow)
    head = forms.head_fields(flow, around, key is None)
    shown = [] if long else branches
    fields = {one.name: node_fields(one.name, flow["nodes"][one.name], around) for one in shown}
    every = [*head, *(field for rows in fields.values() for field in rows)]
    return {
        "head": head,
        "plain": _PLAIN,
        "branches": branches,
        "fields": fields,
        "row": forms.flat(flow, every),
        "whole": long,
        "rare": {name: _rare(flow["nodes"][name]["kind"], rows) for name, rows in fields.items()},
    }
