"""One blueprint a page family."""

from __future__ import annotations

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """All of them."""
    from webui.api import v1
    from webui.pages import calls, live, login, prompts, setup, versions

    return [login.login, live.live, calls.calls, setup.setup, prompts.prompts, versions.versions, v1.api]
