"""An office for scenarios: a running box, the telephone network around it, and telephones on its desks."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from appliance.contract.journal import CallRecord
from appliance.control.messages import LiveState
from appliance.store.reader import RecordReader
from simulator import Call, Exchange, GsmModem, VoiceModem
from simulator.script import Frames, Script, Talk
from tests.sip.phone import Phone
from tests.support.box import RunningBox, wait_for
from tests.support.sounds import Samples, read_wav


@dataclass(frozen=True)
class Until:
    """A step of a subscriber who listens until the test has seen what it wants to see."""

    seen: threading.Event

    def play(self, talk: Talk) -> Frames:
        for _ in range(50 * 120):
            if self.seen.is_set():
                return
            yield bytes(320)


class Office:
    """Lines gsm1 (SIMCom), gsm2 (Quectel), fxo1 (Conexant), fxo2 (USRobotics); handsets 201 and 202."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        self.folder = folder
        lines = folder / "lines"
        lines.mkdir(parents=True)
        self.exchange = Exchange(lines, speed=speed)
        self.gsm1 = GsmModem(self.exchange, "gsm1", "simcom")
        self.gsm2 = GsmModem(self.exchange, "gsm2", "quectel")
        self.fxo1 = VoiceModem(self.exchange, "fxo1", "conexant")
        self.fxo2 = VoiceModem(self.exchange, "fxo2", "usr")
        self.phones: list[Phone] = []
        self.box = RunningBox(folder / "data", (f"--lines={lines}",))

    def __enter__(self) -> Self:
        try:
            self.box.wait_ready()
            self.wait_lines()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Phones away, box stopped by Ctrl-C, network closed; fails when anything was left or unscripted."""
        for phone in self.phones:
            phone.stop()
        try:
            self.box.stop()
        finally:
            self.exchange.close()
        assert self.exchange.errors == []
        for line in (self.gsm1, self.gsm2, self.fxo1, self.fxo2):
            assert line.unscripted == [], f"{line.name} was told what it does not know: {line.unscripted}"

    # ------------------------------------------------------------------------------------- looking

    def live(self) -> LiveState:
        """What the page would show now."""
        with contextlib.closing(self.box.control) as control:
            return control.live()

    def wait_lines(self, seconds: float = 20.0) -> None:
        """Return when all four lines are in service."""
        wait_for(
            lambda: all(trunk.state == "in_service" for trunk in self.live().trunks),
            seconds,
            "lines in service",
        )

    def all_records(self) -> list[CallRecord]:
        """All call records there are now, newest first."""
        with contextlib.closing(RecordReader(self.box.options.records)) as reader:
            return [row.record for row in reader.calls(limit=200)]

    def records(self, count: int, seconds: float = 30.0) -> list[CallRecord]:
        """The newest `count` call records, newest first, once there are as many since the box was made."""
        wait_for(lambda: len(self.all_records()) >= count, seconds, f"{count} call records")
        return self.all_records()[:count]

    def newest_record(self) -> CallRecord:
        """The record of the call that came last, once it is written."""
        wait_for(lambda: len(self.all_records()) >= len(self.exchange.calls), 30, "a record of each call")
        return self.all_records()[0]

    def recording(self, record: CallRecord, seconds: float = 90.0) -> tuple[Samples, Samples]:
        """Caller's and agent's channel of a call's recording, decoded by opusdec."""
        assert len(record.recordings) == 1, record
        return decode(self.recording_file(record.recordings[0], seconds))

    def recording_file(self, name: str, seconds: float = 90.0) -> Path:
        """A recording, once it is encoded."""
        path = self.box.options.recordings / f"{name}.opus"
        wait_for(path.exists, seconds, f"{path.name} is encoded")
        return path

    # ------------------------------------------------------------------------------------- doing

    def phone(self, extension: str, tone: int, lamp: bool = False) -> Phone:
        """A baresip that is registered as `extension` and will speak a tone of `tone` Hz; with a `lamp` it
        shows waiting messages."""
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix=f"phone-{extension}-"))
        options = self.box.options
        server = f"{options.host}:{options.sip_port}"
        phone = Phone(folder, extension, self.box.secret(extension), server, tone=tone, lamp=lamp)
        self.phones.append(phone)
        phone.expect("REGISTER_OK", 10)
        wait_for(
            lambda: any(h.name == extension and h.registered for h in self.live().handsets), 5, "registered"
        )
        return phone

    def agent_at_work(self, agent: str, handset: str) -> None:
        """The agent logs in by the page."""
        with contextlib.closing(self.box.control) as control:
            control.set_agent_status(agent, "available", None, handset)

    def agent_goes_home(self, agent: str) -> None:
        """The agent logs out by the page."""
        with contextlib.closing(self.box.control) as control:
            control.set_agent_status(agent, "logged_out", None, None)

    def call(self, line: str, script: Script, number: str = "+36205550199") -> Call:
        """A subscriber calls the box."""
        return self.exchange.place_call(line, script, number=number)

    def idle(self, seconds: float = 10.0) -> None:
        """Wait until the box has no call left."""
        wait_for(lambda: not self.live().calls, seconds, "no call left")


def heard_by(call: Call) -> Samples:
    """What a subscriber heard so far."""
    return np.frombuffer(call.heard, dtype="<i2").astype(np.float64) / 32768.0


def decode(path: Path) -> tuple[Samples, Samples]:
    """Both channels of an Opus file at 8 kHz."""
    wav = path.with_suffix(".decoded.wav")
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "decoded.wav"
        subprocess.run(["opusdec", "--quiet", "--rate", "8000", str(path), str(wav)], check=True, timeout=30)
        return read_wav(wav, 0), read_wav(wav, 1)


def prompt(sounds: Path, text: str) -> Samples:
    """The audio the box made of a typed text, rendered again by the same programs it uses."""
    from appliance.contract.media import Speech
    from appliance.media.speech import SoundLibrary

    library = SoundLibrary(sounds / "prompt-check", sounds / "no-uploads")
    return read_wav(library.prepare((Speech(text),)))


@contextlib.contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Fails when the body took longer in real time: for limits that users were promised."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took <= seconds, f"{what} took {took:.2f} s, {seconds} s were promised"
