"""The first-boot page: every page leads to it until it is done; each step is kept, any may be left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.control.messages import LiveTrunk
from tests.web.site import PASSWORD, Browser, Site, site

OWN = "three words do"
MODEM = {
    "kind": "gsm",
    "port": "/dev/serial/by-path/usb-1-if02",
    "audio_port": "/dev/serial/by-path/usb-1-if04",
    "family": "simcom",
    "title": "SimTech SIM7600",
}
WALL = {
    "kind": "voice_modem",
    "port": "/dev/serial/by-path/usb-2",
    "audio_port": None,
    "family": "usr",
    "title": "USR5637",
}


@pytest.fixture
def new_box(tmp_path: Path) -> Iterator[Site]:
    """A box nobody has logged in at."""
    with site(tmp_path, one_time=True, first_boot=True) as found:
        yield found


@pytest.fixture
def owner(new_box: Site) -> Browser:
    """The owner's browser, after the one-time code."""
    browser = new_box.visitor()
    browser.get("/login")
    assert browser.post("/login", {"user": "admin", "password": PASSWORD}).headers["Location"] == "/first"
    browser.get("/first/place")
    return browser


@pytest.fixture
def inside(new_box: Site, owner: Browser) -> Browser:
    """The owner, with a password of their own."""
    words = {"name": "Bakery", "new": OWN, "again": OWN}
    assert owner.post("/first/name", words).headers["Location"] == "/first/lines"
    owner.get("/first/lines")
    return owner


def _place(**more: Any) -> dict[str, Any]:
    found = {"language": "de", "country": "DE", "for_country": "DE", "timezone": "Europe/Berlin"}
    return {**found, "emergency_numbers": "110 112", **more}


@pytest.mark.parametrize("path", ["/", "/calls", "/setup", "/setup/flows/main", "/setup/reset", "/password"])
def test_every_page_leads_there(new_box: Site, path: str) -> None:
    settings = new_box.settings()
    settings.web.admin_one_time = False
    new_box.save(settings)
    browser = new_box.visitor()
    browser.get("/login")
    assert browser.post("/login", {"user": "admin", "password": PASSWORD}).headers["Location"] == "/first"
    there = browser.get(path).headers.get("Location")
    assert there == (None if path == "/password" else "/first")


def test_the_code_leads_to_a_password_and_not_beyond(owner: Browser) -> None:
    for path in ("/", "/calls", "/setup", "/setup/handsets"):
        assert owner.get(path).headers["Location"] == "/first"
    for path in ("/first/lines", "/first/handsets", "/first/ready", "/first/lines/part"):
        assert owner.get(path).headers["Location"] == "/first/name"
    assert owner.post("/first/finish").headers["Location"] == "/first/name"
    assert owner.post("/first/handsets", {"add": "1"}).headers["Location"] == "/first/name"
    assert owner.get("/api/v1/live").status_code == 403


def test_the_code_logs_in_once(new_box: Site, owner: Browser) -> None:
    other = new_box.visitor()
    other.get("/login")
    refused = other.post("/login", {"user": "admin", "password": PASSWORD})
    assert refused.status_code == 403 and "has been used" in refused.get_data(as_text=True)
    assert other.post("/login", {"user": "admin", "password": "wrong"}).status_code == 403
    assert owner.get("/first/place").status_code == 200  # its own browser goes on


def test_place_is_guessed_from_the_browser(owner: Browser) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "de-AT,en;q=0.5"}
    page = owner.get("/first/place", headers=headers).get_data(as_text=True)
    assert '<option value="AT" selected>Österreich</option>' in page
    assert '<option value="de" selected lang="de">' in page
    assert "<option selected>Europe/Vienna</option>" in page
    assert 'value="112 122 128 133 140 141 142 144"' in page or 'value="112 122 133 144' in page


def test_place_is_saved_and_the_voice_speaks_its_language(new_box: Site, owner: Browser) -> None:
    settings = new_box.settings()
    settings.flows[0].words("goodbye").text = "See you."  # somebody's own words stay
    new_box.save(settings)
    answer = owner.post("/first/place", _place())
    assert answer.headers["Location"] == "/first/name"
    found = new_box.settings()
    box = found.box
    assert (box.language, box.country, box.timezone) == ("de", "DE", "Europe/Berlin")
    assert box.emergency_numbers == ["110", "112"] and not box.first_setup_done
    assert found.flows[0].words("menu").text == "Für den Verkauf drücken Sie die 1."
    assert found.flows[0].words("goodbye").text == "See you."
    assert "Ihr Büro" in owner.text("/first/name")  # and this browser's pages, too


def test_another_country_fills_in_anew_before_it_is_saved(new_box: Site, owner: Browser) -> None:
    before = new_box.settings()
    page = owner.post("/first/place", _place(country="GB")).get_data(as_text=True)
    assert 'value="112 999"' in page and "<option selected>Europe/London</option>" in page
    assert 'name="for_country" id="for_country" value="GB"' in page
    assert new_box.settings() == before
    told = owner.get("/first/country/HU").json
    assert told is not None
    assert told["zone"] == "Europe/Budapest" and told["own_tones"] and told["emergency"].startswith("104 ")
    assert owner.get("/first/country/QQ").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"emergency_numbers": ""}, "At least 1 must be given"),
        ({"emergency_numbers": "help"}, "digits"),
        ({"timezone": "Mars/Base"}, "not known"),
    ],
)
def test_a_place_that_cannot_be(new_box: Site, owner: Browser, wrong: dict[str, str], words: str) -> None:
    before = new_box.settings()
    refused = owner.post("/first/place", _place(**wrong))
    assert refused.status_code == 422 and words in refused.get_data(as_text=True)
    assert new_box.settings() == before


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short", "at least 10"),
        ("1234567890", "guessed"),
        ("aaaaaaaaaaaa", "guessed"),
        ("Password1234!", "guessed"),
        ("poiuytrewq", "guessed"),
        (PASSWORD, "the box made"),
    ],
)
def test_a_weak_password_is_not_taken_nor_the_name(
    new_box: Site, owner: Browser, new: str, words: str
) -> None:
    before = new_box.settings()
    refused = owner.post("/first/name", {"name": "Bakery", "new": new, "again": new})
    assert refused.status_code == 422 and words in refused.get_data(as_text=True)
    assert 'value="Bakery"' in refused.get_data(as_text=True)
    assert new_box.settings() == before


def test_name_and_password(new_box: Site, inside: Browser) -> None:
    settings = new_box.settings()
    assert settings.box.name == "Bakery" and not settings.web.admin_one_time
    assert "You have a password of your own." in inside.text("/first/name")
    assert inside.post("/first/name", {"name": ""}).headers["Location"] == "/first/lines"
    assert new_box.settings().box.name == "Callbox"
    assert new_box.visitor().log_in(OWN).headers["Location"] == "/first"


def test_a_modem_becomes_a_line_and_none_again(new_box: Site, inside: Browser) -> None:
    new_box.core.found = [MODEM, WALL]
    page = inside.text("/first/lines")
    assert "SimTech SIM7600" in page and "USR5637" in page
    assert inside.post("/first/lines/use", {"port": MODEM["port"]}).headers["Location"] == "/first/lines"
    inside.post("/first/lines/use", {"port": MODEM["port"]})  # a second press makes no second line
    inside.post("/first/lines/use", {"port": WALL["port"]})
    gsm, wall = new_box.settings().trunks
    assert (gsm.kind, gsm.name, gsm.label, gsm.port) == ("gsm", "mobile1", "Mobile line 1", MODEM["port"])
    assert gsm.kind == "gsm" and gsm.audio_port == MODEM["audio_port"] and gsm.family == "simcom"
    assert wall.kind == "voice_modem" and (wall.name, wall.family) == ("phone1", "usr")
    assert "SimTech SIM7600" not in inside.text("/first/lines/part")
    gone = inside.post("/first/lines/use", {"port": "/dev/ttyUSB7"})
    assert gone.status_code == 409 and "no longer plugged in" in gone.get_data(as_text=True)
    assert inside.post("/first/lines/mobile1/remove").headers["Location"] == "/first/lines"
    assert [trunk.name for trunk in new_box.settings().trunks] == ["phone1"]


def test_a_locked_sim_card_asks_for_its_pin(new_box: Site, inside: Browser) -> None:
    new_box.core.found = [MODEM]
    inside.post("/first/lines/use", {"port": MODEM["port"]})
    locked = LiveTrunk("mobile1", "Mobile line 1", "gsm", "sim_locked", why="The card wants its PIN.")
    new_box.core.state.trunks = [locked]
    assert "SIM PIN" in inside.text("/first/lines/part")
    assert inside.post("/first/lines/mobile1/pin", {"pin": "12"}).status_code == 422
    assert inside.post("/first/lines/mobile1/pin", {"pin": "1234"}).status_code == 303
    trunk = new_box.settings().trunks[0]
    assert trunk.kind == "gsm" and trunk.pin is not None and trunk.pin.get_secret_value() == "1234"


def test_no_line_yet_is_said_kindly(new_box: Site, inside: Browser) -> None:
    new_box.core.state.trunks = []
    page = inside.text("/first/lines")
    assert "None yet. That is fine" in page and "Quectel" in page


def test_telephones(new_box: Site, inside: Browser) -> None:
    page = inside.text("/first/handsets")
    first = new_box.settings().handsets[0]
    assert first.secret.get_secret_value() in page and "dial 202 on 201" in page
    names = {"name.201": "Carla", "name.202": "Dora"}
    assert inside.post("/first/handsets", {**names, "add": "1"}).headers["Location"] == "/first/handsets"
    settings = new_box.settings()
    assert [row.extension for row in settings.handsets] == ["201", "202", "203"]
    assert [(row.id, row.name, row.handset) for row in settings.agents] == [
        ("11", "Carla", "201"),
        ("12", "Dora", "202"),
        ("13", "Telephone 203", "203"),
    ]
    assert settings.agents[2].queues == ["sales"]
    names["name.203"] = "Emil"
    assert inside.post("/first/handsets", {**names, "remove": "202"}).status_code == 303
    settings = new_box.settings()
    assert [(row.extension, row.label) for row in settings.handsets] == [("201", "Carla"), ("203", "Emil")]
    assert inside.post("/first/handsets", names).headers["Location"] == "/first/ready"
    empty = inside.post("/first/handsets", {"name.201": " ", "name.203": "x" * 61})
    assert empty.status_code == 422 and "This is needed." in empty.get_data(as_text=True)


def test_finishing_ends_it_and_it_can_be_run_again(new_box: Site, inside: Browser) -> None:
    assert "Emergency numbers" in inside.text("/first/ready")
    assert inside.post("/first/finish").headers["Location"] == "/"
    assert new_box.settings().box.first_setup_done
    assert "The box is set up." in inside.text("/")
    assert 'href="/first"' in inside.text("/setup")
    assert inside.get("/first").headers["Location"] == "/first/place"
    assert inside.text("/first/handsets")


def test_skipping_all_of_it_keeps_the_defaults_and_asks_for_a_password(new_box: Site, owner: Browser) -> None:
    before = new_box.settings().box
    assert owner.post("/first/skip").headers["Location"] == "/"
    assert owner.get("/").headers["Location"] == "/password"
    after = new_box.settings().box
    assert after == before.model_copy(update={"first_setup_done": True})
    owner.get("/password")
    assert owner.post("/password", {"new": OWN, "again": OWN}).headers["Location"] == "/"
    assert owner.get("/").status_code == 200


def test_going_back_to_old_settings_does_not_begin_it_again(new_box: Site, inside: Browser) -> None:
    version = new_box.app.extensions["callbox"].client.versions()[-1]["version"]
    inside.post("/first/finish")
    inside.get("/setup")
    assert inside.post(f"/setup/versions/{version}/restore").status_code == 303
    assert new_box.settings().box.first_setup_done
    assert inside.get("/").status_code == 200


@pytest.mark.parametrize("path", ["place", "name", "lines", "handsets", "ready"])
@pytest.mark.parametrize("language", ["de", "es"])
def test_the_steps_speak_the_reader_s_language(inside: Browser, path: str, language: str) -> None:
    english = inside.text(f"/first/{path}")
    headers = {"Accept": "text/html", "Accept-Language": language}
    page = inside.get(f"/first/{path}", headers=headers).get_data(as_text=True)
    assert "Skip" in english or path in ("name", "lines", "ready")
    for word in ("Next", "Back", "Finish", "Skip this step", "Step "):
        assert f">{word}" not in page, word


def test_the_trouble_stands_on_every_page(pages: Site, admin: Browser) -> None:
    assert 'id="trouble"' not in admin.text("/")
    pages.core.trouble = "The data folder is damaged."
    pages.app.extensions["callbox"].forget()
    assert "The data folder is damaged." in admin.text("/")
    assert "cannot use its storage" in pages.visitor().text("/login")


def test_reset_asks_for_password_and_word(pages: Site, admin: Browser) -> None:
    page = admin.text("/setup/reset")
    assert "2 telephones" in page and "recordings" in page
    wrong = admin.post("/setup/reset", {"what": "settings", "password": "wrong", "word": "reset"})
    assert wrong.status_code == 422 and "not your password" in wrong.get_data(as_text=True)
    nothing = admin.post("/setup/reset", {"what": "all", "password": PASSWORD, "word": "RESET"})
    assert nothing.status_code == 422
    assert pages.core.asked == []
    done = admin.post("/setup/reset", {"what": "everything", "password": PASSWORD, "word": "RESET"})
    assert done.status_code == 200 and "starts anew" in done.get_data(as_text=True)
    assert pages.core.asked == [("reset", "everything")]
    assert admin.get("/").status_code == 303  # logged out


def test_wrong_passwords_at_the_reset_make_the_next_wait(pages: Site, admin: Browser) -> None:
    for _ in range(4):
        last = admin.post("/setup/reset", {"what": "settings", "password": "wrong", "word": "RESET"})
    assert "Too many wrong tries" in last.get_data(as_text=True)
    right = admin.post("/setup/reset", {"what": "settings", "password": PASSWORD, "word": "RESET"})
    assert right.status_code == 422 and pages.core.asked == []
