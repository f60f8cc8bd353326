"""A shop owner at the page, in Chromium: log in, watch a call, hear it again, change the greeting."""

from __future__ import annotations

import shutil

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from simulator import Babble, CallState, HangUp, Listen, Press, WaitForSound
from simulator.script import Step
from tests.support.office import Office, heard_by, prompt
from tests.support.sounds import SAME, likeness

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromium-driver is not installed"),
]
PASSWORD = "three simple words"
GREETING = "Good morning, this is the bakery at the corner."


@pytest.fixture(scope="module")
def page(office: Office, browser: webdriver.Chrome) -> str:
    """The page's address, once logged in with the one-time password and a password of one's own."""
    address = f"http://127.0.0.1:{office.box.options.web_port}"
    browser.get(address)
    browser.find_element(By.ID, "password").send_keys(office.box.admin_password)
    _click(browser, "main button")
    WebDriverWait(browser, 15).until(lambda b: b.find_elements(By.ID, "skip-all"))
    _click(browser, "#skip-all")
    _see(browser, "Choose a password of your own")
    for name in ("new", "again"):
        browser.find_element(By.ID, name).send_keys(PASSWORD)
    _click(browser, "main button")
    WebDriverWait(browser, 10).until(lambda b: b.find_elements(By.ID, "live"))
    return address


def _click(browser: webdriver.Chrome, selector: str) -> None:
    browser.find_element(By.CSS_SELECTOR, selector).click()


def _see(browser: webdriver.Chrome, words: str, present: bool = True, seconds: float = 15) -> None:
    WebDriverWait(browser, seconds, ignored_exceptions=[StaleElementReferenceException]).until(
        lambda b: (words in b.find_element(By.TAG_NAME, "main").text) is present,
        f"{words!r} should {'' if present else 'not '}be seen",
    )


def test_watch_a_call_and_play_its_recording(office: Office, browser: webdriver.Chrome, page: str) -> None:
    phone = office.phone("201", 440)
    office.agent_at_work("11", "201")
    browser.get(page)
    script: list[Step] = [WaitForSound(), Listen(2.0), Press("1"), WaitForSound(), Babble(8.0), HangUp()]
    call = office.call("gsm1", script, "+12025550177")
    _see(browser, "555-0177")
    phone.expect("CALL_INCOMING", 30)
    phone.accept()
    _see(browser, "Talk")
    assert call.wait_for(CallState.ENDED, 40)
    _see(browser, "555-0177", present=False)
    office.idle()
    record = office.records(1)[0]
    office.recording(record)
    browser.get(f"{page}/calls")
    _see(browser, "555-0177")
    browser.find_element(By.CSS_SELECTOR, f"a[href*='{record.call}']").click()
    WebDriverWait(browser, 10).until(lambda b: b.find_elements(By.TAG_NAME, "audio"))
    browser.execute_script("document.querySelector('audio').play()")
    played = "const a = document.querySelector('audio'); return [a.currentTime, a.duration, a.error]"
    WebDriverWait(browser, 15).until(lambda b: b.execute_script(played)[0] > 0.5)
    _, seconds, error = browser.execute_script(played)
    assert error is None and seconds == pytest.approx(record.talk_seconds, abs=1.0)


def test_a_new_greeting_is_heard_by_the_next_caller(
    office: Office, browser: webdriver.Chrome, page: str
) -> None:
    browser.get(f"{page}/setup/flows/main")
    field = browser.find_element(By.ID, "nodes.greeting.prompt.text")
    field.clear()
    field.send_keys(GREETING)
    field.submit()
    _see(browser, "bakery")
    call = office.call("fxo1", [WaitForSound(), Listen(5.0), HangUp()])
    assert call.wait_for(CallState.ENDED, 40)
    heard = heard_by(call)
    assert likeness(heard, prompt(office.folder, GREETING)) > SAME
    assert likeness(heard, prompt(office.folder, "Welcome. Thank you for calling.")) < SAME - 0.1
