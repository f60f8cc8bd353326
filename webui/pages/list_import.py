"""A file of leads taken in: chosen, its columns named, tried, taken; what was left out told row by row."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui import lead_words
from webui.bad_rows import first_rows
from webui.box import box
from webui.file_job import Chosen, Going, chosen_of, going_of, keep, name_of, path_of
from webui.file_job import take as take_file
from webui.forms.uploads import allow_files
from webui.options import UPLOAD_BYTES
from webui.said import in_words

list_import = Blueprint("list_import", __name__, url_prefix="/lists/import")
list_import.before_request(allow_files)

_FIELD = re.compile(r"[^a-z0-9]+")
_MOST_COLUMNS = 100
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "cp850", "utf-16")
DELIMITERS = (",", ";", "\t", "|")
_FORM = "list_import.form"


@list_import.get("")
def form() -> ResponseReturnValue:
    """Where a file is chosen."""
    return _choose({"list": request.args.get("list", "")}, {})


def _choose(typed: Mapping[str, str], problems: Mapping[str, str], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "dialer/import.html",
        here="campaigns",
        tab="lists",
        lists=box().dials.lists(),
        typed=typed,
        problems=problems,
        most=UPLOAD_BYTES // 1_000_000,
    )
    return page, status


@list_import.post("")
def upload() -> ResponseReturnValue:
    """A file comes; its columns are looked at on the next page."""
    given, which = request.files.get("file"), request.form.get("list", "")
    typed = {name: request.form.get(name, "").strip() for name in ("list", "name", "source")}
    if given is None or not given.filename:
        return _choose(typed, {"file": _("Choose a file first.")}, 422)
    if which and box().dials.one_list(which) is None:
        return _choose(typed, {"list": _("This list is not there any more.")}, 422)
    token, file = take_file(given), name_of(given)
    chosen: Chosen = {"file": file, "list": which, "source": typed["source"][:80], "options": {}}
    chosen["name"] = typed["name"][:80] or Path(file).stem[:80] or _("List")
    keep(token, chosen)
    return redirect(to("list_import.columns", token=token), 303)


# ----------------------------------------------------------------------------------- columns


@list_import.get("/<token>")
def columns(token: str) -> ResponseReturnValue:
    """What the columns mean, and how the first rows would be taken."""
    return _columns(token, chosen_of(token, _FORM))


def _columns(token: str, chosen: Chosen, problem: str = "", status: int = 200) -> ResponseReturnValue:
    try:
        look = box().client.lists.look(path_of(token), chosen["options"])
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        return _choose(chosen, {"file": in_words(str(refused))}, 422)
    page = render_template(
        "dialer/import_columns.html",
        here="campaigns",
        tab="lists",
        token=token,
        chosen=chosen,
        look=look,
        options=chosen["options"],
        defaults=chosen["options"].get("defaults", {}),
        problem=problem or (_mapping_problem(look) if look["problem"] else ""),
        targets=_targets(look),
        encodings=ENCODINGS,
        delimiters={",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Bar |")},
        given=lead_words.GIVEN,
        list_name=_list_name(chosen),
        kinds=lead_words.KINDS,
    )
    return page, status


def _mapping_problem(look: Mapping[str, Any]) -> str:
    if not any(target in ("mobile", "home", "work", "number") for target in look["mapping"]):
        return str(_("Say which column holds the telephone number."))
    return str(_("Two columns cannot mean the same."))


def _targets(look: Mapping[str, Any]) -> list[list[tuple[str, str]]]:
    """For each column what it can be: left out, what the box knows, or a field of its own."""
    known = [(name, str(said)) for name, said in lead_words.TARGETS.items()]
    found = []
    for place, heading in enumerate(look["heading"]):
        now = look["mapping"][place] if place < len(look["mapping"]) else ""
        own = now if now.startswith("field:") else f"field:{_field(heading, place)}"
        found.append([*known, (own, _("Own field “%(name)s”", name=own[6:]))])
    return found


def _field(heading: str, place: int) -> str:
    """The name of a field of its own, of a column's heading."""
    name = _FIELD.sub("_", heading.strip().lower()).strip("_")[:30]
    return name if name[:1].isalpha() else f"column_{place + 1}"


@list_import.post("/<token>")
def go_on(token: str) -> ResponseReturnValue:
    """Look again with what was chosen, try it, or take it."""
    chosen = chosen_of(token, _FORM)
    chosen["options"] = _options(request.form)
    chosen["name"] = request.form.get("name", "").strip()[:80] or chosen["name"]
    keep(token, chosen)
    do = request.form.get("do", "look")
    if do not in ("try", "take"):
        return redirect(to("list_import.columns", token=token) + "#rows", 303)
    return _begin(token, chosen, apply=do == "take")


def _options(given: MultiDict[str, str]) -> dict[str, Any]:
    mapping = [given.get(f"column.{place}", "")[:40] for place in range(_MOST_COLUMNS)]
    count = next((place for place in range(_MOST_COLUMNS) if f"column.{place}" not in given), _MOST_COLUMNS)
    options: dict[str, Any] = {
        "across": "across" in given,
        "defaults": {
            "consent": given.get("consent", "") if given.get("consent") in lead_words.GIVEN else "",
            "consent_since": given.get("consent_since", "")[:10],
            "warm": "warm" in given,
            "business": "business" in given,
            "language": given.get("language", "").strip()[:20].lower() or None,
        },
    }
    if count:
        options["mapping"] = mapping[:count]
    encoding, delimiter = given.get("encoding", ""), given.get("delimiter", "")
    if encoding in ENCODINGS:
        options["encoding"] = encoding
    if delimiter in DELIMITERS:
        options["delimiter"] = delimiter
    return options


def _begin(token: str, chosen: Chosen, apply: bool) -> ResponseReturnValue:
    which = chosen["list"]
    if not which:  # a trial needs no list: nobody is in it
        which = (
            secrets.token_hex(16)
            if not apply
            else box().client.lists.new_list(chosen["name"], chosen["source"])
        )
    options = {**chosen["options"], "file": chosen["file"]}
    try:
        job = box().client.lists.start_import(path_of(token), which, options, apply)
    except ControlError as refused:
        if refused.code == ErrorCode.UNREACHABLE:
            raise
        if apply and not chosen["list"]:
            box().client.lists.drop_list(which)
        return _columns(token, chosen, str(refused), 409)
    if apply:
        chosen["list"] = which
    keep(token, {**chosen, "job": job, "apply": apply, "into": which})
    return redirect(to("list_import.going", token=token), 303)


# ------------------------------------------------------------------------------- how it goes


@list_import.get("/<token>/job")
def going(token: str) -> ResponseReturnValue:
    """How far it is, and at its end what became of it."""
    here = going_of(token, _FORM)
    return here.page(_now(here), "lists", to("list_import.now", token=token), to("lists.listed"), _("Lists"))


@list_import.get("/<token>/now")
def now(token: str) -> ResponseReturnValue:
    """The part of that page that changes, for its script."""
    here = going_of(token, _FORM)
    return here.now(_now(here))


def _now(here: Going) -> str:
    job = here.job
    bad = first_rows(_bad(job)) if job is not None and job["ended"] else []
    return render_template(
        "dialer/import_now.html",
        token=here.token,
        chosen=here.chosen,
        job=job,
        result=job["result"] if job is not None else None,
        rows=bad,
        percent=here.percent,
        undo=_undo(here.chosen, job),
        done=_done(job) if job is not None and job["result"] is not None else "",
    )


def _undo(chosen: Chosen, job: dict[str, Any] | None) -> str:
    """The import to be taken back, once it is over; also one that broke off."""
    if job is None or not job["ended"] or not job["apply"]:
        return ""
    found = (job["result"] or {}).get("import")
    if found:
        return str(found)
    latest = box().dials.imports(chosen["list"], 1)
    broke = job["problem"] and latest and latest[0].undone is None and latest[0].file == chosen["file"]
    return latest[0].id if broke else ""


def _done(job: dict[str, Any]) -> str:
    count = int(job["result"].get("taken", 0))
    if job["apply"]:
        return str(ngettext("%(num)d lead was taken.", "%(num)d leads were taken.", count))
    return str(
        ngettext(
            "%(num)d lead would be taken. Nothing is saved yet.",
            "%(num)d leads would be taken. Nothing is saved yet.",
            count,
        )
    )


@list_import.get("/<token>/bad.csv")
def left_out(token: str) -> ResponseReturnValue:
    """The rows that were left out, each with its reason."""
    path = _bad(going_of(token, _FORM).job)
    if path is None:
        abort(404)
    headers = {"Content-Disposition": 'attachment; filename="left-out.csv"'}
    return Response(path.read_bytes(), mimetype="text/csv", headers=headers)


@list_import.post("/<token>/take")
def take(token: str) -> ResponseReturnValue:
    """Take what was tried."""
    return _begin(token, chosen_of(token, _FORM), apply=True)


@list_import.post("/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """End it; what was taken before stays, and can be undone."""
    chosen_of(token, _FORM)
    box().client.lists.cancel()
    return redirect(to("list_import.going", token=token), 303)


def _bad(job: Mapping[str, Any] | None) -> Path | None:
    """The file of rows that were left out: the core's word is taken only inside its own folders."""
    if job is None or not job.get("bad"):
        return None
    path = Path(job["bad"])
    inside = box().options.spool.resolve().parent in path.resolve().parents
    return path if inside and path.suffix == ".csv" and path.is_file() else None


def _list_name(chosen: Chosen) -> str:
    row = box().dials.one_list(chosen["list"]) if chosen["list"] else None
    return row.name if row is not None else ""
