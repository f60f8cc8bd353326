"""Login, logout and the admin's own password."""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webui.box import box
from webui.passwords import LONGEST, SHORTEST, weakness
from webui.sessions import close_session, open_session, setup_done

log = logging.getLogger(__name__)
login = Blueprint("login", __name__)


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template("login.html", problem=problem, next=_next()), status


def _next() -> str:
    """Where to go after the login: a page of ours, never another site."""
    wanted = request.values.get("next", "/")
    ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if ours and wanted.isprintable() else "/"


@login.get("/login")
def page() -> ResponseReturnValue:
    """The login form."""
    return _page()


@login.post("/login")
def log_in() -> ResponseReturnValue:
    """Check user and password; both wrong ones get the same answer, and each makes the next wait."""
    address = request.remote_addr or ""
    throttle = box().throttle
    with throttle.checking:  # also: many tries at once are counted one by one
        wait = throttle.wait(address)
        if wait > 0:
            return _page(_too_many(wait), 429)
        hashed, one_time = box().client.admin_hash()
        if not _right(hashed):
            throttle.failed(address)
            log.warning("a login failed from %s", address)
            return _page(_("User or password is wrong."), 403)
        throttle.succeeded(address)
        if one_time and not _burn():
            return _page(_used(), 403)
    box().forget()
    open_session(hashed)
    if not setup_done():
        return redirect(url_for("first.start"), 303)
    return redirect(url_for("login.password") if one_time else _next(), 303)


def _burn() -> bool:
    """Use the one-time code up; False when that was done before. Under the throttle's lock: one at a time."""
    _version, settings = box().settings()
    if settings["web"].get("admin_code_used"):
        return False
    box().client.code_used()
    return True


def _used() -> str:
    return str(
        _(
            "This one-time code has been used. Go on in the browser it was used in, or have the box make a "
            "new one: start it again, or type callbox new-code at its console."
        )
    )


def _right(hashed: str) -> bool:
    from appliance.config.secrets import verify

    user, password = request.form.get("user", ""), request.form.get("password", "")
    return verify(hashed, password[:LONGEST]) and user.strip().lower() == "admin"


def _too_many(wait: float) -> str:
    seconds = int(wait) + 1
    return str(
        ngettext(
            "Too many wrong tries. Try again in %(num)d second.",
            "Too many wrong tries. Try again in %(num)d seconds.",
            seconds,
        )
    )


@login.post("/logout")
def log_out() -> ResponseReturnValue:
    """End the session of this browser."""
    close_session()
    return redirect(url_for("login.page"), 303)


@login.get("/password")
def password() -> ResponseReturnValue:
    """The form for an own password."""
    return _password_page({})


def _password_page(problems: dict[str, str], status: int = 200) -> ResponseReturnValue:
    one_time = box().client.admin_hash()[1]
    return render_template(
        "password.html", problems=problems, one_time=one_time, shortest=SHORTEST, here="setup"
    ), status


@login.post("/password")
def set_password() -> ResponseReturnValue:
    """Take an own password; every other browser is logged out by it."""
    hashed, one_time = box().client.admin_hash()
    problems = password_problems(hashed, one_time)
    if problems:
        return _password_page(problems, 422)
    take_password()
    return redirect(url_for("live.page"), 303)


def take_password() -> None:
    """Give the admin the password of the form, and this browser a session of it."""
    from appliance.config.secrets import hash_secret

    with box().throttle.checking:
        chosen = hash_secret(request.form["new"])
    box().client.set_admin_password(chosen, "admin")
    box().forget()
    open_session(chosen)


def password_problems(hashed: str, one_time: bool) -> dict[str, str]:
    """What keeps the form's password from being taken: field -> sentence."""
    from appliance.config.secrets import verify

    new, again = request.form.get("new", ""), request.form.get("again", "")
    problems: dict[str, str] = {}
    weak = weakness(new)
    if weak is not None:
        problems["new"] = weak
    if new != again:
        problems["again"] = _("This is not the same password.")
    with box().throttle.checking:
        if not one_time and not verify(hashed, request.form.get("old", "")[:LONGEST]):
            problems["old"] = _("This is not your password of now.")
        elif one_time and "new" not in problems and verify(hashed, new):
            problems["new"] = _("This is the password the box made. Choose another one.")
    return problems
