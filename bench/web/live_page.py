"""The live page over the wire, and how long the web process takes to answer while 30 calls run.

Bytes and requests are those Chromium itself reports for a first load with an empty cache (DevTools,
Network.loadingFinished), headers included; the event stream counts with its first message. Server times are
taken by a client on keep-alive connections that asks for the pages people use while a core tells 30 calls'
changes four times a second and a browser's stream is open.

Controls that must miss: the same page with nothing compressed, and a server that thinks for 50 ms.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from appliance.control.messages import LiveCall
from bench.result import Result, percentile, result
from tests.web.history import History
from tests.web.served import Served, served
from tests.web.site import PASSWORD, Site, site

FAMILY = "web"
KILOBYTES, REQUESTS, P99_MS = 60.0, 6.0, 25.0
LOADS, ROUNDS, ASKED, CALLS = 3, 3, 400, 30
PATHS = ("/", "/calls", "/live/part", "/api/v1/live", "/setup/flows/main")


def run() -> list[Result]:
    """Every figure of the family."""
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as pages:
        _fill(pages)
        with served(pages.environment()) as server:
            return [*_weights(server, Path(folder)), *_times(pages, server)]


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
        time.sleep(2)
        return _transferred(_log(browser))


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


# ------------------------------------------------------------------------------------ times


def _times(pages: Site, server: Served) -> list[Result]:
    pages.core.state.calls = [
        LiveCall(
            f"c{n}",
            "inbound",
            "talking",
            float(n),
            f"+1415555{n:04d}",
            "A caller",
            "gsm1",
            "201",
            "sales",
            "11",
        )
        for n in range(CALLS)
    ]
    cookie = _session(server)
    with _changing(pages), _watching(server, cookie):
        runs = [_asked(server, cookie) for _ in range(ROUNDS)]
        slow = _asked(server, cookie, think=0.05)
    control = result("web.control_slow_server_p99_ms", [percentile(slow, 99)], "ms", P99_MS)
    return [
        result("web.server_p50_ms", [percentile(times, 50) for times in runs], "ms", P99_MS),
        result("web.server_p99_ms", [percentile(times, 99) for times in runs], "ms", P99_MS),
        must_miss(control),
    ]


def _session(server: Served) -> str:
    """The cookie of a login."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    cookie = str(answer.headers["Set-Cookie"]).split(";")[0]
    token = answer.read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    headers = {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", f"user=admin&password={PASSWORD.replace(' ', '+')}", headers)
    cookie = str(connection.getresponse().headers["Set-Cookie"]).split(";")[0]
    connection.close()
    return cookie


def _asked(server: Served, cookie: str, think: float = 0.0) -> list[float]:
    """Milliseconds of each answer, taken by a process of its own: this one is busy being the core."""
    words = (str(server.port), cookie, str(think), str(ASKED), *PATHS)
    done = subprocess.run([sys.executable, "-m", "bench.web.asking", *words], capture_output=True, check=True)
    times: list[float] = json.loads(done.stdout)
    return times


@contextmanager
def _changing(pages: Site) -> Iterator[None]:
    """The core tells changes as fast as its stream lets it."""
    end = threading.Event()

    def change() -> None:
        while not end.wait(0.25):
            for call in pages.core.state.calls:
                call.seconds += 0.25
            pages.control.server.notify()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def _watching(server: Served, cookie: str) -> Iterator[None]:
    """A browser's event stream that is read."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/events", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    stream = connection.getresponse()
    end = threading.Event()
    thread = threading.Thread(target=lambda: [stream.read1(65536) for _ in iter(end.is_set, True)])
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        connection.close()


def must_miss(control: Result) -> Result:
    """A control run that meets the goal says that nothing was measured."""
    if control["met"]:
        raise RuntimeError(f"The control run {control['name']} met its goal: the figures mean nothing.")
    return control
