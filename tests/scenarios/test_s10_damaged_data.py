"""A core whose data cannot be used: emergency calls go out, the page says why, nothing is written there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config.options import Options
from appliance.config.secrets import verify
from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from appliance.control.messages import LiveState
from appliance.start import prepare
from drivers.sip.kamailio.config import command
from simulator import Exchange, GsmModem, VoiceModem
from tests.sip.phone import Phone
from tests.support.box import ROOT, wait_for
from tests.support.ports import free_port

SECONDS = 60.0
EMERGENCY = "112"


class DarkBox:
    """Core and edge as systemd starts them, on a data folder that may be anything; a line of each kind."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.lines = folder / "lines"
        for one in (self.lines, folder / "run"):
            one.mkdir()
        self.options = Options(
            data=data,
            run_folder=folder / "run",
            sip_port=free_port(),
            engine_port=free_port(),
            web_port=free_port(),
            rtp_port=21000 + (os.getpid() % 20) * 400,
            lines=self.lines,
        )
        self.exchange = Exchange(self.lines)
        self._modems = [
            GsmModem(self.exchange, "gsm1", "simcom"),
            GsmModem(self.exchange, "gsm2", "quectel"),
            VoiceModem(self.exchange, "fxo1", "conexant"),
            VoiceModem(self.exchange, "fxo2", "usr"),
        ]
        self._programs: list[subprocess.Popen[bytes]] = []
        self._ends = contextlib.ExitStack()
        self._ends.callback(self.exchange.close)

    def start(self) -> None:
        """The core, then the edge on the configuration that the core left for it."""
        self._start(sys.executable, "-m", "appliance", "core", *self.options.arguments())
        wait_for(self.live, SECONDS, "the core answers")
        self._start(*command(self.options.edge))
        wait_for(self._lines_ready, SECONDS, "lines in service")

    def start_page(self) -> str:
        """The page's address, once it answers."""
        environment = {
            "CALLBOX_CONTROL": str(self.options.control),
            "CALLBOX_DATA": str(self.options.data),
        }
        address = f"127.0.0.1:{self.options.web_port}"
        self._start(sys.executable, "-m", "webui", address, **environment)
        wait_for(lambda: _fetched(f"http://{address}/login"), SECONDS, "the page answers")
        return f"http://{address}"

    def _start(self, *words: str, **environment: str) -> None:
        program = subprocess.Popen(words, cwd=ROOT, env=os.environ | environment)
        self._programs.append(program)
        self._ends.callback(_end, program)

    def live(self) -> LiveState | None:
        """What goes on; None while the core is not there yet."""
        assert self._programs[0].poll() is None, "the core has ended"
        with contextlib.closing(ControlClient(self.options.control)) as control:
            try:
                return control.live()
            except ControlError:
                return None

    def _lines_ready(self) -> bool:
        live = self.live()
        return live is not None and all(trunk.state == "in_service" for trunk in live.trunks)

    def phone(self, secret: str) -> Phone:
        """A registered handset 201."""
        server = f"{self.options.host}:{self.options.sip_port}"
        phone = Phone(self.folder / "phone", "201", secret, server)
        self._ends.callback(phone.stop)
        phone.expect("REGISTER_OK", SECONDS)
        return phone

    def dial_emergency(self, secret: str) -> None:
        """Dial for help on handset 201 until the network sees the call."""
        phone = self.phone(secret)
        phone.dial(EMERGENCY)
        wait_for(lambda: any(call.number == EMERGENCY for call in self.exchange.calls), SECONDS, "the call")
        phone.hang_up()

    def close(self) -> None:
        self._ends.close()


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(15)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait(15)


def _fetched(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own page
            return str(answer.read().decode())
    except OSError:
        return None


def _all(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def box(tmp_path: Path) -> Iterator[DarkBox]:
    found = DarkBox(tmp_path, tmp_path / "data")
    try:
        yield found
    finally:
        found.close()


def test_settings_and_their_copy_are_damaged(box: DarkBox) -> None:
    prepare(box.options)
    for name in ("settings.json", "settings.json.good"):
        (box.options.data / name).write_bytes(b"\x00\xff no settings" * 50)
    before = _all(box.options.data)
    box.start()
    with contextlib.closing(ControlClient(box.options.control)) as control:
        _version, settings, trouble = control.settings_and_trouble()
    assert "last good copy cannot be used" in trouble
    secret = next(row["secret"] for row in settings["handsets"] if row["extension"] == "201")
    box.dial_emergency(secret)
    code = (box.options.run / "first-code").read_text().splitlines()[0]
    assert verify(settings["web"]["admin_hash"], code)
    page = _fetched(f"{box.start_page()}/login")
    assert page is not None and "cannot use its storage" in page and "What to do" in page
    after = _all(box.options.data)
    assert {name: after.get(name) for name in before if name != "lock"} == {
        name: mark for name, mark in before.items() if name != "lock"
    }


def test_the_disk_refuses_and_the_settings_can_be_read(box: DarkBox) -> None:
    made = prepare(box.options)
    lock = box.options.data / "lock"
    lock.unlink()
    lock.symlink_to("/dev/full")  # the first thing a start writes
    before = _all(box.options.data)
    box.start()
    with contextlib.closing(ControlClient(box.options.control)) as control:
        _version, settings, trouble = control.settings_and_trouble()
    assert trouble and not settings["box"]["record"]
    assert settings["web"]["admin_hash"] == made.settings.web.admin_hash
    assert not (box.options.run / "first-code").exists()
    box.dial_emergency(made.settings.handsets[0].secret.get_secret_value())
    assert _all(box.options.data) == before


def test_the_folder_is_gone(box: DarkBox) -> None:
    box.options.data.write_text("no folder")
    box.start()
    with contextlib.closing(ControlClient(box.options.control)) as control:
        _version, settings, trouble = control.settings_and_trouble()
    assert str(box.options.data) in trouble
    box.dial_emergency(next(row["secret"] for row in settings["handsets"] if row["extension"] == "201"))
    assert box.options.data.read_text() == "no folder"
