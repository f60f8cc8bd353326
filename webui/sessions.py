"""Who is logged in: a signed cookie that holds nothing but a mark of the password it was opened with."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import secrets
from pathlib import Path

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface

from webui.box import box

log = logging.getLogger(__name__)

LIFETIME_SECONDS = 12 * 3600
_MARK = "mark"


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, with the Secure flag wherever the page came over HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def session_key(path: Path) -> bytes:
    """The key that signs sessions: 0600, made once, by whichever process comes first."""
    try:
        return _kept_key(path)
    except OSError as problem:  # a damaged or missing data folder must not keep the pages from saying so
        log.warning("sessions end with this process, because their key cannot be kept: %s", problem)
        return secrets.token_bytes(32)


def _kept_key(path: Path) -> bytes:
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    key = path.read_bytes()
    if len(key) < 32:  # cut off at its first writing: sessions of it are worth nothing
        path.unlink()
        return _kept_key(path)
    return key


def _mark_of(hashed: str) -> str:
    return hashlib.sha256(hashed.encode()).hexdigest()[:32]


def open_session(hashed: str) -> None:
    """Log this browser in; a session it had before is gone. It ends when the password changes."""
    session.clear()
    session.permanent = True
    session[_MARK] = _mark_of(hashed)


def close_session() -> None:
    """Log this browser out."""
    session.clear()


def has_mark() -> bool:
    """Was this browser ever logged in? Says nothing about now."""
    return isinstance(session.get(_MARK), str)


def logged_in() -> bool:
    """Whether this browser is logged in with the password of now. ControlError while nobody knows it."""
    if not has_mark():
        return False
    hashed = str(box().recent_settings()["web"]["admin_hash"])
    return bool(hashed) and hmac.compare_digest(session[_MARK], _mark_of(hashed))


def must_choose_password() -> bool:
    """Whether the password is still the one the box made."""
    return bool(box().recent_settings()["web"]["admin_one_time"])


def setup_done() -> bool:
    """Whether the first-boot page was finished or skipped."""
    return bool(box().recent_settings()["box"]["first_setup_done"])
