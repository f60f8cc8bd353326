"""The pages over a real control server, real settings and real records; only the core is a stand-in."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.config.schema import Settings
from appliance.contract.errors import CallboxError
from appliance.control.care import CareAccess
from appliance.control.handlers import CertificateAccess, ControlHandlers
from appliance.control.leads import LeadAccess
from appliance.control.lists import ListAccess
from appliance.control.messages import (
    LiveAgent,
    LiveCall,
    LiveHandset,
    LiveQueue,
    LiveState,
    LiveTrunk,
)
from appliance.control.server import ControlServer
from appliance.store.journal import SqliteJournal
from appliance.store.settings import SettingsStore
from tests.control.running import Box as ControlBox
from tests.control.running import RememberingCore
from tests.web.floor import FakeFloor
from webui import create_app

PASSWORD = "correct horse battery"


@cache
def password_hash(password: str = PASSWORD) -> str:
    """With little work in it: how much an attacker has to do is not what is tested here."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(password)


def busy_state() -> LiveState:
    """An office at work, with one faulty line."""
    return LiveState(
        at="2026-03-02T09:00:00+00:00",
        trunks=[
            LiveTrunk("gsm1", "Mobile line", "gsm", "in_service", signal=-71, operator="Testnet", call="c1"),
            LiveTrunk("fxo1", "Old line", "voice_modem", "no_line", why="No loop current.", step="reopen"),
        ],
        handsets=[
            LiveHandset("201", "Front desk", True, "127.0.0.1:5062", "c1"),
            LiveHandset("202", "Back", False),
        ],
        agents=[
            LiveAgent("11", "Ana", "available", "in_call", 61.0, "201", None, "c1"),
            LiveAgent("12", "Ben", "logged_out", "waiting", 5.0),
        ],
        queues=[LiveQueue("sales", "Sales", 2, 75.0, 0)],
        calls=[
            LiveCall(
                "c1", "inbound", "talking", 65.0, "+14155550134", "ACME", "gsm1", "201", "sales", "11", True
            )
        ],
    )


MakeCare = Callable[[SettingsStore], CareAccess]


class OfficeCore(RememberingCore):
    """A core that shows a state tests may change, speaks every text as silence and can end calls."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.state = busy_state()
        self.sounds = folder
        self.floor = FakeFloor()
        self.lists: ListAccess | None = None
        self.leads: LeadAccess | None = None

    def handlers(self, store: SettingsStore, spool: Path) -> ControlHandlers:
        made = super().handlers(store, spool)
        return replace(
            made,
            dialer=lambda: self.floor,
            rehearse=self.floor.rehearse,
            lists=self._lists,
            leads=self._leads,
        )

    def _lists(self) -> ListAccess:
        assert self.lists is not None
        return self.lists

    def _leads(self) -> LeadAccess:
        assert self.leads is not None
        return self.leads

    def live(self) -> Mapping[str, Any]:
        self.live_calls += 1
        return self.state.to_json()

    def release_call(self, call: str) -> None:
        if call not in {row.id for row in self.state.calls}:
            raise CallboxError(f"There is no call {call} in progress.")
        self.asked.append(("release", call))

    def preview(self, text: str, language: str) -> Path:
        self.asked.append(("preview", text, language))
        return write_silence(self.sounds / "preview.wav")


def write_silence(path: Path, samples: int = 800) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(2 * samples))
    return path


def said(answer: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    found = answer.json
    assert isinstance(found, dict)
    return found


class Site:
    """The application and what stands behind it."""

    def __init__(self, folder: Path, control: ControlBox, core: OfficeCore) -> None:
        self.folder = folder
        self.control = control
        self.core = core
        self.recordings = folder / "recordings"
        self.recordings.mkdir(exist_ok=True)
        self.records = folder / "records.sqlite"
        SqliteJournal(self.records).close()
        self.apps: list[Flask] = []
        self.app = self.new_app()

    def new_app(self) -> Flask:
        """One more web process on the same data."""
        self.apps.append(create_app(self.environment()))
        return self.apps[-1]

    def close(self) -> None:
        for app in self.apps:
            app.extensions["callbox"].close()

    def environment(self) -> dict[str, str]:
        return {
            "CALLBOX_CONTROL": str(self.control.path),
            "CALLBOX_RECORDS": str(self.records),
            "CALLBOX_RECORDINGS": str(self.recordings),
            "CALLBOX_SPOOL": str(self.control.spool),
            "CALLBOX_SIP_ADDRESS": "127.0.0.1:5060",
        }

    def settings(self) -> Settings:
        found = self.control.store.current()
        assert found is not None
        return found[1]

    def save(self, settings: Settings, who: str = "somebody else") -> None:
        """A save that does not come from this page."""
        found = self.control.store.current()
        self.control.store.save(settings, who, found[0] if found else 0)
        self.app.extensions["callbox"].forget()

    def visitor(self, app: Flask | None = None) -> Browser:
        """A browser that is not logged in."""
        return Browser((app or self.app).test_client())

    def admin(self) -> Browser:
        """A browser that is."""
        browser = self.visitor()
        assert browser.log_in().status_code == 303
        return browser


class Browser:
    """A test client that keeps cookies, sends CSRF tokens and asks for HTML like a person."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        more.setdefault("headers", {"Accept": "text/html"})
        answer = self.client.get(path, **more)
        answer.get_data()
        answer.close()
        if answer.mimetype == "text/html":
            found = re.search(r'name="csrf-token" content="([^"]+)"', answer.get_data(as_text=True))
            self._token = found.group(1) if found else self._token
        return answer

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        headers = {"Accept": "text/html", "X-CSRFToken": self._token, **more.pop("headers", {})}
        return self.client.post(path, data=dict(data or {}), headers=headers, **more)

    def log_in(self, password: str = PASSWORD, user: str = "admin", **more: str) -> TestResponse:
        self.get("/login")
        answer = self.post("/login", {"user": user, "password": password, **more})
        self.get("/setup")  # the token of the new session
        return answer

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True))
        return answer.get_data(as_text=True)


@contextmanager
def site(
    folder: Path,
    one_time: bool = False,
    first_boot: bool = False,
    care: MakeCare | None = None,
    certificate: CertificateAccess | None = None,
) -> Iterator[Site]:
    """Pages that work while the block lasts; `care` makes an upkeep behind them, of the settings."""
    control = ControlBox(folder)
    core = OfficeCore(folder)
    core.care = care(control.store) if care is not None else None
    core.certificate = certificate
    control.core = core
    control.server = ControlServer(control.path, core.handlers(control.store, control.spool))
    found = control.store.current()
    assert found is not None
    settings = found[1]
    settings.web.admin_hash = password_hash()
    settings.web.admin_one_time = one_time
    settings.box.first_setup_done = not first_boot
    control.store.save(settings, "box", found[0])
    control.start()
    try:
        pages = Site(folder, control, core)
        yield pages
        pages.close()
    finally:
        control.stop()
