"""The simulator as a process: devices, control socket, load, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import sound
from simulator.client import SimulatorClient, SimulatorError
from tests.simulator.sim_port import Port

DEVICES = ["fxo1", "fxo2", "gsm1", "gsm1-audio", "gsm2", "gsm2-audio"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "simulator", "--folder", str(tmp_path), "--speed", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        assert simulator.stdout.readline() == "ready\n"
        yield simulator
        simulator.send_signal(signal.SIGTERM)
        assert simulator.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_devices_and_a_scripted_call(process: subprocess.Popen[str], tmp_path: Path) -> None:
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*DEVICES, "control"])
    heard = tmp_path / "heard.wav"
    with SimulatorClient(tmp_path) as client, Port(str(tmp_path / "gsm2")) as port:
        script: list[dict[str, Any]] = [{"wait": 0.2}, {"press": "1"}, {"listen": 0.3}]
        script.append({"hang_up": "signalled"})
        call = client.place_call("gsm2", script, number="+36201112233", record=str(heard))
        port.expect("RING")
        assert client.call(call)["state"] == "ringing"
        port.command("ATA")
        assert client.wait_call(call, "ended")["ended_by"] == "far end"
        assert client.call(call)["cause"] == 16
        assert len(sound.read_wav(heard)) > 6400
        whats = [entry["what"] for entry in client.journal() if entry["line"] == "gsm2"]
        assert whats == ["plugged in", "called", "ring", "answered", "subscriber pressed",
                         "subscriber hung up", "ended"]  # fmt: skip
        assert client.journal(since=client.journal()[-1]["number"]) == []
        status = client.status()
        assert list(status["lines"]) == ["gsm1", "gsm2", "fxo1", "fxo2"] and status["errors"] == []
        families = [line["family"] for line in status["lines"].values()]
        assert families == ["simcom", "quectel", "conexant", "usr"]
    heard.unlink()


def test_unplug_messages_and_subscribers(process: subprocess.Popen[str], tmp_path: Path) -> None:
    with SimulatorClient(tmp_path) as client:
        client.unplug("fxo1")
        assert not os.path.lexists(tmp_path / "fxo1")
        client.plug("fxo1")
        client.ask("send_sms", line="gsm1", sender="+36207654321", text="hello")
        client.ask("add_subscriber", number="+361", behaviour="busy")
        client.ask("fault", line="gsm1", name="answer_delay", value=0.2)
        client.ask("coverage", line="gsm1", on=False)
        assert client.ask("sms_sent", line="gsm1") == []
        with Port(str(tmp_path / "gsm1")) as port:
            assert port.command("AT+CREG?").endswith("+CREG: 0,2|OK")
        with Port(str(tmp_path / "gsm2")) as port:
            port.send("ATD+361;\r")
            port.expect("BUSY")


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("shout", {}, "unknown verb 'shout'"),
        ("_line", {"name": "gsm1"}, "unknown verb"),
        ("unplug", {"line": "gsm9"}, "no line 'gsm9'"),
        ("unplug", {"row": 1}, "unexpected keyword"),
        ("place_call", {"line": "gsm1", "script": [{"fly": 1}]}, "unknown step 'fly'"),
        ("signal", {"line": "fxo1", "csq": 3}, "no GSM line"),
        ("fault", {"line": "gsm1", "name": "mood", "value": 1}, "unknown fault"),
    ],
)
def test_bad_requests_are_told_why(
    process: subprocess.Popen[str], tmp_path: Path, verb: str, arguments: dict[str, object], words: str
) -> None:
    with SimulatorClient(tmp_path) as client:
        with pytest.raises(SimulatorError, match=words):
            client.ask(verb, **arguments)
        assert client.status()["errors"] == []


def test_idle_costs_nothing_and_a_call_little(process: subprocess.Popen[str], tmp_path: Path) -> None:
    with SimulatorClient(tmp_path) as client, Port(str(tmp_path / "gsm1")) as port:
        time.sleep(0.3)
        before = cpu_seconds(process.pid)
        time.sleep(1.5)
        assert cpu_seconds(process.pid) - before <= 0.02  # two ticks of the kernel's clock
        client.place_call("gsm1", [{"babble": 30}])
        port.expect("RING")
        port.command("ATA")
        port.command("AT+CPCMREG=1")
        with Port(str(tmp_path / "gsm1-audio")) as audio:
            audio.take(640)
            before, start = cpu_seconds(process.pid), time.monotonic()
            while time.monotonic() - start < 2:
                audio.take(320)
                audio.send(bytes(320))
            share = (cpu_seconds(process.pid) - before) / (time.monotonic() - start)
        assert share <= 0.05  # measured at 0.01 on a quiet machine
