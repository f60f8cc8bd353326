"""Answers that are no page of their own: errors in words or JSON, and compressed text."""

from __future__ import annotations

import gzip
import logging

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from appliance.contract.errors import CallboxError, ControlError
from appliance.control.messages import HTTP_STATUS, ErrorCode
from webui.said import all_in_words, in_words

log = logging.getLogger(__name__)
_SMALLEST = 600  # bytes; below it gzip costs more than it saves
_TEXT = frozenset({"text/html", "application/json", "text/css", "text/javascript", "image/svg+xml"})
_STATUS = {code.value: status for code, status in HTTP_STATUS.items()}


def wants_json() -> bool:
    """Does a script ask, not a person's address bar?"""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def error_answer(sentence: str, code: str, status: int, problems: dict[str, str] | None = None) -> Response:
    """The one JSON form of an error."""
    answer = jsonify({"error": sentence, "code": code, "problems": problems or {}})
    answer.status_code = status
    return answer


def status_of(error: CallboxError) -> int:
    """The HTTP status an error of the house stands for."""
    if isinstance(error, ControlError):
        return 503 if error.code == ErrorCode.UNREACHABLE else _STATUS.get(error.code, 409)
    return 503


def handle_errors(app: Flask) -> None:
    """Every error as a page or as JSON, with a sentence that says what to do."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CallboxError, _box_error)
    app.register_error_handler(Exception, _fault)


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    log.info("%s %s refused: %s", request.method, request.path, error.description)
    if request.endpoint == "login.log_in":
        sentence = _("This page was open for too long. Please try once more.")
        return render_template("login.html", problem=sentence, next="/"), 400
    return _said(_("This page was open for too long. Go back, load it again and repeat what you did."), 400)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    words = {
        404: _("There is no such page."),
        405: _("This cannot be done this way."),
        413: _("This is too large. A recording may have %(most)s MB.", most=24),
    }
    answer = _said(words.get(error.code) or error.description or error.name, error.code)
    if error.code == 405 and error.get_response().headers.get("Allow"):
        answer.headers["Allow"] = error.get_response().headers["Allow"]
    return answer


def _box_error(error: CallboxError) -> ResponseReturnValue:
    code = error.code if isinstance(error, ControlError) else ErrorCode.STORE
    problems = error.problems if isinstance(error, ControlError) else {}
    if code == ErrorCode.UNREACHABLE:
        sentence = _("The core of the box is not answering. It is started again by itself; try again soon.")
    else:
        sentence, problems = _in_words(str(error), problems)
    return _said(sentence, status_of(error), str(code), problems)


def _in_words(sentence: str, problems: dict[str, str]) -> tuple[str, dict[str, str]]:
    """People read their own language; programs that use the API, always the same."""
    if request.path.startswith("/api/"):
        return sentence, problems
    return in_words(sentence), all_in_words(problems)


def _fault(error: Exception) -> ResponseReturnValue:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return _said(_("A fault of the box. Its log says more."), 500, ErrorCode.INTERNAL)


def _said(
    sentence: str, status: int, code: str = ErrorCode.BAD_REQUEST, problems: dict[str, str] | None = None
) -> Response:
    if wants_json():
        return error_answer(sentence, ErrorCode.UNKNOWN if status == 404 else code, status, problems)
    page = render_template("error.html", sentence=sentence, problems=problems or {}, status=status)
    return Response(page, status, mimetype="text/html")


def accepts_gzip() -> bool:
    """Whether this browser takes gzip."""
    return request.accept_encodings.quality("gzip") > 0


def compress(response: Response) -> Response:
    """Text goes out as gzip. (What BREACH needs, a foreign page that asks with the session, SameSite=Strict
    keeps out.)"""
    packable = response.mimetype in _TEXT and not response.is_streamed and not response.direct_passthrough
    if not packable or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    data = response.get_data()
    if len(data) >= _SMALLEST and accepts_gzip():
        response.set_data(gzip.compress(data, 4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
