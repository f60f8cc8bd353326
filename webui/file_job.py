"""A file that people hand over and a job takes in: where it waits, what was chosen for it, how far it is.

The file waits in the spool folder under a token; what was chosen for it stands beside it, so that each page
can be loaded again.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webui.box import box

_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
Chosen = dict[str, Any]


def take(given: FileStorage) -> str:
    """Put a file into the spool folder; its token."""
    token = secrets.token_hex(16)
    given.save(path_of(token))
    path_of(token).chmod(0o640)  # the core is another user of the same group
    return token


def name_of(given: FileStorage) -> str:
    """What people call it."""
    return Path(str(given.filename).replace("\\", "/")).name[:120]


def path_of(token: str) -> Path:
    """Where it waits."""
    if not _TOKEN.fullmatch(token):
        abort(404)
    return box().options.spool / f"{token}.leads"


def keep(token: str, chosen: Chosen) -> None:
    """Keep what was chosen for it."""
    path_of(token).with_suffix(".json").write_text(json.dumps(chosen), encoding="utf-8")


def chosen_of(token: str, otherwise: str) -> Chosen:
    """What was chosen for it; when that is gone, people are sent to the page where they choose a file."""
    try:
        found = json.loads(path_of(token).with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        flash(_("This file is not there any more. Choose it once more."))
        abort(redirect(url_for(otherwise), 303))
    return dict(found)


@dataclass(frozen=True, slots=True)
class Going:
    """The job of a file; `job` is None when another came after it."""

    token: str
    chosen: Chosen
    job: Chosen | None

    @property
    def busy(self) -> bool:
        """Is it not over?"""
        return self.job is not None and not self.job["ended"]

    @property
    def percent(self) -> int | None:
        """How far it is, if that is known."""
        if self.job is None or not self.job["total"]:
            return None
        return min(99, 100 * int(self.job["done"]) // int(self.job["total"]))

    @property
    def result(self) -> Mapping[str, Any]:
        """What came of it; empty before its end."""
        return (self.job or {}).get("result") or {}

    def page(self, part: str, tab: str, address: str, back: str, back_text: str) -> str:
        """The page that shows `part` and goes on by itself, asking at `address`."""
        return render_template(
            "dialer/import_job.html",
            here="campaigns",
            tab=tab,
            chosen=self.chosen,
            busy=self.busy,
            now=part,
            address=address,
            back=back,
            back_text=back_text,
        )

    def now(self, part: str) -> ResponseReturnValue:
        """The part of that page that changes, for its script."""
        return jsonify({"html": part, "busy": self.busy})


def going_of(token: str, otherwise: str) -> Going:
    """The job of a file that was handed over."""
    chosen, job = chosen_of(token, otherwise), box().client.lists.job()
    return Going(token, chosen, job if job is not None and job["id"] == chosen.get("job") else None)
