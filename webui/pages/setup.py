"""The forms: lists of rows, one row, the one-of-a-kind sheets."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui.box import box
from webui.forms.catalog import PARTS
from webui.forms.fields import Field, Row, read_all
from webui.forms.parts import Part, Settings, short_name
from webui.forms.places import place_of
from webui.forms.saving import Outcome, changed_meanwhile, fingerprint, save
from webui.forms.sections import sections
from webui.forms.sheets import SHEETS, Sheet
from webui.forms.uploads import allow_files, take_pin, take_recordings

setup = Blueprint("setup", __name__, url_prefix="/setup")
_PART = "any(trunks,handsets,agents,queues,flows,trunk_groups,voicemail,marketing)"
_SHEET = "any(hours,box,network,requests,mail,survey,talk)"


setup.before_request(allow_files)


@setup.get("")
def hub() -> ResponseReturnValue:
    """Everything there is to set."""
    settings = box().shown_settings()
    counts = {part.name: len(part.rows(settings)) for part in PARTS.values()}
    return render_template("setup/hub.html", here="setup", counts=counts)


@setup.get(f"/<{_PART}:name>")
def listed(name: str) -> ResponseReturnValue:
    """All rows of one part."""
    part = PARTS[name]
    version, settings = box().settings() if "gone" in request.args else (0, box().shown_settings())
    rows = [(str(row[part.key]), part.label(row), part.says(row, settings)) for row in part.rows(settings)]
    before = version - 1 if request.args.get("gone") == str(version - 1) else None
    return render_template("setup/list.html", here="setup", part=part, rows=rows, tab=name, before=before)


# ---------------------------------------------------------------------------------- one row


@setup.get(f"/<{_PART}:name>/new")
def new(name: str) -> ResponseReturnValue:
    """An empty form."""
    part = PARTS[name]
    settings = box().shown_settings()
    row = part.made(request.args.get("kind", ""), settings)
    return _row_form(part, settings, row, None)


@setup.post(f"/<{_PART}:name>/new")
def add(name: str) -> ResponseReturnValue:
    """Take a new row in."""
    part = PARTS[name]
    _version, settings = box().settings()
    before = part.made(request.form.get("kind", ""), settings)
    fields = part.fields(settings, before)
    row = read_all(fields, request.form, before, new=True)
    taken = {str(other[part.key]) for other in part.rows(settings)}
    if part.key == "name" and not row["name"] and row.get("label"):
        row["name"] = short_name(str(row["label"]), taken)
    problems = {**take_recordings(box(), fields, row), **take_pin(row, before)}
    if row[part.key] in taken:
        problems[part.key] = _("This is taken already.")
    place = len(part.rows(settings))

    def change(now: Settings) -> Settings:
        return part.with_rows(now, [*part.rows(now), row])

    done = save(box(), change, part.path(row, place), problems)
    return _after(part, done, row) if done.saved else _row_form(part, settings, row, None, done)


@setup.get(f"/<{_PART}:name>/<key>")
def edit(name: str, key: str) -> ResponseReturnValue:
    """The form of one row."""
    part = PARTS[name]
    settings = box().shown_settings()
    place = part.place(settings, key)
    if place is None:
        abort(404)
    return _row_form(part, settings, part.rows(settings)[place], key)


@setup.post(f"/<{_PART}:name>/<key>")
def change(name: str, key: str) -> ResponseReturnValue:
    """Take a changed row in."""
    part = PARTS[name]
    _version, settings = box().settings()
    place = part.place(settings, key)
    if place is None:
        abort(409, _("Somebody has deleted this meanwhile."))
    before = part.rows(settings)[place]
    fields = part.fields(settings, before)
    row = read_all(fields, request.form, before, new=False)
    problems = {**take_recordings(box(), fields, row), **take_pin(row, before)}
    if changed_meanwhile(before, request.form.get("seen", "")):
        return _row_form(part, settings, row, key, Outcome(conflict=True, problems=problems))
    done = save(box(), lambda now: _replaced(part, now, key, row), part.path(row, place), problems)
    return _after(part, done, row) if done.saved else _row_form(part, settings, row, key, done)


@setup.post(f"/<{_PART}:name>/<key>/delete")
def delete(name: str, key: str) -> ResponseReturnValue:
    """Take a row out; what still refers to it is said in words."""
    part = PARTS[name]
    version, _settings = box().settings()
    done = save(box(), lambda now: _replaced(part, now, key, None), "", {})
    if done.saved:
        return redirect(url_for("setup.listed", name=name, gone=version), 303)
    _version, settings = box().settings()
    place = part.place(settings, key)
    row = part.rows(settings)[place or 0]
    used = {**done.problems, **done.elsewhere}
    return _row_form(part, settings, row, key, Outcome(elsewhere=used), deleting=True)


def _replaced(part: Part, settings: Settings, key: str, row: Row | None) -> Settings:
    rows = part.rows(settings)
    place = part.place(settings, key)
    if place is None:
        abort(409, _("Somebody has deleted this meanwhile."))
    return part.with_rows(settings, [*rows[:place], *([row] if row else []), *rows[place + 1 :]])


def _after(part: Part, done: Outcome, row: Row) -> ResponseReturnValue:
    flash(_("%(name)s is saved and in force.", name=part.label(row)))
    if part.name == "handsets":
        return redirect(url_for("setup.edit", name=part.name, key=row[part.key]), 303)
    return redirect(url_for("setup.listed", name=part.name), 303)


def _row_form(
    part: Part,
    settings: Settings,
    row: Row,
    key: str | None,
    done: Outcome | None = None,
    deleting: bool = False,
) -> ResponseReturnValue:
    place = part.place(settings, key) if key is not None else None
    seen = fingerprint(part.rows(settings)[place]) if place is not None else ""
    if done is not None:
        done.problems = {part.field(path): text for path, text in done.problems.items()}
    page = render_template(
        "setup/edit.html",
        here="setup",
        tab=part.name,
        part=part,
        key=key,
        row=row,
        seen=seen,
        sip=box().options,
        deleting=deleting,
        places={path: place_of(path, settings) for path in (done.elsewhere if done is not None else ())},
        **_drawn(part.fields(settings, row), done, row, part.made(str(row.get("kind") or ""), settings)),
    )
    return page, _status(done)


def _drawn(
    fields: list[Field], done: Outcome | None, row: Row, usual: Row | None = None
) -> dict[str, object]:
    """Fields and problems as the templates want them; a problem no field shows stands at the top."""
    done = done or Outcome()
    names = {field.name for field in fields}
    lost = {path: text for path, text in done.problems.items() if path.split(".")[0] not in names}
    return {
        "fields": fields,
        "sections": sections(fields, row, usual, done.problems),
        "problems": done.problems,
        "elsewhere": {**lost, **done.elsewhere},
        "conflict": done.conflict,
    }


def _status(done: Outcome | None) -> int:
    if done is None:
        return 200
    return 409 if done.conflict else 422


# ---------------------------------------------------------------------------------- secrets


@setup.post("/handsets/<extension>/secret")
def secret(extension: str) -> ResponseReturnValue:
    """The SIP password of a handset, for the person who asked to see it."""
    _version, settings = box().settings()
    found = [row["secret"] for row in settings["handsets"] if row["extension"] == extension]
    if not found:
        abort(404)
    return jsonify({"secret": found[0]})


@setup.post("/handsets/<extension>/regenerate")
def regenerate(extension: str) -> ResponseReturnValue:
    """Give a handset another SIP password."""
    part = PARTS["handsets"]

    def other(now: Settings) -> Settings:
        place = part.place(now, extension)
        if place is None:
            abort(404)
        row = {**part.rows(now)[place], "secret": secrets.token_hex(16)}
        return _replaced(part, now, extension, row)

    if save(box(), other, "", {}).saved:
        flash(_("Handset %(name)s has a new password. Enter it in the telephone.", name=extension))
    return redirect(url_for("setup.edit", name="handsets", key=extension), 303)


# ---------------------------------------------------------------------------------- sheets


@setup.get(f"/<{_SHEET}:name>")
def sheet(name: str) -> ResponseReturnValue:
    """The form of a part there is one of."""
    settings = box().shown_settings()
    return _sheet_form(SHEETS[name], settings[name], settings)


@setup.post(f"/<{_SHEET}:name>")
def set_sheet(name: str) -> ResponseReturnValue:
    """Take a changed sheet in."""
    found = SHEETS[name]
    _version, settings = box().settings()
    fields = found.fields()
    row = read_all(fields, request.form, settings[name], new=False)
    problems = take_recordings(box(), fields, row)
    if changed_meanwhile(settings[name], request.form.get("seen", "")):
        return _sheet_form(found, row, settings, Outcome(conflict=True, problems=problems))
    done = save(box(), lambda now: {**now, name: row}, f"{name}.", problems)
    if not done.saved:
        return _sheet_form(found, row, settings, done)
    flash(_("%(name)s is saved and in force.", name=found.title))
    return redirect(url_for("setup.sheet", name=name), 303)


def _sheet_form(
    found: Sheet, row: Row, settings: Settings, done: Outcome | None = None
) -> ResponseReturnValue:
    page = render_template(
        "setup/sheet.html",
        here="setup",
        tab=found.name,
        sheet=found,
        row=row,
        seen=fingerprint(settings[found.name]),
        places={path: place_of(path, settings) for path in (done.elsewhere if done is not None else ())},
        **_drawn(found.fields(), done, row),
    )
    return page, _status(done)
