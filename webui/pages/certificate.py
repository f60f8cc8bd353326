"""The certificate of the page: what is in force, the box's authority to be trusted, the owner's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui.box import box

certificate = Blueprint("certificate", __name__, url_prefix="/setup/certificate")
_LARGEST = 100_000  # both files


@certificate.get("")
def page() -> ResponseReturnValue:
    """What is in force, and the forms that change it."""
    return _page()


@certificate.get("/authority.crt")
def authority() -> ResponseReturnValue:
    """The box's own authority, which a browser or a telephone may be told to trust. No secret."""
    found = box().client.certificate()
    if found is None:
        abort(404)
    answer = Response(found["authority"], mimetype="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="callbox-authority.crt"'
    return answer


@certificate.post("")
def adopt() -> ResponseReturnValue:
    """Take the owner's certificate and key in."""
    files = [request.files.get(name) for name in ("certificate", "key")]
    given = [one for one in files if one is not None and one.filename]
    if not given:
        return _page(_("Choose the files of the certificate and of its key."))
    text = b"\n".join(_read(one) for one in given)
    if len(text) > _LARGEST:
        return _page(_("These files are too large to be a certificate and its key."))
    path = box().options.spool / f"{secrets.token_hex(16)}.upload"
    try:
        path.touch(0o640)  # the core is another user of the same group
        path.write_bytes(text)
        return _try(lambda: box().client.set_certificate(path), _("The new certificate is in force."))
    finally:
        _forget(path, len(text))


@certificate.post("/undo")
def undo() -> ResponseReturnValue:
    """Go back to the certificate before this one."""
    return _try(box().client.undo_certificate, _("The certificate of before is in force again."))


def _read(given: FileStorage) -> bytes:
    return given.stream.read(_LARGEST + 1)


def _forget(path: Path, size: int) -> None:
    """A key does not stay in a file that is gone only by its name."""
    path.write_bytes(bytes(size))
    path.unlink(missing_ok=True)


def _try(change: Callable[[], object], said: str) -> ResponseReturnValue:
    try:
        change()
    except ControlError as error:
        if error.code == ErrorCode.UNREACHABLE:
            raise
        return _page(str(error))
    flash(said)
    return redirect(url_for("certificate.page"), 303)


def _page(problem: str = "") -> ResponseReturnValue:
    found = box().client.certificate()
    more = {"found": found, "problem": problem}
    page = render_template("setup/certificate.html", here="setup", tab="certificate", **more)
    return page, 422 if problem else 200
