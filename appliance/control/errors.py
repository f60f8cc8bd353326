"""Errors of the house as they cross the control socket: one JSON form, with the HTTP status behind it."""

from __future__ import annotations

from typing import Any

from appliance.contract.errors import (
    CallboxError,
    ControlError,
    PromptError,
    SettingsError,
    StoreConflictError,
    StoreError,
)
from appliance.control.messages import HTTP_STATUS, ErrorCode


def to_json(error: CallboxError) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of an error."""
    code = _code(error)
    problems = error.problems if isinstance(error, SettingsError | ControlError) else {}
    return HTTP_STATUS.get(code, 500), {"error": _sentence(error), "code": code.value, "problems": problems}


def from_json(status: int, body: object) -> ControlError:
    """The error that stands in an answer; one of its own when the answer is none of ours."""
    if not isinstance(body, dict) or not isinstance(body.get("error"), str):
        return ControlError(f"The core answered {status} in a form that is not known.", ErrorCode.INTERNAL)
    problems = body.get("problems")
    return ControlError(
        body["error"],
        str(body.get("code", ErrorCode.INTERNAL)),
        {str(path): str(text) for path, text in problems.items()} if isinstance(problems, dict) else {},
    )


def _sentence(error: CallboxError) -> str:
    if isinstance(error, SettingsError):
        count = len(error.problems)
        return "One setting cannot be used." if count == 1 else f"{count} settings cannot be used."
    return str(error) or "The core refused."


def _code(error: CallboxError) -> ErrorCode:
    if isinstance(error, ControlError):
        known = {code.value: code for code in ErrorCode}
        return known.get(error.code, ErrorCode.REFUSED)
    if isinstance(error, SettingsError | PromptError):
        return ErrorCode.INVALID
    if isinstance(error, StoreConflictError):
        return ErrorCode.CONFLICT
    return ErrorCode.STORE if isinstance(error, StoreError) else ErrorCode.REFUSED
