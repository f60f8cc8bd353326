"""Headless Chromium on the pages as the box serves them: the live page goes on, buttons work, no error."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from appliance.contract.queue_look import QueueLook, WaitingLook
from tests.support.chromium import start_chromium
from tests.web.history import History
from tests.web.served import served
from tests.web.site import PASSWORD, Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromium-driver is not installed"),
]


@pytest.fixture
def address(pages: Site) -> Iterator[str]:
    with served(pages.environment()) as found:
        yield found.address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    found = start_chromium(tmp_path)
    try:
        yield found
    finally:
        found.quit()


def _log_in(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/login")
    browser.find_element(By.ID, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    WebDriverWait(browser, 10).until(lambda b: b.find_elements(By.ID, "live"))


def _until_text(browser: webdriver.Chrome, words: str, present: bool = True) -> None:
    # while the next page comes, what was found of this one may be gone
    WebDriverWait(browser, 15, ignored_exceptions=[StaleElementReferenceException]).until(
        lambda b: (words in b.find_element(By.TAG_NAME, "main").text) is present,
        f"{words!r} should {'' if present else 'not '}be on the page",
    )


def _complaints(browser: webdriver.Chrome) -> list[str]:
    entries: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


def test_the_live_page_goes_on_by_itself(pages: Site, address: str, browser: webdriver.Chrome) -> None:
    _log_in(browser, address)
    _until_text(browser, "ACME")
    assert _complaints(browser) == []  # also: nothing broke the content security policy
    row = browser.find_element(By.CSS_SELECTOR, '[data-key="call-c1"]')
    button = browser.find_element(By.CSS_SELECTOR, '[data-key="agent-12"] button')
    browser.execute_script("arguments[0].focus()", button)
    clock = row.find_element(By.CSS_SELECTOR, "time").text
    pages.core.state.calls[0].name = "Another name"
    pages.core.state.queues[0].waiting = 3
    pages.control.server.notify()
    _until_text(browser, "Another name")
    assert (
        row.text.startswith("Another name") or "Another name" in row.text
    )  # the same element, changed in place
    assert browser.switch_to.active_element == button  # and the focus stayed
    assert browser.title.startswith("(3)")
    WebDriverWait(browser, 15).until(lambda b: row.find_element(By.CSS_SELECTOR, "time").text != clock)
    button.click()
    WebDriverWait(browser, 15).until(lambda b: pages.core.asked)
    assert pages.core.asked == [("agent", "12", "available", None, None)]


def test_ending_a_call_asks_first(pages: Site, address: str, browser: webdriver.Chrome) -> None:
    _log_in(browser, address)
    end = browser.find_element(By.CSS_SELECTOR, '[data-key="call-c1"] button')
    end.click()
    browser.switch_to.alert.dismiss()
    assert pages.core.asked == []
    end.click()
    browser.switch_to.alert.accept()
    WebDriverWait(browser, 15).until(lambda b: pages.core.asked == [("release", "c1")])
    pages.core.state.calls.clear()
    pages.control.server.notify()
    _until_text(browser, "No call at the moment.")


def test_the_core_gone_and_back(pages: Site, address: str, browser: webdriver.Chrome) -> None:
    _log_in(browser, address)
    pages.control.run(pages.control.server.stop)
    WebDriverWait(browser, 15).until(lambda b: b.find_element(By.ID, "down").is_displayed())
    assert "not answering" in browser.find_element(By.ID, "down").text
    pages.core.state.calls[0].name = "After the break"
    pages.control.run(pages.control.server.start)
    _until_text(browser, "After the break")
    WebDriverWait(browser, 15).until(lambda b: not b.find_element(By.ID, "down").is_displayed())


def test_a_text_is_heard_and_saved(pages: Site, address: str, browser: webdriver.Chrome) -> None:
    _log_in(browser, address)
    browser.get(f"{address}/setup/flows/main")
    field = browser.find_element(By.ID, "nodes.greeting.prompt.text")
    field.clear()
    field.send_keys("Hello, this is the bakery.")
    listen = browser.find_element(By.CSS_SELECTOR, '[data-listen="nodes.greeting.prompt.text"]')
    listen.click()
    WebDriverWait(browser, 10).until(lambda b: listen.get_attribute("data-heard"))
    assert ("preview", "Hello, this is the bakery.", "en") in pages.core.asked
    browser.find_element(By.CSS_SELECTOR, ".form-end button").click()
    _until_text(browser, "is saved and in force")
    assert pages.settings().flows[0].words("greeting").text == "Hello, this is the bakery."
    assert _complaints(browser) == []


def test_a_recording_is_played(pages: Site, address: str, browser: webdriver.Chrome) -> None:
    sound = pages.folder / "tone.wav"
    tone = ("-r", "16000", "-c", "2", "-b", "16", str(sound), "synth", "2", "sine", "440")
    subprocess.run(["sox", "-n", *tone], check=True)
    subprocess.run(["opusenc", "--quiet", str(sound), str(pages.recordings / "r1.opus")], check=True)
    history = History(pages.records)
    call = history.answered("+14155550134")
    history.close()
    _log_in(browser, address)
    browser.get(f"{address}/calls/{call}")
    playing = "const a=document.querySelector('audio'); return a.duration > 1.9 && a.currentTime > 0.2"
    browser.execute_script("document.querySelector('audio').play()")
    WebDriverWait(browser, 15).until(lambda b: b.execute_script(playing))
    assert _complaints(browser) == []


def test_a_queues_page_goes_on_by_itself_and_menus_close(
    pages: Site, address: str, browser: webdriver.Chrome
) -> None:
    def show(*waiting: WaitingLook) -> None:
        pages.core.queue = QueueLook("sales", "Sales", len(waiting), waiting)

    settings = pages.settings()
    settings.agents[0].supervisor = True
    pages.save(settings)
    show(WaitingLook("c1", 1, 5.0, name="First in line", left="out 11"))
    _log_in(browser, address)
    browser.get(f"{address}/live/queues/sales")
    _until_text(browser, "No agent is logged in.")
    row = browser.find_element(By.CSS_SELECTOR, '[data-key="call-c1"]')
    menu = row.find_element(By.CSS_SELECTOR, "details.acts")
    menu.find_element(By.TAG_NAME, "summary").click()
    show(
        WaitingLook("c1", 1, 7.0, name="First in line", rung=("11",)),
        WaitingLook("c2", 2, 1.0, name="Second in line"),
    )
    _until_text(browser, "Second in line")
    _until_text(browser, "No agent is logged in.", present=False)
    assert "is being rung." in row.text  # the same element, changed in place
    assert menu.get_attribute("open") is not None  # what was opened stays open
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    WebDriverWait(browser, 15).until(lambda b: menu.get_attribute("open") is None)
    assert _complaints(browser) == []
