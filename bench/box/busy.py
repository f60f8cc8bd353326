"""An office of two handsets, four modem lines and a gateway, and sixteen callers at once.

Two talk to the agents and are recorded, fourteen wait with music. Two came by GSM, two by analog lines,
twelve by the gateway.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from appliance.config.defaults import simulated
from appliance.config.fields import ChoiceSettings
from appliance.config.flow_menu import menu_flow
from appliance.config.schema import SipTrunk, dump, load
from bench.acd.gateway import Gateway
from simulator import Babble, Repeat
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office

AGENTS = {"11": "201", "12": "202"}
LINES = ("gsm1", "gsm2", "fxo1", "fxo2")
BY_GATEWAY = 12
CALLS = len(LINES) + BY_GATEWAY
_GATEWAY = "127.0.0.12"
_PASSWORD = "three simple words"


@contextlib.contextmanager
def furnished(folder: Path) -> Iterator[tuple[Office, list[Phone]]]:
    """The office at rest: lines in service, both handsets registered, nobody at work."""
    with Office(folder) as office:
        yield office, [office.phone(handset, 440) for handset in AGENTS.values()]


@contextlib.contextmanager
def full(office: Office, phones: list[Phone]) -> Iterator[None]:
    """Sixteen calls."""
    gateway = Gateway((office.box.options.host, office.box.options.sip_port), _GATEWAY)
    try:
        _lead_into_the_queue(office, gateway.address)
        for agent, handset in AGENTS.items():
            office.agent_at_work(agent, handset)
        calls = [office.call(line, (Repeat((Babble(4.0),), 1000),)) for line in LINES]
        for phone in phones:
            phone.expect("CALL_INCOMING", 20)
            phone.accept()
        gateway.call(BY_GATEWAY)
        wait_for(lambda: _talking(office) == (2, CALLS), 20, f"{CALLS} calls, two of them talking")
        yield
        assert _talking(office) == (2, CALLS), "the calls went on all the while"
        for call in calls:
            call.hang_up()
    finally:
        gateway.stop()
    office.idle(20)


def _talking(office: Office) -> tuple[int, int]:
    calls = office.live().calls
    return sum(call.stage == "talking" for call in calls), len(calls)


def _lead_into_the_queue(office: Office, gateway: tuple[str, int]) -> None:
    with contextlib.closing(office.box.control) as control:
        version, plain = control.settings()
        settings = simulated(load(plain), office.folder / "lines")
        host, port = gateway
        gate = SipTrunk(name="gate", label="Gateway", host=host, port=port, register_out=False, channels=16)
        settings.trunks.append(gate)
        queue = ChoiceSettings(kind="queue", target="sales")
        settings.flows = [menu_flow("main", "To sales", greeting="", fallback=queue)]
        settings.queues[0].maximum_wait_seconds = 3600
        control.save_settings(version, dump(settings), "bench")
    wait_for(lambda: len(office.live().trunks) > len(LINES), 10, "the gateway is known")
    office.wait_lines()


def _skip_the_first_page(office: Office) -> None:
    """A new box asks for its place and more before it shows anything."""
    with contextlib.closing(office.box.control) as control:
        version, plain = control.settings()
        settings = load(plain)
        settings.box.first_setup_done = True
        control.save_settings(version, dump(settings), "bench")


class Admin:
    """Somebody with a browser: logs in, looks at the call list, watches the live page."""

    def __init__(self, office: Office) -> None:
        self._at = f"http://127.0.0.1:{office.box.options.web_port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(cookies)
        _skip_the_first_page(office)
        self._post("/login", user="admin", password=office.box.admin_password)
        self._post("/password", new=_PASSWORD, again=_PASSWORD)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """The live page is open, the call list was looked at."""
        for path in ("/", "/calls"):
            self._get(path)
        end, told = threading.Event(), threading.Event()

        def watch() -> None:
            with self._browser.open(f"{self._at}/events", timeout=30) as events:
                while not end.is_set():
                    if events.readline().startswith(b"data:"):
                        told.set()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            assert told.wait(10), "the live page is told what happens"
            yield
        finally:
            end.set()
            watcher.join()

    def _get(self, path: str) -> str:
        with self._browser.open(f"{self._at}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def _post(self, path: str, **fields: str) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self._get(path))
        assert token is not None
        content = urllib.parse.urlencode({"csrf_token": token[1], **fields}).encode()
        with self._browser.open(f"{self._at}{path}", content, timeout=10) as answer:
            assert "problem" not in answer.geturl()
            answer.read()
