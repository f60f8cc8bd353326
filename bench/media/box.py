"""The media engine in a process of its own, told what to do over its standard input, a word and numbers a
line; each answer is one line.

`legs N` brings N legs up, two and two connected, recorded and listened to for digits; `hang_up` ends them.
`calls N` makes N short calls, 20 at a time. `lines N` opens N lines fed by Python, connected two and two.
`late` tells the clock's ticks, those that were late, and the worst in ms, since it was last asked. `leak`,
`slow` and `stall` are for the control runs.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import pjsua2

from appliance.contract.audio import AudioPort
from appliance.contract.ids import PortId, RecordingId
from appliance.contract.media import Detect
from appliance.media.engine import Engine, EngineConfig
from appliance.media.spandsp import DtmfReceiver, Pcm
from appliance.media.speech import SoundLibrary
from tests.media.rig import Caller, Events, on_thread, sine, until

_TOGETHER = 20
_BATCH_SECONDS = 0.14  # PJSIP keeps a socket's handle for half a second more, and has 512


class Box:
    def __init__(self, far_end: int) -> None:
        folder = Path(tempfile.mkdtemp())
        self.events = Events()
        sounds = SoundLibrary(folder / "cache", folder / "uploads")
        self.engine = Engine(EngineConfig(folder / "recordings"), self.events, sounds)
        self.engine.start()
        self.caller = Caller(self.engine)
        self._far_end = far_end
        self._made = 0
        self._slow = b""
        self._lines: list[AudioPort] = []
        self._kept: list[tuple[DtmfReceiver, bytearray]] | None = None

    def legs(self, count: int) -> str:
        ports = [self._call() for _ in range(count)]
        up = until(lambda: len(self.caller.up) == count, 30)
        for number, (one, other) in enumerate(zip(ports[::2], ports[1::2], strict=True)):
            self.engine.bridge.connect(one, other)
            self.engine.bridge.record(RecordingId(f"r{number}"), one, other)
            for port in (one, other):
                self.engine.bridge.detect(port, Detect.DIGITS)
        on_thread(self.engine, lambda: None)
        return f"up {up}"

    def hang_up(self) -> str:
        for number in range(len(self.caller.calls) // 2):
            self.engine.bridge.stop_record(RecordingId(f"r{number}"))
        for port in list(self.caller.calls):
            self.caller.hang_up(port)
        return f"down {until(lambda: not self.caller.calls, 10)}"

    def calls(self, count: int) -> str:
        for start in range(0, count, _TOGETHER):
            began = time.monotonic()
            if not self._batch(min(_TOGETHER, count - start)):
                return "stuck"
            time.sleep(max(0.0, began + _BATCH_SECONDS - time.monotonic()))
        self.events.all.clear()
        return f"made {count} threads {threading.active_count()}"

    def _batch(self, count: int) -> bool:
        ports = [self._call() for _ in range(count)]
        if not until(lambda: len(self.caller.up) == count, 20):
            return False
        for port in ports:
            self.engine.bridge.detect(port, Detect.DIGITS)
            self.caller.hang_up(port)
            if self._kept is not None:
                self._kept.append((DtmfReceiver(), bytearray(1000)))
        return until(lambda: not self.caller.calls, 20)

    def lines(self, count: int) -> str:
        self._lines = [self.engine.line_port(PortId(f"line{number}")) for number in range(count)]
        for one, other in zip(self._lines[::2], self._lines[1::2], strict=True):
            self.engine.bridge.connect(one.port, other.port)
        threading.Thread(target=self._devices, daemon=True).start()
        return "open"

    def _devices(self) -> None:
        """One thread is all the lines' devices: what a driver's own thread costs is the driver's."""
        for line in self._lines:
            line.open()
        said = sine(700, 0.02).tobytes()
        due = time.monotonic()
        while True:
            for line in self._lines:
                line.from_line(said)
                line.to_line(160)
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))

    def slow(self) -> str:
        """For the control: every line's frames go through pjsua2's vector a byte at a time."""

        def slowly(block: Pcm) -> None:
            vector = pjsua2.ByteVector()
            for byte in bytes(block):
                vector.append(byte)
            self._slow = bytes(vector)

        for line in self._lines:
            port = self.engine._bridge.find(line.port)
            if port is not None and port.line is not None:
                port.line.listener = slowly
        return "slow"

    def leak(self) -> str:
        self._kept = []
        return "leaking"

    def late(self) -> str:
        pulse = self.engine.pulse
        answer = f"{pulse.ticks} {pulse.late} {pulse.worst * 1000:.2f}"
        pulse.worst, pulse.late, pulse.ticks = 0.0, 0, 0
        return answer

    def stall(self) -> str:
        """For the control: somebody's listener sleeps on the clock's thread now and then."""
        heard = [0]

        def sleepy(_block: Pcm) -> None:
            heard[0] += 1
            if heard[0] % 25 == 0:
                time.sleep(0.05)

        port = self.engine._bridge.find(next(iter(self.caller.up)))
        if port is not None and port.tap is not None:
            port.tap.take = sleepy
        return "stalling"

    def _call(self) -> PortId:
        self._made += 1
        port = PortId(f"leg{self._made}")
        self.caller.call(1000, self._far_end, port)
        return port


def main() -> None:
    box = Box(int(sys.argv[1]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, *numbers = line.split()
        sys.stdout.write(f"{getattr(box, word)(*map(int, numbers))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
