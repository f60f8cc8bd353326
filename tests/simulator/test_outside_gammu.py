"""gammu and gammu-smsd, which nobody here wrote, drive the GSM modems.

All the programs run side by side, each on a modem of its own: together they take half a minute,
nearly all of it gammu's own fixed pauses.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator import Exchange, GsmModem, Listen, Subscriber

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(shutil.which("gammu") is None, reason="the program gammu is not installed"),
    pytest.mark.timeout(150),
]

LONG = "Árvíztűrő tükörfúrógép. " * 4
SMSC = "+36209300099"


class Gammu:
    """gammu on one modem."""

    def __init__(self, modem: GsmModem, folder: Path) -> None:
        self.modem = modem
        self.folder = folder / modem.name
        self.folder.mkdir()
        self.config = self.folder / "gammurc"
        self.config.write_text(self.head())

    def head(self) -> str:
        return f"[gammu]\ndevice = {self.modem.port}\nconnection = at115200\nsynchronizetime = no\n"

    def run(self, *arguments: str) -> str:
        command = ["gammu", "-c", str(self.config), *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}: {done.stdout}"
        return done.stdout

    def batch(self, *lines: str) -> str:
        script = self.folder / "batch"
        script.write_text("\n".join(lines) + "\n")
        return self.run("batch", str(script))


def identify(gammu: Gammu) -> str:
    text = gammu.batch("getsecuritystatus", "entersecuritycode PIN 1234", "identify")
    assert gammu.modem.exchange.wait(lambda: gammu.modem.radio.registered)
    return text + gammu.batch("getsecuritystatus", "networkinfo", "getsmsc")


def wrong_pin(gammu: Gammu) -> str:
    with pytest.raises(AssertionError, match="exit"):
        gammu.run("entersecuritycode", "PIN", "9999")
    return gammu.run("getsecuritystatus")


def call(gammu: Gammu) -> str:
    gammu.run("dialvoice", "+36301234501")
    assert gammu.modem.exchange.wait(lambda: bool(gammu.modem.exchange.entries("answered", gammu.modem.name)))
    return gammu.batch("senddtmf 5", "senddtmf #", "cancelcall")


def send_long(gammu: Gammu) -> str:
    return gammu.run("sendsms", "TEXT", "+36201234567", "-unicode", "-autolen", "400", "-text", LONG)


def read_all(gammu: Gammu) -> str:
    gammu.modem.send_sms("+36201234567", "hello € world {x}")
    gammu.modem.send_sms("Bank", LONG)
    return gammu.run("getallsms")


def ussd(gammu: Gammu) -> str:
    return gammu.run("getussd", "*100#")


def daemon(gammu: Gammu) -> str:
    """gammu-smsd with gammu-smsd-inject: one message out, one in."""
    folder = gammu.folder
    for name in ("in", "out", "sent", "err"):
        (folder / name).mkdir()
    lines = [f"{key}path = {folder}/{name}/" for key, name in
             (("inbox", "in"), ("outbox", "out"), ("sentsms", "sent"), ("errorsms", "err"))]  # fmt: skip
    config = folder / "smsdrc"
    lines += [f"logfile = {folder}/log", "commtimeout = 5", "receivefrequency = 2", "checksecurity = 0"]
    config.write_text("\n".join([gammu.head() + "[smsd]", "service = files", *lines, ""]))
    smsd = subprocess.Popen(["gammu-smsd", "-c", str(config)], stdin=subprocess.DEVNULL)
    try:
        inject = ["gammu-smsd-inject", "-c", str(config), "TEXT", "+36201234567", "-text", "out by daemon"]
        subprocess.run(inject, check=True, capture_output=True, timeout=20)
        assert gammu.modem.exchange.wait(lambda: bool(gammu.modem.sms.sent), 60)
        gammu.modem.send_sms("+36207654321", "in by daemon")
        deadline = time.monotonic() + 60
        while not (found := list((folder / "in").iterdir())) and time.monotonic() < deadline:
            time.sleep(0.2)
        return "".join(f"{path.name}: {path.read_text()}" for path in found)
    finally:
        smsd.terminate()
        smsd.wait(20)


JOBS: dict[str, Callable[[Gammu], str]] = {
    job.__name__: job for job in (identify, wrong_pin, call, send_long, read_all, ussd, daemon)
}  # fmt: skip
Results = dict[str, tuple[GsmModem, str]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """Every job's modem and output."""
    folder = tmp_path_factory.mktemp("gammu")
    with Exchange(speed=5) as exchange:
        exchange.add_subscriber(Subscriber("+36301234501", script=(Listen(60.0),)))
        tools = {}
        for name in JOBS:
            pin = "1234" if name in ("identify", "wrong_pin") else None
            tools[name] = Gammu(GsmModem(exchange, name, "generic", pin=pin), folder)
        with ThreadPoolExecutor(len(JOBS)) as pool:
            futures = {name: pool.submit(job, tools[name]) for name, job in JOBS.items()}
            texts = {name: future.result() for name, future in futures.items()}
        assert exchange.errors == []
        yield {name: (tools[name].modem, text) for name, text in texts.items()}


def test_gammu_identifies_and_finds_the_network(results: Results) -> None:
    modem, text = results["identify"]
    assert "Waiting for PIN" in text and "Nothing to enter" in text
    assert "OpenTel" in text and modem.imei in text and modem.card.imsi in text
    assert "home network" in text and "216 30" in text and "LAC 0001, CID 00A1" in text
    assert SMSC in text


def test_gammu_gives_a_wrong_pin(results: Results) -> None:
    modem, text = results["wrong_pin"]
    assert "Waiting for PIN" in text
    assert modem.card.pin_tries == 2


def test_gammu_dials_sends_digits_and_hangs_up(results: Results) -> None:
    modem, _text = results["call"]
    calls = [entry for entry in modem.exchange.calls if entry.line is modem]
    assert [(entry.number, entry.digits, entry.cause, entry.ended_by) for entry in calls] == [
        ("+36301234501", "5#", 16, "box")
    ]


def test_gammu_sends_a_long_unicode_message(results: Results) -> None:
    modem, text = results["send_long"]
    assert "OK, message reference" in text
    assert [(message.to, message.text, message.parts) for message in modem.sms.sent] == [
        ("+36201234567", LONG, 2)
    ]


def test_gammu_reads_messages(results: Results) -> None:
    _modem, text = results["read_all"]
    assert "hello € world {x}" in text and '"Bank"' in text
    assert "part 1 of 2" in text and "part 2 of 2" in text and "Árvíztűrő tükörfúrógép." in text


def test_gammu_asks_by_ussd(results: Results) -> None:
    modem, text = results["ussd"]
    assert '"Balance: 5.00 EUR"' in text
    assert [entry.detail for entry in modem.exchange.entries("ussd", modem.name)] == [{"code": "*100#"}]
    assert modem.exchange.entries("dialled", modem.name) == []  # it dials the code when +CUSD fails


def test_smsd_sends_and_fetches(results: Results) -> None:
    modem, text = results["daemon"]
    assert [(message.to, message.text) for message in modem.sms.sent] == [("+36201234567", "out by daemon")]
    assert "+36207654321" in text and "in by daemon" in text
    assert modem.sms.stores["SM"] == {}  # fetched and deleted
