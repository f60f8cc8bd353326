"""The Flask application: options, gate, pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, request
from flask_babel import get_locale
from flask_wtf.csrf import CSRFProtect

from appliance.contract.errors import CallboxError
from webui import causes, numbers, times, words
from webui.answers import compress, handle_errors
from webui.box import Box
from webui.box import box as _box
from webui.files import file_url, files
from webui.forms.catalog import PARTS
from webui.forms.fields import levels_text, spans_of_day
from webui.forms.menu import GROUPS
from webui.forms.sheets import SHEETS
from webui.gate import guard
from webui.language import Languages
from webui.options import SMALL_BODY_BYTES, web_options
from webui.pages import LANGUAGE_COOKIE, blueprints
from webui.row_words import row_reason
from webui.said import in_words
from webui.sessions import LIFETIME_SECONDS, CookieSessions, session_key

LANGUAGES = ("en", "de", "es")


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application to be served. `config` overrides Flask's settings and CALLBOX_* variables."""
    options = web_options(config)
    app = Flask(__name__, static_folder=None)
    app.session_interface = CookieSessions()
    app.config.update(
        SECRET_KEY=session_key(options.key_file),
        SESSION_COOKIE_NAME="callbox",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LIFETIME_SECONDS),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        MAX_CONTENT_LENGTH=SMALL_BODY_BYTES,  # forms with files ask for more themselves
        MAX_FORM_MEMORY_SIZE=SMALL_BODY_BYTES,
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    app.config.update(config or {})
    app.extensions["callbox"] = Box(options)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Languages(app, locale_selector=_language)
    guard(app)  # before CSRF: who is not logged in is told that first
    CSRFProtect(app)
    handle_errors(app)
    app.after_request(compress)
    app.register_blueprint(files)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    _teach_templates(app)
    return app


def _language() -> str:
    """The first language the reader likes that there is a catalogue of; es-MX is Spanish, too.

    What this browser chose on the first-boot page comes before what it asks for.
    """
    tags = [request.cookies.get(LANGUAGE_COOKIE, ""), *request.accept_languages.values()]
    wanted = (tag.partition("-")[0].lower() for tag in tags)
    return next((language for language in wanted if language in LANGUAGES), "en")


def _teach_templates(app: Flask) -> None:
    app.jinja_env.globals.update(file_url=file_url, words=words, language=lambda: str(get_locale()))
    app.jinja_env.globals.update(setup_parts=PARTS, setup_sheets=SHEETS, setup_menu=GROUPS)
    app.jinja_env.globals.update(spans_of=spans_of_day, reason=causes.reason)
    app.jinja_env.filters.update(
        duration=times.duration,
        local_time=times.local_time,
        local_clock=times.local_clock,
        local_day=times.local_day,
        row_reason=row_reason,
        said=in_words,
        levels_text=levels_text,
        phone=numbers.shown,
    )
    app.context_processor(lambda: {"box_name": _box_name(), "box_trouble": _box().trouble})


def _box_name() -> str:
    """For the heading; before the core was ever seen it is just the product."""
    try:
        return str(_box().recent_settings()["box"]["name"])
    except CallboxError:
        return "Callbox"
