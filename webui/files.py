"""Styles and scripts: small, read once, sent compressed, kept by the browser until they change."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from webui.answers import accepts_gzip

ROOT = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
#: Files that are sent as one: a request less at the first load.
_BUNDLES = {"pages.css": ("vendor/bootstrap/bootstrap.css", "css/callbox.css")}
_FOREVER = "public, max-age=31536000, immutable"

files = Blueprint("files", __name__)


@dataclass(frozen=True, slots=True)
class _File:
    plain: bytes
    packed: bytes
    mark: str
    kind: str


@cache
def _names() -> frozenset[str]:
    """What there is to send: no request can name anything else."""
    found = (path for path in ROOT.rglob("*") if path.suffix in _KINDS and path.is_file())
    return frozenset({*(str(path.relative_to(ROOT)) for path in found), *_BUNDLES})


@cache
def _file(name: str) -> _File:
    plain = b"\n".join((ROOT / part).read_bytes() for part in _BUNDLES.get(name, (name,)))
    mark = hashlib.sha256(plain).hexdigest()[:12]
    return _File(plain, gzip.compress(plain, 9, mtime=0), mark, _KINDS[Path(name).suffix])


def file_url(name: str) -> str:
    """The address of a static file; it changes with the content."""
    return url_for("files.file", name=name, v=_file(name).mark)


@files.get("/static/<path:name>")
def file(name: str) -> Response:
    """One static file."""
    if name not in _names():
        abort(404)
    found = _file(name)
    packed = accepts_gzip() and len(found.packed) < len(found.plain)
    response = Response(found.packed if packed else found.plain, mimetype=found.kind)
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(found.mark + ("-gzip" if packed else ""))
    response.headers["Cache-Control"] = _FOREVER if request.args.get("v") == found.mark else "no-cache"
    response.make_conditional(request)
    return response


@files.get("/favicon.ico")
def icon() -> Response:
    """For browsers that ask before they have read the page."""
    return file("icon.svg")
