"""Headless Chromium on campaigns: gauges go on by themselves, keys of the agent's page, what was typed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.support.chromium import start_chromium
from tests.web.floor import LEAD, running
from tests.web.served import served
from tests.web.site import PASSWORD, Site
from tests.web.typed import form_values

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromium-driver is not installed"),
]


@pytest.fixture
def browser(pages: Site, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    admin = pages.admin()
    values = form_values(admin.text("/campaigns/new/renewals"))
    assert admin.post("/campaigns/new/renewals", {**values, "label": "Renewals"}).status_code == 303
    with served(pages.environment()) as found:
        chrome = start_chromium(tmp_path)
        try:
            chrome.get(f"{found.address}/login?next=/campaigns")
            chrome.find_element(By.ID, "password").send_keys(PASSWORD)
            chrome.find_element(By.CSS_SELECTOR, "main button").click()
            _wait(chrome, lambda: chrome.find_elements(By.ID, "live"))
            yield chrome
        finally:
            chrome.quit()


def _wait(browser: webdriver.Chrome, done: object) -> None:
    WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException]).until(
        lambda _: done() if callable(done) else done
    )


def _shows(browser: webdriver.Chrome, words: str) -> bool:
    return words in browser.find_element(By.TAG_NAME, "main").text


def test_campaigns_go_on_by_themselves_and_are_paused(pages: Site, browser: webdriver.Chrome) -> None:
    pages.core.state.campaigns = [running(ringing=7)]
    pages.control.server.notify()
    _wait(browser, lambda: _shows(browser, "Running") and _shows(browser, "7"))
    browser.find_element(By.CSS_SELECTOR, '[data-post="/campaigns/renewals/pause"]').click()
    _wait(browser, lambda: pages.core.floor.asked == [("pause", "renewals", "admin")])
    pages.core.state.campaigns = [running("halted", why=(("no_agents", "sales"),))]
    pages.control.server.notify()
    _wait(browser, lambda: _shows(browser, "Dialling stopped: no agent of Sales is there"))
    browser.find_element(By.CSS_SELECTOR, "h2 a").click()
    _wait(browser, lambda: _shows(browser, "The campaign can start."))


def test_an_agent_works_by_keys_and_keeps_what_was_typed(pages: Site, browser: webdriver.Chrome) -> None:
    pages.core.floor.lead = LEAD
    pages.core.state.agents[0].lead = "a"
    pages.control.server.notify()
    browser.get(browser.current_url.replace("/campaigns", "/agent"))
    Select(browser.find_element(By.ID, "me")).select_by_value("11")
    browser.find_element(By.CSS_SELECTOR, ".me button").click()
    _wait(browser, lambda: _shows(browser, "Ada <Lovelace>"))
    page = browser.find_element(By.TAG_NAME, "body")
    page.send_keys("d")
    _wait(browser, lambda: ("dial", "11", 0) in pages.core.floor.asked)
    browser.find_element(By.ID, "f.promised").send_keys("20 on Monday, 1 later")
    pages.core.floor.lead = replace(LEAD, stage="talking", outcome="person")
    pages.core.state.agents[0].lead = "b"
    pages.control.server.notify()
    _wait(browser, lambda: _shows(browser, "How did it go?"))
    browser.find_element(By.LINK_TEXT, "Yes").click()
    assert _shows(browser, "Thank you, {unknown}.") and not _shows(browser, "your contract A-17")
    assert not [one for one in pages.core.floor.asked if one[0] == "said"]  # digits in a field are no keys
    browser.find_element(By.CSS_SELECTOR, ".script-part.now a").send_keys("1")  # 1 may be 12: a moment passes
    _wait(browser, lambda: [one for one in pages.core.floor.asked if one[0] == "said"])
    _said, _agent, code, told = pages.core.floor.asked[-1]
    assert code == "1" and isinstance(told, dict)
    assert told["fields"]["promised"] == "20 on Monday, 1 later"


def test_a_campaign_is_rehearsed_on_its_page(pages: Site, browser: webdriver.Chrome) -> None:
    browser.get(browser.current_url.partition("/campaigns")[0] + "/campaigns/renewals")
    _wait(browser, lambda: _shows(browser, "The campaign can start."))
    field = browser.find_element(By.ID, "rehearse-agents")
    field.clear()
    field.send_keys("5")
    browser.find_element(By.CSS_SELECTOR, "#rehearse button").click()
    _wait(browser, lambda: _shows(browser, "80 calls an hour") and _shows(browser, "5 agents"))
    assert ("rehearse", "renewals", 5) in pages.core.floor.asked
    wide = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
