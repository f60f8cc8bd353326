"""A shop owner with a new box, in Chromium: from the one-time code to the live page, and back by a reset."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from appliance.config.schema import Settings, load
from tests.support.box import RunningBox, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromium-driver is not installed"),
]
PASSWORD = "three simple words"
SECONDS = 30.0


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    folder: Path = tmp_path_factory.mktemp("new")
    found = RunningBox(folder / "data")
    try:
        found.wait_ready(40)
        yield found
    finally:
        found.stop()


class Owner:
    """What a person does at the page."""

    def __init__(self, browser: webdriver.Chrome, box: RunningBox) -> None:
        self.browser = browser
        self.address = f"http://127.0.0.1:{box.options.web_port}"

    def open(self, path: str) -> None:
        self.browser.get(self.address + path)

    def type(self, name: str, text: str) -> None:
        field = self.browser.find_element(By.ID, name)
        field.clear()
        field.send_keys(text)

    def choose(self, name: str, value: str) -> None:
        Select(self.browser.find_element(By.ID, name)).select_by_value(value)

    def value(self, name: str) -> str:
        return str(self.browser.find_element(By.ID, name).get_property("value"))

    def press(self, selector: str, then: str) -> None:
        """Press a button and wait for the page that it leads to."""
        self.browser.find_element(By.CSS_SELECTOR, selector).click()
        self.arrive(then)

    def arrive(self, path: str) -> None:
        self.until(lambda: self.browser.current_url == self.address + path, f"page {path}")
        ready = "return document.readyState === 'complete'"
        self.until(lambda: bool(self.browser.execute_script(ready)), f"page {path} is loaded")

    def until(self, found: object, why: str) -> None:
        assert callable(found)
        waiting = WebDriverWait(self.browser, SECONDS, ignored_exceptions=[StaleElementReferenceException])
        waiting.until(lambda _: found(), why)

    def see(self, words: str) -> None:
        self.until(lambda: words in self.browser.find_element(By.TAG_NAME, "main").text, words)


@pytest.fixture
def owner(browser: webdriver.Chrome, box: RunningBox) -> Owner:
    return Owner(browser, box)


def _settings(box: RunningBox) -> Settings:
    with contextlib.closing(box.control) as control:
        return load(control.settings()[1])


def test_from_the_code_to_the_live_page(box: RunningBox, owner: Owner) -> None:
    owner.open("/calls")
    owner.type("password", box.admin_password)
    owner.press("main button", "/first/place")
    owner.choose("country", "GB")  # the script fills in what the country brings with it
    owner.until(lambda: owner.value("for_country") == "GB", "filled in for Great Britain")
    assert owner.value("timezone") == "Europe/London" and owner.value("emergency_numbers") == "112 999"
    owner.press("#next", "/first/name")
    owner.type("name", "The Corner Bakery")
    owner.type("new", "1234567890")
    assert owner.browser.find_element(By.ID, "strength").text == "Easy to guess"
    owner.type("new", PASSWORD)
    assert owner.browser.find_element(By.ID, "strength").text == "Strong"
    owner.type("again", PASSWORD)
    owner.press("#next", "/first/lines")
    owner.see("Simulated GSM line 1")
    owner.see("SIMCOM")  # the modem was asked who it is
    owner.press("#next", "/first/handsets")
    secret = box.secret("201")
    assert secret in owner.browser.find_element(By.TAG_NAME, "main").text
    owner.type("name.201", "Carla")
    owner.press("[name=add]", "/first/handsets")
    owner.until(lambda: owner.browser.find_elements(By.ID, "name.203"), "one more telephone")
    owner.press("#next", "/first/ready")
    owner.see("4 lines work (simulated)")
    owner.press("#next", "/")
    owner.see("The box is set up.")
    assert owner.browser.find_element(By.CSS_SELECTOR, ".brand").text == "The Corner Bakery"
    settings = _settings(box)
    assert settings.box.first_setup_done and not settings.web.admin_one_time
    assert (settings.box.country, settings.box.emergency_numbers) == ("GB", ["112", "999"])
    assert [agent.name for agent in settings.agents] == ["Carla", "Ben", "Telephone 203"]


def test_a_reset_from_the_page_makes_it_new_again(box: RunningBox, owner: Owner) -> None:
    assert _settings(box).box.name == "The Corner Bakery"
    before = box.secret("201")
    owner.open("/setup/reset")
    owner.browser.find_element(By.ID, "what-everything").click()
    owner.type("password", PASSWORD)
    owner.type("word", "RESET")
    owner.browser.find_element(By.CSS_SELECTOR, ".btn-danger").click()
    owner.see("The box starts anew")
    codes = wait_for(lambda: _codes(box) if len(_codes(box)) == 2 else None, 60, "a new one-time code")
    assert codes[0] != codes[1]
    settings = _settings(box)
    assert settings.box.name == "Callbox" and not settings.box.first_setup_done
    assert box.secret("201") != before
    owner.open("/login")
    owner.type("password", codes[1])
    owner.press("main button", "/first/place")


def _codes(box: RunningBox) -> list[str]:
    """The one-time codes that were printed so far."""
    found = (re.search(r"one-time password +(\S+)", line) for line in list(box.log))
    return [match.group(1) for match in found if match]
