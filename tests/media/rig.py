"""What the media tests share: signals and how they are judged, a line with a clock of its own, a SIP
caller.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pjsua2
from numpy.typing import NDArray

from appliance.contract.events import Event
from appliance.contract.ids import PortId
from appliance.media.engine import Engine

Samples = NDArray[np.int16]
T = TypeVar("T")


def sine(pitch: float, seconds: float, amplitude: float = 8000.0) -> Samples:
    return np.rint(amplitude * np.sin(2 * np.pi * pitch * np.arange(round(seconds * 8000)) / 8000)).astype(
        np.int16
    )


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * 8000), np.int16)


def strongest(samples: Samples) -> tuple[float, float]:
    """The strongest pitch in Hz and its amplitude."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    best = int(np.argmax(spectrum))
    return best * 8000 / len(samples), float(spectrum[best]) * 4 / len(samples)


def amplitude_at(samples: Samples, pitch: float) -> float:
    """The amplitude of one pitch (Goertzel)."""
    turn = np.exp(-2j * np.pi * pitch * np.arange(len(samples)) / 8000)
    return float(np.abs(np.dot(samples.astype(float), turn)) * 2 / max(1, len(samples)))


def likeness(heard: Samples, sent: Samples) -> tuple[float, int]:
    """The greatest normalized cross-correlation of `sent` within `heard`, and where `sent` begins in it."""
    size = 1 << (len(heard) + len(sent)).bit_length()
    product = np.fft.rfft(heard.astype(float), size) * np.conj(np.fft.rfft(sent.astype(float), size))
    correlation = np.fft.irfft(product, size)[: max(1, len(heard) - len(sent) + 1)]
    best = int(np.argmax(correlation))
    part = heard[best : best + len(sent)].astype(float)
    power = float(np.linalg.norm(part) * np.linalg.norm(sent.astype(float)))
    return (float(correlation[best]) / power if power else 0.0), best


def read_wav(path: Path) -> Samples:
    with wave.open(str(path), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def write_wav(path: Path, samples: Samples, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return path


def until(true: Callable[[], object], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class Events:
    """An event sink that can be waited at."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self._news = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._news:
            self.all.append(event)
            self._news.notify_all()

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.all if isinstance(event, kind)]

    def wait(self, kind: type[T], seconds: float = 5.0, **fields: object) -> T:
        """The first event of a kind with these fields, now or within the seconds."""
        end = time.monotonic() + seconds
        with self._news:
            while True:
                for event in self.all:
                    if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                        return event
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no such {kind.__name__} among {self.all}")
                self._news.wait(left)


def on_thread(engine: Engine, work: Callable[[], T], seconds: float = 5.0) -> T:
    """Run `work` on the engine's thread and hand back what it gives."""
    done = threading.Event()
    result: list[T] = []

    def run() -> None:
        try:
            result.append(work())
        finally:
            done.set()

    engine.submit(run)
    assert done.wait(seconds), "the engine's thread did not come to it"
    return result[0]


class Line:
    """A line's device: a thread that gives and takes 20 ms at its own pace, as a driver does."""

    def __init__(self, engine: Engine, name: str, ppm: float = 0.0, echo_cancel: bool = False) -> None:
        self.port = PortId(name)
        self.audio = engine.line_port(self.port, echo_cancel)
        self.heard: list[bytes] = []
        self._say: Samples = np.zeros(0, np.int16)
        self._period = 0.02 / (1 + ppm * 1e-6)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.audio.open()
        self._thread.start()

    def say(self, samples: Samples) -> None:
        """Replace what is being said."""
        self._say = samples

    def hears(self, last: float | None = None) -> Samples:
        """What was heard so far, or the last seconds of it."""
        whole = np.frombuffer(b"".join(self.heard), np.int16)
        return whole if last is None else whole[-round(last * 8000) :]

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        self.audio.close()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            said, self._say = self._say[:160], self._say[160:]
            block = np.concatenate((said, np.zeros(160 - len(said), np.int16)))
            self.audio.from_line(block.tobytes())
            self.heard.append(self.audio.to_line(160))
            due += self._period
            time.sleep(max(0.0, due - time.monotonic()))


def rtp_port() -> int:
    """Where this process' thousand RTP ports begin: others run tests at the same time."""
    return 10000 + os.getpid() % 22 * 1000


class _Call(pjsua2.Call):
    def __init__(self, caller: Caller, port: PortId) -> None:
        super().__init__(caller.account)
        self.caller, self.port = caller, port

    def onCallMediaState(self, _param: Any) -> None:
        info = self.getInfo()  # kept: its parts point into it
        if info.media[0].status == pjsua2.PJSUA_CALL_MEDIA_ACTIVE:
            self.caller.engine.adopt(self.port, self.getAudioMedia(-1))
            self.caller.up.add(self.port)

    def onCallState(self, _param: Any) -> None:
        if self.getInfo().state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self.caller.engine.drop(self.port)
            self.caller.up.discard(self.port)
            self.caller.calls.pop(self.port, None)


class Caller:
    """Makes SIP calls from an engine, as drivers.sip does, and adopts their audio."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls: dict[PortId, _Call] = {}
        self.up: set[PortId] = set()
        self.account: Any = None
        on_thread(engine, self._create)

    def _create(self) -> None:
        config = pjsua2.AccountConfig()
        config.idUri = "sip:box@127.0.0.1"
        transport = config.mediaConfig.transportConfig
        transport.boundAddress, transport.portRange = "127.0.0.1", 1000
        transport.port = rtp_port()
        self.account = pjsua2.Account()
        self.account.create(config)

    def is_up(self, port: PortId) -> bool:
        return port in self.up

    def call(self, user: int, sip_port: int, port: PortId) -> None:
        def make() -> None:
            self.calls[port] = call = _Call(self, port)
            options = pjsua2.CallOpParam(True)
            options.opt.textCount = options.opt.videoCount = 0
            call.makeCall(f"sip:{user}@127.0.0.1:{sip_port}", options)

        self.engine.submit(make)

    def hang_up(self, port: PortId) -> None:
        def end() -> None:
            if port in self.calls:
                self.calls[port].hangup(pjsua2.CallOpParam(True))

        self.engine.submit(end)

    def close(self) -> None:
        for port in list(self.calls):
            self.hang_up(port)
        assert until(lambda: not self.calls)
        on_thread(self.engine, self._forget)

    def _forget(self) -> None:
        self.account = None


def python_program(path: Path) -> list[str]:
    return [sys.executable, str(path)]
