"""Before every route: the host's name, the login, CSRF; on every answer: the headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from tests.web.site import PASSWORD, Browser, Site, said

OPEN = {"login.page", "login.log_in", "files.file", "files.icon"}


def _value(rule: Rule, name: str) -> str | int:
    """Something that this part of the address can be."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    if isinstance(converter, IntegerConverter):
        return 1
    known = {"name": "trunks", "agent": "11", "trunk": "gsm1", "extension": "201", "upload": "ab" * 16}
    return known.get(name, "x1")


def _routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        given = {name: _value(rule, name) for name in rule.arguments}
        if rule.endpoint in ("setup.sheet", "setup.set_sheet"):
            given["name"] = "hours"
        if rule.endpoint in ("care.sheet", "care.set_sheet"):
            given["name"] = "backup"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, adapter.build(rule.endpoint, given, method=method)


def test_every_route_is_closed_without_a_login(pages: Site) -> None:
    client = pages.app.test_client()
    checked = 0
    for rule, method, path in _routes(pages.app):
        if rule.endpoint in OPEN:
            continue
        as_person = client.open(path, method=method, headers={"Accept": "text/html"})
        as_script = client.open(path, method=method, headers={"Accept": "application/json"})
        wanted = 401 if path.startswith("/api/") else 303
        assert as_person.status_code == wanted, (method, path)
        assert as_script.status_code == 401 and said(as_script)["code"] == "login_needed", (method, path)
        checked += 1
    assert checked > 35
    assert pages.core.asked == []
    assert client.get("/no-such-page", headers={"Accept": "text/html"}).status_code == 303


def test_every_change_needs_a_csrf_token(pages: Site, admin: Browser) -> None:
    before = pages.settings()
    for _rule, method, path in _routes(pages.app):
        if method == "GET" or path.startswith("/api/"):
            continue
        answer = admin.client.open(path, method=method, headers={"Accept": "text/html"})
        assert answer.status_code == 400, (method, path)
    assert pages.core.asked == [] and pages.settings() == before


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8080", "callbox.local", "[::1]:8080", "CALLBOX.local"]
)
def test_own_names_are_served(pages: Site, host: str) -> None:
    assert pages.app.test_client().get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "callbox.local.evil", "10.0.0.9", ""]
)
@pytest.mark.parametrize("path", ["/login", "/static/css/callbox.css", "/"])
def test_foreign_names_are_not(pages: Site, host: str, path: str) -> None:
    answer = pages.app.test_client().get(path, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
    if host:
        assert answer.status_code == 400
        assert "does not belong to the box" in answer.get_data(as_text=True)


def test_names_of_the_settings_are_served(pages: Site) -> None:
    settings = pages.settings()
    settings.web.hosts = ["phones.example"]
    pages.save(settings)
    assert pages.app.test_client().get("/login", headers={"Host": "Phones.Example:80"}).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/", "/calls", "/static/js/live.js", "/api/v1/live", "/nowhere"])
def test_headers_on_every_answer(admin: Browser, path: str) -> None:
    headers = admin.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == ("no-store" if "static" not in path else "no-cache")


@pytest.mark.parametrize("path", ["/", "/calls", "/setup", "/setup/flows/main", "/setup/hours", "/login"])
def test_pages_hold_nothing_the_policy_forbids(admin: Browser, path: str) -> None:
    text = admin.text(path)
    for forbidden in (" style=", "<style", "onclick", "javascript:", "//cdn", "http://", "https://"):
        assert forbidden not in text.replace("http://www.w3.org", ""), forbidden
    assert "<script" not in text or text.count("<script") == text.count('<script type="module" src="/static/')


def test_bodies_are_bounded(pages: Site, admin: Browser) -> None:
    visitor = pages.visitor()
    visitor.get("/login")
    assert visitor.post("/login", {"user": "admin", "password": "x" * 400_000}).status_code == 413
    large = admin.post("/setup/box", {"name": "x" * 25_000_000})
    assert large.status_code == 413
    assert "too large" in large.get_data(as_text=True)
    assert visitor.log_in(PASSWORD).status_code == 303


def test_static_files_are_packed_and_kept(admin: Browser) -> None:
    text = admin.text("/")
    address = text.split('<link rel="stylesheet" href="')[1].split('"')[0]
    packed = admin.client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = admin.client.get(address)
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < len(plain.data) / 3
    assert "immutable" in packed.headers["Cache-Control"]
    again = admin.client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert admin.get("/static/../app.py").status_code == 404
    assert admin.get("/static/vendor/bootstrap/callbox.scss").status_code == 404
