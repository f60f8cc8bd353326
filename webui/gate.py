"""What every request passes first: the name it asks for, then the login. Deny is the default."""

from __future__ import annotations

import socket
from urllib.parse import quote

from flask import Flask, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from appliance.contract.errors import ControlError
from webui.answers import error_answer, wants_json
from webui.box import box
from webui.sessions import logged_in, must_choose_password, setup_done

#: All that a browser gets without a login.
OPEN = frozenset({"login.page", "login.log_in", "files.file", "files.icon"})
#: All that a browser gets before an own password was chosen.
_WITH_ONE_TIME = OPEN | {"login.password", "login.set_password", "login.log_out"}
_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "callbox.local"})
_ADDRESS = "X-Callbox-Address"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap's check marks and arrows are data in its CSS
        "connect-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(app: Flask) -> None:
    """Put the gate before every route, and the security headers on every answer."""
    app.before_request(_check_host)
    app.before_request(_check_login)
    app.after_request(_security_headers)


def _check_host() -> None:
    """A page of another name (DNS rebinding) must not reach the box through the owner's browser."""
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    name = host.lower().rstrip(".")
    if name not in _HOSTS and name not in _own_hosts() and name not in _more_hosts():
        abort(400, "This name does not belong to the box. Open it as callbox.local or localhost.")


def _own_hosts() -> set[str]:
    """The host's name, and the address that was asked, on the word of the terminator of TLS alone."""
    name = socket.gethostname().lower()
    address = request.headers.get(_ADDRESS, "") if box().options.proxied else ""
    return {name, name if "." in name else f"{name}.local", address} - {""}


def _more_hosts() -> set[str]:
    try:
        settings = box().recent_settings()
    except ControlError:
        return set()
    return {str(host).lower() for part in ("web", "network") for host in settings[part]["hosts"]}


def _check_login() -> ResponseReturnValue | None:
    if request.endpoint in OPEN:
        return None
    if not logged_in():
        return _ask_to_log_in()
    first_boot = not setup_done()
    if first_boot and request.blueprint == "first":
        return None
    if must_choose_password() and request.endpoint not in _WITH_ONE_TIME:
        target = url_for("first.start") if first_boot else url_for("login.password")
        return _refuse("Choose a password of your own first.", 403, target)
    if first_boot and request.endpoint not in _WITH_ONE_TIME and request.method == "GET" and not wants_json():
        return redirect(url_for("first.start"), 303)
    return None


def _ask_to_log_in() -> ResponseReturnValue:
    where = request.full_path.rstrip("?") if request.method == "GET" and not wants_json() else "/"
    target = url_for("login.page") + ("" if where == "/" else f"?next={quote(where, safe='/')}")
    return _refuse("Log in first.", 401, target)


def _refuse(sentence: str, status: int, target: str) -> ResponseReturnValue:
    if wants_json():
        return error_answer(sentence, "login_needed" if status == 401 else "password_needed", status)
    return redirect(target, 303)


def _security_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
