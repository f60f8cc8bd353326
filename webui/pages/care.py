"""Upkeep: backups and the way back, what uses the disk, and the support file.

Everything is asked of the core; an uploaded backup is put into the spool folder, where the core takes it.
"""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, send_file
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui.box import box
from webui.disk import parts, size
from webui.forms.care import CARE_SHEETS
from webui.forms.fields import read_all
from webui.forms.saving import Outcome, changed_meanwhile, fingerprint, save
from webui.forms.uploads import allow_files
from webui.passwords import LONGEST
from webui.said import in_words

care = Blueprint("care", __name__, url_prefix="/care")
PART_BYTES = 4_000_000  # of an uploaded backup at a time
_MOST_UPLOAD = 64 * 1024**3
_UPLOAD = re.compile(r"[0-9a-f]{32}", re.ASCII)
_COPY = re.compile(r"callbox-[a-z0-9-]{1,60}\.tar\.age", re.ASCII)
_SHEET = "any(backup,storage)"


care.before_request(allow_files)  # a small backup may come in one piece, for browsers without scripts


@care.get("")
def page() -> ResponseReturnValue:
    """All of it."""
    return _page({})


def _page(problems: dict[str, str], status: int = 200, **more: Any) -> ResponseReturnValue:
    _version, settings = box().settings()
    state = box().client.care.state()
    shown = render_template(
        "care/page.html",
        here="setup",
        tab="care",
        now=_now(state),
        state=state,
        backup=settings["backup"],
        bar=parts(state["disk"]),
        size=size,
        problems=problems,
        part_bytes=PART_BYTES,
        **more,
    )
    return shown, status


@care.get("/now")
def now() -> ResponseReturnValue:
    """How the job goes that was begun, for the page's script."""
    state = box().client.care.state()
    return jsonify({"html": _now(state), "busy": state["job"] is not None})


def _now(state: dict[str, Any]) -> str:
    return render_template("care/now.html", state=state, size=size)


def _back(done: str = "") -> ResponseReturnValue:
    if done:
        flash(done)
    return redirect(to("care.page"), 303)


def _refused(field: str, error: ControlError) -> ResponseReturnValue:
    """What the core will not do is said beside the button, not on a page of its own."""
    if error.code == ErrorCode.UNREACHABLE:
        raise error
    return _page({field: in_words(str(error))}, 409)


# ---------------------------------------------------------------------------------- backups


@care.post("/key")
def new_key() -> ResponseReturnValue:
    """Make a backup key and show it, this once."""
    problem = _wrong_password()
    if problem is not None:
        return _page({"key_password": problem}, 422)
    key = box().client.care.new_key("admin")
    box().forget()
    return render_template("care/key.html", here="setup", tab="care", key=key)


@care.post("/backup")
def back_up() -> ResponseReturnValue:
    """Begin a backup."""
    try:
        box().client.care.start_backup(request.form.get("to", ""), "recordings" in request.form)
    except ControlError as error:
        return _refused("backup", error)
    return _back()


@care.get("/download/<name>")
def download(name: str) -> ResponseReturnValue:
    """A backup that was made to be downloaded."""
    path = box().options.spool.parent / "backups" / name
    if not _COPY.fullmatch(name) or not path.is_file():
        abort(404)
    return send_file(path.resolve(), mimetype="application/octet-stream", as_attachment=True)


@care.post("/cancel")
def cancel() -> ResponseReturnValue:
    """End what was begun."""
    box().client.care.cancel()
    return _back()


# ---------------------------------------------------------------------------------- forms


@care.get(f"/<{_SHEET}:name>-settings")
def sheet(name: str) -> ResponseReturnValue:
    """The form of one part of the settings."""
    _version, settings = box().settings()
    return _sheet(name, settings[name], settings[name])


@care.post(f"/<{_SHEET}:name>-settings")
def set_sheet(name: str) -> ResponseReturnValue:
    """Take a changed form in."""
    found = CARE_SHEETS[name]
    _version, settings = box().settings()
    row = read_all(found.fields(), request.form, settings[name], new=False)
    if changed_meanwhile(settings[name], request.form.get("seen", "")):
        return _sheet(name, row, settings[name], Outcome(conflict=True))
    if name == "backup" and (row["host"], row["port"]) != (
        settings[name]["host"],
        str(settings[name]["port"]),
    ):
        row["host_key"] = ""  # another server has another key
    done = save(box(), lambda now: {**now, name: row}, f"{name}.", {})
    if not done.saved:
        return _sheet(name, row, settings[name], done)
    if name == "backup" and row["destination"] == "sftp" and not row["host_key"]:
        return redirect(to("care.server"), 303)
    return _back(_("%(name)s is saved and in force.", name=found.title))


def _sheet(name: str, row: Any, saved: Any, done: Outcome | None = None) -> ResponseReturnValue:
    outcome = done or Outcome()
    shown = render_template(
        "setup/sheet.html",
        here="setup",
        tab="care",
        sheet=CARE_SHEETS[name],
        row={**row, **{key: str(row[key]) for key in ("day", "hour") if key in row}},
        seen=fingerprint(saved),
        fields=CARE_SHEETS[name].fields(),
        problems=outcome.problems,
        elsewhere=outcome.elsewhere,
        conflict=outcome.conflict,
    )
    return shown, 200 if done is None else 409 if outcome.conflict else 422


@care.get("/server")
def server() -> ResponseReturnValue:
    """The SFTP server's key, for a person to compare, and the box's own for the server."""
    _version, settings = box().settings()
    backup, problem, key, fingerprint_ = settings["backup"], "", "", ""
    try:
        key, fingerprint_ = box().client.care.host_key(backup["host"], int(backup["port"]))
    except ControlError as error:
        problem = str(error)
    shown: dict[str, Any] = {"backup": backup, "problem": problem, "key": key, "fingerprint": fingerprint_}
    own = box().client.care.own_key()
    return render_template("care/server.html", here="setup", tab="care", own=own, **shown)


@care.post("/server")
def trust_server() -> ResponseReturnValue:
    """From now on this key, and no other, is the server's."""
    key = request.form.get("key", "")
    done = save(box(), lambda now: {**now, "backup": {**now["backup"], "host_key": key}}, "backup.", {})
    if not done.saved:
        abort(422)
    return _back(_("The server is known by its key now."))


# ---------------------------------------------------------------------------------- restore


@care.post("/restore/part")
def upload_part() -> ResponseReturnValue:
    """A part of a backup file: the first one gets a name for those that follow."""
    upload = request.args.get("upload") or secrets.token_hex(16)
    start = request.args.get("start", type=int)
    path = _spooled(upload)
    if path is None or start is None or not 0 <= start < _MOST_UPLOAD:
        abort(400)
    body = request.get_data(cache=False)
    known = path.stat().st_size if path.is_file() else 0
    if known != start or len(body) > PART_BYTES:
        abort(409, _("The upload was interrupted. Choose the file once more."))
    with path.open("ab") as file:
        file.write(body)
    path.chmod(0o660)  # the core is another user of the same group, and removes it
    return jsonify({"upload": upload})


def _spooled(upload: str) -> Path | None:
    return box().options.spool / f"{upload}.backup" if _UPLOAD.fullmatch(upload) else None


@care.post("/copies")
def copies() -> ResponseReturnValue:
    """Look which copies there are at the destination."""
    try:
        box().client.care.list_copies()
    except ControlError as error:
        return _refused("restore", error)
    return _back()


@care.post("/restore")
def read() -> ResponseReturnValue:
    """Have a backup checked: an uploaded one, or a copy at the destination."""
    key, name = request.form.get("key", ""), request.form.get("name", "")
    path = _uploaded()
    if path is None and not name:
        return _page({"restore": _("Choose the file of a backup first.")}, 422)
    try:
        box().client.care.read_backup(key, path, name or None)
    except ControlError as error:
        if path is not None:
            path.unlink(missing_ok=True)
        return _refused("restore", error)
    return _back()


def _uploaded() -> Path | None:
    """The file that came in parts, or with the form."""
    path = _spooled(request.form.get("upload", ""))
    if path is not None and path.is_file():
        return path
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    path = box().options.spool / f"{secrets.token_hex(16)}.backup"
    given.save(path)
    path.chmod(0o660)
    return path


@care.post("/restore/apply")
def restore() -> ResponseReturnValue:
    """Restore what was checked; the core ends and is back with it."""
    problem = _wrong_password()
    if problem is not None:
        return _page({"restore_password": problem}, 422)
    try:
        box().client.care.restore("settings" in request.form, "records" in request.form, "admin")
    except ControlError as error:
        return _refused("restore_password", error)
    box().forget()
    return render_template("care/restoring.html", here="setup", tab="care")


@care.post("/restore/drop")
def drop() -> ResponseReturnValue:
    """Forget what was checked."""
    box().client.care.drop_restore()
    return _back()


# ---------------------------------------------------------------------------------- support


@care.post("/support")
def support() -> ResponseReturnValue:
    """Make the support file and send it."""
    path = box().client.care.support_file()
    name = f"callbox-support-{time.strftime('%Y%m%d-%H%M')}.txt"
    answer = Response(path.read_bytes(), mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wrong_password() -> str | None:
    """Why the form's password is not taken; None when it is the admin's."""
    from appliance.config.secrets import verify

    throttle, address = box().throttle, request.remote_addr or ""
    with throttle.checking:
        if throttle.wait(address) > 0:
            return str(_("Too many wrong tries. Wait a little."))
        if verify(box().client.admin_hash()[0], request.form.get("password", "")[:LONGEST]):
            return None
        throttle.failed(address)
    return str(_("This is not your password."))
