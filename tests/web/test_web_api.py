"""/api/v1: its document says what is there, and what is there is as the document says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.history import History
from tests.web.site import Browser, Site, said

JSON = {"Accept": "application/json"}


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(document["components"]["schemas"][name]) if name else schema


def _fits(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "") -> None:
    """The part of JSON Schema the document uses."""
    schema = _resolved(schema, document)
    kinds: dict[str, Any] = {
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "object": dict,
        "array": list,
        "null": type(None),
    }
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, kinds[kind]) for kind in wanted), (where, value)
    if "enum" in schema:
        assert value in schema["enum"], where
    if isinstance(value, list):
        for number, item in enumerate(value):
            _fits(item, schema["items"], document, f"{where}[{number}]")
    if isinstance(value, dict) and "properties" in schema:
        assert set(value) == set(schema["properties"]), where
        for key, item in value.items():
            _fits(item, schema["properties"][key], document, f"{where}.{key}")


def _schema(document: dict[str, Any], path: str) -> dict[str, Any]:
    answer = document["paths"][path]["get"]["responses"]["200"]
    return dict(answer["content"]["application/json"]["schema"])


def test_the_document_names_every_route(pages: Site, admin: Browser) -> None:
    document = said(admin.get("/api/v1/openapi.json", headers=JSON))
    rules = {rule.rule.replace("<", "{").replace(">", "}") for rule in pages.app.url_map.iter_rules()}
    assert set(document["paths"]) == {r for r in rules if r.startswith("/api/v1/") and "path:" not in r}


def test_answers_fit_the_document(pages: Site, admin: Browser) -> None:
    history = History(pages.records)
    calls = [history.answered("+14155550134"), history.abandoned("+1"), history.outbound("112", 34)]
    history.close()
    document = said(admin.get("/api/v1/openapi.json", headers=JSON))
    live = said(admin.get("/api/v1/live", headers=JSON))
    _fits(live, _schema(document, "/api/v1/live"), document)
    assert live["calls"][0]["number"] == "+14155550134"
    page = said(admin.get("/api/v1/calls?limit=2", headers=JSON))
    _fits(page, _schema(document, "/api/v1/calls"), document)
    rest = said(admin.get(f"/api/v1/calls?limit=2&before={page['next']}", headers=JSON))
    assert [call["call"] for call in page["calls"] + rest["calls"]] == calls[::-1] and rest["next"] is None
    one = said(admin.get(f"/api/v1/calls/{calls[0]}", headers=JSON))
    _fits(one, _schema(document, "/api/v1/calls/{call}"), document)
    assert one["entries"][0]["kind"] == "call_started" and one["call"]["outcome"] == "answered"


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/calls?since=x", 422, "since"),
        ("/api/v1/calls?limit=0", 422, "limit"),
        ("/api/v1/calls?limit=501", 422, "limit"),
        ("/api/v1/calls?before=-1", 422, "before"),
        ("/api/v1/calls?limit=%D9%A1", 422, "limit"),
        ("/api/v1/calls/none", 404, None),
        ("/api/v1/none", 404, None),
    ],
)
def test_errors_are_json(admin: Browser, path: str, status: int, field: str | None) -> None:
    answer = admin.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    body = said(answer)
    assert set(body) == {"error", "code", "problems"} and body["error"].endswith(".")
    assert (field in body["problems"]) if field else body["problems"] == {}


def test_the_core_gone_is_an_error_in_json(pages: Site, admin: Browser) -> None:
    pages.control.run(pages.control.server.stop)
    answer = admin.get("/api/v1/live", headers=JSON)
    assert answer.status_code == 503 and said(answer)["code"] == "unreachable"
    pages.control.run(pages.control.server.start)
