"""A flow's file on the page: read out of an upload, or kept whole where the flow is too long for a form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webui.forms.fields import Row
from webui.lint_words import FILES, field_said

#: More steps than this are shown as a list without fields, and kept in the form as they stand in the file.
MOST_IN_FORM = 120
_MOST_PARTS = 60_000
_MOST_TEXT = 6_000_000


def allow_long_forms() -> None:
    """Before a request: 120 steps with all their fields are more than a form usually has."""
    request.max_form_parts = _MOST_PARTS
    request.max_form_memory_size = _MOST_TEXT


def read_upload(given: FileStorage | None) -> tuple[Row | None, dict[str, str]]:
    """The flow of an uploaded file; or None, and in words why not."""
    from appliance.config.flow_file import MOST_BYTES

    if given is None or not given.filename:
        return None, {"file": _("Choose a file first.")}
    return read(given.stream.read(MOST_BYTES + 1))


def read(data: bytes) -> tuple[Row | None, dict[str, str]]:
    """The flow of these bytes; or None, and in words why not."""
    from appliance.config.flow_file import FlowFieldsError, FlowFileError, read_flow_file

    try:
        return read_flow_file(data), {}
    except FlowFileError as refused:
        return None, {"file": str(FILES[refused.code]) % refused.args_told}
    except FlowFieldsError as refused:
        return None, {f"file.{path}": field_said(one) for path, one in refused.told.items()}


def whole(flow: Row) -> str:
    """A long flow as a form keeps it; "" for one that has fields."""
    from appliance.config.flow_file import flow_text

    return flow_text(flow) if len(flow["nodes"]) > MOST_IN_FORM else ""


def without_lost_recordings(flow: Row, uploads: Path) -> list[str]:
    """Take out recordings that are not on this box, as of a file from another one; the steps they were in."""
    found = []
    for name, node in flow["nodes"].items():
        for said in _prompts(node):
            upload = said.get("upload")
            if upload and not (uploads / f"{upload}.wav").is_file():
                said["upload"] = None
                found.append(name)
    return list(dict.fromkeys(found))


def _prompts(value: Any) -> Iterator[Row]:
    """Every prompt within a node."""
    if isinstance(value, dict):
        if "upload" in value:
            yield value
        for inner in value.values():
            yield from _prompts(inner)
