"""The page of a flow: read, changed, looked through and tried, with and without saving."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from appliance.config import flow_file
from appliance.config.flow_file import read_flow_file
from appliance.config.flow_findings import SENTENCES
from appliance.config.flow_nodes import KINDS
from appliance.config.schema import dump, load
from tests.support.examples import examples
from tests.web.site import Browser, Site
from webui import lint_words, words
from webui.forms.flow_fields import _FIELDS
from webui.forms.flows import new_node

PAGE = "/setup/flows/main"

EVERYTHING: dict[str, Any] = {
    "hours": {
        "kind": "hours", "label": "Are we open?", "box_hours": False,
        "own_days": ["12-24", "2026-12-31"],
        "week": [{"day": 0, "start": "09:00", "end": "17:00"}],
        "country": "DE", "region": "BY",
        "openings": [{"day": "2026-12-24", "start": "10:00", "end": "14:00"}],
        "open": "hello", "closed": "shut",
    },
    "shut": {"kind": "announcement", "prompt": {"text": "Closed."}, "next": "bye"},
    "hello": {
        "kind": "prompt", "next": "menu",
        "prompt": {"text": "Hello {caller:digits}.", "languages": {"de": {"text": "Guten Tag."}}},
    },
    "menu": {
        "kind": "menu", "prompt": {"text": "1, 2 or 3."}, "seconds": 7.0, "tries": 2,
        "timeout": "bye",
        "keys": {
            "1": {"to": "sales", "words": ["sales", "the shop"]}, "2": {"to": "order"}, "#": {"to": "tongue"},
        },
    },
    "order": {
        "kind": "digits", "prompt": {"text": "Number?"}, "variable": "order", "least": 4, "most": 8,
        "closing": "*", "masks": ["49xx.", "12"], "luhn": True, "secret": True, "next": "shop",
    },
    "shop": {
        "kind": "http", "url": "https://shop.example/{order}", "method": "POST", "body": {"who": "{caller}"},
        "answers": {"state": "order.state"}, "seconds": 3.0, "next": "who",
    },
    "who": {"kind": "identify", "account": "order", "pin": "order", "next": "vip", "unknown": "bye"},
    "vip": {
        "kind": "condition", "otherwise": "set",
        "cases": [{"variable": "contact.vip", "test": "is", "value": "yes", "to": "ana"},
                  {"variable": "state", "test": "is_set", "value": "", "to": "desk"}],
    },
    "set": {"kind": "set", "values": {"order": "{order}0", "x": "a = b"}, "next": "needs"},
    "needs": {"kind": "needs", "skills": {"spanish": 5, "tax": 2}, "head_start_seconds": 60.0, "next": "any"},
    "any": {"kind": "department", "queues": ["sales"]},
    "tongue": {"kind": "language", "language": "de", "next": "visit"},
    "visit": {
        "kind": "appointment", "box_hours": False, "week": [{"day": 1, "start": "10:00", "end": "12:00"}],
        "minutes": 45, "places": 2, "offers": 4, "notice_hours": 2.0, "days": 30, "own_days": ["05-01"],
        "prompt": {"text": "Well.", "languages": {"de": {"text": "So."}}}, "tries": 2, "seconds": 9.0,
        "next": "write", "cancelled": "bye", "ring_back": "sales", "none": "bye", "person": "sales",
    },
    "write": {
        "kind": "sms", "text": "Two\nlines {caller}", "languages": {"de": "Zwei"}, "to": "contact.mobile",
        "group": "outside", "seconds": 12.0, "next": "how", "failed": "bye",
    },
    "how": {"kind": "survey", "questions": ["solved"], "next": "sub"},
    "sub": {"kind": "flow", "flow": "second", "next": "sales"},
    "sales": {"kind": "queue", "queue": "sales", "error": "bye"},
    "ana": {"kind": "agent", "agent": "11", "seconds": 20.0, "failed": "out"},
    "desk": {"kind": "extension", "extension": "202"},
    "out": {"kind": "outside", "number": "+493012345", "group": "outside"},
    "bye": {"kind": "hangup", "prompt": {"text": "Bye.", "upload": "ab" * 16}},
}  # fmt: skip


def settings_with_everything(pages: Site) -> dict[str, Any]:
    data = dump(pages.settings())
    second = {"name": "second", "label": "Second", "start": "a", "nodes": {"a": {"kind": "return"}}}
    main = {"name": "main", "label": "Main", "start": "hours", "otherwise": "bye", "dial_out": True}
    main["anywhere"] = {"0": "sales", "*": "menu"}
    data["flows"] = [{**main, "nodes": EVERYTHING}, second]
    data["requests"] = {"hosts": ["shop.example"]}
    return data


def values(text: str) -> dict[str, Any]:
    """What a browser would send back from the form of a flow."""
    form = text.split('class="flow-board"')[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name is None or 'type="file"' in tag or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        given = unescape(value.group(1)) if value else ("on" if "checkbox" in tag else "")
        found.setdefault(name.group(1), []).append(given)
    for name_, rest in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', rest) or re.search(
            r'<option value="([^"]*)"', rest
        )
        found.setdefault(name_, []).append(unescape(chosen.group(1)) if chosen else "")
    for name_, body in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name_] = [unescape(body)]
    return found


def shown(text: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", text))


def test_every_kind_has_its_fields_words_and_a_new_node() -> None:
    assert set(_FIELDS) == set(words.NODES) == set(KINDS)
    for kind in KINDS:
        assert new_node(kind)["kind"] == kind


def test_a_form_that_is_sent_back_untouched_changes_nothing(pages: Site, admin: Browser) -> None:
    pages.save(load(settings_with_everything(pages)))
    before = dump(pages.settings())
    answer = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "save"})
    assert answer.status_code == 303, shown(answer.get_data(as_text=True))
    assert dump(pages.settings()) == before


def test_keys_and_exits_are_changed(pages: Site, admin: Browser) -> None:
    given = values(admin.text(PAGE))
    given["nodes.menu.keys.2.to"], given["nodes.menu.keys.2.words"] = "goodbye", "bye, leave me alone"
    given["nodes.menu.timeout"] = "goodbye"
    assert admin.post(PAGE, {**given, "action": "save"}).status_code == 303
    menu = dump(pages.settings())["flows"][0]["nodes"]["menu"]
    assert menu["keys"]["2"] == {"to": "goodbye", "words": ["bye", "leave me alone"], "languages": {}}
    assert menu["timeout"] == "goodbye"


def test_a_step_is_added_tried_and_saved(pages: Site, admin: Browser) -> None:
    added = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "add", "new_kind": "announcement"})
    text = added.get_data(as_text=True)
    assert added.status_code == 200 and "announcement" in shown(text)
    assert "No caller ever comes here." in shown(text) and len(pages.settings().flows[0].nodes) == 4
    given = values(text)
    given["nodes.announcement.prompt.text"], given["nodes.announcement.next"] = "By law.", "menu"
    given["nodes.greeting.next"] = "announcement"
    tried = admin.post(PAGE, {**given, "action": "try", "script": "press 1"})
    heard = shown(tried.get_data(as_text=True))
    assert tried.status_code == 200 and "“By law.”" in heard and "Waits in the queue" in heard
    assert "announcement" not in pages.settings().flows[0].nodes, "trying saves nothing"
    assert admin.post(PAGE, {**values(tried.get_data(as_text=True)), "action": "save"}).status_code == 303
    assert pages.settings().flows[0].words("announcement").text == "By law."


def test_a_step_that_is_not_filled_in_yet_is_complained_of(pages: Site, admin: Browser) -> None:
    added = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "add", "new_kind": "agent"})
    text = added.get_data(as_text=True)
    assert added.status_code == 200 and "An agent number has 2 to 6 digits." in shown(text)
    assert "Nothing to complain of." not in text
    assert "Nothing to complain of." in admin.text(PAGE)


def test_a_step_is_taken_out_and_the_lint_says_what_is_missing(pages: Site, admin: Browser) -> None:
    gone = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "remove:goodbye"})
    text = gone.get_data(as_text=True)
    assert gone.status_code == 200 and 'id="node-goodbye"' not in text
    refused = admin.post(PAGE, {**values(text), "action": "save", "nodes.menu.keys.3.to": "goodbye"})
    said = shown(refused.get_data(as_text=True))
    assert refused.status_code == 422 and "There is no node goodbye." in said
    assert "goodbye" in pages.settings().flows[0].nodes, "the running flow stays"


def test_a_script_that_is_not_understood_is_said_at_the_script(pages: Site, admin: Browser) -> None:
    answer = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "try", "script": "press 1\ndance"})
    assert answer.status_code == 422
    assert "Line 2 is not understood: dance" in shown(answer.get_data(as_text=True))


def test_a_flow_with_an_error_is_not_tried_and_says_where(pages: Site, admin: Browser) -> None:
    given = {**values(admin.text(PAGE)), "nodes.greeting.next": "nowhere"}
    answer = admin.post(PAGE, {**given, "action": "try"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "There is no node nowhere." in shown(text)
    assert '<a href="#node-greeting">' in text


def test_a_new_flow_begins_with_something_that_works(pages: Site, admin: Browser) -> None:
    given = values(admin.text("/setup/flows/new"))
    answer = admin.post("/setup/flows/new", {**given, "label": "Night desk", "action": "save"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/setup/flows/night-desk")
    flow = pages.settings().flows[1]
    assert (flow.name, flow.label) == ("night-desk", "Night desk")
    taken = admin.post("/setup/flows/new", {**given, "label": "Again", "name": "main", "action": "save"})
    assert taken.status_code == 422 and len(pages.settings().flows) == 2


def test_somebody_else_saved_meanwhile(pages: Site, admin: Browser) -> None:
    given = values(admin.text(PAGE))
    settings = pages.settings()
    settings.flows[0].words("greeting").text = "Theirs."
    pages.save(settings)
    answer = admin.post(PAGE, {**given, "nodes.greeting.prompt.text": "Mine.", "action": "save"})
    assert answer.status_code == 409 and "Mine." in answer.get_data(as_text=True)
    assert pages.settings().flows[0].words("greeting").text == "Theirs."


def test_other_languages_are_typed_once_a_step_speaks_them(pages: Site, admin: Browser) -> None:
    assert "nodes.greeting.prompt.languages.de.text" not in admin.text(PAGE)
    added = admin.post(PAGE, {**values(admin.text(PAGE)), "action": "add", "new_kind": "language"})
    given = {
        **values(added.get_data(as_text=True)),
        "nodes.language.language": "de",
        "nodes.language.next": "menu",
    }
    spoken = admin.post(PAGE, {**given, "action": "add", "new_kind": "return"}).get_data(as_text=True)
    given = {**values(spoken), "nodes.greeting.prompt.languages.de.text": "Guten Tag."}
    assert admin.post(PAGE, {**given, "action": "save"}).status_code == 303
    assert pages.settings().flows[0].words("greeting").languages["de"].text == "Guten Tag."


@pytest.mark.parametrize("path", ["/setup/flows/nothing", "/setup/flows/Main"])
def test_a_flow_that_is_not_there(admin: Browser, path: str) -> None:
    assert admin.get(path).status_code == 404
    assert admin.post(path, {"action": "save"}).status_code == 404


def test_machines_that_flows_may_ask_have_a_form(pages: Site, admin: Browser) -> None:
    token = admin.text("/setup/requests")
    assert "Machines that flows may ask" in token
    assert admin.post("/setup/requests", {"hosts": "crm.example 192.0.2.5:8080"}).status_code == 303
    assert pages.settings().requests.hosts == ["crm.example", "192.0.2.5:8080"]
    assert admin.post("/setup/requests", {"hosts": "http://crm.example"}).status_code == 422


def test_a_tree_names_each_step_once_under_the_first_that_leads_there(pages: Site, admin: Browser) -> None:
    pages.save(load(settings_with_everything(pages)))
    text = admin.text(PAGE)
    names = re.findall(r'<li class="flow-depth-(\d)" id="node-([a-z-]+)"', text)
    assert sorted(name for _depth, name in names) == sorted(EVERYTHING)
    assert [name for _depth, name in names][:4] == ["hours", "hello", "menu", "sales"]
    assert [int(depth) for depth, _name in names][:4] == [0, 1, 2, 3]


def test_the_lint_speaks_the_readers_language(pages: Site, admin: Browser) -> None:
    assert lint_words.SENTENCES.keys() == SENTENCES.keys()
    assert {code: str(text) for code, text in lint_words.SENTENCES.items()} == SENTENCES
    given = values(admin.text(PAGE))
    given["nodes.menu.timeout"], given["otherwise"] = "", ""
    answer = admin.post(PAGE, {**given, "action": "save"}, headers={"Accept-Language": "de"})
    text = shown(answer.get_data(as_text=True))
    assert answer.status_code == 422
    says = "Der Ausgang „Wenn nichts gedrückt wird“ führt nirgendwohin, und der Ablauf sagt nicht, was dann"
    assert text.count(says) == 3  # above the form, at its field, and among what was found
    assert "leads nowhere" not in text


def _send(admin: Browser, data: bytes, path: str = PAGE, **typed: Any) -> TestResponse:
    given = {**values(admin.text(path)), **typed, "action": "upload"}
    return admin.post(path, {**given, "flow_file": (io.BytesIO(data), "flow.json")})


def test_a_flow_goes_into_a_file_and_back(pages: Site, admin: Browser) -> None:
    pages.save(load(settings_with_everything(pages)))
    before = dump(pages.settings())["flows"][0]
    answer = admin.get(f"{PAGE}.json")
    assert 'filename="flow-main.json"' in answer.headers["Content-Disposition"]
    kept = answer.get_data()
    assert read_flow_file(kept) == before
    changed = kept.replace(b"Closed.", b"Shut.").replace(b'"tries": 2', b'"tries": 4')
    answer = _send(admin, changed)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Nothing is saved yet" in shown(text)
    assert dump(pages.settings())["flows"][0] == before
    assert "recordings that are not on this box" in shown(text)  # that of step bye
    assert admin.post(PAGE, {**values(text), "action": "save"}).status_code == 303
    after = dump(pages.settings())["flows"][0]
    assert after["nodes"]["shut"]["prompt"]["text"] == "Shut." and after["nodes"]["menu"]["tries"] == 4
    assert after["nodes"]["bye"]["prompt"] == {"text": "Bye.", "upload": None, "languages": {}}
    after["nodes"]["bye"] = before["nodes"]["bye"]
    after["nodes"]["shut"]["prompt"]["text"] = "Closed."
    after["nodes"]["menu"]["tries"], after["nodes"]["visit"]["tries"] = 2, 2
    assert after == before


def test_the_lint_of_a_file_is_shown_before_it_is_saved(pages: Site, admin: Browser) -> None:
    data = json.loads(admin.get(f"{PAGE}.json").get_data())
    data["nodes"]["menu"]["keys"]["1"]["to"] = "nowhere"
    text = _send(admin, json.dumps(data).encode()).get_data(as_text=True)
    assert "There is no node nowhere." in shown(text)
    answer = admin.post(PAGE, {**values(text), "action": "save"})
    assert answer.status_code == 422


@given(st.binary(max_size=60))
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_as_a_file_lose_nothing(pages: Site, admin: Browser, data: bytes) -> None:
    before = dump(pages.settings())
    answer = _send(admin, data, label="Just typed")
    text = shown(answer.get_data(as_text=True))
    assert answer.status_code == 422 and "Nothing was saved." in text
    assert values(answer.get_data(as_text=True))["label"] == ["Just typed"]
    assert dump(pages.settings()) == before


def test_no_file_is_asked_for_again_and_reasons_are_translated(admin: Browser) -> None:
    assert {code: str(text) for code, text in lint_words.FILES.items()} == flow_file.SENTENCES
    assert "Choose a file first." in shown(
        admin.post(PAGE, {**values(admin.text(PAGE)), "action": "upload"}).get_data(as_text=True)
    )


def test_a_new_flow_from_a_file(pages: Site, admin: Browser) -> None:
    data = json.loads(admin.get(f"{PAGE}.json").get_data())
    text = _send(admin, json.dumps({**data, "name": "night", "label": "Night"}).encode(), "/setup/flows/new")
    given = values(text.get_data(as_text=True))
    assert given["name"] == ["night"]
    assert admin.post("/setup/flows/new", {**given, "action": "save"}).status_code == 303
    assert [flow["name"] for flow in dump(pages.settings())["flows"]] == ["main", "night"]
    again = _send(admin, json.dumps({**data, "label": "Twice"}).encode(), "/setup/flows/new")
    answer = admin.post("/setup/flows/new", {**values(again.get_data(as_text=True)), "action": "save"})
    assert answer.status_code == 422 and "This is taken already." in shown(answer.get_data(as_text=True))


def test_a_flow_of_500_steps_is_kept_whole(pages: Site, admin: Browser) -> None:
    nodes: dict[str, Any] = {
        f"n{place}": {"kind": "menu", "prompt": {"text": "?"}, "keys": {"1": {"to": f"n{place + 1}"}}}
        for place in range(499)
    }
    data = {"name": "main", "label": "Long", "start": "n0", "otherwise": "n499"}
    nodes["n499"] = {"kind": "hangup"}
    answer = _send(admin, json.dumps({**data, "nodes": nodes}).encode())
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and len(text) < 1_000_000
    assert "more steps than a form can hold" in shown(text)
    tried = admin.post(PAGE, {**values(text), "action": "try", "script": "press 1"})
    assert tried.status_code == 200
    assert admin.post(PAGE, {**values(text), "action": "save"}).status_code == 303
    saved = dump(pages.settings())["flows"][0]
    assert len(saved["nodes"]) == 500 and saved["label"] == "Long" and saved["start"] == "n0"
    assert "Long" in admin.text(PAGE)


def test_a_flow_of_a_hundred_menus_fits_into_its_form(pages: Site, admin: Browser) -> None:
    nodes: dict[str, Any] = {
        f"n{place}": {"kind": "menu", "prompt": {"text": "?"}, "keys": {"1": {"to": f"n{place + 1}"}}}
        for place in range(100)
    }
    nodes["n100"] = {"kind": "hangup"}
    data = {"name": "main", "label": "Long", "start": "n0", "otherwise": "n100", "nodes": nodes}
    text = _send(admin, json.dumps(data).encode()).get_data(as_text=True)
    assert admin.post(PAGE, {**values(text), "action": "save"}).status_code == 303
    assert len(dump(pages.settings())["flows"][0]["nodes"]) == 101
