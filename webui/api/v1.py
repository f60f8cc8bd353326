"""`/api/v1`: what goes on and what happened, as JSON. Described by its OpenAPI document.

Errors have the form {"error": sentence, "code": word, "problems": {field: sentence}}.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from appliance.contract.journal import CallRecord
from webui.answers import error_answer
from webui.box import box
from webui.call_filter import form_of, understand
from webui.relay import Seen
from webui.times import box_zone

api = Blueprint("api", __name__, url_prefix="/api/v1")
LARGEST_PAGE = 500
_PAGE = 50


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of this API."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    return found


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The document."""
    return jsonify(document())


@api.get("/live")
def live() -> ResponseReturnValue:
    """Lines, handsets, agents, queues and calls of this moment."""
    seen = box().live()
    return Response(seen.once("json", partial(_json, seen)), mimetype="application/json")


def _json(seen: Seen) -> str:
    return json.dumps(seen.state.to_json() if seen.state is not None else {})


@api.get("/calls")
def calls() -> ResponseReturnValue:
    """Call records, newest first: {"calls": [...], "next": number|null}. `before` is the `next` of a page."""
    which, problems = understand(form_of(request.args), box_zone())
    before = _number("before", None, 2**53, problems)
    limit = _number("limit", _PAGE, LARGEST_PAGE, problems)
    if problems:
        return error_answer("The filter cannot be understood.", "invalid", 422, problems)
    page = box().calls.page(which, before, limit or _PAGE)
    return jsonify({"calls": [plain(row.record) for row in page.calls], "next": page.next})


@api.get("/calls/<call>")
def one(call: str) -> ResponseReturnValue:
    """One call record with its journal: {"call": {...}, "entries": [...]}."""
    found = box().calls.one(call)
    if found is None:
        return error_answer("There is no such call.", "unknown", 404)
    record, entries = found
    told = [{"kind": e.kind.value, "at": e.at.isoformat(), "data": dict(e.data)} for e in entries]
    return jsonify({"call": plain(record), "entries": told})


@api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(rest: str) -> Response:
    """Anything else."""
    return error_answer(f"There is no /api/v1/{rest[:80]}.", "unknown", 404)


def plain(record: CallRecord) -> dict[str, Any]:
    """A call record as JSON: times as ISO 8601 UTC, durations as seconds."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(record).items()
    }


def _number(name: str, default: int | None, most: int, problems: dict[str, str]) -> int | None:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:20]) <= most:
        problems[name] = f"A whole number from 1 to {most} is wanted."
        return default
    return int(text)
