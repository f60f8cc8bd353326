"""What a form does beside reading fields: takes recordings in and turns PINs into hashes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode
from webui.box import Box
from webui.forms.fields import Field, Music, Prompt, Row
from webui.options import UPLOAD_BYTES

_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)


def allow_files() -> None:
    """Before a request: forms with files may be larger than others; login and the rest stay small."""
    request.max_content_length = UPLOAD_BYTES
    if (request.content_length or 0) > UPLOAD_BYTES:
        raise RequestEntityTooLarge


def take_recordings(box: Box, fields: Sequence[Field], row: Row) -> dict[str, str]:
    """Hand every uploaded file to the core and put its id into the row; gives the problems."""
    problems: dict[str, str] = {}
    for field in fields:
        kept = isinstance(field, Prompt | Music)
        given = request.files.get(f"{field.name}.file") if kept else None
        if given is None or not given.filename:
            continue
        path = box.options.spool / f"{secrets.token_hex(16)}.upload"
        try:
            given.save(path)
            path.chmod(0o640)  # the core is another user of the same group
            upload, _seconds = box.client.upload_prompt(path)
            row[field.name] = (
                f"upload/{upload}" if isinstance(field, Music) else {**row[field.name], "upload": upload}
            )
        except ControlError as error:
            if error.code == ErrorCode.UNREACHABLE:
                raise
            problems[field.name if isinstance(field, Music) else f"{field.name}.upload"] = str(error)
        finally:
            path.unlink(missing_ok=True)
    return problems


def take_pin(row: Row, before: Row) -> dict[str, str]:
    """Put the hash of a typed PIN in its place; gives the problems."""
    typed: Any = row.get("pin_hash")
    if typed == before.get("pin_hash") or not typed:
        return {}
    if not _PIN.fullmatch(typed):
        row["pin_hash"] = before.get("pin_hash", "")
        return {"pin_hash": _("A PIN has 4 to 8 digits.")}
    from appliance.config.secrets import hash_secret

    with box_lock():
        row["pin_hash"] = hash_secret(typed)
    return {}


def box_lock() -> Any:
    """The lock under which argon2 runs: one at a time."""
    from webui.box import box

    return box().throttle.checking
