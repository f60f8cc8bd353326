"""The first-boot page: five short steps from the one-time code to the first call.

Each step is a save of its own, so what was answered stays when the browser is closed or the power fails, and
History takes it back; the lines can be seen working while they are set up. Every step may be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from appliance.contract.errors import ControlError
from appliance.control.messages import LiveState
from webui.box import box
from webui.forms import first as forms
from webui.forms.parts import Settings
from webui.forms.saving import Outcome, save
from webui.pages import LANGUAGE_COOKIE
from webui.pages.login import password_problems, take_password
from webui.passwords import SHORTEST
from webui.sessions import must_choose_password

first = Blueprint("first", __name__, url_prefix="/first")

#: The steps in their order, and what each is called.
STEPS = (
    ("place", _("Place")),
    ("name", _("Name and password")),
    ("lines", _("Lines")),
    ("handsets", _("Telephones")),
    ("ready", _("Ready")),
)
_ORDER = [name for name, _title in STEPS]
_OPEN_WITH_CODE = frozenset(
    f"first.{name}" for name in ("start", "skip", "place", "set_place", "country", "name", "set_name")
)
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Office:
    """What the steps show of the box."""

    settings: Settings
    live: LiveState | None


@first.before_request
def password_first() -> ResponseReturnValue | None:
    """The one-time code leads to the choice of a password, and not beyond it."""
    if must_choose_password() and request.endpoint not in _OPEN_WITH_CODE:
        return redirect(url_for("first.name"), 303)
    return None


def _step(step: str, status: int = 200, **more: Any) -> tuple[str, int]:
    place = _ORDER.index(step)
    page = render_template(
        f"first/{step}.html",
        here="setup",
        steps=STEPS,
        step=step,
        number=place + 1,
        back=f"/first/{_ORDER[place - 1]}" if place else None,
        onward=f"/first/{_ORDER[place + 1]}" if place + 1 < len(_ORDER) else None,
        one_time=must_choose_password(),
        **{"problems": {}, "elsewhere": {}, **more},
    )
    return page, status


def _next(name: str) -> ResponseReturnValue:
    return redirect(f"/first/{_ORDER[_ORDER.index(name) + 1]}", 303)


def _said(done: Outcome) -> dict[str, Any]:
    problems = dict(done.elsewhere)
    if done.conflict:
        problems[""] = gettext("Somebody else is changing the settings now. Please try once more.")
    return {"problems": done.problems, "elsewhere": problems}


@first.get("")
def start() -> ResponseReturnValue:
    """The first step."""
    return redirect(url_for("first.place"), 303)


@first.post("/skip")
def skip() -> ResponseReturnValue:
    """Leave the page for those who know their way; what was not answered keeps its default."""
    return _finish()


@first.post("/finish")
def finish() -> ResponseReturnValue:
    """The last button."""
    flash(gettext("The box is set up. These steps can be taken again at any time, under Setup."))
    return _finish()


def _finish() -> ResponseReturnValue:
    done = save(box(), lambda now: {**now, "box": {**now["box"], "first_setup_done": True}}, "", {})
    if not done.saved:
        return _step("ready", 409, **_said(done), office=_office())
    return redirect(url_for("live.page"), 303)


# ---------------------------------------------------------------------------------- place


@first.get("/place")
def place() -> ResponseReturnValue:
    """Language, country, and what comes with them."""
    _version, settings = box().settings()
    return _place_form(forms.place_of(settings), guess="" if settings["box"]["first_setup_done"] else "yes")


@first.post("/place", endpoint="set_place")
def set_place() -> ResponseReturnValue:
    """Take the place. Another country than the one the fields were filled in for fills them in anew first."""
    row = forms.read_place(request.form)
    if row["country"] != request.form.get("for_country", row["country"]):
        found = forms.country_of(row["country"])
        return _place_form(
            row | {"timezone": found.zone, "emergency_numbers": list(found.emergency)}, filled=True
        )
    done = save(box(), lambda now: forms.with_place(now, row), "box.", {})
    if not done.saved:
        return _place_form(row, 422, **_said(done))
    response = redirect(url_for("first.name"), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        row["language"],
        max_age=_YEAR,
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def _place_form(row: dict[str, Any], status: int = 200, **more: Any) -> ResponseReturnValue:
    found = forms.country_of(row["country"])
    return _step(
        "place",
        status,
        row=row,
        country=found,
        voices=forms.VOICES,
        countries=forms.country_options(),
        other_zones=forms.other_zones(found),
        **more,
    )


@first.get("/country/<code>")
def country(code: str) -> ResponseReturnValue:
    """What a country brings with it, for the script that fills the fields in."""
    found = forms.country_of(code)
    if code not in dict(forms.country_options()):
        abort(404)
    return jsonify(
        {
            "zones": list(found.zones),
            "zone": found.zone,
            "emergency": " ".join(found.emergency),
            "own_tones": found.own_tones,
        }
    )


# ---------------------------------------------------------------------------------- name


@first.get("/name")
def name() -> ResponseReturnValue:
    """The office's name and the admin's own password."""
    _version, settings = box().settings()
    typed = settings["box"]["name"]
    return _name_form("" if typed == "Callbox" else typed)


@first.post("/name", endpoint="set_name")
def set_name() -> ResponseReturnValue:
    """Take name and password, both or neither."""
    typed = " ".join(request.form.get("name", "").split())
    hashed, one_time = box().client.admin_hash()
    own = password_problems(hashed, one_time) if one_time else {}
    done = save(box(), lambda now: {**now, "box": {**now["box"], "name": typed or "Callbox"}}, "box.", own)
    if not done.saved:
        return _name_form(typed, 422, **_said(done))
    if one_time:
        take_password()
    return _next("name")


def _name_form(typed: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    return _step("name", status, name=typed, shortest=SHORTEST, **more)


# ---------------------------------------------------------------------------------- lines


@first.get("/lines")
def lines() -> ResponseReturnValue:
    """The lines there are, and the modems that could be."""
    return _lines_page()


@first.get("/lines/part")
def lines_part() -> ResponseReturnValue:
    """The changing part alone."""
    return render_template("first/_lines.html", problems={}, **_lines_now())


def _lines_page(status: int = 200, **more: Any) -> ResponseReturnValue:
    return _step("lines", status, **_lines_now(), **more)


def _lines_now() -> dict[str, Any]:
    office = _office()
    found = forms.unused(box().client.lines_found(), office.settings)
    own = {trunk["name"]: trunk for trunk in office.settings["trunks"]}
    return {"office": office, "found": found, "own": own}


@first.post("/lines/use")
def use_line() -> ResponseReturnValue:
    """Make a line of a modem that is plugged in."""
    found = {modem["port"]: modem for modem in box().client.lines_found()}
    modem = found.get(request.form.get("port", ""))
    if modem is None:
        return _lines_page(409, elsewhere={"": gettext("This modem is no longer plugged in.")})
    return _change_lines(
        lambda now: forms.with_line(now, modem) if forms.unused([modem], now) else now, "trunks."
    )


@first.post("/lines/<name>/remove")
def remove_line(name: str) -> ResponseReturnValue:
    """Take a line out again."""
    return _change_lines(lambda now: forms.without_line(now, name), "trunks.")


@first.post("/lines/<name>/pin")
def set_pin(name: str) -> ResponseReturnValue:
    """The PIN of a line's SIM card."""
    pin = request.form.get("pin", "").strip()
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        return _lines_page(422, problems={name: gettext("A SIM PIN has 4 to 8 digits.")})
    return _change_lines(lambda now: forms.with_pin(now, name, pin), "trunks.")


def _change_lines(change: Any, prefix: str) -> ResponseReturnValue:
    done = save(box(), change, prefix, {})
    if not done.saved:
        return _lines_page(422, **_said(done))
    return redirect(url_for("first.lines"), 303)


# ---------------------------------------------------------------------------------- handsets


@first.get("/handsets")
def handsets() -> ResponseReturnValue:
    """The telephones inside, and what is to be entered in them."""
    _version, settings = box().settings()
    return _handsets_page(forms.people(settings))


@first.post("/handsets", endpoint="set_handsets")
def set_handsets() -> ResponseReturnValue:
    """Take the names, then go where the button that was pressed leads: on, one more, one less."""
    names = {
        key.removeprefix("name."): " ".join(value.split())
        for key, value in request.form.items()
        if key.startswith("name.")
    }
    gone = request.form.get("remove", "")
    own = {
        f"name.{key}": gettext("This is needed.") for key, value in names.items() if not value and key != gone
    }

    def change(now: Settings) -> Settings:
        changed = forms.with_people(now, {key: value for key, value in names.items() if value})
        if gone:
            return forms.without_handset(changed, gone)
        return forms.with_handset(changed) if "add" in request.form else changed

    done = save(box(), change, "", own)
    if not done.saved:
        own |= {
            f"name.{key}": gettext("At most 60 characters.")
            for key, value in names.items()
            if len(value) > 60
        }
        rest = {path: text for path, text in done.problems.items() if path not in own and "label" not in path}
        return _handsets_page(names, 422, problems=own, elsewhere={} if own else rest)
    if gone or "add" in request.form:
        return redirect(url_for("first.handsets"), 303)
    return _next("handsets")


def _handsets_page(names: dict[str, str], status: int = 200, **more: Any) -> ResponseReturnValue:
    return _step("handsets", status, office=_office(), names=names, sip=box().options, **more)


# ---------------------------------------------------------------------------------- ready


@first.get("/ready")
def ready() -> ResponseReturnValue:
    """What was set up, what is missing, and how to make the first call."""
    return _step("ready", office=_office())


def _office() -> _Office:
    _version, settings = box().settings()
    try:
        return _Office(settings, box().client.live())
    except ControlError:
        return _Office(settings, None)
