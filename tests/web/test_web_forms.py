"""The forms: what is wrong is said at its field, all at once, and nothing that was typed is lost."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest

from appliance.config.secrets import verify
from tests.web.site import Browser, Site, password_hash, said
from tests.web.typed import form_values as _values
from webui.forms.parts import short_name

GSM = {
    "kind": "gsm",
    "label": "Mobile",
    "name": "",
    "enabled": "on",
    "port": "/dev/ttyUSB2",
    "family": "auto",
    "flow": "main",
}
SIP = {
    "kind": "sip",
    "label": "Provider",
    "name": "voip",
    "enabled": "on",
    "host": "sip.example",
    "port": "5061",
    "transport": "tcp",
    "register_out": "on",
    "user": "me",
    "password": "pw",
    "channels": "4",
    "flow": "main",
}


def _problems(text: str) -> list[str]:
    return [unescape(p) for p in re.findall(r'class="invalid-feedback d-block"[^>]*>([^<]+)<', text)]


FORMS = [
    "/setup/handsets/201",
    "/setup/agents/11",
    "/setup/queues/sales",
    "/setup/flows/main",
    "/setup/hours",
    "/setup/box",
    "/setup/trunk_groups/outside",
]


@pytest.mark.parametrize("path", FORMS)
def test_saving_what_is_shown_changes_nothing(pages: Site, admin: Browser, path: str) -> None:
    before = pages.settings()
    answer = admin.post(path, _values(admin.text(path)))
    assert answer.status_code == 303, _problems(answer.get_data(as_text=True))
    assert pages.settings() == before


@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        ("/setup/box", {"timezone": "Berlin"}, "This time zone is not known"),
        ("/setup/box", {"country": "Germany"}, "A country is two capital letters"),
        ("/setup/box", {"maximum_call_minutes": "ages"}, "A whole number is wanted"),
        ("/setup/box", {"maximum_call_minutes": "0"}, "It must be at least 1."),
        ("/setup/box", {"emergency_numbers": ""}, "At least 1 must be given"),
        ("/setup/box", {"emergency_numbers": "112 fire!"}, "A number has 1 to 32 digits"),
        ("/setup/box", {"name": "x" * 61}, "It must have at most 60 characters"),
        ("/setup/queues/sales", {"ring_seconds": "1"}, "It must be at least 5."),
        ("/setup/queues/sales", {"overflow": "queue:sales"}, "A queue cannot overflow into itself"),
        ("/setup/queues/sales", {"overflow": "queue:gone"}, "gone"),
        ("/setup/queues/sales", {"overflow": ""}, "It must be one of"),
        ("/setup/flows/main", {"nodes.menu.keys.2.to": "agent-99"}, "agent-99"),
        ("/setup/flows/main", {"nodes.menu.tries": "-3"}, "It must be at least 1."),
        ("/setup/flows/main", {"nodes.greeting.prompt.text": "x" * 1001}, "at most 1000 characters"),
        ("/setup/agents/11", {"pin_hash": "12"}, "A PIN has 4 to 8 digits."),
        ("/setup/agents/11", {"name": ""}, "This is needed."),
        ("/setup/agents/11", {"handset": "999"}, "999"),
        ("/setup/handsets/201", {"trunk_group": "nothing"}, "nothing"),
        (
            "/setup/hours",
            {"spans.0.start": ["09:00", ""], "spans.0.end": ["08:00", ""]},
            "must be after the opening",
        ),
        (
            "/setup/hours",
            {"spans.2.start": ["", ""], "spans.2.end": ["", "17:00"]},
            "A time of day such as 09:30",
        ),
        ("/setup/hours", {"spans.6.start": ["25:00", ""], "spans.6.end": ["26:00", ""]}, "A time of day"),
        ("/setup/trunk_groups/outside", {"trunks": ["gone"]}, "gone"),
    ],
)
def test_bad_input(pages: Site, admin: Browser, path: str, typed: dict[str, Any], words: str) -> None:
    before = pages.settings()
    answer = admin.post(path, {**_values(admin.text(path)), **typed})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert any(words in problem for problem in _problems(text)), _problems(text)
    assert "Nothing was saved" in text and pages.settings() == before
    for value in typed.values():
        for one in value if isinstance(value, list) else [value]:
            secret_or_chosen = "pin_hash" in typed or one in (
                "agent:99",
                "queue:gone",
                "999",
                "nothing",
                "gone",
                "",
            )
            assert secret_or_chosen or one in unescape(text), one


def test_all_problems_come_at_once(admin: Browser) -> None:
    typed = {"name": "", "country": "x", "timezone": "y", "maximum_call_minutes": "z", "silence_seconds": "1"}
    text = admin.post("/setup/box", {**_values(admin.text("/setup/box")), **typed}).get_data(as_text=True)
    assert len(_problems(text)) == 5 and "5 things cannot be used" in text


def test_a_problem_of_the_form_comes_with_those_of_the_schema(admin: Browser) -> None:
    path = "/setup/agents/11"
    text = admin.post(path, {**_values(admin.text(path)), "pin_hash": "x", "name": ""}).get_data(as_text=True)
    assert set(_problems(text)) == {"A PIN has 4 to 8 digits.", "This is needed."}


def test_new_rows_and_their_names(pages: Site, admin: Browser) -> None:
    assert admin.get("/setup/trunks/new?kind=gsm").status_code == 200
    assert admin.post("/setup/trunks/new", {**GSM, "label": "Büro Handy"}).status_code == 303
    assert admin.post("/setup/trunks/new", SIP).status_code == 303
    gsm, provider = pages.settings().trunks
    assert gsm.name == "buro-handy" and gsm.label == "Büro Handy"
    assert provider.kind == "sip" and provider.port == 5061 and provider.password.get_secret_value() == "pw"
    assert "Büro Handy" in admin.text("/setup/trunks")
    assert admin.post("/setup/trunks/new", {**SIP, "label": "Again"}).status_code == 422
    handset = {"extension": "203", "label": "Door", "trunk_group": ""}
    assert admin.post("/setup/handsets/new", handset).headers["Location"] == "/setup/handsets/203"
    made = pages.settings().handsets[-1]
    assert made.trunk_group is None and len(made.secret.get_secret_value()) == 32


@pytest.mark.parametrize("kind", ["gsm", "voice_modem", "sip"])
def test_an_empty_new_line_says_what_is_needed(pages: Site, admin: Browser, kind: str) -> None:
    text = admin.text(f"/setup/trunks/new?kind={kind}")
    answer = admin.post("/setup/trunks/new", {**_values(text), "kind": kind})
    assert answer.status_code == 422
    assert "This is needed." in _problems(answer.get_data(as_text=True))
    assert pages.settings().trunks == []


@pytest.mark.parametrize("part", ["handsets", "agents", "queues", "flows", "trunk_groups"])
def test_an_empty_new_row_says_what_is_needed(admin: Browser, part: str) -> None:
    answer = admin.post(f"/setup/{part}/new", _values(admin.text(f"/setup/{part}/new")))
    assert answer.status_code == 422 and _problems(answer.get_data(as_text=True))


def test_deleting(pages: Site, admin: Browser) -> None:
    refused = admin.post("/setup/queues/sales/delete")
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "It is still used elsewhere." in text and 'href="/setup/agents/11">Agents: Ana</a>' in text
    assert len(pages.settings().queues) == 1
    deleted = admin.post("/setup/agents/12/delete")
    assert deleted.status_code == 303
    listed = admin.text(deleted.headers["Location"])
    undo = re.search(r'action="(/setup/versions/\d+/restore)"', listed)
    assert undo is not None and "Deleted." in listed
    assert [agent.id for agent in pages.settings().agents] == ["11"]
    assert admin.post("/setup/agents/12/delete").status_code == 409
    assert admin.post(undo.group(1)).status_code == 303
    assert [agent.id for agent in pages.settings().agents] == ["11", "12"]
    assert undo.group(1) not in admin.text(deleted.headers["Location"]), "that was before another save"


def test_secrets_are_never_in_a_form(pages: Site, admin: Browser) -> None:
    pin = {"pin_hash": "4711"}
    assert (
        admin.post("/setup/agents/11", {**_values(admin.text("/setup/agents/11")), **pin}).status_code == 303
    )
    kept = pages.settings().agents[0].pin_hash
    assert verify(kept, "4711")
    admin.post("/setup/trunks/new", {**GSM, "pin": "98765"})
    for path in (
        "/setup/agents/11",
        "/setup/trunks/mobile",
        "/setup/handsets/201",
        "/setup/versions",
        "/setup/agents",
    ):
        text = admin.text(path)
        assert kept not in text and "98765" not in text and "argon2" not in text
        assert pages.settings().handsets[0].secret.get_secret_value() not in text
    admin.post("/setup/agents/11", _values(admin.text("/setup/agents/11")))
    assert pages.settings().agents[0].pin_hash == kept
    admin.post("/setup/agents/11", {**_values(admin.text("/setup/agents/11")), "pin_hash.clear": "on"})
    assert pages.settings().agents[0].pin_hash == ""


def test_a_new_handset_password(pages: Site, admin: Browser) -> None:
    before = pages.settings().handsets[0].secret.get_secret_value()
    assert admin.post("/setup/handsets/201/regenerate").status_code == 303
    after = said(admin.post("/setup/handsets/201/secret", headers={"Accept": "application/json"}))["secret"]
    assert after != before and re.fullmatch(r"[0-9a-f]{32}", after)
    assert admin.post("/setup/handsets/999/secret").status_code == 404


def test_two_people_edit_different_things(pages: Site, admin: Browser) -> None:
    mine = _values(admin.text("/setup/queues/sales"))
    settings = pages.settings()
    settings.box.name = "Other name"
    pages.save(settings)
    assert admin.post("/setup/queues/sales", {**mine, "ring_seconds": "33"}).status_code == 303
    assert pages.settings().box.name == "Other name" and pages.settings().queues[0].ring_seconds == 33


def test_two_people_edit_the_same_thing(pages: Site, admin: Browser) -> None:
    mine = {**_values(admin.text("/setup/queues/sales")), "ring_seconds": "33", "label": "My words"}
    settings = pages.settings()
    settings.queues[0].ring_seconds = 44
    pages.save(settings)
    answer = admin.post("/setup/queues/sales", mine)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Somebody else has changed this" in text and "My words" in text
    assert pages.settings().queues[0].ring_seconds == 44
    assert admin.post("/setup/queues/sales", _values(text)).status_code == 303
    assert pages.settings().queues[0].ring_seconds == 33 and pages.settings().queues[0].label == "My words"


def test_hours(pages: Site, admin: Browser) -> None:
    values = _values(admin.text("/setup/hours"))
    values["spans.0.start"], values["spans.0.end"] = ["08:00", "13:30"], ["12:00", "18:00"]
    assert admin.post("/setup/hours", values).status_code == 303
    spans = pages.settings().hours.spans
    assert [(s.day, f"{s.start:%H:%M}", f"{s.end:%H:%M}") for s in spans] == [
        (0, "08:00", "12:00"),
        (0, "13:30", "18:00"),
    ]
    assert _values(admin.text("/setup/hours"))["spans.0.start"] == ["08:00", "13:30"]


def test_a_prompt_is_heard_before_it_is_saved(pages: Site, admin: Browser) -> None:
    heard = admin.post("/setup/prompts/preview", {"text": "Good\r\nmorning"})
    assert heard.mimetype == "audio/wav" and heard.data.startswith(b"RIFF")
    assert ("preview", "Good morning", "en") in pages.core.asked
    assert (
        admin.post("/setup/prompts/preview", {"text": ""}, headers={"Accept": "application/json"}).status_code
        == 422
    )


def test_an_uploaded_recording(pages: Site, admin: Browser) -> None:
    path, values = "/setup/flows/main", _values(admin.text("/setup/flows/main"))
    sound = {"nodes.greeting.prompt.file": (io.BytesIO(b"RIFF....WAVE"), "hello.wav")}
    assert admin.post(path, {**values, **sound}).status_code == 303
    assert pages.settings().flows[0].words("greeting").upload == "ab" * 16
    assert list(pages.control.spool.iterdir()) == []  # what was handed over is gone
    assert f"/setup/prompts/uploads/{'ab' * 16}" in admin.text(path)
    assert admin.get(f"/setup/prompts/uploads/{'ab' * 16}").status_code == 404
    uploads = pages.folder / "uploads"
    uploads.mkdir()
    (uploads / f"{'ab' * 16}.wav").write_bytes(b"RIFF")
    assert admin.get(f"/setup/prompts/uploads/{'ab' * 16}").data == b"RIFF"
    dropped = {**_values(admin.text(path)), "nodes.greeting.prompt.drop": "on"}
    assert admin.post(path, dropped).status_code == 303
    assert pages.settings().flows[0].words("greeting").upload is None


def test_a_recording_that_is_none(pages: Site, admin: Browser) -> None:
    values = _values(admin.text("/setup/flows/main"))
    sound = {
        "nodes.greeting.prompt.file": (io.BytesIO(b"MZ not audio"), "hello.wav"),
        "nodes.menu.tries": "0",
        "nodes.menu.prompt.text": "My typing",
    }
    answer = admin.post("/setup/flows/main", {**values, **sound})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "My typing" in text
    assert set(_problems(text)) == {"This is no audio file.", "It must be at least 1."}
    assert pages.settings().flows[0].words("greeting").upload is None
    assert list(pages.control.spool.iterdir()) == []


def test_history_and_the_way_back(pages: Site, admin: Browser) -> None:
    values = _values(admin.text("/setup/box"))
    admin.post("/setup/box", {**values, "name": "Second name"})
    text = admin.text("/setup/versions")
    assert "Second name" in text and "admin" in text
    first = pages.control.store.versions()[-1].number
    assert admin.post(f"/setup/versions/{first}/restore").status_code == 303
    assert pages.settings().box.name == "Callbox"
    assert pages.settings().web.admin_hash == password_hash()  # version 1 had none
    assert admin.get("/").status_code == 200
    assert admin.post("/setup/versions/999/restore").status_code in (404, 503)


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("Sales", set(), "sales"),
        ("Sales", {"sales"}, "sales-2"),
        ("Büro 1", set(), "buro-1"),
        ("日本", set(), "n"),
        ("1st", set(), "n1st"),
        ("", set(), "n"),
        ("x" * 80, set(), "x" * 25),
    ],
)
def test_short_names(label: str, taken: set[str], name: str) -> None:
    assert short_name(label, taken) == name
