"""The live page over the wire.

Bytes and requests are those Chromium itself reports for a first load with an empty cache (DevTools,
Network.loadingFinished), headers included; the event stream counts with its first message. The core is a
stand-in here: bytes do not depend on it. How fast pages are answered is `bench.web.serving`'s.

Control that must miss: the same page with nothing compressed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from bench.result import Result, must_miss, result
from tests.web.history import History
from tests.web.served import Served, served
from tests.web.site import PASSWORD, Site, site

FAMILY = "web"
KILOBYTES, REQUESTS = 60.0, 6.0
LOADS = 3


def run() -> list[Result]:
    """Bytes, requests, and the control."""
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as pages:
        _fill(pages)
        with served(pages.environment()) as server:
            return _weights(server, Path(folder))


def _fill(pages: Site) -> None:
    history = History(pages.records)
    for number in range(200):
        history.answered(f"+1415555{number:04d}", "A caller")
    history.close()


# ------------------------------------------------------------------------------------ weight


def _weights(server: Served, folder: Path) -> list[Result]:
    packed = [_first_load(server, folder / f"profile{number}") for number in range(LOADS)]
    plain = [_first_load(server, folder / "plain", packed=False)]
    control = result("web.control_uncompressed_live_page_kb", [kb for kb, _ in plain], "kB", KILOBYTES)
    return [
        result("web.live_page_kb", [kb for kb, _ in packed], "kB", KILOBYTES),
        result("web.live_page_requests", [float(count) for _, count in packed], "requests", REQUESTS),
        must_miss(control),
    ]


def _first_load(server: Served, profile: Path, packed: bool = True) -> tuple[float, int]:
    """Kilobytes and requests of the live page in a browser that has never seen it."""
    with _chromium(profile) as browser:
        browser.get(f"{server.address}/login")
        browser.find_element(By.ID, "password").send_keys(PASSWORD)
        browser.find_element(By.CSS_SELECTOR, "main button").click()
        browser.execute_cdp_cmd("Network.enable", {})
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        if not packed:
            bare = {"headers": {"Accept-Encoding": "identity"}}
            browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", bare)
        _log(browser)  # what came before is not counted
        browser.get(f"{server.address}/")
        return _transferred(_until_quiet(browser))


def _until_quiet(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    """All events until the page is whole: its event stream has told something, nothing more comes."""
    events: list[dict[str, Any]] = []
    end = time.monotonic() + 30
    while time.monotonic() < end:
        time.sleep(1)
        news = _log(browser)
        events += news
        if _of(events, "Network.eventSourceMessageReceived") and not _of(news, "Network.loadingFinished"):
            return events
    raise RuntimeError("the live page was not whole within 30 s")


def _of(events: list[dict[str, Any]], method: str) -> list[dict[str, Any]]:
    return [event for event in events if event["method"] == method]


def _transferred(events: list[dict[str, Any]]) -> tuple[float, int]:
    sent = [
        event["params"]["requestId"] for event in events if event["method"] == "Network.requestWillBeSent"
    ]
    whole = {
        event["params"]["requestId"]: event["params"]["encodedDataLength"]
        for event in events
        if event["method"] == "Network.loadingFinished"
    }
    parts: dict[str, float] = {}  # of requests that are still open: the event stream
    for event in events:
        if event["method"] in ("Network.dataReceived", "Network.responseReceived"):
            values = event["params"]
            size = values.get("encodedDataLength") or values.get("response", {}).get("encodedDataLength", 0)
            size = size or values.get("dataLength", 0)
            parts[values["requestId"]] = parts.get(values["requestId"], 0) + size
    total = sum(whole.get(request, parts.get(request, 0)) for request in set(sent))
    return total / 1000, len(set(sent))


def _log(browser: webdriver.Chrome) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = browser.get_log("performance")  # type: ignore[no-untyped-call]
    return [json.loads(entry["message"])["message"] for entry in entries]


@contextmanager
def _chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    options = Options()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield browser
    finally:
        browser.quit()
