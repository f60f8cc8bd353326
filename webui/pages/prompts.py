"""Prompts to the ear: typed text spoken by the box, and recordings that were uploaded."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from webui.box import box

prompts = Blueprint("prompts", __name__, url_prefix="/setup/prompts")
_UPLOAD = re.compile(r"[0-9a-f]{16,64}", re.ASCII)


@prompts.post("/preview")
def preview() -> ResponseReturnValue:
    """The text of a form spoken in the box's voice, as a WAV."""
    language = str(box().recent_settings()["box"]["language"])
    text = " ".join(request.form.get("text", "").split())
    path = box().client.preview_prompt(text, request.form.get("language") or language)
    return Response(path.read_bytes(), mimetype="audio/wav")


@prompts.get("/uploads/<upload>")
def uploaded(upload: str) -> ResponseReturnValue:
    """An uploaded recording, as callers hear it."""
    path = box().options.uploads / f"{upload}.wav"
    if not _UPLOAD.fullmatch(upload) or not path.is_file():
        abort(404)
    return send_file(path.resolve(), mimetype="audio/wav", conditional=True)
