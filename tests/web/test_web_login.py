"""Login: right and wrong passwords, waiting, cookies, the one-time password, the end of a session."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.web.site import PASSWORD, Site, site
from webui.throttle import FREE_TRIES, LONGEST_WAIT, MOST_ADDRESSES, Throttle


class Stepped:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_login_and_logout(pages: Site) -> None:
    browser = pages.visitor()
    assert browser.get("/").status_code == 303
    assert browser.log_in().headers["Location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.post("/logout").headers["Location"] == "/login"
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    ("user", "password"), [("admin", "wrong"), ("root", PASSWORD), ("admin", ""), ("", "")]
)
def test_wrong_ones_get_the_same_answer(pages: Site, user: str, password: str) -> None:
    browser = pages.visitor()
    answer = browser.log_in(password, user)
    assert answer.status_code == 403
    assert "User or password is wrong." in answer.get_data(as_text=True)
    assert browser.get("/").status_code == 303


def test_wrong_ones_make_the_next_wait(pages: Site) -> None:
    clock = Stepped()
    pages.app.extensions["callbox"].throttle = Throttle(clock)
    browser = pages.visitor()
    for _ in range(FREE_TRIES):
        assert browser.log_in("wrong").status_code == 403
    refused = browser.log_in()  # the right one, too early
    assert refused.status_code == 429
    assert "Try again in 2 seconds" in refused.get_data(as_text=True)
    clock.now += 1.1
    assert browser.log_in().status_code == 303


def test_waits_grow_and_addresses_are_forgotten() -> None:
    clock = Stepped()
    throttle = Throttle(clock)
    waits = []
    for _ in range(14):
        throttle.failed("10.0.0.1")
        waits.append(throttle.wait("10.0.0.1"))
    assert waits == sorted(waits) and waits[0] == 0 and waits[-1] == LONGEST_WAIT
    assert throttle.wait("10.0.0.2") == 0
    for number in range(MOST_ADDRESSES + 5):
        throttle.failed(f"10.1.{number // 256}.{number % 256}")
    assert 0 < throttle.wait("10.0.0.3") <= 10  # many addresses together wait, too, but never for long
    clock.now += 20
    assert throttle.wait("10.0.0.1") == 0  # pushed out by newer ones: memory is bounded


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"]
)
def test_login_leads_to_no_other_site(pages: Site, target: str) -> None:
    assert pages.visitor().log_in(next=target).headers["Location"] == "/"


def test_login_leads_back_to_the_page_that_was_wanted(pages: Site) -> None:
    browser = pages.visitor()
    assert browser.get("/calls?text=ana&outcome=busy").headers["Location"] == (
        "/login?next=/calls%3Ftext%3Dana%26outcome%3Dbusy"
    )
    assert browser.log_in(next="/calls?text=ana").headers["Location"] == "/calls?text=ana"


def test_cookie_flags(pages: Site) -> None:
    plain = pages.visitor().log_in().headers["Set-Cookie"]
    assert "HttpOnly" in plain and "SameSite=Strict" in plain and "Secure" not in plain and "Expires" in plain
    client = pages.app.test_client()
    secure = client.get("/login", base_url="https://localhost")
    assert "Secure" in secure.headers["Set-Cookie"]
    assert "max-age" in secure.headers["Strict-Transport-Security"]


def test_key_is_private_and_outlives_the_process(pages: Site) -> None:
    key = pages.folder / "web-session.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    cookie = pages.admin().client.get_cookie("callbox")
    assert cookie is not None
    later = pages.visitor(pages.new_app())
    later.client.set_cookie("callbox", cookie.value)
    assert later.get("/").status_code == 200


def test_a_one_time_password_must_be_changed(tmp_path: Path) -> None:
    with site(tmp_path, one_time=True) as pages:
        browser = pages.visitor()
        assert browser.log_in().headers["Location"] == "/password"
        for path in ("/", "/calls", "/setup", "/api/v1/live"):
            assert browser.get(path).status_code in (303, 403), path
        browser.get("/password")
        refused = browser.post("/password", {"new": "short", "again": "other"})
        text = refused.get_data(as_text=True)
        assert refused.status_code == 422 and "at least 10" in text and "not the same" in text
        assert browser.post("/password", {"new": PASSWORD, "again": PASSWORD}).status_code == 422
        own = {"new": "three words do", "again": "three words do"}
        assert browser.post("/password", own).headers["Location"] == "/"
        assert browser.get("/").status_code == 200
        assert pages.visitor().log_in().status_code == 403
        assert pages.visitor().log_in("three words do").headers["Location"] == "/"


def test_another_password_ends_the_other_sessions(
    pages: Site,
) -> None:
    here, there = pages.admin(), pages.admin()
    here.get("/password")
    words = {"new": "a new password", "again": "a new password"}
    assert here.post("/password", {"old": "not it", **words}).status_code == 422
    assert here.post("/password", {"old": PASSWORD, **words}).status_code == 303
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 303


def test_a_forged_cookie_is_worth_nothing(pages: Site) -> None:
    browser = pages.visitor()
    cookie = pages.admin().client.get_cookie("callbox")
    assert cookie is not None
    browser.client.set_cookie("callbox", cookie.value[:-3] + "AAA")
    assert browser.get("/").status_code == 303
