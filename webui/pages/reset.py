"""Factory reset: what it takes away is said first; then the password and a typed word."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui.box import box
from webui.passwords import LONGEST
from webui.sessions import close_session

reset = Blueprint("reset", __name__, url_prefix="/setup/reset")
WORD = "RESET"


@reset.get("")
def page() -> ResponseReturnValue:
    """What would be forgotten."""
    return _page({})


@reset.post("", endpoint="forget")
def forget() -> ResponseReturnValue:
    """Forget it. The core ends, and the next start does it."""
    problems = _problems()
    if problems:
        return _page(problems, 422)
    box().client.reset_box(request.form["what"], "admin")
    box().forget()
    close_session()
    return render_template("reset_done.html", here="setup")


def _page(problems: dict[str, str], status: int = 200) -> ResponseReturnValue:
    _version, settings = box().settings()
    counts = {part: len(settings[part]) for part in ("trunks", "handsets", "agents", "queues")}
    what = request.form.get("what", "settings")
    page = render_template(
        "setup/reset.html", here="setup", tab="reset", problems=problems, counts=counts, word=WORD, what=what
    )
    return page, status


def _problems() -> dict[str, str]:
    from appliance.config.secrets import verify

    problems: dict[str, str] = {}
    if request.form.get("what") not in ("settings", "everything"):
        problems["what"] = _("Choose what shall be forgotten.")
    if request.form.get("word", "").strip() != WORD:
        problems["word"] = _("Type %(word)s in capital letters.", word=WORD)
    throttle, address = box().throttle, request.remote_addr or ""
    with throttle.checking:
        if throttle.wait(address) > 0:
            problems["password"] = _("Too many wrong tries. Wait a little.")
        elif not verify(box().client.admin_hash()[0], request.form.get("password", "")[:LONGEST]):
            throttle.failed(address)
            problems["password"] = _("This is not your password.")
    return problems
