"""One blueprint a page family."""

from __future__ import annotations

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """All of them."""
    from webui.pages import live, login

    return [login.login, live.live]
